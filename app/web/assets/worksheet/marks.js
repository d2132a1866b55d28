// The label and the lead seal: proposed from the stock, typed or scanned where they are others.
import { button, h, told } from "./draw.js";
import { textField } from "./field.js";
import { judged } from "./sheet.js";

function field(work, name, label) {
  const { sheet } = work;
  const done = (text) => work.change(sheet, { ...sheet.draft.document, [name]: text });
  return textField({ id: `ws-${name}`, label, value: sheet.draft.document[name], most: 40, kind: "mono", done });
}

export function marksScreen(work) {
  const { sheet, words } = work;
  const { verdict } = judged(sheet.kit, work.rules, sheet.draft.document);
  const accept = () => {
    sheet.draft.marked = true;
    work.change(sheet, sheet.draft.document);
    work.next();
  };
  if (verdict === "fail") {
    return [
      h("div", { class: "ws-top" }, h("p", { class: "ws-question" }, words.no_marks)),
      h("div", { class: "ws-acts" }, button(words.next, accept, { kind: "btn-primary ws-zero" })),
    ];
  }
  const { seal_needed, label_no } = sheet.kit.marks;
  return [
    h(
      "div",
      { class: "ws-top" },
      h("p", { class: "ws-question" }, words.marks),
      h("p", { class: "ws-how" }, label_no ? words.from_stock : words.no_stock),
      field(work, "label_no", words.label),
      field(work, "seal_no", seal_needed ? words.seal : words.seal_or_none),
      h("p", { class: "ws-how" }, told(words.scan_marks, {})),
    ),
    h("div", { class: "ws-acts" }, button(words.put_on, accept, { kind: "btn-primary ws-zero" })),
  ];
}
