// One reading: what to load in large figures, chips, changeover weights, the limit, the verdict.
import { button, h, symbol, told } from "./draw.js";
import { digitsOf, grams, mass, shown, signed, typed } from "./format.js";
import { keypad } from "./keypad.js";
import { bar, pan } from "./pictures.js";
import { adjusted, indexOf, itemOf, judged, readingOf, withoutReading, withReading } from "./sheet.js";

const STEPS = [-2, -1, 1, 2];
const TENTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const chip = (k, unit) => `${k < 0 ? "−" : "+"}${Math.abs(k)}${unit}`;

function itemNow(work) {
  const { document } = work.sheet.draft;
  const found = judged(work.sheet.kit, work.rules, document);
  return itemOf(found, indexOf(document, work.step));
}

const wantsAdded = (step, item) => Boolean(item?.borderline) && step.changeover !== "never";

/** Note a reading; go on unless something is left to ask or the limit was passed. */
function take(work, fields) {
  const { sheet, step } = work;
  work.change(sheet, withReading(sheet.draft.document, step, fields));
  const item = itemNow(work);
  if (item?.verdict === "fail" || wantsAdded(step, item)) work.draw();
  else work.next();
}

function asked(work) {
  const { step, words, sheet } = work;
  const uids = sheet.draft.document.weights.map((each) => each.weight);
  const piles = [work.outfit, ...(work.outfit.sets ?? [])].map((each) => each.by_load?.[step.load] ?? []);
  const onto = piles.find((pile) => pile.length && pile.every((uid) => uids.includes(uid))) ?? [];
  const names = onto.map((uid) => mass(work.outfit.weights.find((each) => each.weight === uid).nominal_mg));
  const e = step.e;
  return h(
    "div",
    { class: "ws-asked" },
    h("p", { class: "ws-doing" }, words.tests[step.test], step.of > 1 ? ` ${step.n + 1}/${step.of}` : "", step.range ? ` · ${told(words.range, { n: step.range })}` : ""),
    h("p", { class: "ws-load" }, shown(step.load, e), h("span", {}, " kg")),
    h("p", { class: "ws-how" }, words.how[step.test], names.length ? h("span", { class: "ws-names" }, names.join(" + ")) : null),
  );
}

function beyond(work, item) {
  const { words, sheet } = work;
  return [
    h("p", { class: "ws-beyond is-stopped", role: "alert" }, symbol("stopped"), h("span", {}, told(words.beyond, { error: signed(item.error_mg), limit: grams(item.mpe_mg) }))),
    h(
      "div",
      { class: "ws-row" },
      button(words.again, () => { work.change(sheet, withoutReading(sheet.draft.document, work.step)); work.draw(); }, { kind: "btn-primary" }),
      button(words.keep, () => work.next()),
      button(words.adjust, () => work.restart(sheet, adjusted(sheet.draft.document))),
    ),
  ];
}

function added(work, reading) {
  const { step, words } = work;
  const indication = reading?.indication_mg ?? step.load;
  const put = (tenths) => take(work, { load_mg: step.load, indication_mg: indication, added_mg: Math.round((step.e * tenths) / 10) });
  const jumps = told(words.jump, { to: shown(indication + step.e, step.e), small: grams(step.e / 10) });
  const always = step.changeover === "always";
  const has = reading?.added_mg ?? null;
  const chips = TENTHS.filter((tenths) => tenths !== 5 || !always).map((tenths) =>
    button(`${tenths / 10} e`, () => put(tenths), { small: grams((step.e * tenths) / 10), pressed: has === (step.e * tenths) / 10 }),
  );
  const type = () =>
    work.type({
      title: words.added,
      unit: "g",
      read: (text) => notNegative(typed(text, 3)),
      done: (mg) => take(work, { load_mg: step.load, indication_mg: indication, added_mg: mg }),
    });
  const note = (mg) => {
    work.change(work.sheet, withReading(work.sheet.draft.document, step, { load_mg: step.load, indication_mg: mg }));
    work.draw();
  };
  return [
    h("p", { class: "ws-jump" }, jumps),
    h("div", { class: `ws-chips ws-tenths${always ? " has-gap" : ""}` }, chips),
    always ? button(words.agrees, () => put(5), { kind: "btn-primary ws-zero", small: `0.5 e = ${grams(step.e / 2)}`, pressed: has === null ? undefined : has === step.e / 2 }) : null,
    h(
      "div",
      { class: "ws-row" },
      button(words.other, type),
      always ? button(words.shows_else, () => typeIndication(work, note)) : null,
      has === null ? null : button(words.next, () => work.next(), { kind: always ? "" : "btn-primary ws-zero" }),
    ),
  ];
}

