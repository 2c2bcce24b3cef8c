// Labels of boxes: one size on the screen whatever the picture's, inside it, not over each other.
const PIXELS = 12;
const GAP = 3;

export function layOutTags(svg) {
  const width = svg.getBoundingClientRect().width;
  if (!width) return;
  const view = svg.viewBox.baseVal;
  const unit = 1 / svg.getScreenCTM().a;
  const placed = [...svg.querySelectorAll(".box.subject")].map(rectOf);
  // The subject is drawn last and placed first: it gets the best place.
  for (const tag of [...svg.querySelectorAll(".tag")].reverse()) placed.push(place(tag, unit, view, placed));
}

function place(tag, unit, view, placed) {
  const [back, text] = tag.children;
  text.setAttribute("font-size", PIXELS * unit);
  const width = text.getComputedTextLength() + 10 * unit;
  const height = (PIXELS + 5) * unit;
  const [x, y, tall] = [Number(tag.dataset.x), Number(tag.dataset.y), Number(tag.dataset.h)];
  const left = Math.max(view.x, Math.min(x, view.x + view.width - width));
  const tops = [y - height - GAP * unit, y + tall + GAP * unit, y - 2 * (height + GAP * unit)];
  const spots = tops
    .filter((top) => top >= view.y && top + height <= view.y + view.height)
    .map((top) => ({ left, top, right: left + width, bottom: top + height }));
  const spot = spots.find((one) => !placed.some((other) => overlap(one, other))) ?? spots[0] ?? { left, top: y };
  for (const [name, value] of Object.entries({ x: spot.left, y: spot.top, width, height })) {
    back.setAttribute(name, value.toFixed(1));
  }
  text.setAttribute("x", (spot.left + 5 * unit).toFixed(1));
  text.setAttribute("y", (spot.top + (PIXELS + 0.5) * unit).toFixed(1));
  return spot;
}

/** A label never covers the thing that is judged. */
function rectOf(box) {
  const [x, y] = [box.x.baseVal.value, box.y.baseVal.value];
  return { left: x, top: y, right: x + box.width.baseVal.value, bottom: y + box.height.baseVal.value };
}

function overlap(one, other) {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}
