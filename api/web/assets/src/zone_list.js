// The zones as a list beside the picture: everything can be done here without a pointer.
import { filled } from "./asking.js";

export class ZoneList {
  constructor(place, words, on) {
    this.place = place;
    this.words = words;
    this.on = on;
    place.addEventListener("click", (click) => this.clicked(click));
    place.addEventListener("input", (input) => this.typed(input, false));
    place.addEventListener("change", (input) => this.typed(input, true));
  }

  /** Keeps the list's elements while they fit: one that goes away under a click loses the click. */
  draw({ zones, selected, problem }) {
    this.zones = zones;
    const shape = zones.map((zone) => [zone, zone.hours.length, zone.polygon.length]);
    const fits = this.shape?.length === shape.length && shape.every((one, i) => one.every((part, at) => part === this.shape[i][at]));
    this.shape = shape;
    if (fits) this.refresh();
    else this.rebuild();
    this.marks(zones, selected, problem);
  }

  rebuild() {
    const focused = this.focusedPlace();
    this.place.replaceChildren(...this.zones.map((zone, i) => this.item(zone, i, this.zones.length)));
    if (focused) this.place.children[Math.min(focused[0], this.zones.length - 1)]?.querySelector(`[data-do="${focused[1]}"]`)?.focus();
  }

  /** Writes the values again, but not where somebody types. */
  refresh() {
    this.zones.forEach((zone, index) => {
      const item = this.place.children[index];
      for (const field of item.querySelectorAll("[data-field]")) put(field, zone[field.dataset.field]);
      for (const input of item.querySelectorAll("[data-axis]")) {
        const at = [...input.closest("ol").children].indexOf(input.closest("li"));
        put(input, (zone.polygon[at][input.dataset.axis] * 100).toFixed(1));
      }
    });
  }

  focusedPlace() {
    const button = document.activeElement?.closest?.("[data-do]");
    const item = button?.closest(".zone-item");
    return item && this.place.contains(item) ? [[...this.place.children].indexOf(item), button.dataset.do] : null;
  }

  item(zone, index, count) {
    const item = part("zone");
    item.querySelector("[data-do=up]").disabled = index === 0;
    item.querySelector("[data-do=down]").disabled = index === count - 1;
    for (const field of item.querySelectorAll("[data-field]")) field.value = zone[field.dataset.field];
    item.querySelector(".hours").replaceChildren(...zone.hours.map(stretch));
    item.querySelector(".corners").replaceChildren(...zone.polygon.map((corner, at) => this.corner(corner, at)));
    return item;
  }

  corner([x, y], at) {
    const item = part("corner");
    item.firstElementChild.textContent = at + 1;
    for (const [axis, value, word] of [[0, x, this.words.x], [1, y, this.words.y]]) {
      const input = item.querySelector(`[data-axis="${axis}"]`);
      input.value = (value * 100).toFixed(1);
      input.setAttribute("aria-label", filled(word, { number: at + 1 }));
    }
    return item;
  }

  marks(zones, selected, problem) {
    zones.forEach((zone, index) => {
      const item = this.place.children[index];
      const chosen = zone === selected;
      item.toggleAttribute("data-selected", chosen);
      item.querySelector(".body").hidden = !chosen;
      const pick = item.querySelector(".pick");
      pick.textContent = zone.name || this.words.zone;
      pick.setAttribute("aria-expanded", String(chosen));
      const kind = item.querySelector("[data-field=type]");
      item.querySelector("[data-slot=kind]").textContent = kind.selectedOptions[0]?.textContent ?? "";
      const wrong = problem(zone);
      const told = item.querySelector("[data-slot=problem]");
      told.hidden = !wrong;
      told.querySelector("span").textContent = wrong ? this.words[wrong] : "";
    });
  }

  zoneOf(element) {
    return this.zones[[...this.place.children].indexOf(element.closest(".zone-item"))];
  }

  clicked(click) {
    const button = click.target.closest("[data-do]");
    if (!button) return;
    const zone = this.zoneOf(button);
    const within = (selector) => [...button.closest(selector).parentElement.children].indexOf(button.closest(selector));
    const what = button.dataset.do;
    if (what === "drop-hours") this.on.hours(zone, zone.hours.toSpliced(within(".stretch"), 1));
    else if (what === "drop-corner") this.on.drop(zone, within("li"));
    else this.on[what](zone);
  }

  typed(input, done) {
    const { target } = input;
    const zone = this.zoneOf(target);
    if (target.dataset.field) return this.on.field(zone, target.dataset.field, target.value, done);
    if (target.dataset.axis) {
      const at = [...target.closest("ol").children].indexOf(target.closest("li"));
      return this.on.axis(zone, at, Number(target.dataset.axis), Number(target.value) / 100, done);
    }
    const rows = [...target.closest(".hours").children];
    this.on.hours(zone, rows.map(readStretch), done);
  }
}

function put(input, value) {
  if (input !== document.activeElement && input.value !== value) input.value = value;
}

function part(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

function stretch({ days, opens, closes }) {
  const row = part("stretch");
  for (const box of row.querySelectorAll("[type=checkbox]")) box.checked = days.includes(box.value);
  row.querySelector("[data-time=opens]").value = opens;
  row.querySelector("[data-time=closes]").value = closes;
  return row;
}

function readStretch(row) {
  return {
    days: [...row.querySelectorAll("[type=checkbox]:checked")].map((box) => box.value),
    opens: row.querySelector("[data-time=opens]").value,
    closes: row.querySelector("[data-time=closes]").value,
  };
}
