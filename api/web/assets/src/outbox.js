// Verdicts on their way: kept on this computer until the server has them, in order, sent once.
const PAUSE_MS = [1_000, 2_000, 4_000, 8_000, 15_000];

export class Outbox {
  /** `person` keeps one person's verdicts from being sent as another's. */
  constructor(person, on) {
    this.key = `brightkitchen.verdicts.${person}`;
    this.person = person;
    this.on = on;
    this.waiting = JSON.parse(localStorage.getItem(this.key) ?? "[]");
    this.attempt = 0;
    this.sending = false;
    addEventListener("online", () => this.send());
    addEventListener("beforeunload", (leaving) => {
      if (this.waiting.length) leaving.preventDefault();
    });
  }

  add(verdict) {
    this.waiting.push(verdict);
    this.keep();
    this.send();
  }

  /** Take back a verdict that has not been sent yet; false when it is already on its way. */
  cancel(alert) {
    const index = this.waiting.findIndex((one) => one.alert === alert);
    if (index < 0 || (index === 0 && this.sending)) return false;
    this.waiting.splice(index, 1);
    this.keep();
    return true;
  }

  keep() {
    localStorage.setItem(this.key, JSON.stringify(this.waiting));
  }

  async send() {
    if (this.sending) return;
    this.sending = true;
    while (this.waiting.length && (await this.sendFirst()));
    this.sending = false;
    if (this.waiting.length) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.send(), PAUSE_MS[Math.min(this.attempt, PAUSE_MS.length) - 1]);
    }
  }

  /** True when the first verdict has its answer, whatever that is. */
  async sendFirst() {
    const verdict = this.waiting[0];
    let answer;
    try {
      answer = await this.post(verdict);
    } catch (error) {
      // fetch's own ways to fail; anything else is a fault of ours, and the verdict is kept too.
      if (!(error instanceof TypeError || error instanceof DOMException)) console.error(error);
      answer = { kind: "unreachable" };
    }
    if (answer.kind === "unreachable" || answer.kind === "signed-out") {
      this.attempt += 1;
      this.on.trouble(answer.kind === "unreachable" ? "network" : "signed-out", this.attempt);
      return false;
    }
    this.attempt = 0;
    this.waiting.shift();
    this.keep();
    this.on.trouble(null);
    this.on.answered(verdict, answer);
    return true;
  }

  async post({ alert, ...said }) {
    const response = await ask(`/api/v1/alerts/${alert}/reviews`, "POST", said);
    if (response.ok) return { kind: "recorded", review: (await response.json()).id };
    // 403: signed in anew elsewhere, and this page's token is old.
    if ([401, 403].includes(response.status)) return { kind: "signed-out" };
    if (response.status >= 500 || response.status === 429) return { kind: "unreachable" };
    const problem = await problemOf(response);
    return response.status === 409 ? this.whoWasFirst(alert, problem) : { kind: "refused", detail: problem };
  }

  /** A conflict may be the echo of our own verdict whose answer was lost on the way. */
  async whoWasFirst(alert, detail) {
    const response = await ask(`/api/v1/alerts/${alert}/reviews`);
    if (!response.ok) return { kind: "taken", detail };
    const reviews = await response.json();
    const mine = reviews.find((one) => one.reviewer_id === this.person && !one.undone_at);
    return mine ? { kind: "recorded", review: mine.id } : { kind: "taken", detail };
  }

  /** Undo on the record: {ok} or {detail} saying why not; throws TypeError when unreachable. */
  async undo(alert, review) {
    const response = await ask(`/api/v1/alerts/${alert}/reviews/${review}`, "DELETE");
    return response.ok ? { ok: true } : { ok: false, detail: await problemOf(response) };
  }
}

/** A request as pages make it; `keepalive` lets it outlive the page. */
export function ask(url, method = "GET", body = undefined, keepalive = false) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRF-Token"] = document.querySelector("meta[name=csrf]").content;
  if (body) headers["Content-Type"] = "application/json";
  const signal = AbortSignal.timeout(15_000);
  return fetch(url, { method, headers, signal, keepalive, body: body && JSON.stringify(body) });
}

export async function problemOf(response) {
  const problem = await response.json().catch(() => ({}));
  return problem.detail ?? problem.title ?? String(response.status);
}
