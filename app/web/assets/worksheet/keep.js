// What this device keeps: drafts by uid, and small notes. Written before anything is sent.

const NAME = "wutong-worksheets";
let opened;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("drafts", { keyPath: "uid" });
      asked.result.createObjectStore("notes");
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

async function work(store, mode, ask) {
  const db = await database();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(store, mode, { durability: "relaxed" });
    const asked = ask(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(asked.result);
    transaction.onabort = () => reject(transaction.error);
    transaction.onerror = () => reject(transaction.error);
  });
}

export const keepDraft = (draft) => work("drafts", "readwrite", (store) => store.put(draft));
export const dropDraft = (uid) => work("drafts", "readwrite", (store) => store.delete(uid));
export const keptDrafts = () => work("drafts", "readonly", (store) => store.getAll());
export const note = (name, value) => work("notes", "readwrite", (store) => store.put(value, name));
export const noted = (name) => work("notes", "readonly", (store) => store.get(name));
