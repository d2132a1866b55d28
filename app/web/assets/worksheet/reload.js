// Has this page and its files kept by the worker, so that a reload needs no network.
import { file, keepPage } from "./kept.js";

const WORKER = "/verify/worker.js";

export async function keepForReload() {
  // A device that several people use keeps nobody's pages.
  if (!navigator.serviceWorker || document.body.dataset.lock) return;
  const wasThere = navigator.serviceWorker.controller !== null;
  await navigator.serviceWorker.register(WORKER);
  if (wasThere) return;
  // The worker is new: it saw neither this page nor its files.
  const answer = await fetch(location.href);
  if (answer.ok && !answer.redirected) await keepPage(location.href, answer);
  const parts = document.querySelectorAll("script[src], link[rel=stylesheet], link[rel=icon]");
  for (const part of parts) await file(part.src || part.href);
}
