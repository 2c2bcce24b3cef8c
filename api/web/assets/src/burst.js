// One camera that reports the same over and over: what is alike is listed, then dismissed together.
import { ask, problemOf } from "./outbox.js";

export class Burst {
  constructor(dialog, dismissed) {
    this.dialog = dialog;
    this.dismissed = dismissed;
    dialog.addEventListener("click", (click) => {
      const button = click.target.closest("[data-reason]");
      if (button) this.dismiss(button.dataset.reason);
    });
    dialog.addEventListener("close", () => dialog.replaceChildren());
  }

  get open() {
    return this.dialog.open;
  }

  async show(id) {
    const response = await fetch(`/review/items/${id}/burst`, { headers: { Accept: "text/html" } });
    if (!response.ok) return false;
    this.id = id;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    this.dialog.replaceChildren(...page.body.children);
    this.dialog.showModal();
    return true;
  }

  onKey(press) {
    const button = /^[1-5]$/.test(press.key) && this.dialog.querySelectorAll("[data-reason]")[Number(press.key) - 1];
    if (!button) return false;
    this.dismiss(button.dataset.reason);
    return true;
  }

  async dismiss(reason) {
    const ids = [...this.dialog.querySelectorAll("[data-alert]")].map((row) => row.dataset.alert);
    const words = this.dialog.querySelector(`[data-reason="${reason}"] b`).textContent;
    this.dialog.close();
    let response;
    try {
      response = await ask(`/api/v1/alerts/${this.id}/burst`, "POST", { alert_ids: ids, reason });
    } catch {
      return this.dismissed({ trouble: true });
    }
    if (!response.ok) return this.dismissed({ detail: await problemOf(response) });
    const { batch, dismissed } = await response.json();
    this.dismissed({ batch, alerts: dismissed, words });
  }
}

/** {ok, undone} or {ok: false, detail}; throws TypeError when the server cannot be reached. */
export async function undoBatch(batch) {
  const response = await ask(`/api/v1/reviews/batches/${batch}`, "DELETE");
  if (!response.ok) return { ok: false, detail: await problemOf(response) };
  return { ok: true, ...(await response.json()) };
}