const notNegative = (number) => (number === null || number < 0 ? null : number);

function typeIndication(work, done) {
  const { step, words } = work;
  const digits = digitsOf(step.e);
  const read = (text) => {
    const found = typed(text, digits);
    return found === null ? null : found * 10 ** (6 - digits);
  };
  work.type({ title: words.indication, unit: "kg", sign: true, read, done });
}

function indications(work, reading) {
  const { step, words } = work;
  const put = (mg) => take(work, { load_mg: step.load, indication_mg: mg });
  const off = (k) => step.load + k * step.e;
  return [
    h("div", { class: "ws-chips" }, STEPS.map((k) => button(chip(k, "d"), () => put(off(k)), { small: shown(off(k), step.e), pressed: reading?.indication_mg === off(k) }))),
    button(words.agrees, () => put(step.load), { kind: "btn-primary ws-zero", small: `${shown(step.load, step.e)} kg`, pressed: reading ? reading.indication_mg === step.load : undefined }),
    h("div", { class: "ws-row" }, button(words.other, () => typeIndication(work, put)), reading ? button(words.next, () => work.next()) : null),
  ];
}

function discriminations(work, reading) {
  const { step, words, sheet } = work;
  const up = sheet.draft.document.readings.find((row) => row.test === "weighing_up" && row.load_mg === step.load && (row.range ?? null) === step.range);
  const base = up?.indication_mg ?? step.load;
  const small = Math.floor((step.e * 14) / 10);
  const put = (k) => take(work, { load_mg: step.load, indication_mg: base + k * step.e, added_mg: small });
  const is = (k) => reading && reading.indication_mg === base + k * step.e;
  return [
    h("p", { class: "ws-jump" }, told(words.put_more, { small: grams(small) })),
    h("div", { class: "ws-chips ws-two" }, button(words.no_rise, () => put(0), { small: shown(base, step.e), pressed: is(0) }), button("+2d", () => put(2), { small: shown(base + 2 * step.e, step.e), pressed: is(2) })),
    button(words.rises, () => put(1), { kind: "btn-primary ws-zero", small: shown(base + step.e, step.e), pressed: reading ? is(1) : undefined }),
    h("div", { class: "ws-row" }, button(words.other, () => typeIndication(work, (mg) => take(work, { load_mg: step.load, indication_mg: mg, added_mg: small }))), reading ? button(words.next, () => work.next()) : null),
  ];
}

export function weighScreen(work) {
  const { sheet, step, words } = work;
  const reading = readingOf(sheet.draft.document, step);
  const item = reading ? itemNow(work) : null;
  const isSpread = step.test === "repeatability";
  const limited = step.test !== "discrimination";
  const error = item && !wantsAdded(step, item) ? item.error_mg : null;
  let answers;
  if (item?.verdict === "fail" && !wantsAdded(step, item)) answers = beyond(work, item);
  else if (step.kind === "discrimination") answers = discriminations(work, reading);
  else if (step.changeover === "always" || wantsAdded(step, item) || (reading?.added_mg ?? null) !== null) answers = added(work, reading);
  else answers = indications(work, reading);
  return [
    h("div", { class: "ws-top" }, asked(work), step.position ? pan(step.position, words) : null),
    limited ? bar(error, item?.mpe_mg ?? step.mpe, words, { spread: isSpread }) : null,
    h("div", { class: "ws-acts" }, answers),
  ];
}
