// A field of text on a step: kept when it is left, as every tap is.
import { h } from "./draw.js";

/** `done(text)` gets what was typed, without the blanks around it. */
export function textField({ id, label, value, most = 80, many = false, kind = "", done }) {
  const input = h(many ? "textarea" : "input", {
    class: `form-control ${kind}`,
    id,
    maxlength: most,
    rows: many ? 3 : null,
    autocomplete: "off",
    spellcheck: "false",
    autocapitalize: kind === "mono" ? "characters" : null,
    onchange: () => done(input.value.trim()),
    onkeydown: (event) => event.key === "Enter" && !many && input.blur(),
  });
  input.value = value;
  return h("div", { class: "field" }, h("label", { class: "field-label", for: id }, label), input);
}
