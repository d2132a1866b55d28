// The ranges of a scale and what of a worksheet cannot be judged. Twin of app/domain/rules/reading.py.

export function refuse(field, message) {
  throw Object.assign(new RangeError(`${field}: ${message}`), { field });
}

export const limitOf = (scale, name) => scale.rules.limits[name].value;
export const half = (whole) => Math.floor(whole / 2);

/** Whether each range is weighed by itself: its plate gives it a Min of its own. */
export function areSeparate(ranges) {
  return ranges.some(
    (high, i) => i > 0 && high.min_mg != null && high.min_mg !== (ranges[0].min_mg ?? null) && high.min_mg < ranges[i - 1].max_mg,
  );
}

export function rangeFor({ ranges }, load, number) {
  if (number != null) return ranges[number - 1];
  return ranges.find((each) => load <= each.max_mg) ?? ranges.at(-1);
}

/** The range a reading belongs to, 1 is the finest; null where the scale chooses by load. */
export function numberOf(scale, reading) {
  if (!areSeparate(scale.ranges)) return null;
  const load = reading.test === "price" ? reading.net_mg : reading.load_mg;
  return reading.range ?? scale.ranges.indexOf(rangeFor(scale, load, null)) + 1;
}

export function checkRanges(scale) {
  const { ranges, accuracy, rules } = scale;
  if (ranges.length < 1 || ranges.length > 3) refuse("ranges", "must be 1 to 3 ranges");
  ranges.forEach((one, i) => {
    if (!(one.max_mg > 0)) refuse(`ranges[${i}].max_mg`, "must be above 0");
    if (!(one.e_mg > 0) || one.e_mg % 2) refuse(`ranges[${i}].e_mg`, "must be an even number above 0");
  });
  ranges.slice(1).forEach((high, i) => {
    for (const name of ["max_mg", "e_mg"]) {
      if (!(ranges[i][name] < high[name])) refuse(`ranges[${i + 1}].${name}`, "must be above the range before");
    }
  });
  ranges.forEach((one, i) => {
    if (one.max_mg > limitOf(scale, "max_mg")) refuse(`ranges[${i}].max_mg`, "beyond the regulation");
    const band = rules.classes[accuracy].intervals.find(
      (each) => each.e_from_mg.value <= one.e_mg && (each.e_to_mg === null || one.e_mg <= each.e_to_mg.value),
    );
    if (!band) refuse(`ranges[${i}].e_mg`, "no e of this class");
    if (one.max_mg < band.n_min.value * one.e_mg || one.max_mg > band.n_max.value * one.e_mg) {
      refuse(`ranges[${i}].max_mg`, "n is not of this class");
    }
  });
}

export function checkReading(scale, reading, place) {
  const { ranges } = scale;
  if (reading.range != null) {
    if (!areSeparate(ranges)) refuse(`${place}.range`, "must be absent where the scale chooses it by load");
    if (reading.range < 1 || reading.range > ranges.length) refuse(`${place}.range`, "is no range");
  }
  const top = ranges[(reading.range ?? ranges.length) - 1].max_mg;
  const load = reading.test === "price" ? "net_mg" : "load_mg";
  if (!(reading[load] >= 0 && reading[load] <= top)) refuse(`${place}.${load}`, "must be 0 to Max");
  if (reading.test === "price") {
    if (!(reading.unit_price_fen_per_kg > 0)) refuse(`${place}.unit_price_fen_per_kg`, "must be above 0");
    if (!(reading.amount_fen >= 0)) refuse(`${place}.amount_fen`, "must be 0 or more");
  } else if (reading.added_mg != null && !(reading.added_mg >= 0)) {
    refuse(`${place}.added_mg`, "must be 0 or more");
  }
}
