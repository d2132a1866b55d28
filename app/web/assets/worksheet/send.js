// Sending drafts: one at a time per draft, the newest state wins, again when the network is back.
import { keepDraft } from "./keep.js";

const AGAIN_MS = 5000;
const MOST_ON_WAY = 20;
const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

async function ask(url, body) {
  const answer = await fetch(url, {
    method: body === undefined ? "GET" : "POST",
    headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": token() },
    body: body === undefined ? undefined : JSON.stringify(body),
    redirect: "error",
  });
  const json = (answer.headers.get("Content-Type") ?? "").includes("json") ? await answer.json() : {};
  return { status: answer.status, json };
}

/** Keeps drafts here, then there. `says(draft)` is called whenever what is known of one changed. */
export class Sender {
  #url;
  #says;
  #busy = new Set();
  #timer = null;
  #drafts = new Map();

  constructor(url, says) {
    this.#url = url;
    this.#says = says;
    addEventListener("online", () => this.again());
    addEventListener("pagehide", () => clearTimeout(this.#timer));
  }

  /** Keep a draft on the device, then send it; resolves when it is kept on the device. */
  async save(draft) {
    draft.dirty = true;
    draft.savedHere = Date.now();
    this.#drafts.set(draft.uid, draft);
    await keepDraft(plain(draft));
    this.#says(draft);
    this.send(draft);
  }

  async send(draft) {
    this.#drafts.set(draft.uid, draft);
    if (this.#busy.has(draft.uid) || draft.conflict || !draft.dirty) return;
    this.#busy.add(draft.uid);
    const sent = JSON.stringify(draft.document);
    try {
      // Noted first: should the answer get lost, what stands there is known as our own.
      draft.onWay = [...(draft.onWay ?? []), stable(draft.document)].slice(-MOST_ON_WAY);
      await keepDraft(plain(draft));
      const { scale, revision } = draft;
      const found = await ask(this.#url + draft.uid, { scale, revision, document: JSON.parse(sent) });
      await this.#answered(draft, sent, found);
    } catch {
      draft.offline = true;
      this.#later();
    } finally {
      this.#busy.delete(draft.uid);
    }
    this.#says(draft);
    if (draft.dirty && !draft.offline && !draft.conflict && !draft.refused) this.send(draft);
  }

  async #answered(draft, sent, { status, json }) {
    draft.offline = false;
    draft.refused = "";
    if (status === 200) {
      draft.revision = json.revision;
      draft.savedThere = Date.now();
      draft.dirty = JSON.stringify(draft.document) !== sent;
      draft.onWay = [];
    } else if (status === 409 && draft.onWay.includes(stable(json.document))) {
      draft.revision = json.revision;
      draft.onWay = [];
    } else if (status === 409) {
      draft.conflict = json;
    } else if (status === 410) {
      draft.closed = true;
    } else if (status >= 500 || status === 429) {
      draft.offline = true;
      this.#later();
      return;
    } else {
      draft.refused = json.title || String(status);
    }
    await keepDraft(plain(draft));
  }

  /** Try everything again that is not there yet. */
  again() {
    for (const draft of this.#drafts.values()) this.send(draft);
  }

  /** Wait until a draft is there; false where it cannot be now. */
  async arrived(draft) {
    await this.send(draft);
    for (let tries = 0; tries < 100 && this.#busy.has(draft.uid); tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return !draft.dirty && !draft.conflict;
  }

  submit(draft) {
    return ask(`${this.#url}${draft.uid}/submit`, {});
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.again(), AGAIN_MS);
  }
}

/** The same text for the same document, in whatever order a program wrote its names. */
function stable(value) {
  if (Array.isArray(value)) return `[${value.map(stable)}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((name) => `${name}:${stable(value[name])}`)}}`;
}

function plain({ uid, by, scale, document, revision, dirty, accepted, marked, extra, onWay, savedHere, savedThere }) {
  return { uid, by, scale, document, revision, dirty, accepted, marked, extra, onWay, savedHere, savedThere };
}
