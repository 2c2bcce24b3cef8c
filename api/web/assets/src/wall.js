// The patrol wall: whose turn it is comes from the server; keys and buttons do the same things.
import { RefusedError, SignedOutError, ask, words } from "./asking.js";
import { Drawing } from "./wall_drawing.js";
import { makeTile, nameOf, setClock, stateOf, urlOf, writeAbout, writeTile, zoneName } from "./wall_tiles.js";

const REFRESH_MS = 5_000;
const body = document.body;
const round = `/api/v1/rounds/${body.dataset.round}`;
const wall = document.querySelector(".wall");
const aside = document.querySelector(".wall-side");
const help = document.getElementById("help");
const SAID = words("word-said");
const LOOKS = words("word-looks");
const drawing = new Drawing(document.querySelector(".enlarged"), writeReport);
const undoable = []; // looks of this sitting, newest last
let tiles = [];
let current = null;
let size = Number(localStorage.getItem("brightkitchen.wall") ?? 9);
let paused = body.dataset.paused === "yes";
let line = Promise.resolve(); // what is done goes to the server in the order of the keys
let busy = 0;

const tileOf = (camera) => tiles.find((tile) => tile.camera_id === camera);
const buttons = () => [...wall.querySelectorAll(".tile")];

// --- what is on the wall ---------------------------------------------------------------------

async function load(keep) {
  if (paused) return showParts();
  const told = await tried(() => ask(`${round}/next`, "POST", keep ? { count: Math.max(1, keep.length), keep } : { count: size }));
  if (!told) return;
  setClock(told.served);
  writeCounts(told.round);
  tiles = told.items;
  if (keep) for (const button of buttons()) tileOf(button.dataset.camera) && writeTile(button, tileOf(button.dataset.camera));
  else fill();
  showParts();
}

function fill() {
  wall.dataset.size = size;
  wall.replaceChildren(...tiles.map(makeTile));
  const first = tiles.find((tile) => !tile.look) ?? tiles[0];
  if (first) select(first.camera_id);
}

function showParts() {
  const empty = !tiles.length && !paused;
  document.querySelector(".nothing").hidden = !empty;
  document.querySelector(".paused").hidden = !paused;
  wall.hidden = paused || empty || drawing.open;
  for (const button of document.querySelectorAll("[data-size]")) {
    if (button.tagName === "BUTTON") button.setAttribute("aria-pressed", String(Number(button.dataset.size) === size));
  }
  writeAbout(aside, tileOf(current));
}

function select(camera) {
  current = camera;
  for (const button of buttons()) {
    const mine = button.dataset.camera === camera;
    button.setAttribute("aria-pressed", String(mine));
    if (mine && !drawing.open) button.focus({ preventScroll: true });
  }
  writeAbout(aside, tileOf(current));
}

function move(dx, dy) {
  const all = buttons();
  const columns = Math.sqrt(size);
  const at = all.findIndex((button) => button.dataset.camera === current);
  const to = at + dx + dy * columns;
  if (all[to]) select(all[to].dataset.camera);
}

/** The next camera that was not looked at yet, after this one. */
function goOn() {
  const at = tiles.findIndex((tile) => tile.camera_id === current);
  const turn = [...tiles.slice(at + 1), ...tiles.slice(0, at + 1)];
  select((turn.find((tile) => !tile.look) ?? tileOf(current)).camera_id);
}

// --- looking and reporting -------------------------------------------------------------------

async function look(said) {
  const tile = tileOf(current);
  if (!tile || tile.look) return;
  const seen = { camera_id: tile.camera_id, said, sha256: tile.picture?.sha256 ?? null };
  const told = await tried(() => ask(`${round}/looks`, "POST", seen));
  if (!told) return;
  undoable.push(told);
  note(tile, told);
}

function note(tile, told) {
  tile.look = told;
  say(`${LOOKS[told.outcome]} · ${nameOf(tile)}`);
  count(told.outcome, 1);
  const button = buttons().find((one) => one.dataset.camera === tile.camera_id);
  if (button) writeTile(button, tile);
  if (drawing.open) close();
  goOn();
}

