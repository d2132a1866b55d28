// The verdict of a worksheet on the device: the twin of app/domain/rules, whole milligrams only.
// tests/vectors/verdicts.json is written by the Python rules and read here; change both or none.
//
// A scale is { rules, accuracy, ranges, kind }: `rules` the document of a rule set as it stands in
// app/domain/rules/data, `accuracy` "III" or "IIII", `ranges` [{ max_mg, e_mg, min_mg? }], `kind`
// "initial", "subsequent" or "in_service". A reading is a line of the worksheet's document:
// { test, load_mg, indication_mg, added_mg?, range? }, or for a price
// { test, net_mg, unit_price_fen_per_kg, amount_fen, range? }.
//
//   mpe(scale, load, range?)          the permissible error at a load
//   judgePoint(scale, reading, zeros) one item while it is typed: any test but repeatability and
//                                     discrimination; `zeros` are the errors of the zero readings
//   judge(scale, readings)            { verdict, items, missing }
//   errorOf(scale, reading)           E; of a zero reading what `zeros` holds
//
// An item is { test, load_mg, error_mg, mpe_mg, verdict, borderline, range, readings }. What Python
// refuses (a load above Max, ranges of no class) throws a RangeError whose `field` names the place.

import { missing } from "./missing.js";
import { checkRanges, checkReading, half, limitOf, numberOf, rangeFor, refuse } from "./ranges.js";

/** The permissible error at a load, in whole milligrams. */
export function mpe(scale, load, number = null) {
  const e = rangeFor(scale, load, number).e_mg;
  const steps = scale.rules.classes[scale.accuracy].mpe;
  const step = steps.find((each) => load <= each.to_e.value * e) ?? steps.at(-1);
  const factor = scale.kind === "in_service" ? limitOf(scale, "in_service_factor") : 1;
  return half(step.half_e.value * e * factor);
}

function isNearZero(scale, load, number) {
  return load <= limitOf(scale, "zero_tracking_e") * scale.ranges[(number ?? 1) - 1].e_mg;
}

/** Whether the reading is a zero itself, which no other zero corrects. */
function isZero(scale, reading, number) {
  return reading.test === "zero" || (reading.test === "tare" && isNearZero(scale, reading.load_mg, number));
}

function limitAt(scale, test, load, number) {
  if (test === "price") return limitOf(scale, "price_e") * rangeFor(scale, load, number).e_mg;
  const finest = scale.ranges[(number ?? 1) - 1].e_mg;
  if (test === "zero") return Math.floor((limitOf(scale, "zero_quarter_e") * finest) / 4);
  if (test === "tare" && isNearZero(scale, load, number)) {
    return Math.floor((limitOf(scale, "tare_quarter_e") * finest) / 4);
  }
  return mpe(scale, load, number);
}

function unrounded(reading, e) {
  return reading.added_mg == null ? reading.indication_mg : reading.indication_mg + half(e) - reading.added_mg;
}

/** E = P - L; I - L where no changeover weights were used. */
export function errorOf(scale, reading) {
  const e = rangeFor(scale, reading.load_mg, numberOf(scale, reading)).e_mg;
  return unrounded(reading, e) - reading.load_mg;
}

const worse = (a, b) => (Math.abs(b) - Math.abs(a) || b - a) > 0;
const worst = (errors) => errors.reduce((a, b) => (worse(a, b) ? b : a));
const corrected = (error, zeros) => (zeros.length ? worst(zeros.map((zero) => error - zero)) : error);

function isBorderline(reading, error, limit, e) {
  const surelyGood = 2 * Math.abs(reading.indication_mg - reading.load_mg) + e <= 2 * limit;
  const surelyBad = 2 * Math.abs(error) - e > 2 * limit;
  return !(surelyGood && Math.abs(error) <= limit) && !surelyBad;
}

function item(fields) {
  const verdict = Math.abs(fields.error_mg) <= fields.mpe_mg ? "pass" : "fail";
  return { borderline: false, ...fields, error_mg: fields.error_mg + 0, verdict };
}

/** |W U - P| as mass, away from zero: e is whole, so nothing is lost. Beyond 2^53 on the way. */
function priceError(reading) {
  const unit = BigInt(reading.unit_price_fen_per_kg);
  const short = BigInt(reading.amount_fen) * 1_000_000n - BigInt(reading.net_mg) * unit;
  const size = ((short < 0n ? -short : short) + unit - 1n) / unit;
  return Number(short < 0n ? -size : size);
}

