// A keypad for what no chip says. Works by thumb and by the keys of a keyboard.
import { button, h } from "./draw.js";

const KEYS = ["7", "8", "9", "4", "5", "6", "1", "2", "3", ".", "0", "⌫"];

/** `read(text)`: the number or null; `done(number)` when it is entered. */
export function keypad({ title, unit, start = "", sign = false, read, done, cancel, words }) {
  let text = start;
  const out = h("output", { class: "ws-typed", "aria-live": "polite" });
  const ok = button(words.enter, () => enter(), { kind: "btn-primary" });
  const show = () => {
    out.textContent = `${text || "…"} ${unit}`;
    ok.disabled = read(text) === null;
  };
  const press = (key) => {
    if (key === "⌫") text = text.slice(0, -1);
    else if (key === "±") text = text.startsWith("−") ? text.slice(1) : `−${text}`;
    else if (text.length < 9) text += key;
    show();
  };
  function enter() {
    const found = read(text);
    if (found !== null) done(found);
  }
  const onkeydown = (event) => {
    if (/^[\d.]$/.test(event.key)) press(event.key);
    else if (event.key === ",") press(".");
    else if (event.key === "-") sign && press("±");
    else if (event.key === "Backspace") press("⌫");
    else if (event.key === "Enter") enter();
    else if (event.key === "Escape") cancel();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  show();
  return h(
    "div",
    { class: "ws-keypad", role: "group", "aria-label": title, tabindex: "-1", onkeydown, "data-focus": true },
    h("p", { class: "ws-keypad-top" }, h("span", {}, title), out),
    h("div", { class: "ws-keys" }, KEYS.map((key) => button(key, () => press(key), { label: key === "⌫" ? words.delete : null }))),
    h("div", { class: "ws-row" }, button(words.cancel, cancel), sign ? button("±", () => press("±"), { label: words.sign }) : null, ok),
  );
}