async function undo() {
  const last = undoable.at(-1);
  if (!last) return say(tileOf(current)?.look?.outcome === "reported" ? SAID.kept : SAID.nothing);
  if (last.outcome === "reported") return say(SAID.kept);
  const told = await tried(() => ask(`${round}/looks/${last.id}`, "DELETE"));
  if (!told) return;
  undoable.pop();
  const tile = tileOf(told.camera_id);
  count(told.outcome, -1);
  say(SAID.undone);
  if (!tile) return;
  tile.look = null;
  writeTile(buttons().find((one) => one.dataset.camera === tile.camera_id), tile);
  select(tile.camera_id);
}

function enlarge(reporting) {
  const tile = tileOf(current);
  if (!tile) return;
  if (stateOf(tile) !== "fresh") return say(SAID["no-picture"]);
  drawing.show({ ...tile }, urlOf(tile), reporting);
  aside.querySelector(".report").hidden = !reporting;
  writeReport();
  showParts();
  document.activeElement?.blur();
}

function close() {
  drawing.close();
  aside.querySelector(".report").hidden = true;
  showParts();
  if (current) select(current);
}

function writeReport() {
  const { allowed, rule, zone, box } = drawing.open && drawing.reporting ? drawing : { allowed: [] };
  for (const chip of aside.querySelectorAll("[data-rule]")) {
    chip.disabled = Boolean(box) && !allowed.includes(chip.dataset.rule);
    chip.setAttribute("aria-pressed", String(chip.dataset.rule === rule));
  }
  aside.querySelector(".why-not").hidden = !box || allowed.length === 6;
  aside.querySelector("[data-slot=where]").textContent = zone ? zoneName(zone) : "";
  aside.querySelector("[data-go=send]").disabled = !(drawing.open && drawing.ready);
}

async function send() {
  if (!drawing.ready) return say(drawing.box && !drawing.allowed.length ? SAID.nowhere : SAID.choose);
  const { tile, rule, box } = drawing;
  drawing.id ??= crypto.randomUUID?.() ?? uuid();
  const finding = { id: drawing.id, camera_id: tile.camera_id, sha256: tile.picture.sha256, rule, box };
  const told = await tried(() => ask(`${round}/findings`, "POST", finding));
  if (!told) return;
  drawing.id = null;
  undoable.push(told);
  note(tileOf(tile.camera_id) ?? tile, told);
}

/** Browsers give randomUUID to https and localhost only. */
function uuid() {
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0"));
  hex[6] = `4${hex[6][1]}`;
  hex[8] = `a${hex[8][1]}`;
  const whole = hex.join("");
  return [whole.slice(0, 8), whole.slice(8, 12), whole.slice(12, 16), whole.slice(16, 20), whole.slice(20)].join("-");
}

async function next() {
  if (tiles.length && tiles.every((tile) => !tile.look)) return say(SAID["judge-first"]);
  if (drawing.open) close();
  await load();
}

async function change(what) {
  const told = await tried(() => ask(`${round}/${what}`, "POST"));
  if (!told) return;
  if (what === "end") return location.assign(`/patrol/rounds/${body.dataset.round}`);
  paused = what === "pause";
  if (drawing.open) close();
  tiles = [];
  wall.replaceChildren();
  await load();
}

// --- telling ---------------------------------------------------------------------------------

function say(text) {
  const toast = aside.querySelector(".toast");
  toast.textContent = text;
  toast.hidden = false;
}

function trouble(text) {
  const box = aside.querySelector(".trouble");
  box.hidden = !text;
  box.querySelector("span").textContent = text ?? "";
}

/** The answer, or nothing when it failed and was told. */
async function tried(send) {
  try {
    const told = await send();
    trouble(null);
    return told;
  } catch (error) {
    if (error instanceof RefusedError) trouble(`${SAID.refused}: ${error.message}`);
    else trouble(error instanceof SignedOutError ? SAID["signed-out"] : SAID.network);
    return null;
  }
}

/** One after the other: a key pressed before the last answer came waits for its turn. */
function inTurn(act) {
  busy += 1;
  line = line.then(act).finally(() => (busy -= 1));
}

