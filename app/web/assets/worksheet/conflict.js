// Two devices wrote the same draft: both are shown, both are kept, a person says which goes on.
import { button, h, told } from "./draw.js";

const count = (document) => document.readings.length + document.prechecks.length;
const clock = (ms) => (ms ? new Date(ms).toLocaleString(document.documentElement.lang, { timeZone: "Asia/Shanghai" }) : "…");

function side(words, title, draft, at) {
  return h("section", { class: "ws-side" }, h("h2", {}, title), h("p", {}, told(words.saved_at, { at: clock(at) })), h("p", { class: "ws-load" }, String(count(draft)), h("span", {}, ` ${words.entries}`)));
}

export function conflictScreen(work) {
  const { sheet, words } = work;
  const { draft } = sheet;
  const there = draft.conflict;
  return [
    h(
      "div",
      { class: "ws-top" },
      h("p", { class: "ws-question", role: "alert" }, words.conflict),
      h("div", { class: "ws-sides" }, side(words, words.here, draft.document, draft.savedHere), side(words, words.there, there.document, Date.parse(there.saved_at))),
      h("p", { class: "ws-how" }, words.both_kept),
    ),
    h("div", { class: "ws-acts" }, button(words.go_on_here, () => work.resolve(sheet, "here"), { kind: "btn-primary" }), button(words.go_on_there, () => work.resolve(sheet, "there"))),
  ];
}