/** One item while it is typed. `zeros`: the errors of the zero readings of its range. */
export function judgePoint(scale, reading, zeros = [], index = 0) {
  const range = numberOf(scale, reading);
  const load = reading.test === "price" ? reading.net_mg : reading.load_mg;
  const limit = limitAt(scale, reading.test, load, range);
  const common = { test: reading.test, load_mg: load, mpe_mg: limit, range, readings: [index] };
  if (reading.test === "price") return item({ ...common, error_mg: priceError(reading) });
  const found = errorOf(scale, reading);
  const error = isZero(scale, reading, range) ? found : corrected(found, zeros);
  const e = rangeFor(scale, load, range).e_mg;
  const borderline = reading.added_mg == null && isBorderline(reading, error, limit, e);
  return item({ ...common, error_mg: error, borderline });
}

/** The spread of one load, and each weighing by itself (R 76-1, 3.6 and 3.6.1). */
function repeatability(scale, lines, zeros) {
  const [{ reading: first }] = lines;
  const range = numberOf(scale, first);
  const e = rangeFor(scale, first.load_mg, range).e_mg;
  const limit = mpe(scale, first.load_mg, range);
  const fine = lines.every(({ reading }) => reading.added_mg != null);
  const shown = lines.map(({ reading }) => (fine ? unrounded(reading, e) : reading.indication_mg));
  const spread = Math.max(...shown) - Math.min(...shown);
  const single = worst(lines.map(({ reading }) => corrected(errorOf(scale, reading), zeros)));
  return item({
    test: first.test,
    load_mg: first.load_mg,
    error_mg: spread <= limit && limit < Math.abs(single) ? single : spread,
    mpe_mg: limit,
    range,
    readings: lines.map(({ index }) => index),
  });
}

/** Whether 1.4 d raised the indication by at least one d (R 76-1, 3.8.2.2). */
function discrimination(scale, lines, weighed) {
  const withLoad = lines.filter(({ reading }) => reading.added_mg != null);
  const after = withLoad.length ? withLoad : lines;
  const own = lines.filter((line) => !after.includes(line));
  const before = own.length ? own : weighed;
  return after.map(({ reading, index }) => {
    const range = numberOf(scale, reading);
    const d = rangeFor(scale, reading.load_mg, range).e_mg;
    if (reading.added_mg * 10 > limitOf(scale, "discrimination_tenths_d") * d) {
      refuse(`readings[${index}].added_mg`, "must be at most 1.4 d");
    }
    const base = before.length ? Math.max(...before.map((each) => each.reading.indication_mg)) : reading.load_mg;
    const needed = limitOf(scale, "discrimination_rise_d") * d;
    return item({
      test: reading.test,
      load_mg: reading.load_mg,
      error_mg: Math.min(0, reading.indication_mg - base - needed),
      mpe_mg: 0,
      range,
      readings: [index, ...own.map((each) => each.index)],
    });
  });
}

function itemsOf(scale, readings) {
  const zeros = new Map();
  const groups = new Map();
  readings.forEach((reading, index) => {
    const range = numberOf(scale, reading);
    if (reading.test === "zero") {
      if (!isNearZero(scale, reading.load_mg, range)) refuse(`readings[${index}].load_mg`, "is too much for zero");
      zeros.set(range, [...(zeros.get(range) ?? []), errorOf(scale, reading)]);
    }
    const key = [reading.test, reading.load_mg ?? 0, range].join();
    groups.set(key, [...(groups.get(key) ?? []), { reading, index }]);
  });
  const found = [...groups].flatMap(([key, lines]) => {
    const [{ reading }] = lines;
    const known = zeros.get(numberOf(scale, reading)) ?? [];
    if (reading.test === "repeatability") return [repeatability(scale, lines, known)];
    if (reading.test === "discrimination") {
      return discrimination(scale, lines, groups.get(key.replace("discrimination", "weighing_up")) ?? []);
    }
    return lines.map((line) => judgePoint(scale, line.reading, known, line.index));
  });
  return found.sort((a, b) => a.readings[0] - b.readings[0]);
}

/** The verdict of the readings so far: "pass", "fail" or "incomplete". */
export function judge(scale, readings) {
  checkRanges(scale);
  readings.forEach((reading, index) => checkReading(scale, reading, `readings[${index}]`));
  const items = itemsOf(scale, readings);
  const left = missing(scale, readings);
  if (items.some((each) => each.verdict === "fail")) return { verdict: "fail", items, missing: left };
  return { verdict: left.length ? "incomplete" : "pass", items, missing: left };
}
