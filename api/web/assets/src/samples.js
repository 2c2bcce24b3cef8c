// Judging alert-free minutes by keys: 1 nothing wrong, 2 mark a miss, 3 not assessable, U undo.
const SVG = "http://www.w3.org/2000/svg";
const WHOLE = 1000; // the overlay's own units, whatever the picture's shape
const STEP = 10;
const SMALLEST = 8;
const FRAME_S = 1 / 25;
const SPEEDS = [1, 2, 4];
const LAST = "brightkitchen_sample"; // the verdict that Undo takes back, across the next page
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const sample = document.querySelector(".minute-item");
const stage = sample?.querySelector("[data-stage]");
const video = stage?.querySelector("video");
const frames = [...(stage?.querySelectorAll("img") ?? [])];
const overlay = stage?.querySelector(".marks");
const panel = document.getElementById("marking");
const csrf = document.querySelector("meta[name=csrf]").content;

const marks = [];
let present = null;
let shown = 0;
let sending = false;

// --- the minute ------------------------------------------------------------------------------

function atS() {
  return video ? Math.min(60, video.currentTime) : Number(frames[shown].dataset.at);
}

function writePlace() {
  document.querySelector("[data-place]").textContent = `${atS().toFixed(1)} / 60 s`;
}

function step(by) {
  if (video) {
    video.pause();
    video.currentTime = Math.max(0, video.currentTime + by * FRAME_S);
  } else {
    shown = Math.min(frames.length - 1, Math.max(0, shown + by));
    frames.forEach((frame, index) => (frame.hidden = index !== shown));
  }
  writePlace();
}

function toggle() {
  if (video?.paused) video.play();
  else video?.pause();
}

function nextSpeed() {
  if (video) video.playbackRate = SPEEDS[(SPEEDS.indexOf(video.playbackRate) + 1) % SPEEDS.length];
}

// --- marks -----------------------------------------------------------------------------------

const marking = () => !panel.hidden;
const chosen = () => panel.querySelector("input[name=rule]:checked").value;
const ongoing = () => panel.querySelector("input[name=ongoing]");

function beginMark() {
  if (sample.dataset.judged === "true") return;
  video?.pause();
  panel.hidden = false;
  stage.classList.add("marking");
  setExpanded(true);
  place([400, 400, 600, 600]);
  panel.querySelector("input[name=rule]:checked").focus();
}

function cancelMark() {
  panel.hidden = true;
  stage.classList.remove("marking");
  overlay.replaceChildren();
  marks.length = 0;
  present = null;
  setExpanded(false);
  writeCount();
}

function setExpanded(on) {
  sample.querySelector("[data-go=mark]").setAttribute("aria-expanded", String(on));
}

function place([left, top, right, bottom]) {
  if (!present) {
    present = { rect: document.createElementNS(SVG, "rect"), atS: atS() };
    present.rect.setAttribute("class", "present");
    overlay.append(present.rect);
  }
  present.edges = [left, top, right, bottom];
  const told = { x: left, y: top, width: right - left, height: bottom - top };
  for (const [name, value] of Object.entries(told)) present.rect.setAttribute(name, value.toFixed(1));
}

function move([x, y], size) {
  let [left, top, right, bottom] = present.edges;
  if (size) {
    right = Math.min(WHOLE, Math.max(left + SMALLEST, right + x * STEP));
    bottom = Math.min(WHOLE, Math.max(top + SMALLEST, bottom + y * STEP));
  } else {
    const dx = Math.min(WHOLE - right, Math.max(-left, x * STEP));
    const dy = Math.min(WHOLE - bottom, Math.max(-top, y * STEP));
    [left, top, right, bottom] = [left + dx, top + dy, right + dx, bottom + dy];
  }
  place([left, top, right, bottom]);
}

function keepMark() {
  if (!present) return;
  const box = present.edges.map((edge) => Number((edge / WHOLE).toFixed(4)));
  marks.push({ rule: chosen(), box, at_s: Number(present.atS.toFixed(2)), ongoing: ongoing().checked });
  present.rect.removeAttribute("class");
  present = null;
  ongoing().checked = false;
  writeCount();
}

function another() {
  keepMark();
  place([400, 400, 600, 600]);
}

function writeCount() {
  const words = panel.querySelector("[data-count]");
  words.textContent = marks.length ? words.dataset.words.replace("{count}", marks.length) : "";
}

