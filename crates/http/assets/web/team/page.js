// @ts-check
/** Fetching pages of ours, and showing their parts. */

/**
 * What htmx is used for here.
 *
 * @typedef {{swap: (what: {text: string, target: Element, swap: string}) => Promise<void>}} Htmx
 */

/** A page as it was answered. */
export class Page {
  /**
   * @param {Response} response
   * @param {string} text
   */
  constructor(response, text) {
    this.address = new URL(response.url);
    this.wasSentOn = response.redirected;
    this.isRefused = !response.ok;
    this.document = new DOMParser().parseFromString(text, "text/html");
  }

  /** Whether it is not what was asked for, since nobody is signed in any more. */
  get isSignIn() {
    return this.address.pathname === "/sign-in";
  }

  /** What it says was done. */
  get said() {
    return this.document.getElementById("flash")?.textContent ?? "";
  }
}

/**
 * Fetches a page, or sends a form; throws a `TypeError` if the server cannot be reached.
 *
 * @param {string} address
 * @param {URLSearchParams} [form]
 */
export async function fetched(address, form) {
  const headers = { accept: "text/html" };
  const response = await fetch(address, { method: form ? "POST" : "GET", body: form ?? null, headers, cache: "no-store" });
  return new Page(response, await response.text());
}

/**
 * Makes a part of this page like one of another; what is the same stays, with its focus.
 *
 * @param {Element} part
 * @param {Element} fresh
 */
export async function become(part, fresh) {
  const htmx = /** @type {{htmx: Htmx}} */ (/** @type {unknown} */ (window)).htmx;
  await htmx.swap({ text: fresh.outerHTML, target: part, swap: "outerMorph" });
  listeners.forEach((listener) => listener());
}

/**
 * Has somebody told whenever a part of the page was replaced, and once now.
 *
 * @param {() => void} listener
 */
export function whenFresh(listener) {
  listeners.push(listener);
  listener();
}

/** Tells those who listen that a part of the page was replaced. */
export function refreshed() {
  listeners.forEach((listener) => listener());
}

/**
 * Says what was done, to those who look and those who listen.
 *
 * @param {string} words
 */
export function say(words) {
  const flash = element("flash");
  flash.textContent = "";
  // Saying the same again is said again.
  setTimeout(() => (flash.textContent = words));
}

/**
 * Returns an element that the page has.
 *
 * @param {string} id
 * @returns {HTMLElement}
 */
export function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`there is no #${id}`);
  return found;
}

/** @type {(() => void)[]} */
const listeners = [];
