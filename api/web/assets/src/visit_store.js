// What a phone keeps of visits: IndexedDB, one person's at a time, gone with signing out.
const NAME = "brightkitchen-visits";
const STORES = { meta: "key", drafts: "visit_id", photos: "id" };

let opened;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      for (const [store, keyPath] of Object.entries(STORES)) asked.result.createObjectStore(store, { keyPath });
      asked.transaction.objectStore("photos").createIndex("visit", "visit_id");
    };
    asked.onsuccess = () => {
      // Another page that signs out must not wait for this one.
      asked.result.onversionchange = () => {
        asked.result.close();
        opened = undefined;
      };
      resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

async function within(store, mode, act) {
  const database = await open();
  return new Promise((resolve, reject) => {
    // "strict": what is said to be kept has reached the disk.
    const work = database.transaction(store, mode, { durability: "strict" });
    const asked = act(work.objectStore(store));
    work.oncomplete = () => resolve(asked?.result);
    work.onerror = work.onabort = () => reject(work.error);
  });
}

export const read = (store, key) => within(store, "readonly", (rows) => rows.get(key));
export const all = (store) => within(store, "readonly", (rows) => rows.getAll());
export const keep = (store, row) => within(store, "readwrite", (rows) => rows.put(row));
export const drop = (store, key) => within(store, "readwrite", (rows) => rows.delete(key));
export const photosOf = (visit) => within("photos", "readonly", (rows) => rows.index("visit").getAll(visit));

export async function dropDraft(visit) {
  for (const photo of await photosOf(visit)) await drop("photos", photo.id);
  await drop("drafts", visit);
}

/** Whether anything was ever kept here; asking does not make the database. */
export async function exists() {
  if (!indexedDB.databases) return true;
  return (await indexedDB.databases()).some((one) => one.name === NAME);
}

/** Drafts that the server does not have yet. */
export async function unsent() {
  return (await exists()) ? (await all("drafts")).filter((draft) => draft.state !== "sent") : [];
}

/** Everything of visits on this phone, the offline page too. */
export async function forget() {
  (await opened)?.close();
  opened = undefined;
  await new Promise((resolve) => {
    const asked = indexedDB.deleteDatabase(NAME);
    asked.onsuccess = asked.onerror = asked.onblocked = () => resolve();
  });
  for (const name of (await globalThis.caches?.keys()) ?? []) if (name.startsWith("visits-")) await caches.delete(name);
  const worker = await navigator.serviceWorker?.getRegistration("/visits");
  if (worker?.scope.endsWith("/visits")) await worker.unregister();
}

/** Browsers give randomUUID to https and localhost only. */
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0"));
  hex[6] = `4${hex[6][1]}`;
  hex[8] = `a${hex[8][1]}`;
  const whole = hex.join("");
  return [whole.slice(0, 8), whole.slice(8, 12), whole.slice(12, 16), whole.slice(16, 20), whole.slice(20)].join("-");
}
