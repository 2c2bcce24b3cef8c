// The review page: keys and buttons do the same things; verdicts go out through the outbox.
import { writeAges } from "./ages.js";
import { Attention } from "./attention.js";
import { Boxer } from "./boxer.js";
import { Burst, undoBatch } from "./burst.js";
import { writeClocks } from "./clock.js";
import { Outbox } from "./outbox.js";
import { Queue, SignedOutError } from "./queue.js";
import { Telling } from "./telling.js";

const body = document.body;
const main = document.getElementById("main");
const nothing = main.querySelector(".nothing");
const help = document.getElementById("help");
const item = () => main.querySelector("bk-player");

const telling = new Telling(main.querySelector(".last"), Number(body.dataset.open));
const queue = new Queue(item()?.dataset.item, body.dataset.filter);
const outbox = new Outbox(body.dataset.person, { trouble: (...told) => telling.trouble(...told), answered });
const attention = new Attention();
const burst = new Burst(document.getElementById("burst"), dismissedTogether);
const given = []; // verdicts of this sitting, newest last: {alert, where, verdict, review} or {batch, alerts}
let boxer = null; // while a box is put right

// --- what is shown ---------------------------------------------------------------------------

async function show(index, skipTaken = false) {
  closeStrips();
  leave();
  queue.index = index;
  const id = queue.current;
  let page;
  try {
    page = await queue.page(id);
  } catch (error) {
    telling.trouble(error instanceof SignedOutError ? "signed-out" : "loading");
    setTimeout(() => queue.current === id && show(queue.index, skipTaken), 3_000);
    return;
  }
  if (queue.current !== id) return; // gone elsewhere meanwhile
  telling.trouble("loading", 0, false);
  if (skipTaken && (!page || page.dataset.state === "taken")) {
    queue.done.add(id);
    return next();
  }
  place(page);
  haveMore();
}

/** No key decides about an item that is on its way out; who leaves it open gives it back. */
function leave() {
  const shown = item();
  if (!shown) return;
  if (["open", "absent"].includes(shown.dataset.state)) {
    queue.release([shown.dataset.item]);
    queue.forget(shown.dataset.item);
  }
  shown.dataset.state = "leaving";
}

function place(page) {
  item()?.remove();
  nothing.hidden = Boolean(page);
  if (page) main.prepend(document.importNode(page, true));
  attention.restart();
  markBlur();
  writeAges();
  writeClocks();
}

function showNothing() {
  queue.index = queue.ids.length - 1;
  place(null);
}

async function next() {
  if (queue.nextIndex() >= 0) return show(queue.nextIndex(), true);
  const from = queue.current;
  const more = await moreOrPassedOver();
  if (queue.current !== from) return; // gone elsewhere meanwhile
  if (more) return show(queue.nextIndex(), true);
  if (item()?.dataset.state === "open") return telling.say("end");
  return showNothing();
}

async function moreOrPassedOver() {
  try {
    // Fetching ahead may have claimed the last one just before: what counts is what is at hand.
    await queue.more();
    if (queue.nextIndex() < 0 && queue.reoffer()) await queue.more();
    return queue.nextIndex() >= 0;
  } catch (error) {
    telling.trouble(error instanceof SignedOutError ? "signed-out" : "loading");
    return false;
  }
}

function previous() {
  if (!item() && queue.index >= 0) return again(queue.index);
  if (queue.index > 0) return again(queue.index - 1);
  return telling.say("end");
}

/** What was judged or given back meanwhile must be asked for anew. */
function again(index) {
  if (!queue.ids[index]) return;
  queue.forget(queue.ids[index]);
  return show(index);
}

function haveMore() {
  queue
    .ahead()
    .then(() => telling.setOpen(queue.open, outbox.waiting.length))
    .catch(() => {}); // told when it is the next one's turn
}

/** New alerts and late evidence appear without a reload. */
async function lookAgain() {
  const shown = item();
  if (!shown) {
    if (queue.nextIndex() < 0) await queue.more().catch(() => null);
    if (!item() && queue.nextIndex() >= 0) await show(queue.nextIndex(), true);
  } else if (["absent", "taken"].includes(shown.dataset.state)) {
    await again(queue.index);
  }
}

