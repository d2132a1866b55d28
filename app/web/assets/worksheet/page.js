// The worksheet's page: one scale, or one load over many. Every tap is kept here, then sent.
import { checkEnd, checkSetup } from "./check.js";
import { conflictScreen } from "./conflict.js";
import { h } from "./draw.js";
import { head, last, savedBar } from "./frame.js";
import { keepDraft, keptDrafts, dropDraft, note, noted } from "./keep.js";
import { keypad } from "./keypad.js";
import { knownScreen, lookScreen } from "./look.js";
import { marksScreen } from "./marks.js";
import { priceScreen } from "./price.js";
import { keepForReload } from "./reload.js";
import { Sender } from "./send.js";
import { setupScreen } from "./setup.js";
import { fresh, isDone } from "./sheet.js";
import { checkSteps, queueOf, stepsOf } from "./steps.js";
import { summaryScreen } from "./summary.js";
import { newUid } from "./uid.js";
import { weighScreen } from "./weigh.js";

const SCREENS = {
  setup: setupScreen,
  known: knownScreen,
  look: lookScreen,
  weigh: weighScreen,
  discrimination: weighScreen,
  price: priceScreen,
  marks: marksScreen,
  summary: summaryScreen,
};
const CHECK_SCREENS = { ...SCREENS, setup: checkSetup, summary: checkEnd };
const PATIENCE_MS = 2000;
const IS_KEPT = "kept" in document.documentElement.dataset;
const root = document.getElementById("worksheet");
const given = JSON.parse(root.dataset.given);

