// The items of this sitting, in order, each fetched before it is needed.
const AHEAD = 2;
const REFILL = 4;

export class SignedOutError extends Error {}

export class Queue {
  constructor(ids, current) {
    this.ids = ids;
    this.index = current ? ids.indexOf(current) : -1;
    this.pages = new Map();
  }

  get current() {
    return this.ids[this.index];
  }

  /** The item at `index` as a document of its own, inert until it is shown. */
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

  prefetch() {
    for (const id of this.ids.slice(this.index + 1, this.index + 1 + AHEAD)) {
      this.page(id).catch(() => {}); // shown as trouble only when it is its turn
    }
  }

  /** Ask for more ids when few are left; returns how many are open to this person. */
  async refill(force = false) {
    if (!force && this.ids.length - this.index - 1 > REFILL) return null;
    const response = await fetch("/review/queue", { headers: { Accept: "application/json" } });
    if (!response.ok || response.redirected) return null;
    const { ids, open } = await response.json();
    const known = new Set(this.ids);
    this.ids.push(...ids.filter((id) => !known.has(id)));
    return open;
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

/** Kept with the item, so that its pictures are there the moment it is shown. */
function loadPictures(item) {
  const urls = new Set([...item.querySelectorAll("image")].map((image) => image.getAttribute("href")));
  return [...urls].map((url) => Object.assign(new Image(), { src: url }));
}
