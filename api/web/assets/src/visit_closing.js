// The end of a visit: what is ordered and by when, what was found of a case, who signs.
import { filled } from "./asking.js";
import { Pad } from "./visit_pad.js";
import { address, sha256 } from "./visit_photos.js";
import { problemOf } from "./visit_check.js";
import { drop, keep, read, uuid } from "./visit_store.js";

const order = document.querySelector("[data-view=order]");
const sign = document.querySelector("[data-view=sign]");
const HOUR_MS = 3_600_000;

export class Closing {
  constructor(app) {
    this.app = app;
    this.pads = Object.fromEntries(
      ["signature", "second"].map((who) => [who, new Pad(sign.querySelector(`[data-pad=${who}]`), (blob) => this.signed(who, blob))]),
    );
    for (const part of [order, sign]) {
      part.addEventListener("click", (click) => this.pressed(click.target.closest("button")));
      part.addEventListener("input", (input) => this.typed(input.target));
    }
  }

  get ordered() {
    const { draft, checklist } = this.app;
    return checklist.items.filter((item) => draft.answers[item.id]?.result === "not_met" && draft.findings[item.id]?.order);
  }

  async show(view) {
    for (const name of document.querySelectorAll("[data-slot=of]")) name.textContent = this.app.draft.restaurant_name;
    if (view === "order") this.showOrder();
    else await this.showSign();
  }

  showOrder() {
    const { draft, text, SAY } = this.app;
    const { ordered } = this;
    draft.order.articles = [...new Set(ordered.map((item) => text(item.law)))].slice(0, 20);
    order.querySelector(".ordered").hidden = !ordered.length;
    order.querySelector(".not-ordered").hidden = Boolean(ordered.length);
    order.querySelector("h2 [data-slot=count]").textContent = filled(SAY.ordered, { count: ordered.length });
    order.querySelector(".ordered ol").replaceChildren(
      ...ordered.map((item) => Object.assign(document.createElement("li"), { textContent: draft.findings[item.id].corrective_action })),
    );
    order.querySelector("[data-slot=articles]").textContent = draft.order.articles.join(this.app.lang === "zh" ? "；" : "; ");
    this.showDeadline();
    const asked = order.querySelector(".case-check");
    asked.hidden = draft.kind !== "case";
    asked.querySelector("[data-slot=asked]").textContent = [draft.case?.number, draft.case?.requirements].filter(Boolean).join(" · ");
    for (const button of asked.querySelectorAll("[data-passed]")) button.setAttribute("aria-pressed", String(String(draft.check.passed) === button.dataset.passed));
    asked.querySelector("textarea").value = draft.check.note;
    order.querySelector("[name=remark]").value = draft.remark;
  }

  showDeadline() {
    const { draft, SAY } = this.app;
    for (const chip of order.querySelectorAll("[data-hours]")) chip.setAttribute("aria-pressed", String(Number(chip.dataset.hours) === draft.order.hours));
    order.querySelector("[name=deadline]").hidden = draft.order.hours !== 0;
    const due = draft.order.deadline;
    const told = due && new Date(due).toLocaleString(document.documentElement.lang, { dateStyle: "full", timeStyle: "short" });
    order.querySelector("[data-slot=due]").textContent = told ? filled(SAY.due, { at: told }) : SAY["no-deadline"];
  }

  async showSign() {
    const { draft } = this.app;
    for (const who of ["signature", "second"]) {
      const kept = draft[who].file_id ? await read("photos", draft[who].file_id) : null;
      this.pads[who].show(kept && (await address(kept.blob)));
      sign.querySelector(`[name=${who}-name]`).value = draft[who].name;
    }
    sign.querySelector("[name=refused]").checked = draft.signature.refused;
    sign.querySelector("[name=witness]").value = draft.signature.witness;
    sign.querySelector(".witness").hidden = !draft.signature.refused;
    sign.querySelector(".drawn").hidden = draft.signature.refused;
    sign.querySelector("[data-slot=missing]").textContent = this.missing() ?? "";
  }

  async pressed(button) {
    if (!button) return;
    const { hours, passed, clear } = button.dataset;
    const { draft } = this.app;
    if (hours !== undefined) {
      draft.order.hours = Number(hours);
      draft.order.deadline = Number(hours) ? new Date(Date.now() + Number(hours) * HOUR_MS).toISOString() : null;
    } else if (passed) draft.check.passed = passed === "true";
    else if (clear) return this.signed(clear, null);
    else return;
    await this.app.save();
    this.showOrder();
  }

  async typed(field) {
    const { draft } = this.app;
    if (field.name === "deadline") draft.order.deadline = field.value ? new Date(field.value).toISOString() : null;
    else if (field.name === "case-note") draft.check.note = field.value;
    else if (field.name === "remark") draft.remark = field.value;
    else if (field.name === "refused") draft.signature.refused = field.checked;
    else if (field.name === "witness") draft.signature.witness = field.value;
    else if (field.name.endsWith("-name")) draft[field.name.replace("-name", "")].name = field.value;
    else return;
    await this.app.save();
    if (field.name === "deadline") this.showDeadline();
    if (field.name === "refused") await this.showSign();
    else sign.querySelector("[data-slot=missing]").textContent = this.missing() ?? "";
  }

  /** A new signature takes the place of the one before. */
  async signed(who, blob) {
    const { draft } = this.app;
    if (draft[who].file_id) await drop("photos", draft[who].file_id);
    draft[who].file_id = blob ? uuid() : null;
    if (blob) {
      const about = { visit_id: draft.visit_id, kind: "signature", item: null, taken_at: new Date().toISOString(), sent: false };
      await keep("photos", { id: draft[who].file_id, blob, thumb: null, sha256: await sha256(blob), ...about });
    } else this.pads[who].clear();
    await this.app.save();
    sign.querySelector("[data-slot=missing]").textContent = this.missing() ?? "";
  }

  /** The first thing that is still missing, in words; nothing when the visit can be sent. */
  missing() {
    const { draft, checklist, SAY } = this.app;
    const open = checklist.items.filter((item) => problemOf(item, draft, SAY)).length;
    if (open) return filled(SAY["items-open"], { count: open });
    if (this.ordered.length && !draft.order.deadline) return SAY["no-deadline"];
    if (this.ordered.length && new Date(draft.order.deadline) <= new Date()) return SAY["deadline-past"];
    if (draft.kind === "case" && (draft.check.passed === null || !draft.check.note.trim())) return SAY["case-open"];
    if (draft.kind === "case" && !draft.files.length) return SAY["case-photo"];
    if (draft.signature.refused) return draft.signature.witness.trim() ? null : SAY["witness-first"];
    if (!draft.signature.name.trim()) return SAY["name-first"];
    return draft.signature.file_id ? null : SAY["sign-first"];
  }
}
