// "3 minutes ago", in the page's language, for every <time data-age>.
const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

export function writeAges() {
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always", style: "short" });
  for (const time of document.querySelectorAll("time[data-age]")) {
    const seconds = Math.max(0, (Date.now() - Date.parse(time.dateTime)) / 1000);
    const [unit, size] = UNITS.find(([, length]) => seconds >= length) ?? ["second", 1];
    time.textContent = spaced(words.format(-Math.floor(seconds / size), unit));
  }
}

/** Chinese is set with a space between figures and words. */
function spaced(text) {
  return text.replace(/(\d)(\p{Script=Han})/gu, "$1 $2");
}
