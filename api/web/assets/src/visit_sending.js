// Finished visits on their way: photos first, then the result; every id is made here, so that
// sending twice does no harm. What the server refuses stays on the phone with its reason.
import { drop, dropDraft, keep, photosOf, all, uuid } from "./visit_store.js";

const PAUSE_MS = [2_000, 5_000, 15_000, 30_000, 60_000];
const BASE = "/api/v1/inspections";

export class LaterError extends Error {} // nobody answered: try again
export class SignedOutError extends Error {}
export class RefusedError extends Error {
  constructor(status, detail, fields) {
    super(detail);
    this.status = status;
    this.fields = fields;
  }
}

export class Sender {
  /** `owner` keeps one person's drafts from being sent as another's; `told` hears of each change. */
  constructor(owner, told) {
    this.owner = owner;
    this.told = told;
    this.attempt = 0;
    addEventListener("online", () => this.send());
  }

  /** Everything that waits, one after the other; another tab that sends already is left alone. */
  async send() {
    if (!navigator.locks) return this.sendAll();
    return navigator.locks.request("brightkitchen-visits", { ifAvailable: true }, (lock) => lock && this.sendAll());
  }

  async sendAll() {
    clearTimeout(this.timer);
    const waiting = (await all("drafts")).filter((draft) => draft.state === "waiting");
    if (!waiting.length) return;
    try {
      await this.greet();
      for (const draft of waiting) await this.sendOne(draft);
      this.attempt = 0;
      this.told("sent");
    } catch (error) {
      if (!(error instanceof LaterError || error instanceof SignedOutError)) console.error(error);
      this.told(error instanceof SignedOutError ? "signed-out" : "later");
      this.timer = setTimeout(() => this.send(), PAUSE_MS[Math.min(this.attempt, PAUSE_MS.length - 1)]);
      this.attempt += 1;
    }
  }

  /** A page from the cache has an old token: ask who is there and for today's. */
  async greet() {
    const { person, csrf_token } = await ask("/api/v1/sessions/current");
    if (person.id !== this.owner) throw new SignedOutError();
    this.token = csrf_token;
  }

  async sendOne(draft) {
    try {
      if (draft.plan) await this.put(`${BASE}/${draft.visit_id}`, JSON.stringify(draft.plan));
      for (const photo of await photosOf(draft.visit_id)) if (!photo.sent) await this.sendPhoto(photo);
      await this.put(`${BASE}/${draft.visit_id}/result`, JSON.stringify(resultOf(draft)));
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      await keep("drafts", { ...draft, state: error.status === 409 ? "conflict" : "refused", problem: error.message });
      return this.told("refused");
    }
    for (const photo of await photosOf(draft.visit_id)) await drop("photos", photo.id);
    await keep("drafts", { ...draft, state: "sent", problem: null, sent_at: new Date().toISOString() });
    this.told("sent");
  }

  async sendPhoto(photo) {
    const about = new URLSearchParams({ kind: photo.kind, taken_at: photo.taken_at });
    if (photo.sha256) about.set("sha256", photo.sha256);
    if (photo.item) about.set("item", photo.item);
    const type = photo.blob.type || "application/octet-stream";
    await this.put(`${BASE}/${photo.visit_id}/files/${photo.id}?${about}`, photo.blob, type);
    await keep("photos", { ...photo, sent: true });
  }

  put(url, body, type = "application/json") {
    return ask(url, "PUT", body, { "Content-Type": type, "X-CSRF-Token": this.token });
  }
}

/** A photo may take minutes on a thin network; what is JSON may not. */
export async function ask(url, method = "GET", body = undefined, headers = {}) {
  const limit = body instanceof Blob ? 300_000 : 20_000;
  let answer;
  try {
    answer = await fetch(url, { method, body, headers: { Accept: "application/json", ...headers }, signal: AbortSignal.timeout(limit) });
  } catch (error) {
    throw new LaterError(error.message);
  }
  if (answer.ok) return answer.json().catch(() => ({}));
  const told = await answer.json().catch(() => ({}));
  if (answer.status === 401 || (answer.status === 403 && /CSRF/.test(told.detail ?? ""))) throw new SignedOutError();
  if (answer.status >= 500 || answer.status === 429) throw new LaterError(told.detail);
  throw new RefusedError(answer.status, told.detail ?? String(answer.status), told.errors ?? []);
}

/** The draft as the API takes it; see ResultIn. */
export function resultOf(draft) {
  const answers = Object.entries(draft.answers).map(([item, given]) => ({
    item,
    result: given.result,
    note: given.note ?? "",
    reason: given.result === "na" ? given.reason : null,
  }));
  const failed = answers.filter((answer) => answer.result === "not_met").map((answer) => answer.item);
  const findings = failed.map((item) => ({ item, ...draft.findings[item] }));
  const ordered = findings.some((finding) => finding.order);
  return {
    id: draft.submission_id,
    checklist: draft.checklist,
    checklist_version: draft.version,
    started_at: draft.started_at,
    finished_at: draft.finished_at,
    answers,
    findings,
    order: ordered ? { deadline: draft.order.deadline, articles: draft.order.articles } : null,
    check: draft.kind === "case" ? draft.check : null,
    signature: draft.signature,
    second_officer: draft.second.name ?? "",
    second_file_id: draft.second.file_id ?? null,
    files: draft.files,
    remark: draft.remark ?? "",
  };
}

/** After a conflict: the same work as a visit of its own, with new ids throughout. */
export async function asOwnVisit(draft) {
  const visit_id = uuid();
  const ids = {};
  for (const photo of await photosOf(draft.visit_id)) {
    ids[photo.id] = uuid();
    await keep("photos", { ...photo, id: ids[photo.id], visit_id, sent: false });
  }
  const moved = (id) => (id ? (ids[id] ?? null) : null);
  const kind = draft.kind === "complaint" ? "complaint" : "routine";
  await keep("drafts", {
    ...draft,
    visit_id,
    kind,
    case_id: null,
    plan: { restaurant_id: draft.restaurant_id, kind, checklist: draft.checklist, reason: draft.reason ?? "" },
    submission_id: uuid(),
    findings: Object.fromEntries(Object.entries(draft.findings).map(([item, one]) => [item, { ...one, id: uuid() }])),
    files: draft.files.map(moved).filter(Boolean),
    signature: { ...draft.signature, file_id: moved(draft.signature.file_id) },
    second: { ...draft.second, file_id: moved(draft.second.file_id) },
    state: "waiting",
    problem: null,
  });
  await dropDraft(draft.visit_id);
}