class Work {
  constructor() {
    Object.assign(this, { words: given.words, rules: given.rules, outfit: given.outfit, conditions: given.conditions, listUrl: given.list, unitPrice: given.unit_price_fen_per_kg });
    this.sheets = [];
    this.queue = [];
    this.at = 0;
    this.undoable = null;
    this.typing = null;
    this.undo = this.undo.bind(this);
    this.sender = new Sender(given.drafts, (draft) => this.#saved(draft));
    this.place = `at:${location.pathname}${location.search.replace(/[?&]lang=\w+/, "")}`;
  }

  get sheet() {
    return this.queue[this.at].sheet;
  }

  get step() {
    return this.queue[this.at].step;
  }

  async begin() {
    const kept = await keptDrafts().catch(() => []);
    const first = given.kits[0]?.scale;
    const air = given.environment ?? (await noted(`air:${first.place}:${given.day}`).catch(() => null)) ?? null;
    this.sheets = given.kits.map((kit) => ({ kit, draft: this.#draftFor(kit, kept, air) }));
    this.#line();
    const key = await noted(this.place).catch(() => null);
    const known = this.queue.findIndex(({ sheet, step }) => `${sheet.draft.uid} ${step.key}` === key);
    this.at = known >= 0 ? known : this.#firstOpen();
    history.replaceState({ at: this.at }, "");
    addEventListener("popstate", ({ state }) => this.#show(state?.at ?? 0));
    this.draw();
    for (const { draft } of this.sheets) if (draft.dirty) this.sender.send(draft);
  }

  /** The draft to go on with: what is only here goes before what is there. */
  #draftFor(kit, kept, air) {
    const mine = kept.filter((draft) => draft.scale === kit.scale.uid && (draft.by ?? given.person) === given.person);
    const there = kit.draft;
    const same = there && mine.find((draft) => draft.uid === there.uid);
    const unsent = mine.filter((draft) => draft.dirty).sort((a, b) => b.savedHere - a.savedHere)[0];
    // A page this device kept knows nothing later than the device itself does.
    const newest = mine.find((draft) => draft.uid === given.wanted) ?? mine.sort((a, b) => b.savedHere - a.savedHere)[0];
    if (IS_KEPT && newest) return newest;
    for (const draft of mine) if (!draft.dirty && draft !== same) dropDraft(draft.uid);
    if (unsent && (!there || unsent.uid === there.uid || !given.wanted)) return unsent;
    if (!there) return { uid: newUid(), by: given.person, scale: kit.scale.uid, revision: 0, document: fresh(kit, this.outfit, air), dirty: false, extra: [] };
    // The page may have been written before the last save of this very device arrived.
    if (same && same.revision >= there.revision) return same;
    const document = { prechecks: [], weights: [], readings: [], before_adjustment: [], label_no: "", seal_no: "", ...there.document };
    const begun = document.prechecks.length + document.readings.length > 0;
    return { ...same, uid: there.uid, by: given.person, scale: kit.scale.uid, revision: there.revision, savedThere: there.saved_at, document, dirty: false, accepted: same?.accepted ?? begun, extra: same?.extra ?? [] };
  }

  #line() {
    for (const sheet of this.sheets) sheet.steps = sheet.kit.check ? checkSteps(sheet.kit, sheet.draft.document) : stepsOf(sheet.kit, sheet.draft.document.kind, sheet.draft.extra);
    this.queue = queueOf(this.sheets);
  }

  #firstOpen() {
    const found = this.queue.findIndex(({ sheet, step }) => !isDone(step, sheet));
    return found < 0 ? this.queue.length - 1 : found;
  }

  /** Put a new document in place: kept on the device at once, sent in the background. */
  change(sheet, document) {
    this.undoable = { sheet, document: sheet.draft.document, at: this.at };
    sheet.draft.document = document;
    sheet.draft.faults = null;
    this.keeping = this.sender.save(sheet.draft).catch(() => this.#notKept());
  }

  undo() {
    if (!this.undoable) return;
    const { sheet, document, at } = this.undoable;
    this.change(sheet, document);
    this.undoable = null;
    this.#go(at);
  }

  next() {
    this.#go(Math.min(this.at + 1, this.queue.length - 1));
  }

  back() {
    if (this.at > 0) this.#go(this.at - 1);
  }

  finish() {
    this.#go(this.queue.length - 1);
  }

  goTo(sheet, step) {
    const found = this.queue.findIndex((each) => each.step.key === step.key && (each.sheet === sheet || each.step.kind === "setup"));
    if (found >= 0) this.#go(found);
  }

  /** Lead to the step that a refusal of the server means. */
  goToCode(sheet, code) {
    const [name, rest, load] = code.split(":");
    const fits = (step) =>
      step.key === name ||
      (name === "precheck" && (step.check?.code === rest || step.kind === "known")) ||
      (name === "changeover" && step.test === rest && String(step.load) === load) ||
      (step.test === name && (!rest || String(step.load) === rest)) ||
      (/_no$/.test(name) && step.kind === "marks") ||
      (["body", "standard", "environment", "weights"].includes(name) && step.kind === "setup");
    const step = sheet.steps.find(fits);
    if (step) this.goTo(sheet, step);
  }

  /** Begin measuring anew: what was measured stands as before the adjustment. */
  restart(sheet, document) {
    this.change(sheet, document);
    const first = sheet.steps.find((step) => step.test);
    this.goTo(sheet, first);
  }

  /** Which steps there are depends on the loads of an in-service check. */
  replan() {
    this.#line();
  }

  choose(kind) {
    for (const sheet of this.sheets) this.change(sheet, { ...sheet.draft.document, kind, purpose: sheet.kit.purpose === "arbitration" ? "arbitration" : kind === "initial" ? "first" : sheet.kit.purpose === "first" ? "periodic" : sheet.kit.purpose });
    this.#line();
    this.draw();
  }

  also(test) {
    const { draft } = this.sheet;
    draft.extra = draft.extra.includes(test) ? draft.extra.filter((each) => each !== test) : [...draft.extra, test];
    this.#line();
    this.at = this.queue.length - 1;
    keepDraft({ ...draft, conflict: undefined, faults: undefined }).catch(() => {});
    this.draw();
  }

  remember(air) {
    note(`air:${this.sheet.kit.scale.place}:${given.day}`, air).catch(() => {});
  }

  type(options) {
    const close = () => {
      this.typing = null;
      this.draw();
    };
    this.typing = keypad({ ...options, words: this.words, cancel: close, done: (value) => { this.typing = null; options.done(value); } });
    this.draw();
  }

  isOffline() {
    return this.sheets.some(({ draft }) => draft.offline) || !navigator.onLine;
  }

  /** Hand worksheets in; each answer stands at its worksheet. */
  async submit(sheets) {
    if (this.submitting) return;
    this.submitting = true;
    this.draw();
    for (const sheet of sheets) {
      const { draft } = sheet;
      if (draft.document.finished_at === undefined) this.change(sheet, { ...draft.document, finished_at: Date.now() });
      if (!(await this.sender.arrived(draft))) break;
      const { status, json } = await this.sender.submit(draft).catch(() => ({ status: 0, json: {} }));
      if (json.url) {
        draft.url = json.url;
        await dropDraft(draft.uid).catch(() => {});
      } else if (json.faults) {
        const { finished_at: _gone, ...open } = draft.document;
        this.change(sheet, open);
        draft.faults = json.faults;
      } else {
        draft.faults = [{ code: "summary", words: json.title ?? (status ? String(status) : this.words.offline_submit) }];
      }
    }
    this.submitting = false;
    const [only] = this.sheets;
    if (this.sheets.length === 1 && only.draft.url) location.assign(only.draft.url);
    else this.draw();
  }

  /** After two devices wrote: one goes on, the other is kept as a draft of its own. */
  async resolve(sheet, side) {
    const { draft } = sheet;
    const there = draft.conflict;
    const own = { ...draft, uid: newUid(), revision: 0, conflict: undefined, dirty: true, onWay: [] };
    const theirs = { ...draft, uid: draft.uid, revision: there.revision, document: { ...fresh(sheet.kit, this.outfit, null), ...there.document }, conflict: undefined, dirty: false, onWay: [] };
    sheet.draft = side === "here" ? own : theirs;
    await keepDraft({ ...theirs, dirty: false });
    await this.sender.save(own);
    this.#line();
    this.at = this.#firstOpen();
    this.draw();
  }

  async #go(at) {
    await this.#show(at);
    history.pushState({ at: this.at }, "");
  }

  /** Show a step once the tap before it is kept: what is seen as done is done. */
  async #show(at) {
    root.inert = true;
    await Promise.race([this.keeping, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
    root.inert = false;
    this.at = Math.max(0, Math.min(at, this.queue.length - 1));
    this.typing = null;
    this.choosesWeights = false;
    note(this.place, `${this.sheet.draft.uid} ${this.step.key}`).catch(() => {});
    this.draw();
  }

  #saved(draft) {
    if (draft.conflict && this.sheet.draft === draft) this.draw();
    else document.querySelector(".ws-saved")?.replaceWith(savedBar(this));
  }

  #notKept() {
    this.full = true;
    document.querySelector(".ws-saved")?.replaceWith(savedBar(this));
  }

  draw() {
    const { words, sheet, step } = this;
    const screen = sheet.draft.conflict ? conflictScreen(this) : this.typing ? [h("div", { class: "ws-acts" }, this.typing)] : (sheet.kit.check ? CHECK_SCREENS : SCREENS)[step.kind](this);
    const foot = h(
      "footer",
      { class: "ws-foot" },
      h("button", { type: "button", class: "btn", onclick: () => this.back(), disabled: this.at === 0 }, words.back),
      last(this),
    );
    root.replaceChildren(head(this), h("div", { class: `ws-screen is-${sheet.draft.conflict ? "conflict" : step.kind}` }, screen), foot);
    root.dataset.step = step.key;
    root.dataset.scale = sheet.kit.scale.number;
    document.title = `${words.tests[step.test] ?? words.steps[step.kind] ?? ""} · ${sheet.kit.scale.number}`;
    (root.querySelector("[data-focus]") ?? root.querySelector(".ws-zero") ?? root.querySelector(".btn-primary"))?.focus({ preventScroll: true });
  }
}

// From one answer to the next by arrows, as fast as by thumb.
root.addEventListener("keydown", (event) => {
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!by || event.target.tagName === "INPUT") return;
  const buttons = [...root.querySelectorAll(".ws-acts button:not(:disabled), .ws-foot button:not(:disabled)")];
  const now = buttons.indexOf(document.activeElement);
  buttons[(now + by + buttons.length) % buttons.length]?.focus();
  event.preventDefault();
});

new Work().begin();
keepForReload().catch(() => {}); // without it a reload needs the network, nothing else
