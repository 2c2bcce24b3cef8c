// One item of the checklist after the other, with its photos.
import { filled } from "./asking.js";
import { prepare, sha256 } from "./visit_photos.js";
import { drop, keep, photosOf, uuid } from "./visit_store.js";

const root = document.querySelector("[data-view=item]");
const slot = (name) => root.querySelector(`[data-slot=${name}]`);
const MOST_FILES = 50;

export class Check {
  constructor(app) {
    this.app = app;
    root.addEventListener("click", (click) => this.pressed(click.target.closest("button")));
    root.addEventListener("input", (input) => this.typed(input.target));
    root.querySelector("[type=file]").addEventListener("change", (change) => this.photograph(change.target));
  }

  get item() {
    return this.app.checklist.items[this.app.draft.at];
  }

  get answer() {
    return (this.app.draft.answers[this.item.id] ??= {});
  }

  get finding() {
    const action = this.app.text(this.item.action);
    return (this.app.draft.findings[this.item.id] ??= { id: uuid(), corrective_action: action, fixed: false, order: true, alert_id: null });
  }

  async show() {
    const { draft, checklist, text, SAY } = this.app;
    const { item } = this;
    const given = draft.answers[item.id] ?? {};
    slot("name").textContent = draft.restaurant_name;
    const done = Object.values(draft.answers).filter((one) => one.result).length;
    root.querySelector("progress").max = checklist.items.length;
    root.querySelector("progress").value = done;
    slot("count").textContent = `${draft.at + 1} / ${checklist.items.length}`;
    slot("section").textContent = [text(checklist.sections[item.section]), item.key ? SAY.key : ""].filter(Boolean).join(" · ");
    slot("text").textContent = text(item.text);
    slot("law").textContent = text(item.law);
    for (const button of root.querySelectorAll("[data-answer]")) button.setAttribute("aria-pressed", String(button.dataset.answer === given.result));
    root.querySelector(".why-na").hidden = given.result !== "na";
    for (const button of root.querySelectorAll("[data-reason]")) button.setAttribute("aria-pressed", String(button.dataset.reason === given.reason));
    root.querySelector("[name=note]").value = given.note ?? "";
    slot("needed").hidden = given.result !== "not_met";
    root.querySelector(".finding").hidden = given.result !== "not_met";
    if (given.result === "not_met") this.showFinding();
    this.showAlerts(given.result === "not_met");
    this.showList();
    await this.showPhotos();
  }

  showFinding() {
    const { finding } = this;
    root.querySelector("[name=corrective_action]").value = finding.corrective_action;
    root.querySelector("[name=fixed]").checked = finding.fixed;
    root.querySelector("[name=order]").checked = finding.order;
  }

