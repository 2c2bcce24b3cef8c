// How long a person really looked at an item: pauses and other windows are left out.
const PAUSE_MS = 45_000;
const HEARD = ["keydown", "pointermove", "pointerdown", "wheel", "scroll"];

export class Attention {
  constructor() {
    this.last = performance.now();
    this.restart();
    for (const name of HEARD) addEventListener(name, () => this.note(), { passive: true, capture: true });
    document.addEventListener("visibilitychange", () => this.note());
  }

  /** Whether somebody is there: claims of an empty chair run out. */
  get present() {
    return document.visibilityState === "visible" && performance.now() - this.last < 5 * 60_000;
  }

  /** A new item is shown. */
  restart() {
    this.began = performance.now();
    this.paused = 0;
  }

  note() {
    const now = performance.now();
    const still = now - Math.max(this.last, this.began);
    if (still > PAUSE_MS) this.paused += still;
    this.last = now;
  }

  /** Seconds since `restart`, without pauses. */
  get seconds() {
    this.note();
    return Math.max(0, (performance.now() - this.began - this.paused) / 1000);
  }
}
