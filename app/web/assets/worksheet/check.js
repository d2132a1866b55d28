// The in-service check (使用中检查): officers, task and mass before, the party's word at the end.
import { button, h, symbol, told } from "./draw.js";
import { textField } from "./field.js";
import { grams, mass, signed } from "./format.js";
import { isDone, judged } from "./sheet.js";

const MOST_LOADS = 6;
const STATEMENTS = ["agrees", "disagrees", "refuses", "absent"];
const KIND = { pass: "valid", fail: "stopped", incomplete: "unknown" };

const partOf = (work) => work.sheet.draft.document.check;

function put(work, part) {
  const { sheet } = work;
  work.change(sheet, { ...sheet.draft.document, check: { ...partOf(work), ...part } });
  work.replan();
  work.draw();
}

/** What the check is worth, said before and after. */
function worth(work) {
  const { words, sheet } = work;
  const { second, task_no } = partOf(work);
  const who = sheet.kit.check.officers.find((each) => each.uid === second);
  const will = Boolean(who && task_no);
  return h(
    "p",
    { class: `ws-beyond is-${will ? "attention" : "unknown"}`, role: "status" },
    symbol(will ? "attention" : "unknown"),
    h("span", {}, will ? told(words.evidence_when, { name: who.name }) : words.routine),
  );
}

function loads(work) {
  const chosen = partOf(work).loads;
  const turn = (load) => put(work, { loads: chosen.includes(load) ? chosen.filter((each) => each !== load) : [...chosen, load].sort((a, b) => a - b).slice(0, MOST_LOADS) });
  return h("div", { class: "ws-chips" }, work.sheet.kit.check.loads.map((load) => button(mass(load), () => turn(load), { pressed: chosen.includes(load) })));
}

function seconds(work) {
  const { second } = partOf(work);
  const turn = (uid) => put(work, { second: second === uid ? "" : uid });
  return h("div", { class: "ws-row ws-people" }, work.sheet.kit.check.officers.map((each) => button(each.name, () => turn(each.uid), { pressed: second === each.uid })));
}

export function checkSetup(work) {
  const { words, sheet } = work;
  const now = partOf(work);
  const ready = now.loads.length > 0 && (now.mass === "market" || now.certificate !== "");
  const accept = () => {
    sheet.draft.accepted = true;
    work.change(sheet, sheet.draft.document);
    work.next();
  };
  return [
    h(
      "div",
      { class: "ws-top ws-scroll", tabindex: "0", role: "region", "aria-label": words.steps.setup },
      h("p", { class: "ws-beyond is-stopped" }, symbol("stopped"), h("strong", {}, words.keep_powered)),
      h("p", { class: "ws-question" }, words.second),
      sheet.kit.check.officers.length ? seconds(work) : h("p", { class: "ws-how" }, words.nobody_else),
      textField({ id: "ws-task", label: words.task_no, value: now.task_no, kind: "mono", done: (task_no) => put(work, { task_no }) }),
      worth(work),
      h("p", { class: "ws-question" }, words.with_what),
      h("div", { class: "ws-chips ws-two" }, ["market", "standard"].map((kind) => button(words.masses[kind], () => put(work, { mass: kind }), { pressed: now.mass === kind }))),
      textField({ id: "ws-certificate", label: now.mass === "market" ? words.mass_no : words.certificate, value: now.certificate, kind: "mono", done: (certificate) => put(work, { certificate }) }),
      h("p", { class: "ws-question" }, words.which_loads),
      loads(work),
    ),
    h("div", { class: "ws-acts" }, ready ? button(words.begin, accept, { kind: "btn-primary ws-zero" }) : h("p", { class: "ws-why", role: "status" }, now.loads.length ? words.certificate_first : words.load_first)),
  ];
}

function findings(work, found) {
  const { words, sheet } = work;
  const beyond = found.failing.map((item) => `${words.tests[item.test]} ${mass(item.load_mg)}: ${signed(item.error_mg)} (± ${grams(item.mpe_mg)})`);
  const seen = sheet.kit.prechecks.filter((each) => sheet.draft.document.prechecks.some((one) => one.code === each.code && one.result === "bad")).map((each) => each.words);
  const lines = [...seen, ...beyond];
  return lines.length ? h("ul", {}, lines.map((text) => h("li", {}, text))) : null;
}

function party(work) {
  const { words } = work;
  const now = partOf(work);
  return [
    h("p", { class: "ws-question" }, words.party),
    h("div", { class: "ws-chips ws-two" }, STATEMENTS.map((each) => button(words.statements[each], () => put(work, { statement: each }), { pressed: now.statement === each }))),
    now.statement && now.statement !== "absent" ? textField({ id: "ws-said", label: words.said, value: now.said, most: 400, many: true, done: (said) => put(work, { said }) }) : null,
  ];
}

export function checkEnd(work) {
  const { words, sheet } = work;
  const found = judged(sheet.kit, work.rules, sheet.draft.document);
  const open = found.verdict === "incomplete" ? sheet.steps.filter((step) => step.test && !isDone(step, sheet)) : [];
  const ready = found.verdict !== "incomplete" && partOf(work).statement !== "";
  return [
    h(
      "div",
      { class: "ws-top ws-scroll", tabindex: "0", role: "region", "aria-label": words.end },
      h(
        "section",
        { class: `ws-end is-${KIND[found.verdict]}` },
        h("h2", {}, symbol(KIND[found.verdict]), h("span", {}, words.verdicts[found.verdict])),
        found.verdict === "pass" ? h("p", {}, words.not_verified) : null,
        findings(work, found),
        open.length ? h("p", {}, told(words.lacks, { n: open.length }), " ", button(words.go_there, () => work.goTo(sheet, open[0]))) : null,
        worth(work),
        party(work),
        (sheet.draft.faults ?? []).map((fault) => h("p", { class: "ws-beyond is-stopped", role: "alert" }, symbol("stopped"), h("span", {}, fault.words), button(words.go_there, () => work.goToCode(sheet, fault.code)))),
      ),
    ),
    h(
      "div",
      { class: "ws-acts" },
      ready ? button(work.submitting ? words.submitting : words.submit, () => work.submit([sheet]), { kind: "btn-primary ws-zero" }) : h("p", { class: "ws-why", role: "status" }, found.verdict === "incomplete" ? words.not_ready : words.party_first),
      work.isOffline() ? h("p", { class: "ws-why", role: "status" }, words.offline_submit) : null,
    ),
  ];
}