  /** Alerts of the item's rules; where something is not met one of them can be linked. */
  showAlerts(failed) {
    const { draft, SAY } = this.app;
    const found = draft.alerts.filter((alert) => this.item.rules.includes(alert.rule));
    root.querySelector(".alerts").hidden = !found.length;
    const list = root.querySelector(".alerts ul");
    list.replaceChildren(
      ...found.map((alert) => {
        const line = document.createElement("li");
        const at = new Date(alert.started_at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
        const told = `${SAY[`rule-${alert.rule}`]} · ${alert.zone} · ${at}`;
        if (!failed) line.textContent = told;
        else {
          const label = document.createElement("label");
          label.className = "row check";
          const box = Object.assign(document.createElement("input"), { type: "checkbox", name: "alert", value: alert.id });
          box.checked = draft.findings[this.item.id]?.alert_id === alert.id;
          label.append(box, told);
          line.append(label);
        }
        return line;
      }),
    );
  }

  showList() {
    const { draft, checklist, text } = this.app;
    root.querySelector(".all-items ol").replaceChildren(
      ...checklist.items.map((item, index) => {
        const line = document.createElement("li");
        const button = document.createElement("button");
        button.className = `btn quiet ${draft.answers[item.id]?.result ?? "open"}`;
        button.dataset.at = index;
        button.textContent = `${index + 1}. ${text(item.text)}`;
        const state = document.createElement("span");
        state.className = "badge";
        state.textContent = this.app.SAY[`answer-${draft.answers[item.id]?.result ?? "open"}`];
        button.append(state);
        line.append(button);
        return line;
      }),
    );
  }

  async showPhotos() {
    const mine = (await photosOf(this.app.draft.visit_id)).filter((photo) => photo.item === this.item.id && photo.kind === "photo");
    const figures = await Promise.all(
      mine.map(async (photo) => {
        const figure = document.getElementById("photo").content.firstElementChild.cloneNode(true);
        const picture = figure.querySelector("img");
        if (photo.thumb) picture.src = photo.thumb;
        else picture.replaceWith(Object.assign(document.createElement("span"), { className: "unshown", textContent: photo.blob.type || "HEIC" }));
        figure.querySelector("figcaption").firstChild.textContent = new Date(photo.taken_at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
        figure.querySelector("button").dataset.photo = photo.id;
        return figure;
      }),
    );
    root.querySelector(".photos").replaceChildren(...figures);
  }

  async pressed(button) {
    if (!button) return;
    const { answer: result, reason, photo, at, go } = button.dataset;
    const { draft } = this.app;
    if (result) {
      Object.assign(this.answer, { result, reason: result === "na" ? (this.answer.reason ?? null) : null });
      if (result !== "not_met") delete draft.findings[this.item.id];
      else this.finding.order = true;
    } else if (reason) this.answer.reason = reason;
    else if (photo) await this.remove(photo);
    else if (at) Object.assign(draft, { at: Number(at) });
    else if (go === "back") draft.at = Math.max(0, draft.at - 1);
    else if (go === "next") return this.next();
    else return;
    if (at) root.querySelector(".all-items").open = false;
    await this.app.save();
    await this.show();
  }

  async next() {
    const { draft, checklist, SAY } = this.app;
    const problem = problemOf(this.item, draft, SAY);
    if (problem) return this.app.say(problem);
    this.app.say("");
    if (draft.at === checklist.items.length - 1) return this.app.go("order");
    draft.at += 1;
    await this.app.save();
    await this.show();
    scrollTo(0, 0);
  }

  async typed(field) {
    if (field.name === "note") this.answer.note = field.value;
    else if (field.name === "corrective_action") this.finding.corrective_action = field.value;
    else if (field.name === "fixed") Object.assign(this.finding, { fixed: field.checked, order: !field.checked });
    else if (field.name === "order") Object.assign(this.finding, { order: field.checked, fixed: field.checked ? false : this.finding.fixed });
    else if (field.name === "alert") this.finding.alert_id = field.checked ? field.value : null;
    else return;
    await this.app.save();
    if (["fixed", "order"].includes(field.name)) this.showFinding();
    if (field.name === "alert") this.showAlerts(true);
  }

  /** The photo is kept before the page says so; without room for it that is told at once. */
  async photograph(field) {
    const { draft, SAY } = this.app;
    const item = this.item.id;
    for (const file of field.files) {
      if (draft.files.length >= MOST_FILES) {
        this.app.say(filled(SAY["too-many"], { count: MOST_FILES }));
        break;
      }
      try {
        const { blob, thumb } = await prepare(file);
        const about = { visit_id: draft.visit_id, kind: "photo", item, taken_at: new Date().toISOString(), sent: false };
        const photo = { id: uuid(), blob, thumb, sha256: await sha256(blob), ...about };
        await keep("photos", photo);
        draft.files.push(photo.id);
        await this.app.save();
      } catch (error) {
        console.warn(error);
        this.app.say(SAY["no-room"]);
      }
    }
    field.value = "";
    await this.showPhotos();
  }

  async remove(photo) {
    const { draft } = this.app;
    draft.files = draft.files.filter((id) => id !== photo);
    await drop("photos", photo);
  }
}

/** What an item still lacks, or nothing. */
export function problemOf(item, draft, SAY) {
  const given = draft.answers[item.id];
  if (!given?.result) return SAY["answer-first"];
  if (given.result === "na" && !given.reason) return SAY["why-first"];
  if (given.result === "not_met" && !given.note?.trim()) return SAY["note-first"];
  if (given.result === "not_met" && draft.findings[item.id]?.order && !draft.findings[item.id].corrective_action.trim()) return SAY["action-first"];
  return null;
}
