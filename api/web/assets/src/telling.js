// What the review page says beside the picture: toasts, troubles, pace.
const PHONE = matchMedia("(max-width: 900px)");
const WITH_UNDO = ["upheld", "dismissed", "unsure", "burst"];

export class Telling {
  constructor(last, open) {
    this.last = last;
    this.toast = last.querySelector(".toast");
    this.done = 0;
    this.open = open;
    this.seconds = [];
  }

  say(what, entry = {}, pending = false) {
    const words = document.getElementById(`toast-${what}`).content.cloneNode(true);
    const slots = { where: entry.where, reason: entry.words, detail: entry.detail, number: entry.alerts?.length };
    for (const slot of words.querySelectorAll("[data-slot]")) slot.textContent = slots[slot.dataset.slot] ?? "";
    this.toast.replaceChildren(words);
    if (WITH_UNDO.includes(what)) this.toast.append(document.getElementById("toast-button").content.cloneNode(true));
    this.toast.dataset.said = what;
    this.toast.classList.toggle("pending", pending);
    this.toast.hidden = false;
    clearTimeout(this.timer);
    // On a phone it lies over the page, and the bar below has its own Undo.
    if (PHONE.matches) this.timer = setTimeout(() => (this.toast.hidden = true), 8_000);
  }

  /** `kind` null: the way to the server is free again. */
  trouble(kind, attempt = 0, on = true) {
    for (const note of this.last.querySelectorAll("[data-trouble]")) {
      if (kind === null ? note.dataset.trouble !== "loading" : note.dataset.trouble === kind) {
        note.hidden = kind === null || !on;
      }
    }
    const words = this.last.querySelector("[data-trouble=network] [data-words]");
    words.textContent = words.dataset.words.replace("{attempt}", attempt);
  }

  count(by, seconds = null) {
    this.done += by;
    if (seconds !== null) this.seconds.push(seconds);
    this.open = Math.max(0, this.open - by);
    this.write();
  }

  /** The server says how much is open; what it has not heard of yet is taken off. */
  setOpen(open, unsent) {
    if (open === undefined) return;
    this.open = Math.max(0, open - unsent);
    this.write();
  }

  write() {
    const bar = document.querySelector(".session");
    bar.querySelector("[data-count=done]").textContent = this.done;
    bar.querySelector("[data-count=all]").textContent = this.done + this.open;
    bar.querySelector("progress").max = Math.max(1, this.done + this.open);
    bar.querySelector("progress").value = this.done;
    const words = bar.querySelector(".pace");
    words.hidden = this.seconds.length < 3;
    const middle = [...this.seconds].sort((a, b) => a - b)[Math.floor(this.seconds.length / 2)] ?? 0;
    const left = Math.max(1, Math.round((middle * this.open) / 60));
    words.textContent = words.dataset.words.replace("{seconds}", middle.toFixed(1)).replace("{minutes}", left);
  }
}
