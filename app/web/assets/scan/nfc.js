// Tags read by holding the phone to them: Web NFC, where the browser has it (Chrome on Android).

export const hasNfc = () => "NDEFReader" in window;

/** The address in a message, as text; null where it holds none. It is never opened. */
export function addressIn(message) {
  for (const { recordType, data } of message.records) {
    if (recordType === "url" || recordType === "absolute-url") return new TextDecoder().decode(data);
  }
  return null;
}

/** Listen for tags until the page is left; `took` gets each address, `failed` is told of others. */
export async function listen(took, failed) {
  const reader = new window.NDEFReader();
  reader.addEventListener("reading", ({ message }) => {
    const text = addressIn(message);
    if (text) took(text);
    else failed();
  });
  reader.addEventListener("readingerror", failed);
  await reader.scan();
}
