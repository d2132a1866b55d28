// The pan with the place to load, and the bar of the limit that fills.
import { s } from "./draw.js";
import { signed } from "./format.js";

const PLACES = { centre: [60, 45], front_left: [32, 66], front_right: [88, 66], back_left: [32, 24], back_right: [88, 24] };

/** The pan from above, its front at the bottom; the place to load is full. */
export function pan(position, words) {
  const [x, y] = PLACES[position];
  return s(
    "svg",
    { class: "ws-pan", viewBox: "0 0 120 104", role: "img", "aria-label": words.positions[position] },
    s("rect", { class: "ws-pan-plate", x: 4, y: 4, width: 112, height: 82, rx: 8 }),
    s("path", { class: "ws-pan-cross", d: "M60 4v82M4 45h112" }),
    Object.values(PLACES).slice(1).map(([cx, cy]) => s("circle", { class: "ws-pan-place", cx, cy, r: 12 })),
    s("circle", { class: "ws-pan-load", cx: x, cy: y, r: 13 }),
    s("text", { class: "ws-pan-front", x: 60, y: 100, "text-anchor": "middle" }, words.front),
  );
}

const MIDDLE = 150;
const HALF = 100;

/** How much of the limit an error takes: full at the limit, red beyond. `error` null: nothing yet. */
export function bar(error, limit, words, { spread = false } = {}) {
  const share = error === null || !limit ? 0 : Math.max(-1.4, Math.min(1.4, error / limit));
  const state = error === null ? "unknown" : Math.abs(error) <= limit ? "valid" : "stopped";
  const x = spread ? MIDDLE - HALF : MIDDLE;
  const width = Math.abs(share) * HALF * (spread ? 2 : 1);
  const text = error === null ? `± ${signed(limit).replace("+", "")}` : `${signed(error)}  (± ${signed(limit).replace("+", "")})`;
  return s(
    "svg",
    { class: `ws-bar is-${state}`, viewBox: "0 0 300 46", role: "img", "aria-label": `${words.error}: ${text}` },
    s("rect", { class: "ws-bar-ground", x: MIDDLE - HALF, y: 6, width: HALF * 2, height: 14, rx: 2 }),
    s("rect", { class: "ws-bar-fill", x: share < 0 ? x - width : x, y: 6, width, height: 14 }),
    s("path", { class: "ws-bar-limit", d: `M${MIDDLE - HALF} 2v22M${MIDDLE + HALF} 2v22` }),
    spread ? null : s("path", { class: "ws-bar-zero", d: `M${MIDDLE} 2v22` }),
    s("text", { class: "ws-bar-text", x: MIDDLE, y: 42, "text-anchor": "middle" }, text),
  );
}
