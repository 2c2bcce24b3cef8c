// The queue as a list, and one's own verdicts: clocks, and undo.
import { writeClocks } from "./clock.js";
import { ask, problemOf } from "./outbox.js";

document.addEventListener("click", async (click) => {
  const button = click.target.closest("button[data-undo]");
  if (!button) return;
  button.disabled = true;
  const response = await ask(button.dataset.undo, "DELETE").catch(() => null);
  if (response?.ok) return location.reload();
  const told = button.closest("tr").querySelector("[role=status]");
  told.textContent = response ? await problemOf(response) : told.dataset.unreachable;
  button.disabled = false;
});

writeClocks();
setInterval(writeClocks, 1_000);
document.addEventListener("htmx:afterSwap", () => writeClocks());
