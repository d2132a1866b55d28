// The scan page: camera, photo or typing lead to one answer that covers the screen.
import { Decoder, frame, hasTorch, hindrance, open, photo, setTorch } from "./camera.js";
import { hasNfc, listen } from "./nfc.js";
import { check, tagIn } from "./tag.js";

const AGAIN_MS = 2500; // the code just answered is still before the camera
const BUZZ = { valid: [80], attention: [80, 80, 80], stopped: [400], unknown: [40, 60, 40, 60, 40] };

const page = document.getElementById("scanner");
const words = JSON.parse(page.dataset.words);
const find = (selector) => page.querySelector(selector);
const video = find("video");
const said = find(".scanner-said");
const over = find(".scan-over");
const place = find("[data-place]");
const form = find("form.scanner-typed");

const decoder = new Decoder(page.dataset.worker, page.dataset.wasm);
let last = { text: "", until: 0 };
let busy = !over.hidden;

function show(answer) {
  place.replaceChildren(answer);
  over.hidden = false;
  page.classList.add("is-answered");
  navigator.vibrate?.(BUZZ[answer.dataset.meaning] ?? BUZZ.unknown);
  over.focus();
}

function next(stall = "", number = "") {
  form.elements.stall.value = stall;
  const said = find("[data-stall-said]");
  said.querySelector("strong").textContent = number;
  said.hidden = !stall;
  if (stall) form.elements.code.value = "";
  over.hidden = true;
  place.replaceChildren();
  page.classList.remove("is-answered");
  last.until = performance.now() + AGAIN_MS;
  busy = false;
}

/** An answer that needs no server. */
function ready(name, text) {
  const copy = find(`template[data-answer="${name}"]`).content.cloneNode(true);
  copy.querySelector(".scan-code").textContent = text.slice(0, 120);
  return copy.firstElementChild;
}

async function ask(text, by) {
  const body = new FormData(form);
  body.set("code", text);
  if (by) body.set("by", by);
  const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Part": "1" } });
  const html = await answer.text();
  const part = new DOMParser().parseFromString(html, "text/html").querySelector(".scan-answer");
  if (!part) throw new TypeError(words.broken);
  return document.adoptNode(part);
}

/** Look up what was read; a forged tag of ours is told apart without asking anybody. */
async function answer(text, by) {
  const tag = tagIn(text, page.dataset.host);
  const found = tag && crypto.subtle ? await check(tag, page.dataset.host, page.dataset.key) : null;
  performance.mark("scan-checked");
  if (found === "forged" || found === "truncated") return ready(found, text);
  try {
    return await ask(text, by);
  } catch (error) {
    if (navigator.onLine && error.message === words.broken) throw error;
    return ready(found === "genuine" ? "offline" : "unreachable", text);
  }
}

/** `by`: "camera" or "nfc" where the tag itself was here; a photo or a number may be of far away. */
async function took(text, by = "") {
  busy = true;
  last = { text, until: Infinity };
  said.textContent = words.asking;
  try {
    show(await answer(text, by));
    performance.mark("scan-answered");
    said.textContent = words.point;
  } catch (error) {
    said.textContent = error.message;
    next();
  }
}

const isNew = (text) => text !== last.text || performance.now() > last.until;

async function watch() {
  for (;;) {
    await new Promise(requestAnimationFrame);
    if (busy || document.hidden || !video.videoWidth) continue;
    const { text, ms } = await decoder.read(await frame(video));
    performance.measure("scan-frame", { start: performance.now() - ms, duration: ms });
    if (text && !busy && isNew(text)) {
      performance.mark("scan-read");
      await took(text, "camera");
    }
  }
}

function offerTorch(track) {
  const button = find("[data-torch]");
  if (!hasTorch(track)) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    await setTorch(track, on);
    button.setAttribute("aria-pressed", String(on));
  });
}

async function start() {
  const why = hindrance();
  if (why) {
    said.textContent = words[why];
    return;
  }
  said.textContent = words.start;
  performance.mark("scan-started");
  try {
    const track = await open(video);
    page.classList.add("has-camera");
    offerTorch(track);
  } catch (error) {
    said.textContent = error.name === "NotAllowedError" ? words.denied : words.none;
    return;
  }
  said.textContent = words.point;
  await watch();
}

find("[data-photo]").addEventListener("change", async ({ target }) => {
  const [file] = target.files;
  if (!file) return;
  said.textContent = words.reading;
  try {
    const { text } = await decoder.read(await photo(file), true);
    if (text) await took(text);
    else said.textContent = words.unread;
  } catch {
    said.textContent = words.unread; // no picture at all
  }
  target.value = "";
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = new FormData(form).get("code").trim();
  if (text) took(text).then(() => event.submitter?.classList.remove("is-busy"));
});

find("[data-next]").addEventListener("click", (event) => {
  event.preventDefault();
  next();
});

// A stall's card was scanned: the scale scanned next is handed out there.
place.addEventListener("click", (event) => {
  const link = event.target.closest("[data-stall]");
  if (!link) return;
  event.preventDefault();
  next(link.dataset.stall, link.dataset.stallNumber);
});

function keepPlace() {
  const chosen = find("[data-place-kept]");
  if (!chosen) return;
  chosen.value = localStorage.getItem("scan-place") ?? "";
  if (chosen.selectedIndex < 0) chosen.value = "";
  chosen.addEventListener("change", () => localStorage.setItem("scan-place", chosen.value));
}

function offerNfc() {
  const button = find("[data-nfc]");
  if (!hasNfc()) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await listen(
        (text) => { if (!busy && isNew(text)) took(text, "nfc"); },
        () => { said.textContent = words.nfc_unread; },
      );
      said.textContent = words.nfc;
    } catch {
      said.textContent = words.nfc_denied;
    }
  });
}

keepPlace();
offerNfc();
start();
