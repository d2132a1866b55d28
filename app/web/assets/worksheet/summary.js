// The end: verdict, what failed, what is missing with a way there, and handing it in.
import { button, h, symbol, told } from "./draw.js";
import { grams, mass, signed, tenths } from "./format.js";
import { isDone, judged } from "./sheet.js";
import { optionalTests } from "./steps.js";

const KIND = { pass: "valid", fail: "stopped", incomplete: "unknown" };

function line(work, sheet) {
  const { words } = work;
  const found = judged(sheet.kit, work.rules, sheet.draft.document);
  const open = sheet.steps.filter((step) => step.kind !== "summary" && !isDone(step, sheet));
  const lacks = found.verdict === "fail" ? [] : open;
  const failing = [
    ...found.bad.map((each) => words.prechecks[each.code] ?? each.code),
    ...found.failing.map((item) => `${words.tests[item.test]} ${mass(item.load_mg)}: ${signed(item.error_mg)} (± ${grams(item.mpe_mg)})`),
  ];
  const sheets = work.sheets.length > 1;
  return h(
    "section",
    { class: `ws-end is-${KIND[found.verdict]}` },
    h("h2", {}, symbol(KIND[found.verdict]), h("span", {}, sheets ? `${sheet.kit.scale.number} · ${words.verdicts[found.verdict]}` : words.verdicts[found.verdict])),
    sheet.draft.url ? h("p", {}, h("a", { href: sheet.draft.url }, words.submitted)) : null,
    facts(work, sheet, found),
    failing.length ? h("ul", {}, failing.map((text) => h("li", {}, text))) : null,
    lacks.length ? h("p", {}, told(words.lacks, { n: lacks.length }), " ", button(words.go_there, () => work.goTo(sheet, lacks[0]))) : null,
    (sheet.draft.faults ?? []).map((fault) => h("p", { class: "ws-beyond is-stopped", role: "alert" }, symbol("stopped"), h("span", {}, fault.words), button(words.go_there, () => work.goToCode(sheet, fault.code)))),
    sheet.draft.document.before_adjustment.length ? h("p", {}, told(words.before, { n: sheet.draft.document.before_adjustment.length })) : null,
  );
}

/** What a checker will look at first: how near to a limit, how many readings, which marks. */
function facts(work, sheet, found) {
  const { words } = work;
  const { document } = sheet.draft;
  const share = (item) => (item.mpe_mg ? Math.round((Math.abs(item.error_mg) * 100) / item.mpe_mg) : 0);
  const nearest = found.items.filter((item) => item.mpe_mg).sort((a, b) => share(b) - share(a))[0];
  const air = document.environment;
  const rows = [
    [words.readings, String(document.readings.length)],
    nearest ? [words.nearest, told(words.share, { share: `${share(nearest)} %`, load: mass(nearest.load_mg) })] : null,
    air ? [words.air, `${tenths(air.temperature_dc)} °C · ${tenths(air.humidity_pm)} %`] : null,
    found.verdict === "pass" && document.label_no ? [words.label, document.label_no] : null,
    found.verdict === "pass" && document.seal_no ? [words.seal, document.seal_no] : null,
  ].filter(Boolean);
  return h("dl", { class: "ws-facts" }, rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

function extras(work) {
  const { sheet, words } = work;
  const tests = optionalTests(sheet.kit, sheet.draft.document.kind);
  if (work.sheets.length > 1 || !tests.length) return null;
  const extra = sheet.draft.extra ?? [];
  return h("div", { class: "ws-row" }, tests.map((test) => button(told(words.also, { test: words.tests[test] }), () => work.also(test), { pressed: extra.includes(test) })));
}

export function summaryScreen(work) {
  const { words } = work;
  const ready = work.sheets.filter((sheet) => !sheet.draft.url && judged(sheet.kit, work.rules, sheet.draft.document).verdict !== "incomplete");
  const left = work.sheets.filter((sheet) => !sheet.draft.url);
  return [
    h("div", { class: "ws-top ws-scroll", tabindex: "0", role: "region", "aria-label": words.end }, work.sheets.map((sheet) => line(work, sheet)), extras(work)),
    h(
      "div",
      { class: "ws-acts" },
      left.length === 0
        ? h("a", { class: "btn btn-primary ws-btn ws-zero", href: work.listUrl }, words.all_submitted)
        : button(work.submitting ? words.submitting : ready.length > 1 ? told(words.submit_n, { n: ready.length }) : words.submit, () => work.submit(ready), { kind: "btn-primary ws-zero" }),
      left.length && !ready.length ? h("p", { class: "ws-why" }, words.not_ready) : null,
      work.isOffline() ? h("p", { class: "ws-why", role: "status" }, words.offline_submit) : null,
    ),
  ];
}
