// One camera enlarged: looked at closely, or a box drawn on it and reported.
import { drawShot, inside, pointsOf, rectOf, shape, shareAt, tallOf } from "./shots.js";

const HEAD_RULES = ["missing_hat", "missing_mask", "mask_worn_wrong"];
const STEP = 0.01;
const SMALLEST = 0.01;
const FIRST = [0.42, 0.3, 0.58, 0.58];

export class Drawing {
  /** `changed` is called whenever the box or the rule is another one. */
  constructor(place, changed) {
    this.place = place;
    this.changed = changed;
    this.tile = null;
  }

  get open() {
    return Boolean(this.tile);
  }

  /** Shows a tile large; with `reporting` its picture stays as it is, and a box is drawn on it. */
  show(tile, url, reporting) {
    this.tile = tile;
    this.reporting = reporting;
    this.box = null;
    this.rule = null;
    this.id = null;
    this.tall = tallOf(tile.picture);
    this.svg = shape("svg", { class: "shot", preserveAspectRatio: "xMidYMid meet", role: "img", "aria-label": `${tile.restaurant_name} · ${tile.camera_name}` });
    this.place.replaceChildren(this.svg);
    this.place.hidden = false;
    drawShot(this.svg, url, tile.picture, tile.heads, "large");
    for (const zone of tile.zones) shape("polygon", { class: "area", points: pointsOf(zone.polygon, this.tall) }, this.svg);
    if (reporting) this.listen();
  }

  close() {
    this.tile = null;
    this.place.hidden = true;
    this.place.replaceChildren();
  }

  listen() {
    let from = null;
    this.svg.addEventListener("pointerdown", (press) => {
      from = shareAt(this.svg, press);
      this.svg.setPointerCapture(press.pointerId);
      press.preventDefault();
    });
    this.svg.addEventListener("pointermove", (move) => {
      if (!from) return;
      const to = shareAt(this.svg, move);
      this.put([Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.max(from[0], to[0]), Math.max(from[1], to[1])]);
    });
    this.svg.addEventListener("pointerup", () => (from = null));
  }

  put(box) {
    this.box = box;
    for (const old of this.svg.querySelectorAll(".drawn")) old.remove();
    for (const look of ["drawn halo", "drawn"]) shape("rect", { class: look, ...rectOf(box, this.tall) }, this.svg);
    if (this.rule && !this.allowed.includes(this.rule)) this.rule = null;
    this.changed();
  }

  /** Arrows move the box, with Shift they change its size; the first press puts one there. */
  nudge(dx, dy, resize) {
    if (!this.box) return this.put([...FIRST]);
    const [left, top, right, bottom] = this.box;
    if (resize) {
      return this.put([left, top, clamp(right + dx * STEP, left + SMALLEST, 1), clamp(bottom + dy * STEP, top + SMALLEST, 1)]);
    }
    const x = clamp(dx * STEP, -left, 1 - right);
    const y = clamp(dy * STEP, -top, 1 - bottom);
    this.put([left + x, top + y, right + x, bottom + y]);
  }

  choose(rule) {
    if (!this.box) this.put([...FIRST]);
    if (this.allowed.includes(rule)) this.rule = rule;
    this.changed();
  }

  get ready() {
    const [left, top, right, bottom] = this.box ?? [0, 0, 0, 0];
    return Boolean(this.rule) && right - left >= SMALLEST / 2 && bottom - top >= SMALLEST / 2;
  }

  /** What may be reported where the box lies: a head counts by its middle, an animal by its feet. */
  get allowed() {
    if (!this.box) return [];
    const heads = this.placeAt(this.middle).rules.filter((rule) => HEAD_RULES.includes(rule));
    const others = this.placeAt(this.feet).rules.filter((rule) => !HEAD_RULES.includes(rule));
    return [...heads, ...others];
  }

  get middle() {
    const [left, top, right, bottom] = this.box;
    return [(left + right) / 2, (top + bottom) / 2];
  }

  get feet() {
    const [left, , right, bottom] = this.box;
    return [(left + right) / 2, Math.min(bottom, 1 - 1e-6)];
  }

  placeAt(point) {
    return this.tile.zones.find((zone) => inside(point, zone.polygon)) ?? this.tile.beside;
  }

  /** The zone that the report will name. */
  get zone() {
    if (!this.box) return null;
    return this.placeAt(HEAD_RULES.includes(this.rule) || !this.rule ? this.middle : this.feet);
  }
}

function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}
