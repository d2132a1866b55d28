// Pre-checks: one question per screen, and what the register answers by itself on one.
import { button, h, symbol } from "./draw.js";
import { lookOf, withLook } from "./sheet.js";

const KIND = { ok: "valid", bad: "stopped", not_checked: "unknown", not_applicable: "unknown" };

export function lookScreen(work) {
  const { sheet, step, words } = work;
  const { check } = step;
  const now = lookOf(sheet.draft.document, check.code);
  const put = (result) => {
    work.change(sheet, withLook(sheet.draft.document, check.code, result));
    if (result === "bad") work.draw();
    else work.next();
  };
  const chosen = (result) => (now === null ? undefined : now === result);
  return [
    h(
      "div",
      { class: "ws-top ws-look" },
      h("p", { class: "ws-doing" }, words.looks),
      h("p", { class: "ws-question" }, check.words),
      h("p", { class: "ws-how" }, check.help),
      check.text ? h("p", { class: "ws-register" }, h("strong", {}, words.register), ` ${check.text}`) : null,
    ),
    now === "bad"
      ? h("p", { class: `ws-beyond is-${check.effect === "refuse" ? "stopped" : "attention"}`, role: "alert" }, symbol(check.effect === "refuse" ? "stopped" : "attention"), h("span", {}, check.effect === "refuse" ? words.refuses : words.warns))
      : null,
    h(
      "div",
      { class: "ws-acts" },
      h("div", { class: "ws-row" }, button(words.bad, () => put("bad"), { pressed: chosen("bad") }), button(words.not_checked, () => put("not_checked"), { pressed: chosen("not_checked") })),
      button(words.ok, () => put("ok"), { kind: "btn-primary ws-zero", pressed: chosen("ok") }),
      now === "bad" && check.effect === "refuse" ? h("div", { class: "ws-row" }, button(words.end_here, () => work.finish()), button(words.next, () => work.next())) : null,
      now === "bad" && check.effect !== "refuse" ? button(words.next, () => work.next()) : null,
    ),
  ];
}

export function knownScreen(work) {
  const { sheet, words } = work;
  const known = sheet.kit.prechecks.filter((each) => each.known);
  const resultOf = (each) => lookOf(sheet.draft.document, each.code) ?? each.known;
  const accept = () => {
    const document = known.reduce((found, each) => withLook(found, each.code, resultOf(each)), sheet.draft.document);
    work.change(sheet, document);
    work.next();
  };
  const turn = (each) => {
    const order = ["ok", "bad", "not_checked"];
    const next = order[(order.indexOf(resultOf(each)) + 1) % order.length];
    work.change(sheet, withLook(sheet.draft.document, each.code, next));
    work.draw();
  };
  return [
    h(
      "div",
      { class: "ws-top ws-look" },
      h("p", { class: "ws-doing" }, words.looks),
      h("p", { class: "ws-question" }, words.known),
      h(
        "ul",
        { class: "ws-known" },
        known.map((each) =>
          h("li", {}, button([symbol(KIND[resultOf(each)]), h("span", {}, h("strong", {}, words.prechecks[each.code] ?? each.code), h("br"), each.text)], () => turn(each), { kind: "ws-turn", label: `${words.prechecks[each.code] ?? each.code}: ${words.results[resultOf(each)]}. ${each.text}` })),
        ),
      ),
      h("p", { class: "ws-how" }, words.turn),
    ),
    h("div", { class: "ws-acts" }, button(words.accept, accept, { kind: "btn-primary ws-zero" })),
  ];
}
