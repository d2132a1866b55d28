// What stands in the document of a worksheet, and how a tap changes it. Pure; nothing is drawn here.
import { judge } from "./rules.js";

export function fresh(kit, outfit, environment, now = Date.now()) {
  const { kind, purpose, scale, marks } = kit;
  if (kit.check) return { v: 1, kind, purpose, scale: scale.uid, check: kit.check.begun, prechecks: [], weights: [], readings: [], before_adjustment: [], started_at: now };
  return {
    v: 1,
    kind,
    purpose,
    body: outfit.body?.uid ?? "",
    standard: outfit.standard?.uid ?? "",
    scale: scale.uid,
    ...(environment ? { environment } : {}),
    prechecks: [],
    weights: papersOf(outfit, outfit.chosen),
    readings: [],
    before_adjustment: [],
    label_no: marks.label_no,
    seal_no: marks.seal_needed ? marks.seal_no : "",
    started_at: now,
  };
}

/** Weights with the certificates they are used under. */
export function papersOf(outfit, uids) {
  return outfit.weights.filter((each) => uids.includes(each.weight) && each.calibration).map(({ weight, calibration }) => ({ weight, calibration }));
}

const isSame = (step, row) =>
  row.test === step.test && (row.test === "price" ? row.net_mg : row.load_mg) === step.load && (row.range ?? null) === step.range;

/** The place of a step's reading in the document; -1 where there is none yet. */
export function indexOf(document, step) {
  const places = document.readings.flatMap((row, index) => (isSame(step, row) ? [index] : []));
  if (step.position) return places.find((index) => document.readings[index].position === step.position) ?? -1;
  return places[step.n] ?? -1;
}

export const readingOf = (document, step) => document.readings[indexOf(document, step)] ?? null;

/** The document with a reading put in: in place of the one before, else at the end. */
export function withReading(document, step, fields, now = Date.now()) {
  const row = { test: step.test, ...fields, at: now };
  if (step.range !== null) row.range = step.range;
  if (step.position) row.position = step.position;
  const index = indexOf(document, step);
  const readings = index < 0 ? [...document.readings, row] : document.readings.with(index, row);
  return { ...document, readings };
}

export function withoutReading(document, step) {
  const index = indexOf(document, step);
  return { ...document, readings: document.readings.filter((_, place) => place !== index) };
}

export function withLook(document, code, result) {
  return { ...document, prechecks: [...document.prechecks.filter((each) => each.code !== code), { code, result }] };
}

export const lookOf = (document, code) => document.prechecks.find((each) => each.code === code)?.result ?? null;

/** Everything measured so far is what the scale showed before it was adjusted. */
export function adjusted(document) {
  return { ...document, readings: [], before_adjustment: [...document.before_adjustment, ...document.readings] };
}

export function scaleOf(kit, rules, document) {
  return { rules: rules[kit.rules], accuracy: kit.scale.accuracy, ranges: kit.scale.ranges, kind: document.kind };
}

const bare = ({ at: _at, position: _position, ...row }) => row;

/** An in-service check, as app/verify/service/checks.py has it: what was read counts as read. */
function checked(kit, document, found) {
  const bad = kit.prechecks.filter((each) => each.effect === "refuse" && lookOf(document, each.code) === "bad");
  const failing = found.items.filter((item) => item.verdict === "fail");
  const has = (test, load) => document.readings.some((row) => row.test === test && row.load_mg === load);
  const waits = !has("zero", 0) || document.check.loads.length === 0 || !document.check.loads.every((load) => has("weighing_up", load));
  return { ...found, bad, open: [], undecided: [], failing, verdict: bad.length || failing.length ? "fail" : waits ? "incomplete" : "pass" };
}

/** Verdict, items, what is missing; as app/verify/service/verdict.py has it. */
export function judged(kit, rules, document) {
  const scale = scaleOf(kit, rules, document);
  const found = judge(scale, document.readings.map(bare));
  if (kit.check) return checked(kit, document, found);
  const bad = kit.prechecks.filter((each) => each.effect === "refuse" && lookOf(document, each.code) === "bad");
  const open = kit.prechecks.filter((each) => each.effect === "refuse" && [null, "not_checked", "not_applicable"].includes(lookOf(document, each.code)));
  const ruleOf = (test) => scale.rules.tests.find((each) => each.test === test);
  const undecided = found.items.filter((item) => item.borderline && ruleOf(item.test).changeover !== "never");
  const failing = found.items.filter((item) => item.verdict === "fail" && !undecided.includes(item));
  const failed = bad.length > 0 || failing.length > 0;
  const waits = open.length > 0 || found.missing.length > 0 || undecided.length > 0;
  return { ...found, bad, open, undecided, failing, verdict: failed ? "fail" : waits ? "incomplete" : "pass" };
}

export const itemOf = (found, index) => found.items.find((item) => item.readings.includes(index)) ?? null;

/** Whether a step has its answer. */
export function isDone(step, { kit, draft }) {
  switch (step.kind) {
    case "setup":
      return Boolean(draft.accepted);
    case "known":
      return kit.prechecks.filter((each) => each.known).every((each) => lookOf(draft.document, each.code));
    case "look":
      return lookOf(draft.document, step.check.code) !== null;
    case "marks":
      return Boolean(draft.marked);
    case "summary":
      return false;
    default:
      return indexOf(draft.document, step) >= 0;
  }
}
