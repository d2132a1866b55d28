// Pages and files that this device keeps for a reload without a network. Used by page and worker.
// Pages are one person's: they are forgotten where nobody is signed in, and after a day.

export const PAGES = "wutong-pages";
const FILES = "wutong-files";
const KEPT_AT = "X-Kept-At";
const DAY_MS = 86400000;
const MOST_PAGES = 30;
const MOST_FILES = 60;

/** The address without the language, which the page itself remembers. */
function name(address) {
  const url = new URL(address);
  url.searchParams.delete("lang");
  url.hash = "";
  return url.href;
}

async function trim(cache, most) {
  const keys = await cache.keys();
  for (const key of keys.slice(0, Math.max(0, keys.length - most))) await cache.delete(key);
}

/** Keep a page as it was answered, its policy with it. */
export async function keepPage(address, answer) {
  const cache = await caches.open(PAGES);
  const headers = new Headers(answer.headers);
  headers.set(KEPT_AT, String(Date.now()));
  await cache.delete(name(address));
  await cache.put(name(address), new Response(await answer.text(), { headers }));
  await trim(cache, MOST_PAGES);
}

/** The page as it was kept today, marked as such; undefined where there is none. */
export async function keptPage(address) {
  const cache = await caches.open(PAGES);
  const found = await cache.match(name(address));
  if (!found) return undefined;
  if (Date.now() - Number(found.headers.get(KEPT_AT)) > DAY_MS) {
    await cache.delete(name(address));
    return undefined;
  }
  return new Response((await found.text()).replace("<html ", "<html data-kept "), { headers: found.headers });
}

/** A file by its hashed name: as it was kept, else from the server, and kept from then on. */
export async function file(request) {
  const cache = await caches.open(FILES);
  const found = await cache.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) {
    await cache.put(request, answer.clone());
    await trim(cache, MOST_FILES);
  }
  return answer;
}

export const forgetPages = () => caches.delete(PAGES);