function pointOf(event) {
  const all = overlay.getBoundingClientRect();
  const share = (value, start, length) => Math.min(WHOLE, Math.max(0, ((value - start) / length) * WHOLE));
  return [share(event.clientX, all.left, all.width), share(event.clientY, all.top, all.height)];
}

function listenToPointer() {
  let from = null;
  overlay.addEventListener("pointerdown", (down) => {
    from = pointOf(down);
    overlay.setPointerCapture(down.pointerId);
  });
  overlay.addEventListener("pointermove", (moved) => {
    if (!from) return;
    const to = pointOf(moved);
    const [left, right] = [Math.min(from[0], to[0]), Math.max(from[0], to[0])];
    const [top, bottom] = [Math.min(from[1], to[1]), Math.max(from[1], to[1])];
    place([left, top, Math.max(right, left + SMALLEST), Math.max(bottom, top + SMALLEST)]);
  });
  overlay.addEventListener("pointerup", () => (from = null));
}

// --- verdicts --------------------------------------------------------------------------------

async function ask(method, path, body) {
  const headers = { "X-CSRF-Token": csrf, "Content-Type": "application/json" };
  const response = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const told = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(told.detail ?? response.statusText);
  return told;
}

async function decide(verdict) {
  if (!sample || sending || sample.dataset.judged === "true") return;
  sending = true;
  try {
    const told = await ask("POST", `/api/v1/samples/${sample.dataset.sample}/reviews`, {
      verdict,
      marks: verdict === "missed" ? marks : [],
    });
    sessionStorage.setItem(LAST, JSON.stringify({ sample: told.sample_id, review: told.id }));
    location.assign("/samples");
  } catch (error) {
    complain(error);
  } finally {
    sending = false;
  }
}

function send() {
  keepMark();
  if (marks.length) decide("missed");
}

async function undo() {
  const last = JSON.parse(sessionStorage.getItem(LAST) ?? "null");
  if (!last || sending) return;
  sending = true;
  try {
    await ask("DELETE", `/api/v1/samples/${last.sample}/reviews/${last.review}`);
    sessionStorage.removeItem(LAST);
    location.assign(`/samples?item=${last.sample}`);
  } catch (error) {
    complain(error);
  } finally {
    sending = false;
  }
}

function complain(error) {
  const note = document.querySelector("[data-problem]");
  note.querySelector("span").textContent = error.message;
  note.hidden = false;
}

function offerUndo() {
  const note = document.querySelector("[data-undo]");
  note.hidden = !sessionStorage.getItem(LAST);
  const words = note.querySelector("[data-words]");
  words.textContent = words.dataset.words;
}

// --- keys ------------------------------------------------------------------------------------

const DO = { mark: beginMark, cancel: cancelMark, send, another, undo };
const KEYS = {
  1: () => decide("clear"),
  2: beginMark,
  3: () => decide("not_assessable"),
  u: undo,
  s: nextSpeed,
  " ": toggle,
  ",": () => step(-1),
  ".": () => step(1),
};
const MARKING = {
  a: another,
  enter: send,
  escape: cancelMark,
  o: () => (ongoing().checked = !ongoing().checked),
  ",": () => step(-1),
  ".": () => step(1),
};

function actOf(press) {
  if (!sample) return press.key.toLowerCase() === "u" ? undo : null;
  if (!marking()) return KEYS[press.key.toLowerCase()];
  if (ARROWS[press.key]) return () => present && move(ARROWS[press.key], press.shiftKey);
  const rules = panel.querySelectorAll("input[name=rule]");
  const rule = /^[1-6]$/.test(press.key) && rules[Number(press.key) - 1];
  return rule ? () => (rule.checked = true) : MARKING[press.key.toLowerCase()];
}

document.addEventListener("keydown", (press) => {
  if (press.ctrlKey || press.metaKey || press.altKey || press.isComposing) return;
  if (press.target.closest("select, textarea, input[type=text]")) return;
  const onButton = press.target.closest("button, a, summary");
  if (onButton && (press.key === " " || press.key === "Enter")) return;
  const act = actOf(press);
  if (!act) return;
  press.preventDefault();
  act();
});

document.addEventListener("click", (click) => {
  const button = click.target.closest("button");
  const { go, verdict } = button?.dataset ?? {};
  if (verdict) decide(verdict);
  else if (go && DO[go]) DO[go]();
});

offerUndo();
if (sample) {
  listenToPointer();
  writePlace();
  video?.addEventListener("timeupdate", writePlace);
}
