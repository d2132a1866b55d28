// Drawing: elements without markup in text, so that nothing typed is ever read as HTML.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return element;
}

export const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
export const s = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

/** `text` with %(name)s put in, as the words of the page have them. */
export const told = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name] ?? "");

export function button(words, onclick, { kind = "", pressed, small, label } = {}) {
  return h(
    "button",
    { type: "button", class: `btn ws-btn ${kind}`, onclick, "aria-pressed": pressed == null ? null : String(pressed), "aria-label": label },
    h("span", {}, words, small ? h("small", {}, small) : null),
  );
}

const MARKS = {
  valid: "M20 33l8.5 8.5L45 24",
  attention: "M32 19v16M32 44v.6",
  stopped: "M23 23l18 18M41 23L23 41",
  unknown: "M26 27a6 6 0 1 1 8.6 5.4c-2 1-2.6 2-2.6 4M32 43v.6",
};

export const symbol = (kind) =>
  s("svg", { class: `mark is-${kind}`, viewBox: "14 14 36 36", "aria-hidden": "true" }, s("path", { class: "symbol", d: MARKS[kind] }));
