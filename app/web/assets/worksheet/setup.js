// Who works with what, proposed: one tap accepts it; air and weights are changed here.
import { button, h, symbol, told } from "./draw.js";
import { day, mass, tenths, typed } from "./format.js";
import { papersOf } from "./sheet.js";

const KINDS = ["initial", "subsequent"];
const degrees = (tenth) => String(tenth / 10).replace("-", "−");

function air(work) {
  const { words } = work;
  const now = work.sheet.draft.document.environment;
  const ask = (title, unit, name, sign) =>
    work.type({ title, unit, sign, read: (text) => typed(text, 1), done: (value) => setAir(work, { [name]: value }) });
  return h(
    "div",
    { class: "ws-row" },
    button(now?.temperature_dc === undefined ? "…" : `${tenths(now.temperature_dc)} °C`, () => ask(words.temperature, "°C", "temperature_dc", true), { small: words.temperature }),
    button(now?.humidity_pm === undefined ? "…" : `${tenths(now.humidity_pm)} %`, () => ask(words.humidity, "%", "humidity_pm", false), { small: words.humidity }),
  );
}

function setAir(work, part) {
  work.air = { ...work.sheet.draft.document.environment, ...work.air, ...part };
  const { temperature_dc, humidity_pm } = work.air;
  if (temperature_dc !== undefined && humidity_pm !== undefined) {
    for (const sheet of work.sheets) work.change(sheet, { ...sheet.draft.document, environment: { temperature_dc, humidity_pm } });
    work.remember(work.air);
  }
  work.draw();
}

function weights(work) {
  const { words, outfit } = work;
  const chosen = new Set(work.sheet.draft.document.weights.map((each) => each.weight));
  const take = (uids) => {
    for (const sheet of work.sheets) work.change(sheet, { ...sheet.draft.document, weights: papersOf(outfit, uids) });
    work.draw();
  };
  const turn = (uid) => {
    if (!chosen.delete(uid)) chosen.add(uid);
    take([...chosen]);
  };
  const isTaken = ({ chosen: uids }) => uids.length === chosen.size && uids.every((uid) => chosen.has(uid));
  return [
    h(
      "div",
      { class: "ws-top ws-scroll", tabindex: "0", role: "region", "aria-label": words.weights },
      h("p", { class: "ws-question" }, words.weights),
      (outfit.sets ?? []).map((set) => button(told(words.whole_set, { name: set.name }), () => take(set.chosen), { pressed: isTaken(set) })),
      h(
        "ul",
        { class: "ws-weights" },
        outfit.weights.map((each) =>
          h(
            "li",
            {},
            each.why
              ? h("p", { class: "ws-refused" }, symbol("stopped"), h("span", {}, `${mass(each.nominal_mg)} · ${each.number} · ${each.class}`, h("small", {}, each.why)))
              : button(`${mass(each.nominal_mg)} · ${each.number}`, () => turn(each.weight), { pressed: chosen.has(each.weight), small: `${each.class}${each.set ? ` · ${each.set}` : ""} · ${each.certificate_no} · ${told(words.until, { day: day(each.valid_until) })}` }),
          ),
        ),
      ),
    ),
    h("div", { class: "ws-acts" }, button(words.done, () => { work.choosesWeights = false; work.draw(); }, { kind: "btn-primary" })),
  ];
}

export function setupScreen(work) {
  const { words, outfit, sheet } = work;
  if (work.choosesWeights) return weights(work);
  const { document } = sheet.draft;
  const chosen = outfit.weights.filter((each) => document.weights.some((one) => one.weight === each.weight));
  const sets = [...new Set(chosen.map((each) => each.set).filter(Boolean))].sort();
  const now = document.environment;
  const filled = (now ?? work.air)?.temperature_dc !== undefined && (now ?? work.air)?.humidity_pm !== undefined;
  const { least_dc, most_dc, most_pm } = work.conditions;
  const isOdd = now && (now.temperature_dc < least_dc || now.temperature_dc > most_dc || now.humidity_pm > most_pm);
  const bars = outfit.body ? outfit.barred : [words.no_body];
  const ready = filled && outfit.standard && !bars.length;
  const accept = () => {
    for (const each of work.sheets) each.draft.accepted = true;
    for (const each of work.sheets) work.change(each, each.draft.document);
    work.next();
  };
  // One scale stands in the head of the screen, the verifier in the bar above it.
  const rows = [
    work.sheets.length > 1 ? [words.scales, told(words.n_scales, { n: work.sheets.length })] : null,
    [words.body, outfit.body?.name ?? words.none],
    [words.standard, outfit.standard ? `${outfit.standard.name} · ${told(words.until, { day: day(outfit.standard.valid_until) })}` : words.none],
    [words.rules, sheet.kit.rules],
    [words.weights, `${chosen.length} · ${chosen.map((each) => mass(each.nominal_mg)).join(", ")}${sets.length === 1 ? ` · ${sets[0]}` : ""}`],
  ].filter(Boolean);
  const warnings = [
    outfit.uncounted ? told(words.uncounted, { day: outfit.uncounted }) : "",
    isOdd ? told(words.odd_air, { least: degrees(least_dc), most: degrees(most_dc), humidity: `${most_pm / 10} %` }) : "",
    sets.length > 1 ? told(outfit.mixed ? words.mixed : words.several, { sets: sets.join(", ") }) : "",
    outfit.short?.length ? told(words.short, { loads: outfit.short.map(mass).join(", ") }) : "",
  ].filter(Boolean);
  const warning = (kind, role) => (said) => h("p", { class: `ws-beyond is-${kind}`, role }, symbol(kind), h("span", {}, said));
  return [
    h(
      "div",
      { class: "ws-top ws-fits", tabindex: "0", role: "region", "aria-label": words.steps.setup },
      bars.map(warning("stopped", "alert")),
      warnings.map(warning("attention", "status")),
      h("dl", { class: "ws-facts" }, rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
    ),
    h(
      "div",
      { class: "ws-acts" },
      h("div", { class: "ws-row" }, KINDS.map((kind) => button(words.kinds[kind], () => work.choose(kind), { pressed: document.kind === kind }))),
      air(work),
      h("div", { class: "ws-row" }, button(words.change_weights, () => { work.choosesWeights = true; work.draw(); })),
      ready ? button(words.begin, accept, { kind: "btn-primary ws-zero" }) : h("p", { class: "ws-why", role: "status" }, bars.length ? words.barred : filled ? words.no_standard : words.air_first),
    ),
  ];
}
