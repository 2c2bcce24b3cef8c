// Talks to the API: JSON in and out, the CSRF token of the page, one kind of failure a cause.
export class SignedOutError extends Error {}
export class RefusedError extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/** The parsed answer; TypeError when the server cannot be reached. */
export async function ask(url, method = "GET", body = undefined) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRF-Token"] = document.querySelector("meta[name=csrf]").content;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const signal = AbortSignal.timeout(15_000);
  const answer = await fetch(url, { method, headers, signal, body: body && JSON.stringify(body) });
  const told = await answer.json().catch(() => ({}));
  if (answer.status === 401) throw new SignedOutError();
  if (!answer.ok) throw new RefusedError(answer.status, told.detail ?? String(answer.status));
  told.served = Date.parse(answer.headers.get("date")) || Date.now();
  return told;
}

/** The words that a template of the page keeps for its script. */
export function words(id) {
  const found = document.getElementById(id).content.querySelectorAll("[data-word]");
  return Object.fromEntries([...found].map((word) => [word.dataset.word, word.textContent]));
}

/** Puts values into the places of a text: "{time} ago". */
export function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}
