// The items of this sitting: each is claimed on the server, and fetched before it is needed.
import { ask } from "./outbox.js";

const AHEAD = 2;
const CLAIMS = "/api/v1/reviews/claims";
const KNOWN_AT_MOST = 400;

export class SignedOutError extends Error {}

export class Queue {
  /** `filter` is the address's own: "?rule=missing_hat" or "". */
  constructor(first, filter) {
    this.ids = first ? [first] : [];
    this.index = this.ids.length - 1;
    this.filter = filter;
    this.pages = new Map();
    this.done = new Set();
  }

  get current() {
    return this.ids[this.index];
  }

  /** The item as a document of its own, inert until it is shown. */
  page(id) {
    if (!this.pages.has(id)) {
      const page = fetchItem(id).catch((error) => {
        this.pages.delete(id);
        throw error;
      });
      this.pages.set(id, page);
    }
    return this.pages.get(id);
  }

  forget(id) {
    this.pages.delete(id);
  }

  /** Claim one more item; its id, or null when nothing is left. One request at a time. */
  more() {
    this.asking = (this.asking ?? Promise.resolve()).catch(() => {}).then(() => this.claim());
    return this.asking;
  }

  async claim() {
    const response = await ask(CLAIMS + this.filter, "POST", { skip: this.ids.slice(-KNOWN_AT_MOST) });
    if ([401, 403].includes(response.status)) throw new SignedOutError();
    if (!response.ok) throw new TypeError(`claim: ${response.status}`);
    const { claim, mine } = await response.json();
    this.open = mine;
    if (claim) this.ids.push(claim.alert_id);
    return claim?.alert_id ?? null;
  }

  /** Have the next few at hand, with their pictures. */
  async ahead() {
    while (this.left() < AHEAD && (await this.more()));
    for (const id of this.ids.slice(this.index + 1, this.index + 1 + AHEAD)) {
      if (!this.done.has(id)) this.page(id).catch(() => {}); // shown as trouble only when it is its turn
    }
  }

  left() {
    return this.ids.slice(this.index + 1).filter((id) => !this.done.has(id)).length;
  }

  /** Where the next item lies that was not dismissed with others meanwhile; -1: not here yet. */
  nextIndex() {
    return this.ids.findIndex((id, index) => index > this.index && !this.done.has(id));
  }

  /** What was passed over without a verdict may be handed out again. */
  reoffer() {
    const passed = (id, index) => index < this.index && !this.done.has(id);
    const before = this.ids.length;
    const kept = this.ids.filter((id, index) => !passed(id, index));
    this.index -= before - kept.length;
    this.ids = kept;
    return kept.length < before;
  }

  /** What this person has in hand: the item shown, and those that come. */
  held() {
    return this.ids.slice(this.index).filter((id) => !this.done.has(id));
  }

  /** Hold on to it; true when the item shown was lost to somebody else. */
  async renew() {
    const held = this.held();
    if (!held.length) return false;
    const response = await ask(CLAIMS, "PUT", { alert_ids: held });
    if (!response.ok) return false;
    const kept = new Set((await response.json()).alert_ids);
    const lost = held.filter((id) => !kept.has(id) && !this.done.has(id));
    for (const id of lost) this.forget(id);
    const current = this.current;
    this.ids = this.ids.filter((id) => id === current || !lost.includes(id));
    this.index = this.ids.indexOf(current);
    return lost.includes(current);
  }

  /** Give back what was not decided, so that others need not wait. */
  release(ids) {
    const given = ids.filter((id) => id && !this.done.has(id));
    if (!given.length) return;
    const query = given.map((id) => `alert_id=${id}`).join("&");
    ask(`${CLAIMS}?${query}`, "DELETE", undefined, true).catch(() => {});
  }
}

async function fetchItem(id) {
  const response = await fetch(`/review/items/${id}`, { headers: { Accept: "text/html" } });
  if (response.status === 404) return null;
  if (response.redirected || response.status === 401) throw new SignedOutError();
  if (!response.ok) throw new TypeError(`item ${id}: ${response.status}`);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const item = page.querySelector("bk-player");
  if (item) item.pictures = loadPictures(item);
  return item;
}

/** Kept with the item and decoded, so that its pictures are there the moment it is shown. */
function loadPictures(item) {
  const urls = new Set([...item.querySelectorAll("image")].map((image) => image.getAttribute("href")));
  return [...urls].map((url) => {
    const picture = Object.assign(new Image(), { src: url });
    picture.decode().catch(() => {}); // the page itself shows a picture that is broken
    return picture;
  });
}
