// The zone editor: one list of zones, shown on the picture and beside it; every change can be undone.
import { RefusedError, SignedOutError, ask, filled, words } from "./asking.js";
import { problemOf } from "./polygons.js";
import { Canvas, inPicture } from "./zone_canvas.js";
import { ZoneList } from "./zone_list.js";

const { camera, maxCorners, minArea } = document.body.dataset;
const LIMITS = { maxCorners: Number(maxCorners), minArea: Number(minArea) };
const address = `/api/v1/cameras/${encodeURIComponent(camera)}/zones`;
const WORD = words("words");
const TIME = /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/;
const RECTANGLE = [[0.3, 0.3], [0.7, 0.3], [0.7, 0.7], [0.3, 0.7]];
const WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

const state = { zones: [], version: 0, selected: null, corner: null, draft: null };
const past = []; // earlier states of the zones, as text
let saved = "[]";
let leaving = false;

// --- what is wrong ---------------------------------------------------------------------------

function problem(zone) {
  if (!zone.name.trim()) return "no_name";
  if (state.zones.some((other) => other !== zone && other.name.trim() === zone.name.trim())) return "same_name";
  const wrong = zone.hours.map(hoursProblem).find(Boolean);
  return wrong ?? problemOf(zone.polygon, LIMITS);
}

function hoursProblem({ days, opens, closes }) {
  if (!TIME.test(opens) || !TIME.test(closes) || opens === closes || opens === "24:00") return "bad_time";
  return days.length ? null : "no_days";
}

// --- changing --------------------------------------------------------------------------------

const text = () => JSON.stringify(state.zones);

/** Keeps the state before a change; small steps of one movement are one. */
function keep() {
  const now = text();
  if (past.at(-1) !== now) past.push(now);
}

function change(act) {
  keep();
  act();
  draw();
}

function undo() {
  if (state.draft) return cancel();
  while (past.length) {
    const before = past.pop();
    if (before === text()) continue;
    const index = state.zones.indexOf(state.selected);
    state.zones = JSON.parse(before);
    state.selected = state.zones[index] ?? null;
    state.corner = null;
    break;
  }
  draw();
}

function pick(zone) {
  state.selected = zone;
  state.corner = null;
  draw();
}

function begin() {
  state.selected = null;
  state.draft = [];
  document.activeElement?.blur(); // Enter is for the outline now
  draw();
}

function cancel() {
  state.draft = null;
  draw();
}

/** Closes the outline; without corners a rectangle is put there to be shaped. */
function finish() {
  if (!state.draft) return;
  const polygon = state.draft.length >= 3 ? state.draft : RECTANGLE.map((corner) => [...corner]);
  state.draft = null;
  change(() => {
    const zone = { name: freeName(), type: "cooking", polygon, hours: [], outside_hours: "closed" };
    state.zones.unshift(zone);
    state.selected = zone;
  });
  canvas.focus(0, 0);
}

function freeName() {
  const taken = new Set(state.zones.map((zone) => zone.name));
  for (let number = 1; ; number += 1) if (!taken.has(`${WORD.zone} ${number}`)) return `${WORD.zone} ${number}`;
}

function shift(zone, by) {
  const from = state.zones.indexOf(zone);
  const to = from + by;
  if (to < 0 || to >= state.zones.length) return;
  change(() => state.zones.splice(to, 0, ...state.zones.splice(from, 1)));
}

function drop(zone, at) {
  if (zone.polygon.length > 3) change(() => zone.polygon.splice(at, 1));
}

let moving = false;
function move(zone, at, point, done) {
  if (!moving) keep();
  moving = !done;
  zone.polygon[at] = point.map(inPicture);
  state.corner = at;
  draw();
}

function typed(zone, act, done) {
  if (!moving) keep();
  moving = !done;
  act();
  draw();
}

const canvas = new Canvas(document.querySelector(".canvas"), {
  pick,
  move,
  drop,
  corner: (zone, at) => {
    state.selected = zone;
    state.corner = at;
    draw();
  },
  insert: (zone, at, point) => change(() => zone.polygon.splice(at, 0, point.map(inPicture))),
  point: (point, closes) => {
    if (closes) return finish();
    state.draft.push(point.map(inPicture));
    draw();
  },
});

const list = new ZoneList(document.querySelector(".zone-list"), WORD, {
  pick: (zone) => pick(zone === state.selected ? null : zone),
  up: (zone) => shift(zone, -1),
  down: (zone) => shift(zone, 1),
  delete: (zone) => change(() => {
    state.zones.splice(state.zones.indexOf(zone), 1);
    if (state.selected === zone) state.selected = null;
  }),
  drop,
  field: (zone, name, value, done) => typed(zone, () => (zone[name] = value), done),
  axis: (zone, at, axis, value, done) => typed(zone, () => (zone.polygon[at][axis] = inPicture(value)), done),
  hours: (zone, hours, done = true) => typed(zone, () => (zone.hours = hours), done),
  "add-hours": (zone) => change(() => zone.hours.push({ days: [...WEEK], opens: "06:00", closes: "22:00" })),
  "add-corner": (zone) => change(() => {
    const [first, last] = [zone.polygon[0], zone.polygon.at(-1)];
    zone.polygon.push([inPicture((first[0] + last[0]) / 2), inPicture((first[1] + last[1]) / 2)]);
  }),
});

