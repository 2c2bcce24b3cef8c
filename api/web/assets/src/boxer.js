// Puts the box right: drawn with the mouse, or moved and sized by keys.
import { layOutTags } from "./picture.js";

const SVG = "http://www.w3.org/2000/svg";
const STEP = 6; // drawing units; a picture is 1000 wide
const SMALLEST = 4;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Boxer {
  /** `item` is the player whose best frame is drawn on. */
  constructor(item) {
    this.item = item;
    this.svg = item.querySelector("[data-stage] svg[data-frame='0']");
    this.kind = item.querySelector("[data-kind]");
    this.height = this.svg?.viewBox.baseVal.height;
  }

  get possible() {
    return Boolean(this.svg && this.kind);
  }

  begin() {
    this.item.showBest();
    this.edges = this.kept() ?? this.reported();
    this.rect = this.svg.querySelector(".box.corrected") ?? this.svg.appendChild(document.createElementNS(SVG, "rect"));
    this.rect.setAttribute("class", "box corrected");
    this.svg.classList.add("drawing");
    this.draw();
    this.stop = new AbortController();
    const { signal } = this.stop;
    this.svg.addEventListener("pointerdown", (down) => this.onDown(down), { signal });
    this.svg.addEventListener("pointermove", (move) => this.onMove(move), { signal });
    this.svg.addEventListener("pointerup", () => (this.from = null), { signal });
  }

  end() {
    this.stop?.abort();
    this.svg.classList.remove("drawing");
    layOutTags(this.svg);
  }

  keep() {
    const [left, top, right, bottom] = this.edges;
    const share = (value, whole) => Math.min(1, Math.max(0, Number((value / whole).toFixed(4))));
    const box = [share(left, 1000), share(top, this.height), share(right, 1000), share(bottom, this.height)];
    this.item.dataset.corrected = JSON.stringify({ box, kind: this.kind.value });
    this.end();
  }

  /** Back to what was kept before, or to nothing. */
  cancel() {
    this.edges = this.kept();
    if (this.edges) this.draw();
    else this.rect.remove();
    this.end();
  }

  kept() {
    const told = this.item.dataset.corrected;
    return told ? this.inUnits(JSON.parse(told).box) : null;
  }

  reported() {
    return this.inUnits(this.item.dataset.box.split(" ").map(Number));
  }

  inUnits([left, top, right, bottom]) {
    return [left * 1000, top * this.height, right * 1000, bottom * this.height];
  }

  draw() {
    const [left, top, right, bottom] = this.edges;
    const told = { x: left, y: top, width: right - left, height: bottom - top };
    for (const [name, value] of Object.entries(told)) this.rect.setAttribute(name, value.toFixed(1));
  }

  /** Arrows move, Shift with arrows sizes, Alt makes fine steps; true when the key was one of these. */
  onKey(press) {
    const arrow = ARROWS[press.key];
    if (!arrow) return false;
    const step = press.altKey ? 1 : STEP;
    const [dx, dy] = [arrow[0] * step, arrow[1] * step];
    const [left, top, right, bottom] = this.edges;
    this.set(press.shiftKey ? [left, top, right + dx, bottom + dy] : [left + dx, top + dy, right + dx, bottom + dy]);
    return true;
  }

  set([left, top, right, bottom]) {
    const inside = left >= 0 && top >= 0 && right <= 1000.01 && bottom <= this.height + 0.01;
    if (!inside || right - left < SMALLEST || bottom - top < SMALLEST) return;
    this.edges = [left, top, right, bottom];
    this.draw();
  }

  onDown(down) {
    if (down.button !== 0) return;
    down.preventDefault();
    this.svg.setPointerCapture(down.pointerId);
    this.from = this.point(down);
  }

  onMove(move) {
    if (!this.from) return;
    const to = this.point(move);
    const ordered = (axis) => [Math.min(this.from[axis], to[axis]), Math.max(this.from[axis], to[axis])];
    const [[left, right], [top, bottom]] = [ordered(0), ordered(1)];
    this.set([left, top, right, bottom]);
  }

  point(event) {
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    return [Math.min(1000, Math.max(0, x)), Math.min(this.height, Math.max(0, y))];
  }
}
