// Whether corners make an area: the same answers as vision/polygons.py, at once while drawing.
export function area(polygon) {
  return Math.abs(sides(polygon).reduce((sum, [a, b]) => sum + a[0] * b[1] - b[0] * a[1], 0)) / 2;
}

/** The first thing that is wrong, or null. */
export function problemOf(polygon, { maxCorners, minArea }) {
  if (polygon.length < 3) return "too_few";
  if (polygon.length > maxCorners) return "too_many";
  if (!polygon.every(([x, y]) => x >= 0 && x <= 1 && y >= 0 && y <= 1)) return "outside";
  if (new Set(polygon.map(String)).size < polygon.length) return "same_corner";
  if (crosses(polygon)) return "crossing";
  return area(polygon) < minArea ? "no_area" : null;
}

function sides(polygon) {
  return polygon.map((corner, i) => [corner, polygon[(i + 1) % polygon.length]]);
}

function crosses(polygon) {
  const all = sides(polygon);
  return all.some((one, i) => all.some((other, j) => j > i && meet(one, other, j === i + 1 || (i === 0 && j === all.length - 1))));
}

function meet([a, b], [c, d], neighbours) {
  if (neighbours) return folded(a, b, c, d);
  const turns = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
  if (turns[0] * turns[1] < 0 && turns[2] * turns[3] < 0) return true;
  const ends = [[a, b, c], [a, b, d], [c, d, a], [c, d, b]];
  return turns.some((side, i) => side === 0 && between(...ends[i]));
}

function folded(a, b, c, d) {
  const [corner, first, second] = b === c ? [b, a, d] : [a, b, c];
  const forward = (first[0] - corner[0]) * (second[0] - corner[0]) + (first[1] - corner[1]) * (second[1] - corner[1]);
  return turn(first, corner, second) === 0 && forward > 0;
}

function turn(a, b, c) {
  const value = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
  return Math.abs(value) < 1e-12 ? 0 : Math.sign(value);
}

function between(a, b, c) {
  return Math.min(a[0], b[0]) <= c[0] && c[0] <= Math.max(a[0], b[0]) && Math.min(a[1], b[1]) <= c[1] && c[1] <= Math.max(a[1], b[1]);
}
