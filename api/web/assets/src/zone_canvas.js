// The picture with the zones over it: corners are dragged, moved with arrows, added and taken away.
import { WIDE, pointsOf, shape, shareAt } from "./shots.js";

const NEAR = 14;

export class Canvas {
  /** `on`: {pick(zone), corner(zone, at), move(zone, at, point, done), insert(zone, at, point), drop(zone, at), point(share)} */
  constructor(place, on) {
    const { picture, width, height } = document.body.dataset;
    this.on = on;
    this.tall = (WIDE * Number(height)) / Number(width);
    this.svg = shape("svg", { viewBox: `0 0 ${WIDE} ${this.tall}`, "data-canvas": "" }, place);
    if (picture) shape("image", { href: picture, width: WIDE, height: this.tall }, this.svg);
    this.over = shape("g", {}, this.svg);
    this.svg.addEventListener("pointerdown", (press) => this.down(press));
    this.svg.addEventListener("pointermove", (move) => this.drag(move));
    for (const name of ["pointerup", "pointercancel"]) this.svg.addEventListener(name, () => this.release());
    this.svg.addEventListener("keydown", (press) => this.key(press));
  }

  /** `view`: {zones, selected, corner, draft, label(zone, at), wrong(zone)}; keeps focus on its corner. */
  draw(view) {
    this.view = view;
    const focused = document.activeElement?.closest?.("[data-corner]");
    const again = focused && [focused.dataset.zone, focused.dataset.corner];
    this.over.replaceChildren();
    // The first zone holds where zones overlap, so it is drawn last, on top.
    for (const [i, zone] of [...view.zones.entries()].reverse()) if (zone !== view.selected) this.zone(zone, i);
    if (view.selected) this.zone(view.selected, view.zones.indexOf(view.selected));
    if (view.draft) this.draft(view.draft);
    if (again) this.over.querySelector(`[data-zone="${again[0]}"][data-corner="${again[1]}"]`)?.focus();
  }

  zone(zone, index) {
    const chosen = zone === this.view.selected;
    const look = ["zone", chosen && "selected", this.view.wrong(zone) && "wrong", zone.type === "ignore" && "ignored"];
    shape("polygon", { class: look.filter(Boolean).join(" "), points: pointsOf(zone.polygon, this.tall), "data-zone": index }, this.over);
    const [x, y] = middle(zone.polygon);
    const name = shape("text", { x: x * WIDE, y: y * this.tall, "text-anchor": "middle" }, this.over);
    name.textContent = zone.name;
    if (!chosen || this.view.draft) return;
    zone.polygon.forEach((corner, at) => this.edge(zone, index, corner, at));
    zone.polygon.forEach((corner, at) => this.corner(zone, index, corner, at));
  }

  edge(zone, index, [x, y], at) {
    const [nx, ny] = zone.polygon[(at + 1) % zone.polygon.length];
    const size = 10;
    shape("rect", { class: "edge", x: ((x + nx) / 2) * WIDE - size / 2, y: ((y + ny) / 2) * this.tall - size / 2, width: size, height: size, "data-zone": index, "data-edge": at }, this.over);
  }

  corner(zone, index, [x, y], at) {
    const look = at === this.view.corner ? "corner current" : "corner";
    shape("circle", { class: look, cx: x * WIDE, cy: y * this.tall, r: 9, tabindex: 0, role: "button", "aria-label": this.view.label(zone, at), "data-zone": index, "data-corner": at }, this.over);
  }

  draft(points) {
    shape("polyline", { class: "draft", points: pointsOf(points, this.tall) }, this.over);
    for (const [x, y] of points) shape("circle", { class: "corner", cx: x * WIDE, cy: y * this.tall, r: 8 }, this.over);
  }

  down(press) {
    const at = shareAt(this.svg, press);
    if (this.view.draft) return this.on.point(at, this.closes(at));
    const { zone, corner, edge } = press.target.dataset;
    if (zone === undefined) return this.on.pick(null);
    const held = this.view.zones[zone];
    if (edge !== undefined) {
      this.held = [held, Number(edge) + 1];
      this.on.insert(held, Number(edge) + 1, at);
    } else if (corner !== undefined) {
      this.held = [held, Number(corner)];
      this.on.corner(held, Number(corner));
    } else this.on.pick(held);
    if (this.held) this.svg.setPointerCapture(press.pointerId);
    if (this.held) press.preventDefault();
  }

  drag(move) {
    if (this.held) this.on.move(...this.held, shareAt(this.svg, move), false);
  }

  release() {
    if (!this.held) return;
    const [zone, at] = this.held;
    this.held = null;
    this.on.move(zone, at, zone.polygon[at], true);
    this.focus(this.view.zones.indexOf(zone), at);
  }

  focus(index, at) {
    this.over.querySelector(`[data-zone="${index}"][data-corner="${at}"]`)?.focus();
  }

  /** Whether a click comes back to the first corner. */
  closes([x, y]) {
    const [first] = this.view.draft;
    return this.view.draft.length >= 3 && Math.hypot((x - first[0]) * WIDE, (y - first[1]) * this.tall) < NEAR;
  }

  key(press) {
    const { zone, corner } = press.target.dataset;
    if (corner === undefined) return;
    const held = this.view.zones[zone];
    const at = Number(corner);
    const step = press.shiftKey ? 0.05 : 0.005;
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[press.key];
    if (way) {
      const [x, y] = held.polygon[at];
      this.on.move(held, at, [inPicture(x + way[0] * step), inPicture(y + way[1] * step)], true);
    } else if (press.key === "Delete" || press.key === "Backspace") this.on.drop(held, at);
    else return;
    press.preventDefault();
  }
}

export function inPicture(value) {
  return Math.round(Math.min(1, Math.max(0, value)) * 10_000) / 10_000;
}

function middle(polygon) {
  const sum = polygon.reduce(([sx, sy], [x, y]) => [sx + x, sy + y], [0, 0]);
  return sum.map((value) => value / Math.max(1, polygon.length));
}
