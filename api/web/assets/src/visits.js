// Visits on a phone: today's list, one item after the other, order, signatures; all of it kept here
// first and sent when there is a network.
import { filled, words } from "./asking.js";
import { Check } from "./visit_check.js";
import { Closing } from "./visit_closing.js";
import { asOwnVisit, ask, LaterError, RefusedError, Sender, SignedOutError } from "./visit_sending.js";
import { all, drop, dropDraft, exists, forget, keep, photosOf, read, uuid } from "./visit_store.js";

const SAY = words("words");
const main = document.getElementById("main");
const lang = main.dataset.lang;
const owner = main.dataset.person;
const views = [...document.querySelectorAll("[data-view]")];
const app = { SAY, lang, draft: null, checklist: null, save, go, say, photosOf, text: (both) => both?.[lang] ?? "" };
const check = new Check(app);
const closing = new Closing(app);
const sender = new Sender(owner, heard);
let day = null;
let byWay = false;

// --- keeping ---------------------------------------------------------------------------------

/** What is typed is on the disk before anything else happens. */
async function save() {
  await keep("drafts", app.draft);
}

async function begin() {
  const known = (await exists()) ? await read("meta", "owner") : null;
  if (known && known.value !== owner) {
    const left = (await all("drafts")).filter((draft) => draft.state !== "sent");
    if (left.length) {
      document.querySelector(".stranger").hidden = false;
      document.querySelector(".stranger p").textContent = filled(SAY.stranger, { name: known.name, count: left.length });
      return; // another person's work: neither shown nor sent nor lost
    }
    await forget();
  }
  await keep("meta", { key: "owner", value: owner, name: main.dataset.name });
  day = (await read("meta", "day"))?.value ?? null;
  await navigator.storage?.persist?.();
  await tidy();
  await route();
  await fetchDay();
  await sender.send();
  registerWorker();
}

/** What was sent on an earlier day is on the server; here it goes. */
async function tidy() {
  const today = new Date().toDateString();
  for (const draft of await all("drafts")) {
    if (draft.state === "sent" && new Date(draft.sent_at).toDateString() !== today) await drop("drafts", draft.visit_id);
  }
}

async function fetchDay() {
  try {
    day = await ask("/api/v1/inspections/today");
    await keep("meta", { key: "day", value: day });
    trouble(null);
  } catch (error) {
    tellWhy(error);
  }
  if (view() === "today") await showToday();
}

function registerWorker() {
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register("/visits/worker.js", { scope: "/visits" }).catch(() => trouble(SAY["no-worker"]));
}

// --- telling ---------------------------------------------------------------------------------

function heard(what) {
  if (what === "signed-out") trouble(SAY["signed-out"], "/sign-in?next=/visits");
  else trouble(null);
  if (view() === "today") showToday();
  countWaiting();
  if (what === "sent") fetchDayQuietly();
}

let quiet;
function fetchDayQuietly() {
  clearTimeout(quiet);
  quiet = setTimeout(() => navigator.onLine && fetchDay(), 800);
}

function tellWhy(error) {
  if (error instanceof SignedOutError) trouble(SAY["signed-out"], "/sign-in?next=/visits");
  else if (error instanceof RefusedError) trouble(error.message);
  else if (!(error instanceof LaterError)) throw error;
}

function trouble(text, link = null) {
  const box = document.querySelector(".trouble");
  box.hidden = !text;
  box.querySelector("span").textContent = text ?? "";
  box.querySelector("a").hidden = !link;
}

function say(text) {
  const told = document.querySelector(".told");
  told.textContent = text;
  told.hidden = !text;
}

async function countWaiting() {
  const waiting = (await all("drafts")).filter((draft) => draft.state !== "sent").length;
  for (const badge of document.querySelectorAll(".network")) {
    badge.querySelector("[data-slot=waiting]").textContent = waiting ? filled(SAY.drafts, { count: waiting }) : "";
    badge.hidden = navigator.onLine && !waiting;
    badge.classList.toggle("warn", !navigator.onLine || Boolean(waiting));
    badge.querySelector("[data-slot=line]").textContent = navigator.onLine ? "" : SAY.offline;
  }
}

// --- today -----------------------------------------------------------------------------------

const slot = (card, name) => card.querySelector(`[data-slot=${name}]`);
const made = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

