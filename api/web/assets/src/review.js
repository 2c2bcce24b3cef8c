// The review page: keys and buttons do the same things; verdicts go out through the outbox.
import { writeAges } from "./ages.js";
import { Outbox } from "./outbox.js";
import { Queue, SignedOutError } from "./queue.js";

const body = document.body;
const main = document.getElementById("main");
const nothing = main.querySelector(".nothing");
const last = main.querySelector(".last");
const toast = last.querySelector(".toast");
const help = document.getElementById("help");
const PHONE = matchMedia("(max-width: 900px)");
const item = () => main.querySelector("bk-player");

const queue = new Queue(body.dataset.queue.split(" ").filter(Boolean), item()?.dataset.item);
const outbox = new Outbox(body.dataset.person, { trouble: showTrouble, answered });
const given = []; // verdicts of this sitting, newest last: {alert, where, verdict, reason, review}
const pace = { done: 0, open: Number(body.dataset.open), seconds: [], shown: performance.now() };

// --- what is shown ---------------------------------------------------------------------------

async function show(index) {
  closeReasons();
  queue.index = index;
  // No key decides about an item that is on its way out.
  if (item()) item().dataset.state = "leaving";
  let page;
  try {
    page = await queue.page(queue.ids[index]);
  } catch (error) {
    showTrouble(error instanceof SignedOutError ? "signed-out" : "loading");
    setTimeout(() => queue.index === index && show(index), 3_000);
    return;
  }
  if (queue.index !== index) return; // gone elsewhere meanwhile
  showTrouble("loading", 0, false);
  place(page);
  queue.prefetch();
  refill();
}

function place(page) {
  item()?.remove();
  nothing.hidden = Boolean(page);
  if (page) main.prepend(document.importNode(page, true));
  pace.shown = performance.now();
  markBlur();
  writeAges();
}

function showNothing() {
  queue.index = queue.ids.length;
  place(null);
}

async function next() {
  if (queue.index + 1 < queue.ids.length) return show(queue.index + 1);
  await refill(true);
  if (queue.index + 1 < queue.ids.length) return show(queue.index + 1);
  if (item()?.dataset.state === "open") return say("end");
  return showNothing();
}

function previous() {
  if (queue.index > 0) return again(queue.index - 1);
  return say("end");
}

/** What was judged meanwhile must be asked for anew. */
function again(index) {
  queue.forget(queue.ids[index]);
  return show(index);
}

async function refill(force = false) {
  const open = await queue.refill(force).catch(() => null);
  if (open === null) return;
  pace.open = Math.max(0, open - outbox.waiting.length);
  writePace();
}

/** New alerts and late evidence appear without a reload. */
async function lookAgain() {
  const shown = item();
  if (!shown) {
    await refill(true);
    if (queue.index < queue.ids.length) await show(queue.index);
  } else if (shown.dataset.evidence === "absent") {
    await again(queue.index);
  }
}

// --- verdicts --------------------------------------------------------------------------------

function decide(verdict, reason = null) {
  const { item: alert, round, state, where } = item()?.dataset ?? {};
  if (state !== "open") return;
  const words = reason && item().querySelector(`[data-reason="${reason}"] b`).textContent;
  const entry = { alert, where, verdict, reason, round: Number(round), words };
  given.push(entry);
  item().dataset.state = "sent";
  say(verdict, entry);
  queue.forget(alert);
  outbox.add({ alert, verdict, reason, round: Number(round) });
  count(1);
  next();
}

function answered({ alert }, answer) {
  const entry = given.findLast((one) => one.alert === alert && !one.review);
  if (answer.kind === "recorded") {
    if (!entry) return;
    entry.review = answer.review;
    if (entry === given.at(-1)) say(entry.verdict, entry);
    if (entry.undoWanted) undoOnRecord(entry);
    return;
  }
  if (!entry) return;
  given.splice(given.indexOf(entry), 1);
  count(-1);
  say(answer.kind, { ...entry, detail: answer.detail });
}

/** The verdict on the alert that is shown, if this person gave it; else the last one given. */
function undo() {
  const entry = givenOnShown() ?? given.at(-1);
  if (!entry) return say("nothing");
  if (outbox.cancel(entry.alert)) return undone(entry);
  if (entry.review) return undoOnRecord(entry);
  entry.undoWanted = true; // its answer is on the way
}

function givenOnShown() {
  const { item: alert, review, where } = item()?.dataset ?? {};
  return review && (given.find((one) => one.alert === alert) ?? { alert, review, where });
}

async function undoOnRecord(entry) {
  let answer;
  try {
    answer = await outbox.undo(entry.alert, entry.review);
  } catch {
    showTrouble("network", 1);
    return;
  }
  showTrouble(null);
  if (answer.ok) undone(entry);
  else say("kept", { ...entry, detail: answer.detail });
}

function undone(entry) {
  const index = given.indexOf(entry);
  if (index >= 0) {
    given.splice(index, 1);
    count(-1);
  }
  say("undone", entry);
  again(queue.ids.indexOf(entry.alert));
}

// --- telling ---------------------------------------------------------------------------------

