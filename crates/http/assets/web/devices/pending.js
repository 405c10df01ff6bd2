// @ts-check
/**
 * Keys of requests to join that are not accepted yet: nothing can be signed in with them.
 *
 * They are kept in the browser's own database, for this site only.
 */

import { isPossible } from "./keys.js";

/**
 * A key that was made for a request.
 *
 * @typedef {{request: string, name: string, key: CryptoKey}} Pending
 */

/** @param {Pending} made */
export async function keepPending(made) {
  await inStore("readwrite", (store) => store.put(made));
}

/**
 * @param {string} request
 * @returns {Promise<Pending | undefined>}
 */
export async function pending(request) {
  return isPossible() ? inStore("readonly", (store) => store.get(request)) : undefined;
}

/** @param {string} request */
export async function forgetPending(request) {
  await inStore("readwrite", (store) => store.delete(request));
}

/**
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} work
 * @returns {Promise<T>}
 */
function inStore(mode, work) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "request" });
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => (database.close(), resolve(request.result));
      transaction.onabort = () => (database.close(), reject(transaction.error));
    };
  });
}

const DATABASE = "guest-join-requests";

const STORE = "keys";
