// Signing out takes everything of visits off this phone, but not before saying what would be lost.
import { exists, forget, unsent } from "./visit_store.js";

document.addEventListener("submit", async (submit) => {
  const form = submit.target.closest('form[action="/sign-out"]');
  if (!form || !globalThis.indexedDB || form.dataset.gone) return;
  submit.preventDefault();
  try {
    if (await exists()) {
      const waiting = await unsent();
      if (waiting.length && !confirm(form.dataset.leave.replace("{count}", waiting.length))) return;
      await forget();
    }
  } finally {
    if (!submit.target.isConnected) return;
  }
  form.dataset.gone = "yes";
  form.requestSubmit();
});
