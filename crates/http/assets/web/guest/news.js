// @ts-check
/** Follows what happens to the invite, so that the page shows it without being loaded again. */

import * as bar from "./bar.js";
import { left, span } from "./clock.js";
import { api, facts, refresh, whenFresh } from "./page.js";

/** Starts to follow, as soon as the page is for whoever looks at it. */
export function start() {
  whenFresh(() => {
    const isForMe = !["sign-in", "wrong-account"].includes(facts().stance);
    if (isForMe && source === null) follow();
    if (!isForMe) stop();
  });
  whenFresh(tellEnd);
}

function follow() {
  source = new EventSource(`${api()}/events`);
  for (const type of TYPES) source.addEventListener(type, () => hear(type));
  // Something may have happened before, or while the stream was broken.
  source.addEventListener("open", refresh);
  source.addEventListener("error", () => {
    if (source?.readyState !== EventSource.CLOSED) return; // The browser tries again by itself.
    stop();
    setTimeout(refresh, RETRY);
  });
}

function stop() {
  source?.close();
  source = null;
}

/** @param {string} type */
async function hear(type) {
  await refresh();
  if (type === "invite.reminded") bar.warn("Your time begins in 15 minutes.");
  if (type === "invite.moved") bar.warn(`Your invite is for ${facts().computer} now.`);
}

/** Says that the window ends at another time than it did. */
function tellEnd() {
  const seconds = left("closes");
  const end = seconds === null ? null : performance.now() / 1000 + seconds;
  if (seconds !== null && end !== null && known !== null && Math.abs(end - known) > NOTICEABLE) {
    bar.warn(`Your time has changed: ${span(seconds)} left.`, end < known);
  }
  known = end;
}

const TYPES = [
  "invite.updated",
  "invite.opened",
  "invite.reminded",
  "invite.used",
  "invite.time_requested",
  "invite.moved",
  "invite.expired",
  "invite.cancelled",
  "invite.voided",
  "session.started",
  "session.ended",
];

/** In milliseconds. */
const RETRY = 5000;

/** By how many seconds a window differs that was changed, not just told at another moment. */
const NOTICEABLE = 30;

/**
 * When the window ends, in seconds of the page's clock.
 *
 * @type {number | null}
 */
let known = null;

/** @type {EventSource | null} */
let source = null;