// --- showing ---------------------------------------------------------------------------------

function draw() {
  const { zones, selected, corner, draft } = state;
  const label = (zone, at) => {
    const [x, y] = zone.polygon[at].map((share) => (share * 100).toFixed(1));
    return filled(WORD.corner, { number: at + 1, name: zone.name, x, y });
  };
  canvas.draw({ zones, selected, corner, draft, label, wrong: problem });
  list.draw({ zones, selected, problem });
  for (const part of document.querySelectorAll("[data-kind]")) part.hidden = part.dataset.kind !== (selected?.type ?? "");
  const unsaved = text() !== saved;
  slot("unsaved").hidden = !unsaved;
  button("save").disabled = !unsaved;
  button("undo").disabled = !past.some((before) => before !== text()) && !draft;
  for (const name of ["finish", "cancel"]) button(name).hidden = !draft;
  slot("hint").textContent = draft ? WORD.draw : "";
}

const slot = (name) => document.querySelector(`[data-slot=${name}]`);
const button = (name) => document.querySelector(`[data-go=${name}]`);

function tell(kind, words) {
  for (const name of ["trouble", "said"]) {
    const note = document.querySelector(`.zones-side > .${name}`);
    note.hidden = name !== kind;
    if (name === kind) note.querySelector("span").textContent = words;
  }
}

// --- loading and saving ----------------------------------------------------------------------

function take(told) {
  state.version = told.version;
  // Version 0 is the whole picture, drawn by nobody: one begins with an empty sheet.
  state.zones = told.version ? told.zones.map(open) : [];
  state.selected = state.zones.find((zone) => zone.name === state.selected?.name) ?? null;
  saved = text();
}

function open({ name, type, polygon, hours, outside_hours }) {
  return { name, type, polygon: polygon.map((corner) => [...corner]), hours, outside_hours };
}

async function tried(send) {
  try {
    return await send();
  } catch (error) {
    if (error instanceof SignedOutError) tell("trouble", WORD.signed_out);
    else if (error instanceof RefusedError) tell("trouble", error.status === 409 ? WORD.conflict : `${WORD.refused}: ${error.message}`);
    else tell("trouble", WORD.network);
    return null;
  }
}

async function save() {
  const wrong = state.zones.find(problem);
  if (wrong) {
    pick(wrong);
    return tell("trouble", `${wrong.name || WORD.zone}: ${WORD[problem(wrong)]} ${WORD.mend}`);
  }
  const note = document.querySelector("[name=note]").value;
  await done(() => ask(address, "PUT", { base_version: state.version, zones: state.zones, note }));
}

async function done(send, reload = false) {
  const told = await tried(send);
  if (!told) return;
  take(told);
  past.length = 0;
  document.querySelector("[name=note]").value = "";
  slot("version").textContent = filled(WORD.version, { version: told.version });
  tell("said", filled(WORD.saved, { version: told.version }));
  draw();
  if (reload) {
    leaving = true;
    location.reload();
  }
}

const DO = { new: begin, finish, cancel, undo, save };

document.addEventListener("click", (click) => {
  const { go, restore } = click.target.closest("button")?.dataset ?? {};
  if (go) DO[go]?.();
  else if (restore) done(() => ask(`${address}/versions/${restore}/restore`, "POST", { base_version: state.version }), true);
});
document.querySelector("[name=file]").addEventListener("change", async (chosen) => {
  const [file] = chosen.target.files;
  if (file) await done(async () => ask(`${address}/file`, "POST", { base_version: state.version, file: await file.text() }), true);
  chosen.target.value = "";
});
document.addEventListener("keydown", (press) => {
  const typing = press.target.closest("input:not([type=checkbox]), select, textarea");
  const key = press.key.toLowerCase();
  if (key === "z" && (press.ctrlKey || press.metaKey) && !typing) undo();
  else if (press.ctrlKey || press.metaKey || press.altKey || typing) return;
  else if (key === "escape" && state.draft) cancel();
  else if (key === "enter" && state.draft && !press.target.closest("button")) finish();
  else if (key === "n" && !state.draft && !button("new").disabled) begin();
  else return;
  press.preventDefault();
});
addEventListener("beforeunload", (event) => {
  if (!leaving && text() !== saved) event.preventDefault();
});

/** Nothing can be drawn before the zones that are there have come. */
async function load() {
  const told = await tried(() => ask(address));
  draw();
  if (!told) return;
  take(told);
  button("new").disabled = false;
  draw();
}

load();
