// Masses and amounts as the scale itself shows them; integers in, text out.

const trimmed = (text) => text.replace(/\.?0+$/, "");

function scaled(whole, digits) {
  const sign = whole < 0 ? "−" : "";
  const text = String(Math.abs(whole)).padStart(digits + 1, "0");
  return digits ? `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}` : sign + text;
}

/** Digits behind the point of kilograms that a scale with this interval shows. */
export function digitsOf(e) {
  let digits = 6;
  for (let rest = e; rest % 10 === 0 && digits > 0; rest /= 10) digits -= 1;
  return digits;
}

/** Kilograms with as many digits as the display has. */
export function shown(mg, e) {
  const digits = digitsOf(e);
  return scaled(Math.round(mg / 10 ** (6 - digits)), digits);
}

export const grams = (mg) => `${trimmed(scaled(mg, 3))} g`;
export const signed = (mg) => (mg > 0 ? `+${grams(mg)}` : grams(mg));
export const yuan = (fen) => scaled(fen, 2);
export const tenths = (value) => scaled(value, 1);

/** A mass as people say it: kilograms from one on. */
export const mass = (mg) => (Math.abs(mg) >= 1_000_000 ? `${trimmed(scaled(mg, 6))} kg` : grams(mg));

/** What was typed as a whole number of 10^-digits; null where it is no number. */
export function typed(text, digits) {
  const found = /^([-−]?)(\d{1,7})(?:\.(\d*))?$/.exec(text.trim());
  if (!found || (found[3] ?? "").replace(/0+$/, "").length > digits) return null;
  const whole = Number(found[2]) * 10 ** digits + Number((found[3] ?? "").slice(0, digits).padEnd(digits, "0") || 0);
  return found[1] ? -whole : whole;
}

/** A calendar day in words, as the other pages write it. */
export function day(iso) {
  const chinese = document.documentElement.lang.startsWith("zh");
  const parts = { year: "numeric", month: chinese ? "long" : "short", day: "numeric", timeZone: "UTC" };
  return new Date(`${iso}T00:00Z`).toLocaleDateString(chinese ? "zh-CN" : "en-GB", parts);
}