async function holdOn() {
  if (!attention.present) return;
  const lost = await queue.renew().catch(() => false);
  if (lost && item()?.dataset.state === "open") await again(queue.index);
}

// --- verdicts --------------------------------------------------------------------------------

function decide(verdict, reason = null) {
  const shown = item();
  if (shown?.dataset.state !== "open") return;
  const { item: alert, where, corrected } = shown.dataset;
  const words = reason && shown.querySelector(`[data-reason="${reason}"] b`).textContent;
  const took_s = Number(attention.seconds.toFixed(2));
  const entry = { alert, where, verdict, words };
  given.push(entry);
  shown.dataset.state = "sent";
  telling.say(verdict, entry, true);
  queue.forget(alert);
  queue.done.add(alert);
  const comment = shown.querySelector("[data-comment]")?.value.trim() || undefined;
  const box = corrected ? JSON.parse(corrected) : undefined;
  outbox.add({ alert, verdict, reason, comment, box, took_s });
  telling.count(1, took_s);
  next();
}

function answered({ alert }, answer) {
  const entry = given.findLast((one) => one.alert === alert && !one.review);
  if (!entry) return;
  if (answer.kind === "recorded") {
    entry.review = answer.review;
    if (entry === given.at(-1)) telling.say(entry.verdict, entry);
    if (entry.undoWanted) undoOnRecord(entry);
    return;
  }
  given.splice(given.indexOf(entry), 1);
  telling.count(-1);
  telling.say(answer.kind, { ...entry, detail: answer.detail });
}

/** What became of a bulk dismissal; it goes out at once, or not at all. */
function dismissedTogether(told) {
  if (told.trouble) return telling.trouble("network", 1);
  if (!told.batch) return telling.say("refused", told);
  const entry = { ...told, where: item()?.dataset.where };
  given.push(entry);
  for (const id of entry.alerts) {
    queue.done.add(id);
    queue.forget(id);
  }
  if (item()) item().dataset.state = "sent";
  telling.say("burst", entry);
  telling.count(entry.alerts.length);
  next();
}

/** The verdict on the alert that is shown, if this person gave it; else the last one given. */
function undo() {
  const entry = givenOnShown() ?? given.at(-1);
  if (!entry) return telling.say("nothing");
  if (entry.batch || entry.review) return undoOnRecord(entry);
  if (outbox.cancel(entry.alert)) return undone(entry);
  entry.undoWanted = true; // its answer is on the way
}

function givenOnShown() {
  const { item: alert, review, where } = item()?.dataset ?? {};
  return review && (given.find((one) => one.alert === alert) ?? { alert, review, where });
}

async function undoOnRecord(entry) {
  let answer;
  try {
    answer = entry.batch ? await undoBatch(entry.batch) : await outbox.undo(entry.alert, entry.review);
  } catch {
    return telling.trouble("network", 1);
  }
  telling.trouble(null);
  if (answer.ok) undone(entry);
  else telling.say("kept", { ...entry, detail: answer.detail });
}

function undone(entry) {
  const alerts = entry.alerts ?? [entry.alert];
  const index = given.indexOf(entry);
  if (index >= 0) {
    given.splice(index, 1);
    telling.count(-alerts.length);
  }
  for (const id of alerts) queue.done.delete(id);
  telling.say("undone", entry);
  const known = alerts.find((id) => queue.ids.includes(id));
  if (known) again(queue.ids.indexOf(known));
}

// --- strips and marks --------------------------------------------------------------------------

const reasons = () => item()?.querySelector(".reasons");
const choosing = () => Boolean(reasons() && !reasons().hidden);
let opened = 0;

function chooseReason() {
  if (item()?.dataset.state !== "open") return;
  closeStrips();
  reasons().hidden = false;
  item().classList.add("choosing");
  opened = performance.now();
}

function closeStrips() {
  if (boxer) endBox("cancel");
  if (!reasons()) return;
  reasons().hidden = true;
  item().classList.remove("choosing");
}

