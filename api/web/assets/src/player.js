// One alert's evidence: frames with boxes, and the clip with frame steps and speed.
import { layOutTags } from "./picture.js";

const SPEEDS = [1, 0.5, 0.25, 2];
const USUAL_FRAME_S = 1 / 25; // until the clip has shown what its own is

export class Player extends HTMLElement {
  connectedCallback() {
    this.stage = this.querySelector("[data-stage]");
    this.video = this.querySelector("video");
    this.frame_s = USUAL_FRAME_S;
    this.addEventListener("click", (click) => this.onClick(click));
    if (this.stage) {
      this.resizing = new ResizeObserver(() => this.layOut());
      this.resizing.observe(this.stage);
    }
    if (this.video) this.watchVideo();
  }

  disconnectedCallback() {
    this.resizing?.disconnect();
    this.video?.pause();
  }

  onClick(click) {
    const button = click.target.closest("button");
    if (!button) return;
    if (button.dataset.show) this.show(button.dataset.show);
    else if ("play" in button.dataset) this.toggle();
    else if (button.dataset.step) this.step(Number(button.dataset.step));
    else if ("speed" in button.dataset) this.nextSpeed();
  }

  layOut() {
    for (const svg of this.stage.querySelectorAll("svg")) layOutTags(svg);
  }

  /** Show frame "0", "1", ... or the "clip". */
  show(which) {
    if (!this.stage) return;
    if (which !== "clip") this.video?.pause();
    for (const part of this.stage.querySelectorAll("[data-frame]")) {
      part.toggleAttribute("hidden", part.dataset.frame !== which);
    }
    if (this.video) this.video.hidden = which !== "clip";
    for (const thumb of this.querySelectorAll("[data-show]")) {
      thumb.setAttribute("aria-pressed", String(thumb.dataset.show === which));
    }
    this.layOut();
  }

  /** Back to the best frame there is. */
  showBest() {
    const best = this.stage?.querySelector("svg");
    if (best) this.show(best.dataset.frame);
  }

  toggle() {
    if (!this.video) return;
    if (!this.video.paused) return void this.video.pause();
    this.show("clip");
    // A play that a pause overtakes is not a fault.
    this.video.play().catch(() => {});
  }

  step(frames) {
    if (!this.video) return;
    this.show("clip");
    this.video.pause();
    const end = this.video.duration || 0;
    this.video.currentTime = Math.min(end, Math.max(0, this.video.currentTime + frames * this.frame_s));
  }

  nextSpeed() {
    if (!this.video) return;
    const next = SPEEDS[(SPEEDS.indexOf(this.video.playbackRate) + 1) % SPEEDS.length];
    this.video.playbackRate = next;
    this.querySelector("[data-speed]").textContent = `${next}×`;
  }

  watchVideo() {
    const { video } = this;
    const slider = this.querySelector("input[type=range]");
    const write = () => {
      slider.max = video.duration || 1;
      slider.value = video.currentTime;
      const now = video.currentTime.toFixed(1);
      this.querySelector("output").textContent = video.duration ? `${now} / ${video.duration.toFixed(1)} s` : `${now} s`;
    };
    const mark = () => {
      for (const part of this.querySelectorAll("[data-when]")) {
        part.hidden = (part.dataset.when === "playing") === video.paused;
      }
    };
    for (const name of ["timeupdate", "loadedmetadata", "seeked"]) video.addEventListener(name, write);
    for (const name of ["play", "pause", "ended"]) video.addEventListener(name, mark);
    slider.addEventListener("input", () => {
      this.show("clip");
      video.pause();
      video.currentTime = Number(slider.value);
    });
    this.measureFrames();
  }

  /** The clip's own frame length, from two frames shown one after the other. */
  measureFrames() {
    if (!this.video.requestVideoFrameCallback) return;
    let last = null;
    const look = (_, frame) => {
      if (last && frame.presentedFrames === last.presentedFrames + 1) {
        const length = frame.mediaTime - last.mediaTime;
        if (length > 0.005 && length < 0.5) this.frame_s = length;
      }
      last = frame;
      this.video.requestVideoFrameCallback(look);
    };
    this.video.requestVideoFrameCallback(look);
  }
}
