// What pages do by themselves: copy, hold, search by key. The words come from the page.
import htmx from "htmx.org/dist/htmx.esm.js";

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;

const HOLD_MS = 1200;
const SAID_MS = 2500;
const words = JSON.parse(document.documentElement.dataset.words || "{}");

// What a worksheet's page kept for a reload is one person's: gone where nobody, or anybody, works.
if ("caches" in window && ("nobody" in document.body.dataset || document.body.dataset.lock)) caches.delete("wutong-pages");

let silence;
function say(text) {
  const place = document.getElementById("said");
  if (!place) return;
  place.textContent = text;
  clearTimeout(silence);
  silence = setTimeout(() => { place.textContent = ""; }, SAID_MS);
}

document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]');
  if (token) event.detail.headers["X-CSRFToken"] = token.content;
});
document.addEventListener("htmx:sendError", () => say(words.offline));
document.addEventListener("htmx:responseError", (event) => {
  // A page whose part asks again every second must not cry every second.
  if (event.detail.requestConfig.verb !== "get") say(words.refused);
});

/** Copy by the clipboard, or by a selection where a page has no secure address. */
async function copy(text) {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await copy(button.dataset.copy);
    say(words.copied);
  } catch {
    say(button.dataset.copy);
  }
});

// Press and hold: what cannot be undone is sent only when the ring is full.
let held = null;
let timer;

function send(button) {
  button.dataset.confirmed = "";
  button.form.requestSubmit(button);
}

function hold(button) {
  if (held || button.disabled) return;
  held = button;
  button.classList.add("is-held");
  timer = setTimeout(() => {
    release();
    send(button);
  }, HOLD_MS);
}

function release() {
  if (!held) return;
  held.classList.remove("is-held");
  held = null;
  clearTimeout(timer);
}

const holdable = (event) => event.target instanceof Element && event.target.closest("[data-hold]");

document.addEventListener("pointerdown", (event) => {
  const button = holdable(event);
  if (button && event.button === 0) hold(button);
});
for (const name of ["pointerup", "pointercancel", "blur"]) {
  window.addEventListener(name, () => {
    if (held) say(words.hold_longer);
    release();
  });
}
document.addEventListener("contextmenu", (event) => { if (holdable(event)) event.preventDefault(); });
document.addEventListener("keydown", (event) => {
  const button = holdable(event);
  if (!button || (event.key !== "Enter" && event.key !== " ")) return;
  event.preventDefault();
  if (!event.repeat) hold(button);
});
document.addEventListener("keyup", (event) => {
  if (!held || (event.key !== "Enter" && event.key !== " ")) return;
  event.preventDefault();
  say(words.hold_longer);
  release();
});

/** Ask in words: for screen readers and switches, which click without holding. */
function ask(button) {
  const dialog = document.createElement("dialog");
  const text = document.createElement("p");
  text.textContent = `${button.textContent.trim()}: ${words.sure}`;
  const acts = document.createElement("div");
  acts.className = "acts";
  const choices = [[words.yes, "btn btn-stop", () => send(button)], [words.no, "btn", () => {}]];
  for (const [word, kind, act] of choices) {
    const choice = document.createElement("button");
    choice.type = "button";
    choice.className = kind;
    choice.textContent = word;
    choice.addEventListener("click", () => { dialog.close(); act(); });
    acts.append(choice);
  }
  dialog.append(text, acts);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const button = holdable(event);
  if (!button || "confirmed" in button.dataset) return;
  event.preventDefault();
  // A pointer's click has coordinates and was answered by the ring already.
  if (event.detail === 0 && !event.pointerType) ask(button);
});

// One form is sent once, however often it is tapped.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  // What is taken away as a file leaves the page as it is.
  if (event.defaultPrevented || !button || button.form.hasAttribute("data-again")) return;
  if (button.classList.contains("is-busy")) {
    event.preventDefault();
    return;
  }
  button.classList.add("is-busy");
});
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll(".is-busy")) button.classList.remove("is-busy");
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  // A list's own box before the one in the head.
  const search = document.querySelector("main [data-search]") ?? document.querySelector("[data-search]");
  if (!search) return;
  event.preventDefault();
  search.focus();
  search.select();
});

document.querySelector("[data-focus]")?.focus();

// A list by keys: arrows go from row to row, Enter opens (it is a link), x ticks the row.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select, dialog");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const rows = [...document.querySelectorAll("[data-arrows] tbody tr")].filter((row) => row.offsetParent);
  if (!rows.length) return;
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  if (event.key === "x" && here >= 0) {
    rows[here].querySelector("input[type=checkbox]")?.click();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const next = event.key === "ArrowDown" ? here + 1 : Math.max(here, 1) - 1;
    rows[Math.min(next, rows.length - 1)].querySelector("a")?.focus();
    event.preventDefault();
  }
});

/** Say how many rows are ticked; card and row of one scale are one tick. */
function pick(form) {
  const boxes = () => [...form.elements].filter((box) => box.name === "uid");
  const everything = form.elements.namedItem("all");
  const head = document.querySelector("[data-tick-all]");
  const said = form.querySelector("[data-picked]");
  const first = said.textContent;
  const tell = () => {
    const ticked = new Set(boxes().filter((box) => box.checked).map((box) => box.value));
    said.textContent = ticked.size ? said.dataset.picked.replace("#", ticked.size) : first;
    form.classList.toggle("is-picked", ticked.size > 0 || Boolean(everything?.checked));
  };
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box === head) for (const one of boxes()) one.checked = head.checked;
    else if (box.name === "uid" && box.form === form) {
      for (const one of boxes()) if (one.value === box.value) one.checked = box.checked;
    } else if (box !== everything) return;
    tell();
  });
  tell();
}
for (const form of document.querySelectorAll("[data-bulk]")) pick(form);

/** On a phone a row of a list becomes a small sheet: each cell then says what it is. */
function label(table) {
  const names = [...table.querySelectorAll("thead th")].map((cell) => cell.textContent.trim());
  if (!names.length) return;
  table.classList.add("is-labelled");
  table.setAttribute("role", "table");
  for (const row of table.querySelectorAll("tr")) row.setAttribute("role", "row");
  for (const row of table.querySelectorAll("tbody tr")) {
    [...row.cells].forEach((cell, i) => {
      cell.dataset.label = names[i] ?? "";
      cell.setAttribute("role", cell.tagName === "TH" ? "rowheader" : "cell");
    });
  }
}
htmx.onLoad((part) => {
  for (const table of part.querySelectorAll(".list-table")) {
    if (!table.classList.contains("list-tight")) label(table);
  }
});

// A menu wider than its screen shows where one is.
const here = document.querySelector(".menu [aria-current]");
if (here) {
  const list = here.closest("ul");
  list.scrollLeft = here.offsetLeft - (list.clientWidth - here.offsetWidth) / 2;
}
