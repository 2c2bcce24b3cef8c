// How much time is left for a review: a number that changes its colour once when it gets late.
const UNITS = { zh: ["小时", "分"], en: ["h", "min"] };

export function writeClocks(root = document) {
  const now = Date.now();
  for (const clock of root.querySelectorAll("[data-due]")) {
    const due = Date.parse(clock.dataset.due);
    const state = now > due ? "late" : now >= Date.parse(clock.dataset.soon) ? "soon" : "in_time";
    if (clock.dataset.state !== state) clock.dataset.state = state;
    clock.querySelector("[data-words]").textContent = state === "late" ? clock.dataset.late : clock.dataset.left;
    clock.querySelector("b").textContent = told(Math.abs(due - now) / 1000);
  }
}

function told(seconds) {
  const whole = Math.floor(seconds);
  const [hour, minute] = UNITS[document.documentElement.lang.startsWith("zh") ? "zh" : "en"];
  const two = (number) => String(number).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)}:${two(whole % 60)}`;
  return `${Math.floor(whole / 3600)} ${hour} ${two(Math.floor(whole / 60) % 60)} ${minute}`;
}