async function showToday() {
  const drafts = new Map((await all("drafts")).map((draft) => [draft.visit_id, draft]));
  const stops = [...(day?.stops ?? [])].filter((stop) => !drafts.has(stop.visit.id));
  const ways = stops.filter((stop) => stop.way).length > 1;
  if (byWay) stops.sort((one, other) => (one.way ?? 999) - (other.way ?? 999));
  document.querySelector(".sorting").hidden = !ways;
  document.getElementById("stops").replaceChildren(...stops.map((stop) => stopCard(stop, "start")));
  const planned = new Set([...drafts.values()].filter((one) => one.state !== "sent").map((one) => one.restaurant_id));
  const idle = (day?.suggested ?? []).filter((stop) => !planned.has(stop.restaurant_id));
  document.getElementById("suggested").replaceChildren(...idle.map((stop) => stopCard(stop, "new")));
  document.querySelector(".worth").hidden = !idle.length;
  const cards = await Promise.all([...drafts.values()].reverse().map(draftCard));
  document.getElementById("drafts").replaceChildren(...cards);
  document.querySelector(".on-phone").hidden = !cards.length;
  document.querySelector(".nothing").hidden = Boolean(stops.length || cards.length || !day);
  slot(main, "day").textContent = day ? filled(SAY.day, { station: day.station_name ?? "", count: stops.length, done: day.done_today }).replace(/^ · /, "") : SAY["not-loaded"];
  await countWaiting();
}

function stopCard(stop, act) {
  const card = made("stop");
  slot(card, "name").textContent = stop.restaurant_name;
  slot(card, "address").textContent = [stop.address, stop.away_km ? `${stop.away_km} km` : ""].filter(Boolean).join(" · ");
  slot(card, "why").textContent = why(stop);
  const badge = slot(card, "badge");
  badge.textContent = stop.why.overdue_cases ? SAY.overdue : stop.visit ? SAY[`kind-${stop.visit.kind}`] : filled(SAY.risk, { risk: stop.risk });
  badge.classList.add(stop.why.overdue_cases ? "bad" : stop.visit?.kind === "case" ? "warn" : "plain");
  const button = card.querySelector("button");
  button.textContent = act === "start" ? SAY.start : SAY["new-visit"];
  button.classList.toggle("first", act === "start");
  button.addEventListener("click", () => (act === "start" ? start(stop) : askKind(stop)));
  return card;
}

function why({ risk, why: { score, days, open_cases, loss } }) {
  const parts = [score === null ? SAY["no-score"] : filled(SAY.score, { score: Math.round(score) })];
  parts.push(filled(SAY.risk, { risk }));
  parts.push(days === null ? SAY.never : filled(SAY.days, { days: Math.floor(days) }));
  if (open_cases) parts.push(filled(SAY.cases, { count: open_cases }));
  return `${parts.join(" · ")} · ${filled(SAY.loss, { loss: loss.toFixed(1) })}`;
}

async function draftCard(draft) {
  const card = made("draft");
  const photos = await photosOf(draft.visit_id);
  const bytes = photos.filter((photo) => !photo.sent).reduce((sum, photo) => sum + photo.blob.size, 0);
  slot(card, "name").textContent = draft.restaurant_name;
  const answered = Object.keys(draft.answers).length;
  slot(card, "about").textContent = filled(SAY.about, { items: answered, photos: draft.files.length, size: (bytes / 1e6).toFixed(1) });
  const badge = slot(card, "state");
  badge.textContent = SAY[`state-${draft.state}`];
  badge.classList.add({ open: "plain", waiting: "warn", sent: "ok", conflict: "bad", refused: "bad" }[draft.state]);
  slot(card, "problem").textContent = draft.problem ?? "";
  const wanted = { open: ["go-on", "drop"], waiting: ["send"], sent: ["read"], conflict: ["own", "drop"], refused: ["go-on", "drop"] }[draft.state];
  for (const name of wanted) card.querySelector(".row.wrap").append(draftButton(name, draft));
  return card;
}

function draftButton(name, draft) {
  const button = document.createElement(name === "read" ? "a" : "button");
  button.className = `btn${name === "drop" ? " quiet" : ""}`;
  button.textContent = SAY[`do-${name}`];
  if (name === "read") button.href = `/visits/${draft.visit_id}`;
  else button.addEventListener("click", () => DO[name](draft));
  return button;
}

const DO = {
  "go-on": (draft) => go("item", draft.visit_id),
  send: () => sender.send(),
  own: async (draft) => {
    await asOwnVisit(draft);
    await showToday();
    await sender.send();
  },
  drop: async (draft) => {
    if (!confirm(filled(SAY["really-drop"], { name: draft.restaurant_name }))) return;
    await dropDraft(draft.visit_id);
    await showToday();
  },
};

