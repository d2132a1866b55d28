// On a device that several people use: two minutes without a hand lock it. The server counts by
// itself; this page tells it that somebody types, and shows the lock in time.
const REST_MS = Number(document.body.dataset.lock) * 1000;
const TELL_MS = 10000;
const who = document.body.dataset.who;
const here = location.pathname + location.search;
let last = Date.now();
let told = last;

function touched() {
  last = Date.now();
  if (last - told < TELL_MS) return;
  told = last;
  const token = document.querySelector('meta[name="csrf-token"]');
  const headers = { "X-CSRFToken": token ? token.content : "" };
  fetch("/sign-in/here", { method: "POST", headers, redirect: "manual" }).catch(() => {});
}

for (const name of ["pointerdown", "keydown", "input", "scroll"]) {
  addEventListener(name, touched, { passive: true, capture: true });
}

/** The fields of this page that may be kept: no secrets, no files, nothing hidden. */
function fields() {
  return [...document.querySelectorAll("main input, main textarea, main select")].filter(
    (one) => one.name && one.name !== "code" && !["hidden", "password", "file"].includes(one.type),
  );
}

// What was typed waits for whoever typed it; somebody else's page forgets it.
function keep() {
  const typed = fields().map((one) => [one.name, one.value, one.checked]);
  sessionStorage.setItem("typed", JSON.stringify({ who, here, typed }));
}

const kept = JSON.parse(sessionStorage.getItem("typed") || "null");
sessionStorage.removeItem("typed");
if (kept && kept.who === who && kept.here === here) {
  for (const one of fields()) {
    const ticked = one.type === "checkbox" || one.type === "radio";
    const found = kept.typed.find(([name, value]) => name === one.name && (!ticked || value === one.value));
    if (!found) continue;
    if (ticked) one.checked = found[2];
    else one.value = found[1];
  }
}

setInterval(() => {
  if (Date.now() - last < REST_MS) return;
  keep();
  location.assign(`/sign-in/switch?next=${encodeURIComponent(here)}`);
}, 1000);
