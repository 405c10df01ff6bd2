// @ts-check
/** The page as the server words it, fetched anew when something may have changed. */

import { reach } from "./api.js";

/**
 * What the page says for scripts. The seconds are from when it was fetched.
 *
 * @typedef {object} Facts
 * @property {string} token
 * @property {string} stance what the guest can do: `sign-in`, `wrong-account`, `waiting`, `ready`, `connected`, `refused`
 * @property {string} computer
 * @property {boolean} isElsewhere whether the computer's own software shows its screen
 * @property {string} session the live session, or nothing
 * @property {number | null} opensIn
 * @property {number | null} closesIn
 * @property {number} lookAgain after how many seconds to look again, 0 for never
 */

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

/** @returns {Facts} */
export function facts() {
  const { token = "", stance = "", computer = "", session = "", elsewhere, opensIn, closesIn, lookAgain } = element("invite").dataset;
  const isElsewhere = elsewhere !== undefined;
  const seconds = (/** @type {string | undefined} */ text) => (text ? Number(text) : null);
  return { token, stance, computer, isElsewhere, session, opensIn: seconds(opensIn), closesIn: seconds(closesIn), lookAgain: Number(lookAgain) };
}

/** The address of the link's API. */
export const api = () => `/v1/guest-links/${facts().token}`;

/**
 * Has somebody told whenever the page was fetched, and once now.
 *
 * @param {() => void} listener
 */
export function whenFresh(listener) {
  listeners.push(listener);
  listener();
}

/**
 * Fetches the page anew, now or right after the fetch at hand, and tries again later if it cannot.
 *
 * @returns {Promise<void>} that is there when the page is as it was when this was asked for, or later
 */
export function refresh() {
  isStale = true;
  fetching ??= fetchAll().finally(() => (fetching = null));
  return fetching;
}

async function fetchAll() {
  while (isStale) {
    isStale = false;
    const fresh = await fetched();
    element("offline").hidden = fresh !== null;
    if (fresh) show(fresh);
    clearTimeout(timer);
    const pause = fresh ? facts().lookAgain : RETRY;
    if (pause) timer = setTimeout(refresh, pause * 1000);
  }
}

/**
 * Says something to those who listen to the page.
 *
 * @param {string} text
 */
export function announce(text) {
  element("live").textContent = text;
}

/** Puts the reader at what can be done now. */
export function focusPanel() {
  element("panel-heading").focus();
}

/** @returns {Promise<Document | null>} */
async function fetched() {
  try {
    const response = await reach(location.pathname);
    if (response.status === 429 || response.status >= 500) return null;
    return new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    return null;
  }
}

/** @param {Document} fresh */
function show(fresh) {
  const invite = fresh.getElementById("invite");
  if (!invite || script(fresh) !== script(document)) {
    // The link leads nowhere any more, or the server was updated.
    location.reload();
    return;
  }
  const heading = element("panel-heading").textContent;
  delete element("invite").dataset.elsewhere;
  Object.assign(element("invite").dataset, invite.dataset);
  PARTS.forEach((id) => swap(id, fresh));
  document.title = fresh.title;
  const now = element("panel-heading").textContent ?? "";
  if (now !== heading) announce(now);
  listeners.forEach((listener) => listener());
}

/**
 * Shows a part as it is now; one that is the same keeps what was typed into it.
 *
 * @param {string} id
 * @param {Document} fresh
 */
function swap(id, fresh) {
  const [old, next] = [element(id), fresh.getElementById(id)];
  if (!next || next.innerHTML === shown.get(id)) return;
  shown.set(id, next.innerHTML);
  const focused = document.activeElement instanceof HTMLElement ? document.activeElement : null;
  const deed = focused && old.contains(focused) ? (focused.dataset.do ?? "") : null;
  old.replaceChildren(...next.childNodes);
  if (deed === null) return;
  const again = deed && old.querySelector(`[data-do="${deed}"]`);
  if (again instanceof HTMLElement) again.focus();
  else focusPanel();
}

/** @param {Document} page */
const script = (page) => page.querySelector("script")?.getAttribute("src");

/** What changes. */
const PARTS = ["who", "invite"];

/** After how many seconds a fetch that failed is tried again. */
const RETRY = 5;

/** @type {(() => void)[]} */
const listeners = [];

/** What the server said last of each part. */
const shown = new Map(PARTS.map((id) => [id, element(id).innerHTML]));

/** @type {Promise<void> | null} */
let fetching = null;

let isStale = false;
let timer = 0;
