// The price computation: a net mass, a unit price, and the amount the scale should show.
import { button, h, symbol } from "./draw.js";
import { shown, typed, yuan } from "./format.js";
import { indexOf, itemOf, judged, readingOf, withReading } from "./sheet.js";

const STEPS = [-2, -1, 1, 2];
const MG_PER_KG = 1_000_000;

/** The amount in fen, halves up, as price-computing scales round. */
export const amountOf = (net, unit) => Math.floor((2 * net * unit + MG_PER_KG) / (2 * MG_PER_KG));

export function priceScreen(work) {
  const { sheet, step, words } = work;
  const reading = readingOf(sheet.draft.document, step);
  const unit = reading?.unit_price_fen_per_kg ?? work.unitPrice;
  const right = amountOf(step.load, unit);
  const put = (amount) => {
    work.change(sheet, withReading(sheet.draft.document, step, { net_mg: step.load, unit_price_fen_per_kg: unit, amount_fen: amount }));
    const item = itemOf(judged(sheet.kit, work.rules, sheet.draft.document), indexOf(sheet.draft.document, step));
    if (item.verdict === "fail") work.draw();
    else work.next();
  };
  const item = reading ? itemOf(judged(sheet.kit, work.rules, sheet.draft.document), indexOf(sheet.draft.document, step)) : null;
  return [
    h(
      "div",
      { class: "ws-top" },
      h(
        "div",
        { class: "ws-asked" },
        h("p", { class: "ws-doing" }, words.tests.price),
        h("p", { class: "ws-load" }, shown(step.load, step.e), h("span", {}, " kg")),
        h("p", { class: "ws-how" }, words.how.price, h("span", { class: "ws-names" }, `${yuan(unit)} ${words.yuan_per_kg}`)),
      ),
    ),
    item?.verdict === "fail" ? h("p", { class: "ws-beyond is-stopped", role: "alert" }, symbol("stopped"), h("span", {}, words.price_wrong)) : null,
    h(
      "div",
      { class: "ws-acts" },
      h("div", { class: "ws-chips" }, STEPS.map((k) => button(`${k < 0 ? "−" : "+"}${yuan(Math.abs(k))}`, () => put(right + k), { small: yuan(right + k), pressed: reading?.amount_fen === right + k }))),
      button(words.amount_right, () => put(right), { kind: "btn-primary ws-zero", small: `${yuan(right)} ${words.yuan}`, pressed: reading ? reading.amount_fen === right : undefined }),
      h(
        "div",
        { class: "ws-row" },
        button(words.other, () => work.type({ title: words.amount, unit: words.yuan, read: (text) => typed(text, 2), done: put })),
        button(words.other_price, () => work.type({ title: words.unit_price, unit: words.yuan_per_kg, read: (text) => typed(text, 2) || null, done: (fen) => { work.unitPrice = fen; work.draw(); } })),
        reading ? button(words.next, () => work.next()) : null,
      ),
    ),
  ];
}
