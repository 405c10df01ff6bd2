// @ts-check
/**
 * This browser as a device: key pairs that cannot be read out of it (OR-8).
 *
 * They are kept in the browser's own database, for this site only.
 */

/**
 * A device that this browser is, in a team.
 *
 * @typedef {{id: string, team: string, email: string, name: string, key: CryptoKey}} Kept
 */

/** Whether the browser can make keys here: only at https, or on the machine itself. */
export const isPossible = () => Boolean(window.isSecureContext && window.crypto?.subtle && window.indexedDB);

/** Makes a key pair, whose private half never leaves the browser. */
export async function pair() {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]);
  const raw = await crypto.subtle.exportKey("raw", publicKey);
  return { key: privateKey, publicKey: base64url(raw) };
}

/**
 * Keeps a device that was enrolled.
 *
 * @param {Kept} device
 */
export async function keep(device) {
  await inStore("readwrite", (store) => store.put(device));
}

/**
 * Returns the devices that this browser is.
 *
 * @returns {Promise<Kept[]>}
 */
export async function kept() {
  return isPossible() ? inStore("readonly", (store) => store.getAll()) : [];
}

/**
 * Forgets a device, which cannot sign in from here any more.
 *
 * @param {string} id
 */
export async function forget(id) {
  await inStore("readwrite", (store) => store.delete(id));
}

/**
 * Signs in with a device; throws a `Refused` with the reason if it is not taken.
 *
 * @param {Kept} device
 */
export async function signIn(device) {
  const asked = await sent("/v1/sign-in/device-challenge", {});
  const lines = ["guest device sign-in 1", asked.server, device.id, asked.challenge];
  const signature = await crypto.subtle.sign(SIGNATURE, device.key, new TextEncoder().encode(lines.join("\n")));
  return sent("/v1/sign-in/device", { device_id: device.id, challenge: asked.challenge, signature: base64url(signature) });
}

/** What the server says when it says no. */
export class Refused extends Error {
  /** @param {{code?: string, detail?: string}} problem */
  constructor(problem) {
    const detail = problem.detail ?? "the server cannot be reached; try again";
    super(detail.charAt(0).toUpperCase() + detail.slice(1) + ".");
    this.code = problem.code ?? "";
  }
}

/**
 * Sends something to the API, and returns the answer; throws a `Refused` if there is none.
 *
 * @param {string} path
 * @param {object} body
 * @returns {Promise<any>}
 */
export async function sent(path, body) {
  const headers = { "content-type": "application/json", accept: "application/json" };
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }).catch(() => null);
  const answer = await response?.json().catch(() => ({}));
  if (!response?.ok) throw new Refused(answer ?? {});
  return answer;
}

/** Returns what a device could be called: the browser and the system. */
export function usualName() {
  const agent = navigator.userAgent;
  /** @param {[RegExp, string][]} known */
  const first = (known) => known.find(([pattern]) => pattern.test(agent))?.[1];
  const browser = first([[/Edg\//, "Edge"], [/OPR\//, "Opera"], [/Firefox\//, "Firefox"], [/Chrome\//, "Chrome"], [/Safari\//, "Safari"]]);
  const system = first([[/Android/, "Android"], [/iPhone|iPad/, "iOS"], [/Windows/, "Windows"], [/Mac OS/, "macOS"], [/Linux/, "Linux"]]);
  return [browser ?? "Browser", system].filter(Boolean).join(" on ");
}

/** @param {ArrayBuffer} bytes */
function base64url(bytes) {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * Does something with what is kept.
 *
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} work
 * @returns {Promise<T>}
 */
function inStore(mode, work) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "id" });
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

const CURVE = { name: "ECDSA", namedCurve: "P-256" };

const SIGNATURE = { name: "ECDSA", hash: "SHA-256" };

const DATABASE = "guest-devices";

const STORE = "devices";
