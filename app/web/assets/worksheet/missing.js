// What a worksheet still lacks. Twin of app/domain/rules/missing.py and of the loads of planning.py.
import { areSeparate, half, limitOf, numberOf, rangeFor } from "./ranges.js";

const WEIGHED_AT_MARKS = ["weighing_up", "weighing_down"];
const ruleOf = (scale, test) => scale.rules.tests.find((each) => each.test === test);

function rounded(scale, load, within) {
  const e = rangeFor(scale, load, null).e_mg;
  const power = 10 ** (String(within).length - 1);
  let unit = [5, 2, 1].map((each) => each * power).find((each) => each <= within) ?? e;
  if (unit % e) unit = e;
  return Math.floor((load + half(unit)) / unit) * unit;
}

function changes(scale, number) {
  const { ranges } = scale;
  const separate = areSeparate(ranges);
  const within = (n) => {
    const below = separate || n === 1 ? 0 : ranges[n - 2].max_mg;
    const loads = scale.rules.classes[scale.accuracy].mpe.map((step) => step.to_e.value * ranges[n - 1].e_mg);
    return loads.filter((load) => below < load && load < ranges[n - 1].max_mg);
  };
  if (number !== null) return within(number);
  return [...ranges.slice(0, -1).map((each) => each.max_mg), ...ranges.flatMap((_, i) => within(i + 1))];
}

function loadsAt(scale, at, number) {
  const top = scale.ranges[(number ?? scale.ranges.length) - 1].max_mg;
  const low = scale.ranges[(number ?? 1) - 1];
  const fine = Math.floor(top / 30);
  switch (at) {
    case "zero":
      return [0];
    case "min":
      return [low.min_mg || scale.rules.classes[scale.accuracy].min_e.value * low.e_mg];
    case "max":
      return [top];
    case "changes":
      return changes(scale, number);
    case "third":
      return [rounded(scale, Math.floor(top / limitOf(scale, "eccentricity_divisor")), fine)];
    case "half":
      return [rounded(scale, half(top), fine)];
    default:
      return [rounded(scale, Math.floor((top * 4) / 5), fine)];
  }
}

function neededLoads(scale, rule, number) {
  return [...new Set(rule.points.flatMap((at) => loadsAt(scale, at, number)))].sort((a, b) => a - b);
}

const counted = (values) => values.reduce((map, each) => map.set(each, (map.get(each) ?? 0) + 1), new Map());

/** Whether there is enough on the pan for an eccentricity or repeatability test. */
function isHeavy(scale, test, number, reading) {
  const top = scale.ranges[(number ?? scale.ranges.length) - 1].max_mg;
  if (test === "eccentricity") {
    const least = top * limitOf(scale, "eccentricity_least_percent");
    return reading.load_mg * 100 * limitOf(scale, "eccentricity_divisor") >= least;
  }
  return test !== "repeatability" || reading.load_mg * 100 >= top * limitOf(scale, "repeatability_least_percent");
}

/** The loads, heavy enough for the test, that were weighed often enough. */
function lackingSomewhere(scale, rule, number, found) {
  const heavy = found.filter((each) => isHeavy(scale, rule.test, number, each));
  const counts = counted(heavy.map((each) => (rule.test === "price" ? each.net_mg : each.load_mg)));
  const done = [...counts.values()].filter((count) => count >= rule.readings.value);
  if (done.length >= rule.loads.value) return [];
  const about = rule.test === "eccentricity" || rule.test === "repeatability";
  return about ? [`${rule.test}:${neededLoads(scale, rule, number)[0]}`] : [rule.test];
}

function lackingAtMarks(scale, rule, number, found) {
  const counts = counted(found.map((each) => each.load_mg));
  const needed = neededLoads(scale, rule, number);
  const short = needed.filter((load) => (counts.get(load) ?? 0) < rule.readings.value);
  const few = new Set([...counts.keys(), ...needed]).size < rule.loads.value;
  return [...short.map((load) => `${rule.test}:${load}`), ...(few ? [rule.test] : [])];
}

function lacking(scale, rule, number, found) {
  if (!found.length) return [rule.test];
  if (WEIGHED_AT_MARKS.includes(rule.test)) return lackingAtMarks(scale, rule, number, found);
  return lackingSomewhere(scale, rule, number, found);
}

const ORDER = ["zero", "tare", "eccentricity", "weighing_up", "weighing_down", "repeatability", "discrimination", "price"];

/** What the kind requires and is not there yet, as codes: "tare", "weighing_up:2500000". */
export function missing(scale, readings) {
  const numbers = areSeparate(scale.ranges) ? scale.ranges.map((_, i) => i + 1) : [null];
  return ORDER.map((test) => ruleOf(scale, test))
    .filter((rule) => rule.needs[scale.kind] === "required")
    .flatMap((rule) =>
      numbers.flatMap((number) => {
        const found = readings.filter((each) => each.test === rule.test && numberOf(scale, each) === number);
        return lacking(scale, rule, number, found);
      }),
    );
}
