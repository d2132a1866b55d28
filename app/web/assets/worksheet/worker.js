// Loads an opened worksheet again without a network. A page comes from the network where that
// answers, else as it was kept; files with hashed names as they were kept. Nothing else is touched.
import { file, forgetPages, keepPage, keptPage } from "./kept.js";

const PAGE = /^\/verify\/(scales\/[^/]+\/(worksheet|in-service)|worksheets\/together)$/;
const PATIENCE_MS = 8000;

const patience = () => new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));

async function page(event) {
  const { request } = event;
  const loading = fetch(request).catch(() => null);
  const kept = await keptPage(request.url);
  const answer = await (kept ? Promise.race([loading, patience()]) : loading);
  // Led elsewhere: nobody is signed in here any more.
  if (answer?.type === "opaqueredirect") event.waitUntil(forgetPages());
  if (answer?.ok) event.waitUntil(keepPage(request.url, answer.clone()));
  if (answer && answer.status < 500) return answer;
  return kept ?? answer ?? Response.error();
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate" && PAGE.test(url.pathname)) event.respondWith(page(event));
  else if (url.pathname.startsWith("/static/")) event.respondWith(file(event.request));
});
