// The offline page of visits: its shell and its built files, and nothing else. SHELL comes before
// this text: {version, page, files}, written by the server. Data never goes through here.
const CACHE = `visits-${SHELL.version}`;
const WAIT_MS = 5_000;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(CACHE).then(async (cache) => {
      await Promise.all(SHELL.files.map(async (file) => cache.put(file, await fetch(file, { cache: "force-cache" }))));
      await keepPage(cache, await fetch(SHELL.page, { credentials: "same-origin" }));
      await self.skipWaiting();
    }),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys().then(async (names) => {
      await Promise.all(names.filter((name) => name.startsWith("visits-") && name !== CACHE).map((name) => caches.delete(name)));
      await self.clients.claim();
    }),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && url.pathname === SHELL.page) event.respondWith(page(request));
  else if (SHELL.files.includes(url.pathname + url.search)) event.respondWith(file(request));
});

/** From the network while it answers in time, else as it was last. */
async function page(request) {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(WAIT_MS) });
    await keepPage(cache, answer);
    return answer;
  } catch (error) {
    const kept = await cache.match(SHELL.page);
    if (kept) return kept;
    throw error;
  }
}

/** Only the page itself is kept, never a form to sign in that came instead of it. */
async function keepPage(cache, answer) {
  if (answer.ok && !answer.redirected) await cache.put(SHELL.page, answer.clone());
}

async function file(request) {
  const kept = await caches.match(request.url);
  return kept ?? fetch(request);
}
