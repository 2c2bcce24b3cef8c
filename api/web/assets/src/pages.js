// Runs on every page: theme without a reload, ages, and the evidence player.
import { writeAges } from "./ages.js";
import { Player } from "./player.js";
import "./visit_leaving.js";

customElements.define("bk-player", Player);

document.addEventListener("click", (click) => {
  const button = click.target.closest("[data-theme-to]");
  if (!button) return;
  click.preventDefault();
  const theme = button.dataset.themeTo;
  document.documentElement.dataset.theme = theme;
  document.cookie = `brightkitchen_theme=${theme}; path=/; max-age=31536000; samesite=lax`;
  for (const other of document.querySelectorAll("[data-theme-to]")) {
    other.setAttribute("aria-pressed", String(other.dataset.themeTo === theme));
  }
});

document.addEventListener("change", (change) => {
  if (change.target.closest("form.filters") && !window.htmx) change.target.form.requestSubmit();
});

writeAges();
setInterval(writeAges, 15_000);
document.addEventListener("htmx:afterSwap", writeAges);
