// A picture of a camera as SVG: 1000 units wide, boxes and zones in shares of it.
export const WIDE = 1000;
const SVG = "http://www.w3.org/2000/svg";

export function shape(name, attributes, parent) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  parent?.append(made);
  return made;
}

export function tallOf(picture) {
  return (WIDE * picture.height) / picture.width;
}

/** Draws the picture, and bands over its heads that B makes visible. Nothing when it is the same. */
export function drawShot(svg, url, picture, heads, key) {
  if (svg.dataset.url === url) return;
  svg.dataset.url = url;
  const tall = tallOf(picture);
  svg.setAttribute("viewBox", `0 0 ${WIDE} ${tall}`);
  svg.replaceChildren();
  shape("image", { href: url, width: WIDE, height: tall }, svg);
  svg.classList.toggle("unknown", heads === null);
  if (!heads?.length) return;
  const bands = shape("g", { class: "heads" }, svg);
  const blur = shape("filter", { id: `f-${key}` }, bands);
  shape("feGaussianBlur", { stdDeviation: 14 }, blur);
  const clip = shape("clipPath", { id: `c-${key}` }, bands);
  for (const head of heads) shape("rect", rectOf(head, tall), clip);
  const over = shape("g", { "clip-path": `url(#c-${key})` }, bands);
  shape("image", { href: url, width: WIDE, height: tall, filter: `url(#f-${key})` }, over);
}

export function rectOf([left, top, right, bottom], tall) {
  return { x: left * WIDE, y: top * tall, width: (right - left) * WIDE, height: (bottom - top) * tall };
}

export function pointsOf(polygon, tall) {
  return polygon.map(([x, y]) => `${x * WIDE},${y * tall}`).join(" ");
}

/** Where a pointer is, in shares of the picture, kept inside it. */
export function shareAt(svg, pointer) {
  const at = new DOMPoint(pointer.clientX, pointer.clientY).matrixTransform(svg.getScreenCTM().inverse());
  const { width, height } = svg.viewBox.baseVal;
  return [Math.min(1, Math.max(0, at.x / width)), Math.min(1, Math.max(0, at.y / height))];
}

/** Whether a point lies in a polygon, by the even-odd rule. */
export function inside([x, y], polygon) {
  let odd = false;
  polygon.forEach(([x1, y1], i) => {
    const [x2, y2] = polygon[(i + 1) % polygon.length];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) odd = !odd;
  });
  return odd;
}
