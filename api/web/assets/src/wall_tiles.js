// Tiles: what each shows of its camera now. A picture that is too old is blanked, never shown.
import { filled, words } from "./asking.js";
import { drawShot } from "./shots.js";

const WORD = words("word-ages");
const LOOKS = words("word-looks");
const UNSEEN = words("word-unseen");
const HEALTH = words("word-health");
const ZONES = words("word-zones");
const STALE_S = Number(document.body.dataset.stale);
let ahead_ms = 0; // how far this computer's clock is ahead of the server's

export function setClock(served) {
  ahead_ms = Date.now() - served;
}

export function ageOf(picture) {
  return Math.max(0, (Date.now() - ahead_ms - Date.parse(picture.taken_at)) / 1000);
}

/** fresh, stale, frozen or none; a picture grows old while it is looked at. */
export function stateOf(tile) {
  if (tile.health === "inactive") return "inactive";
  if (!tile.picture) return "none";
  if (ageOf(tile.picture) > STALE_S) return "stale";
  return tile.picture.state === "frozen" ? "frozen" : "fresh";
}

export function urlOf(tile) {
  return `/api/v1/cameras/${encodeURIComponent(tile.camera_id)}/pictures/${tile.picture.sha256}`;
}

export function span(seconds) {
  const whole = Math.round(seconds);
  if (whole >= 172_800) return `${Math.floor(whole / 86_400)} ${WORD.d}`;
  if (whole >= 3600) return `${Math.floor(whole / 3600)} ${WORD.h} ${String(Math.floor(whole / 60) % 60).padStart(2, "0")} ${WORD.min}`;
  return whole >= 60 ? `${Math.floor(whole / 60)} ${WORD.min} ${String(whole % 60).padStart(2, "0")} ${WORD.s}` : `${whole} ${WORD.s}`;
}

function unseenOf(why) {
  return why.never_seen ? WORD.never : filled(WORD.unseen, { time: span(why.unseen_s) });
}

export function nameOf(tile) {
  return `${tile.restaurant_name} · ${tile.camera_name}`;
}

export function makeTile(tile) {
  const item = document.getElementById("tile").content.firstElementChild.cloneNode(true);
  const button = item.firstElementChild;
  button.dataset.camera = tile.camera_id;
  button.querySelector(".rank").textContent = tile.position + 1;
  button.querySelector("[data-slot=name]").textContent = nameOf(tile);
  writeTile(button, tile);
  return item;
}

export function writeTile(button, tile) {
  const state = stateOf(tile);
  const blank = state !== "fresh";
  button.classList.toggle("blank", blank);
  const svg = button.querySelector(".shot");
  if (!blank) drawShot(svg, urlOf(tile), tile.picture, tile.heads, tile.camera_id);
  else {
    svg.replaceChildren();
    delete svg.dataset.url;
  }
  const age = button.querySelector(".age");
  age.textContent = tile.picture ? filled(WORD.ago, { time: span(ageOf(tile.picture)) }) : "—";
  age.classList.toggle("old", blank);
  const { why } = tile;
  const told = [unseenOf(why), filled(WORD.risk, { risk: why.risk })];
  if (why.open_alerts) told.push(filled(WORD.alerts, { count: why.open_alerts }));
  if (tile.place) told.push(tile.place);
  button.querySelector("[data-slot=why]").textContent = told.join(" · ");
  writeMiddle(button, tile, state);
}

function writeMiddle(button, tile, state) {
  const mid = button.querySelector(".mid");
  const sign = tile.look?.outcome ?? state;
  mid.hidden = !tile.look && state === "fresh";
  if (mid.hidden) {
    for (const part of mid.children) part.replaceChildren();
    return;
  }
  const icon = document.getElementById(`sign-${sign}`) ?? document.getElementById("sign-none");
  mid.querySelector(".sign").replaceChildren(icon.content.cloneNode(true));
  mid.querySelector("[data-slot=what]").textContent = tile.look ? LOOKS[tile.look.outcome] : UNSEEN[state];
  mid.querySelector("[data-slot=more]").textContent = moreOf(tile, state);
}

function moreOf(tile, state) {
  if (tile.look?.reason) return UNSEEN[tile.look.reason];
  if (!tile.look && state !== "none" && tile.picture) {
    return filled(WORD.last, { time: span(ageOf(tile.picture)) });
  }
  return "";
}

/** The camera's facts beside the wall. */
export function writeAbout(aside, tile) {
  const told = tile && {
    name: nameOf(tile),
    age: tile.picture ? filled(WORD.ago, { time: span(ageOf(tile.picture)) }) : UNSEEN.none,
    unseen: tile.why.never_seen ? WORD.never : span(tile.why.unseen_s),
    risk: tile.why.risk,
    alerts: String(tile.why.open_alerts),
    health: HEALTH[tile.health],
    zones: tile.zones.map((zone) => zoneName(zone)).join(", "),
  };
  for (const slot of aside.querySelectorAll(".about [data-slot]")) {
    slot.textContent = told?.[slot.dataset.slot] ?? "—";
  }
}

export function zoneName(zone) {
  if (!zone.polygon.length) return `${WORD.outside} (${ZONES[zone.type]})`;
  return [zone.type, ZONES[zone.type]].includes(zone.name) ? ZONES[zone.type] : `${zone.name} (${ZONES[zone.type]})`;
}
