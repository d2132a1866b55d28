// Around every step: which scale, what is saved where, how far, and what the last tap noted.
import { h, symbol, told } from "./draw.js";
import { shown } from "./format.js";
import { isDone, judged } from "./sheet.js";

const MOST_DOTS = 60;
const clock = (ms) => new Date(ms).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Asia/Shanghai" });

export function savedBar(work) {
  const { words, sheet, sheets } = work;
  const { draft } = sheet;
  const waiting = sheets.filter((each) => each.draft.dirty).length;
  let [text, kind] = [words.nothing_yet, "unknown"];
  if (draft.refused) [text, kind] = [draft.refused, "stopped"];
  else if (draft.closed && !draft.url) [text, kind] = [words.closed, "stopped"];
  else if (waiting) [text, kind] = [told(work.full ? words.not_kept : words.saved_here, { n: waiting }), "attention"];
  else if (draft.savedThere) [text, kind] = [told(words.saved_there, { time: clock(draft.savedThere) }), "valid"];
  return h("p", { class: `ws-saved is-${kind}`, role: "status" }, symbol(kind), h("span", {}, text));
}

function dots({ sheet, step, words }) {
  const { steps } = sheet;
  const done = steps.filter((each) => isDone(each, sheet)).length;
  const drawn = steps.slice(0, MOST_DOTS).map((each) => h("i", { class: each === step ? "is-now" : isDone(each, sheet) ? "is-done" : null }));
  return h("p", { class: "ws-dots", role: "img", "aria-label": told(words.progress, { done, of: steps.length }) }, drawn);
}

export function head(work) {
  const { sheet, sheets, words } = work;
  const { verdict, failing } = judged(sheet.kit, work.rules, sheet.draft.document);
  return h(
    "header",
    { class: "ws-head" },
    h(
      "p",
      { class: "ws-which" },
      h("strong", {}, sheet.kit.scale.number),
      sheets.length > 1 ? h("span", { class: "ws-count" }, `${sheets.indexOf(sheet) + 1}/${sheets.length}`) : null,
      h("span", { class: "ws-model" }, sheet.kit.scale.model),
    ),
    verdict === "fail" ? h("p", { class: "ws-so-far is-stopped" }, symbol("stopped"), failing.length ? told(words.n_beyond, { n: failing.length }) : words.verdicts.fail) : null,
    savedBar(work),
    dots(work),
  );
}

/** What the last tap noted, with a way to take it back. */
export function last({ words, undoable, at, queue, sheets, undo }) {
  if (!undoable || undoable.at === at) return null;
  const { step, sheet } = queue[undoable.at];
  const row = step.test && step.kind !== "price" ? sheet.draft.document.readings.at(-1) : null;
  const what = words.tests[step.test] ?? words.prechecks[step.check?.code] ?? words.steps[step.kind] ?? "";
  const text = [sheets.length > 1 ? sheet.kit.scale.number : "", what, row ? `${shown(row.indication_mg, step.e)} kg` : ""];
  return h("p", { class: "ws-last" }, h("span", {}, text.filter(Boolean).join(" ")), h("button", { type: "button", class: "btn", onclick: undo }, words.undo));
}
