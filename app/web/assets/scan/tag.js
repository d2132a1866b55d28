// Our tag's signature, checked on the device: with no network, and before anything is asked.
// Layout and texts as in app/crypto/tags.py; the vectors of tests/vectors/tags.json hold both.
import { verifyAsync } from "@noble/ed25519";

const TEXT = 114; // base64url of 85 bytes
const CONTEXT = "wutong-tag-v1\0";

/** The text behind /t/ in an address of ours, or null. */
export function tagIn(text, host) {
  let url;
  try {
    url = new URL(text);
  } catch {
    return null;
  }
  const ours = (url.protocol === "https:" || url.protocol === "http:") && url.host === host;
  return ours && url.pathname.startsWith("/t/") ? url.pathname.slice(3) : null;
}

const bytesOfHex = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));

function bytesOf(text) {
  const standard = text.replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(standard), (character) => character.charCodeAt(0));
}

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const equal = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);

/** "genuine", "forged" or "truncated": what the bytes themselves tell. */
export async function check(text, host, keyHex) {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return "forged";
  if (text.length > TEXT) return "forged";
  const key = bytesOfHex(keyHex);
  const keyId = new Uint8Array(await crypto.subtle.digest("SHA-256", key)).slice(0, 4);
  if (text.length < TEXT) {
    const start = btoa(String.fromCharCode(1, ...keyId)).slice(0, 6);
    const ours = start.replace(/\+/g, "-").replace(/\//g, "_");
    return text.slice(0, 6) === ours.slice(0, text.length) ? "truncated" : "forged";
  }
  // The last character carries two bits; one that carries more is another spelling of the same bytes.
  if (!/[AQgw]$/.test(text)) return "forged";
  const data = bytesOf(text.padEnd(116, "="));
  if (data[0] !== 1 || !equal(data.slice(1, 5), keyId)) return "forged";
  if (data[5] < 1 || data[5] > 4) return "forged";
  const said = joined(new TextEncoder().encode(CONTEXT + host), data.slice(1, 21));
  try {
    return (await verifyAsync(data.slice(21), said, key)) ? "genuine" : "forged";
  } catch {
    return "forged";
  }
}
