// @ts-check
/** Shows what happens in the team without the page being loaded again. */

import { become, element, fetched } from "./page.js";

/** Starts to follow. */
export function start() {
  const part = document.getElementById("live");
  // What was done is said once.
  history.replaceState(null, "", location.href.replace(/[?&]said=[^&#]*/, ""));
  if (!part) return;
  const follows = (part.dataset.follow ?? "").split(" ");
  document.addEventListener("htmx:sse:after:message", (event) => {
    const { type } = read(event);
    if (follows.some((family) => type.startsWith(`${family}.`))) refresh();
  });
  // Something may have happened while the stream was broken.
  document.addEventListener("htmx:sse:after:connection", () => (isConnected ? refresh() : (isConnected = true)));
  document.addEventListener("htmx:sse:error", refresh);
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
  addEventListener("pageshow", (event) => event.persisted && refresh());
  // What is told of the time left grows old.
  setInterval(refresh, MINUTE);
}

/** Fetches the page anew, now or right after the fetch at hand; goes on trying until it is there. */
export async function refresh() {
  if (!document.getElementById("live") || document.hidden) return;
  if (isFetching) {
    isStale = true;
    return;
  }
  isFetching = true;
  try {
    do {
      isStale = false;
      await look();
      await new Promise((later) => setTimeout(later, PAUSE));
    } while (isStale);
  } finally {
    isFetching = false;
  }
}

/** Shows the page as it is now. */
async function look() {
  const page = await fetched(location.href).catch(() => null);
  const isThere = page !== null && !page.isRefused;
  element("offline").hidden = isThere;
  clearTimeout(timer);
  if (!isThere) timer = setTimeout(refresh, RETRY);
  if (page && page.address.pathname !== location.pathname) location.reload(); // Nobody is signed in any more.
  const fresh = isThere ? page.document.getElementById("live") : null;
  if (fresh) await become(element("live"), fresh);
}

/**
 * @param {Event} event
 * @returns {{type: string}}
 */
function read(event) {
  const detail = /** @type {CustomEvent} */ (event).detail;
  return { type: String(detail?.message?.event ?? "") };
}

/** In milliseconds. */
const MINUTE = 60_000;

/** After how many milliseconds a fetch that failed is tried again. */
const RETRY = 5000;

/** How many milliseconds pass at least between two fetches: events come in swarms. */
const PAUSE = 200;

let isConnected = false;
let isFetching = false;
let isStale = false;
let timer = 0;