// --- starting --------------------------------------------------------------------------------

async function start(stop) {
  const { visit } = stop;
  try {
    await ask(`/api/v1/inspections/${visit.id}/start`, "POST", undefined, { "X-CSRF-Token": (await token()) ?? "" });
  } catch (error) {
    if (error instanceof RefusedError && !confirm(filled(SAY["start-anyway"], { why: error.message }))) return;
    if (!(error instanceof LaterError || error instanceof RefusedError)) tellWhy(error);
  }
  await take(stop, { visit_id: visit.id, kind: visit.kind, checklist: visit.checklist, case_id: visit.case_id, reason: visit.reason });
}

async function token() {
  return (await ask("/api/v1/sessions/current")).csrf_token;
}

const asking = document.getElementById("new-visit");
function askKind(stop) {
  asking.querySelector("h2").textContent = stop.restaurant_name;
  asking.querySelector("form").onsubmit = async (submit) => {
    submit.preventDefault();
    const form = new FormData(submit.target);
    const [kind, checklist, reason] = ["kind", "checklist", "reason"].map((name) => form.get(name).trim());
    if (kind === "complaint" && !reason) return say(SAY["say-what"]);
    asking.close();
    const plan = { restaurant_id: stop.restaurant_id, kind, checklist, reason };
    await take(stop, { visit_id: uuid(), kind, checklist, case_id: null, reason, plan });
  };
  const lists = asking.querySelector("[name=checklist]");
  lists.replaceChildren(...day.checklists.map((one) => new Option(app.text(one.name), one.id)));
  asking.showModal();
}

/** A draft of this visit on the phone, complete enough to be filled in without a network. */
async function take(stop, facts) {
  const checklist = day.checklists.find((one) => one.id === facts.checklist);
  await keep("drafts", {
    plan: null,
    ...facts,
    restaurant_id: stop.restaurant_id,
    restaurant_name: stop.restaurant_name,
    alerts: stop.alerts,
    case: stop.case,
    version: checklist.version,
    list: checklist,
    submission_id: uuid(),
    started_at: new Date().toISOString(),
    at: 0,
    answers: {},
    findings: {},
    files: [],
    order: {},
    check: { passed: null, note: "" },
    signature: { name: "", refused: false, witness: "", file_id: null },
    second: { name: "", file_id: null },
    remark: "",
    state: "open",
    problem: null,
  });
  go("item", facts.visit_id);
}

// --- going from view to view -----------------------------------------------------------------

const view = () => location.hash.slice(1).split("/")[0] || "today";

function go(name, visit = app.draft?.visit_id) {
  const hash = name === "today" ? "#today" : `#${name}/${visit}`;
  if (location.hash === hash) route();
  else location.hash = hash;
}

async function route() {
  const [name, visit] = [view(), location.hash.split("/")[1]];
  app.draft = visit ? await read("drafts", visit) : null;
  const shown = app.draft && ["open", "refused"].includes(app.draft.state) ? name : "today";
  app.checklist = app.draft?.list ?? null;
  say("");
  for (const part of views) part.hidden = part.dataset.view !== shown;
  for (const tab of document.querySelectorAll("[data-tab]")) {
    tab.disabled = tab.dataset.tab !== "today" && shown === "today";
    if (tab.dataset.tab === shown) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  if (shown === "today") await showToday();
  else if (shown === "item") await check.show();
  else await closing.show(shown);
  await countWaiting();
  scrollTo(0, 0);
}

/** Everything is filled in: from here on it is the sender's. */
async function finish() {
  const problem = closing.missing();
  if (problem) return say(problem);
  Object.assign(app.draft, { finished_at: new Date().toISOString(), state: "waiting", problem: null });
  await save();
  go("today");
  await sender.send();
}

document.addEventListener("click", (click) => {
  const button = click.target.closest("[data-tab], [data-go], [data-sort]");
  if (!button) return;
  if (button.dataset.tab) go(button.dataset.tab);
  if (button.dataset.go === "finish") finish();
  if (button.dataset.go === "close-dialog") asking.close();
  if (!button.dataset.sort) return;
  byWay = button.dataset.sort === "way";
  for (const one of document.querySelectorAll("[data-sort]")) one.setAttribute("aria-pressed", String(one === button));
  showToday();
});
addEventListener("hashchange", route);
for (const name of ["online", "offline"]) addEventListener(name, countWaiting);
begin();