function count(outcome, by) {
  for (const name of [outcome, "looked"]) {
    const slot = document.querySelector(`[data-count=${name}]`);
    slot.textContent = Number(slot.textContent) + by;
  }
  document.querySelector(".progress").value += by;
}

function writeCounts(told) {
  const looked = told.clear + told.not_seen + told.reported;
  for (const [name, value] of Object.entries({ clear: told.clear, not_seen: told.not_seen, reported: told.reported, looked })) {
    document.querySelector(`[data-count=${name}]`).textContent = value;
  }
  document.querySelector(".progress").value = looked;
}

// --- keys and buttons ------------------------------------------------------------------------

const arrow = (dx, dy) => ({ shiftKey }) =>
  inTurn(() => (drawing.open && drawing.reporting ? drawing.nudge(dx, dy, shiftKey) : move(dx, dy)));
const rules = [...aside.querySelectorAll("[data-rule]")].map((chip) => chip.dataset.rule);
const DO = {
  seen: () => inTurn(() => look("clear")),
  unclear: () => inTurn(() => look("not_seen")),
  report: () => inTurn(() => enlarge(true)),
  enlarge: () => inTurn(() => (drawing.open ? close() : enlarge(false))),
  send: () => inTurn(send),
  undo: () => inTurn(undo),
  next: () => inTurn(next),
  blur: () => {
    const on = body.toggleAttribute("data-blur");
    document.querySelector("[data-go=blur]").setAttribute("aria-pressed", String(on));
  },
  pause: () => inTurn(() => change("pause")),
  resume: () => inTurn(() => change("resume")),
  end: () => inTurn(() => change("end")),
  help: () => help.showModal(),
};
const KEYS = {
  " ": DO.seen,
  x: DO.unclear,
  r: DO.report,
  u: DO.undo,
  n: DO.next,
  b: DO.blur,
  "?": DO.help,
  enter: () => inTurn(() => (drawing.open && drawing.reporting ? send() : drawing.open ? close() : enlarge(false))),
  escape: () => inTurn(() => drawing.open && close()),
  arrowleft: arrow(-1, 0),
  arrowright: arrow(1, 0),
  arrowup: arrow(0, -1),
  arrowdown: arrow(0, 1),
};
for (const [index, rule] of rules.entries()) KEYS[index + 1] = () => inTurn(() => drawing.open && drawing.reporting && drawing.choose(rule));

/** Fields keep their keys; a focused button that is no tile keeps Space and Enter. */
function belongsElsewhere(press) {
  if (press.ctrlKey || press.metaKey || press.altKey || press.isComposing || help.open) return true;
  if (press.repeat && !press.key.startsWith("Arrow")) return true;
  if (press.target.closest("input, textarea, select")) return true;
  const button = press.target.closest("button:not(.tile), a, summary");
  return Boolean(button) && [" ", "Enter"].includes(press.key);
}

document.addEventListener("keydown", (press) => {
  const act = KEYS[press.key.toLowerCase()];
  if (!act || belongsElsewhere(press) || (paused && act !== DO.help)) return;
  press.preventDefault();
  act(press);
});

document.addEventListener("click", (click) => {
  const button = click.target.closest("button");
  if (!button) return;
  const { go, camera, rule } = button.dataset;
  if (go) DO[go]?.();
  else if (rule && drawing.open) drawing.choose(rule);
  else if (camera) select(camera);
  else if (button.dataset.size) {
    size = Number(button.dataset.size);
    localStorage.setItem("brightkitchen.wall", size);
    if (drawing.open) close();
    load();
  }
});
wall.addEventListener("dblclick", () => enlarge(false));

setInterval(() => {
  for (const button of buttons()) tileOf(button.dataset.camera) && writeTile(button, tileOf(button.dataset.camera));
  writeAbout(aside, tileOf(current));
}, 1_000);
setInterval(() => {
  if (!paused && !busy && tiles.length && !(drawing.open && drawing.reporting)) load(tiles.map((tile) => tile.camera_id));
}, REFRESH_MS);
load();