function editBox() {
  if (item()?.dataset.state !== "open" || choosing() || boxer) return;
  const started = new Boxer(item());
  if (!started.possible) return;
  boxer = started;
  boxer.begin();
  item().querySelector(".boxing").hidden = false;
  item().classList.add("choosing");
}

function endBox(how) {
  boxer[how]();
  boxer = null;
  item().querySelector(".boxing").hidden = true;
  item().classList.remove("choosing");
  const marked = "corrected" in item().dataset;
  item().querySelector("[data-go=box]").setAttribute("aria-pressed", String(marked));
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
  if (choosing() || boxer) closeStrips();
  else item()?.showBest();
}

function showBurst() {
  if (item()?.dataset.state === "open" && !choosing() && !boxer) burst.show(item().dataset.item).catch(() => {});
}

// --- doing -----------------------------------------------------------------------------------

const DO = {
  undo,
  blur,
  previous,
  next,
  choose: chooseReason,
  cancel: closeStrips,
  box: editBox,
  keep: () => boxer && endBox("keep"),
  comment: () => item()?.querySelector("[data-comment]")?.focus(),
  burst: showBurst,
  "close-burst": () => burst.dialog.close(),
  refresh: () => again(queue.index),
  help: () => help.showModal(),
};
const KEYS = {
  1: () => decide("upheld"),
  2: chooseReason,
  3: () => decide("unsure"),
  u: undo,
  b: blur,
  e: editBox,
  c: DO.comment,
  a: showBurst,
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
  if (boxer) return keyOfBox(press);
  const key = press.key.toLowerCase();
  if (!choosing()) return KEYS[key];
  const button = /^[1-5]$/.test(key) && reasons().querySelectorAll("[data-reason]")[Number(key) - 1];
  if (button) return () => decide("dismissed", button.dataset.reason);
  return ["1", "2", "3"].includes(key) ? undefined : KEYS[key];
}

/** While a box is put right no key decides anything. */
function keyOfBox(press) {
  if (press.key === "Enter") return DO.keep;
  if (press.key === "Escape") return closeStrips;
  return press.key.startsWith("Arrow") ? () => boxer.onKey(press) : undefined;
}

/** Text fields, lists and sliders keep their keys; a focused button keeps Space and Enter. */
function belongsElsewhere(press) {
  const arrowsOfBox = boxer && press.key.startsWith("Arrow");
  if (press.ctrlKey || press.metaKey || press.isComposing || (press.altKey && !arrowsOfBox)) return true;
  if (press.repeat && !arrowsOfBox) return true;
  if (help.open) return true;
  if (press.target.closest("input:not([type=range]), textarea, select, [contenteditable]")) return true;
  if (press.target.closest("input[type=range]")) return press.key.startsWith("Arrow");
  return [" ", "Enter"].includes(press.key) && Boolean(press.target.closest("button, a, summary"));
}

document.addEventListener("keydown", (press) => {
  // Escape leaves a field, so that the keys work again.
  if (press.key === "Escape" && press.target.closest("textarea, select")) return void press.target.blur();
  if (belongsElsewhere(press)) return;
  if (burst.open) return void (burst.onKey(press) && press.preventDefault());
  const act = keyOf(press);
  if (!act) return;
  press.preventDefault();
  act();
});

document.addEventListener("click", (click) => {
  const button = click.target.closest("button");
  if (!button || button.closest("#burst [data-reason]")) return;
  const { go, verdict, reason } = button.dataset;
  if (verdict) decide(verdict);
  // The strip opens under the pointer: the second half of a double click chooses nothing.
  else if (reason && performance.now() - opened > 250) decide("dismissed", reason);
  else if (go) DO[go]();
});

addEventListener("pagehide", () => queue.release(queue.held()));
addEventListener("pageshow", (showing) => showing.persisted && location.reload());

writeClocks();
if (item()) haveMore();
setInterval(lookAgain, 10_000);
setInterval(holdOn, (Number(body.dataset.lease) * 1000) / 3);
setInterval(writeClocks, 1_000);
outbox.send();