function say(what, entry = {}) {
  const words = document.getElementById(`toast-${what}`).content.cloneNode(true);
  const slots = { where: entry.where, reason: entry.words, detail: entry.detail };
  for (const slot of words.querySelectorAll("[data-slot]")) slot.textContent = slots[slot.dataset.slot] ?? "";
  toast.replaceChildren(words);
  if (["upheld", "dismissed", "unsure"].includes(what)) {
    toast.append(document.getElementById("toast-button").content.cloneNode(true));
  }
  toast.dataset.said = what;
  toast.classList.toggle("pending", given.includes(entry) && !entry.review);
  toast.hidden = false;
  clearTimeout(toast.timer);
  // On a phone it lies over the page, and the bar below has its own Undo.
  if (PHONE.matches) toast.timer = setTimeout(() => (toast.hidden = true), 8_000);
}

/** `kind` null: the way to the server is free again. */
function showTrouble(kind, attempt = 0, on = true) {
  for (const note of last.querySelectorAll("[data-trouble]")) {
    if (kind === null ? note.dataset.trouble !== "loading" : note.dataset.trouble === kind) {
      note.hidden = kind === null || !on;
    }
  }
  const words = last.querySelector("[data-trouble=network] [data-words]");
  words.textContent = words.dataset.words.replace("{attempt}", attempt);
}

function count(by) {
  pace.done += by;
  if (by > 0) pace.seconds.push((performance.now() - pace.shown) / 1000);
  pace.open = Math.max(0, pace.open - by);
  writePace();
}

function writePace() {
  const bar = document.querySelector(".session");
  bar.querySelector("[data-count=done]").textContent = pace.done;
  bar.querySelector("[data-count=all]").textContent = pace.done + pace.open;
  bar.querySelector("progress").max = Math.max(1, pace.done + pace.open);
  bar.querySelector("progress").value = pace.done;
  const words = bar.querySelector(".pace");
  words.hidden = pace.seconds.length < 3;
  const middle = [...pace.seconds].sort((a, b) => a - b)[Math.floor(pace.seconds.length / 2)] ?? 0;
  const left = Math.max(1, Math.round((middle * pace.open) / 60));
  words.textContent = words.dataset.words.replace("{seconds}", middle.toFixed(1)).replace("{minutes}", left);
}

// --- doing -----------------------------------------------------------------------------------

const reasons = () => item()?.querySelector(".reasons");
const choosing = () => Boolean(reasons() && !reasons().hidden);
let opened = 0;

function chooseReason() {
  if (item()?.dataset.state !== "open") return;
  reasons().hidden = false;
  item().classList.add("choosing");
  opened = performance.now();
}

function closeReasons() {
  if (!reasons()) return;
  reasons().hidden = true;
  item().classList.remove("choosing");
}

function markBlur() {
  const on = "blur" in body.dataset;
  item()?.querySelector("[data-go=blur]")?.setAttribute("aria-pressed", String(on));
}

function blur() {
  body.toggleAttribute("data-blur");
  markBlur();
}

function back() {
  if (choosing()) closeReasons();
  else item()?.showBest();
}

const DO = {
  undo,
  blur,
  previous,
  next,
  choose: chooseReason,
  cancel: closeReasons,
  refresh: () => again(queue.index),
  help: () => help.showModal(),
};
const KEYS = {
  1: () => decide("upheld"),
  2: chooseReason,
  3: () => decide("unsure"),
  u: undo,
  b: blur,
  s: () => item()?.nextSpeed(),
  ",": () => item()?.step(-1),
  ".": () => item()?.step(1),
  " ": () => item()?.toggle(),
  "?": DO.help,
  arrowleft: previous,
  arrowright: next,
  escape: back,
};

function keyOf(press) {
  const key = press.key.toLowerCase();
  if (!choosing()) return KEYS[key];
  const button = /^[1-5]$/.test(key) && reasons().querySelectorAll("[data-reason]")[Number(key) - 1];
  if (button) return () => decide("dismissed", button.dataset.reason);
  return ["1", "2", "3"].includes(key) ? undefined : KEYS[key];
}

/** Text fields, lists and sliders keep their keys; a focused button keeps Space and Enter. */
function belongsElsewhere(press) {
  if (press.ctrlKey || press.metaKey || press.altKey || press.isComposing || press.repeat) return true;
  if (help.open) return true;
  if (press.target.closest("input:not([type=range]), textarea, select, [contenteditable]")) return true;
  if (press.target.closest("input[type=range]")) return press.key.startsWith("Arrow");
  return press.key === " " && Boolean(press.target.closest("button, a, summary"));
}

document.addEventListener("keydown", (press) => {
  if (belongsElsewhere(press)) return;
  const act = keyOf(press);
  if (!act) return;
  press.preventDefault();
  act();
});

document.addEventListener("click", (click) => {
  const button = click.target.closest("button");
  if (!button) return;
  const { go, verdict, reason } = button.dataset;
  if (verdict) decide(verdict);
  // The strip opens under the pointer: the second half of a double click chooses nothing.
  else if (reason && performance.now() - opened > 250) decide("dismissed", reason);
  else if (go) DO[go]();
});

if (!item() && queue.ids.length) show(0);
queue.prefetch();
setInterval(lookAgain, 10_000);
outbox.send();
