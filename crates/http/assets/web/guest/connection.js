// @ts-check
/** Keeps the guest connected for as long as they want to be and may (CN-10). */

import { Refusal, ask, passes } from "./api.js";
import * as bar from "./bar.js";
import { copied } from "./clipboard.js";
import { left, span } from "./clock.js";
import { api, facts, refresh } from "./page.js";
import * as screen from "./screen.js";

/** Connects, and again whenever the connection breaks; the page then says why it is over. */
export async function start() {
  if (isWanted) return;
  isWanted = true;
  bar.open();
  let [tries, end] = [0, NEVER];
  while (isWanted && left("closes") !== 0) {
    try {
      if (session) {
        bar.say("The connection has ended. Asking why …", false);
        const why = await reason(session);
        if (!isWanted || !(why in AGAIN) || (why === "left" && end.clean)) break;
        session = "";
        if (end.lasted > STABLE || why === "permissions_changed") tries = 0;
        await pause(AGAIN[why] ?? "", tries++);
      } else {
        end = await connect();
        if (end === NEVER) break;
      }
    } catch (error) {
      const isAway = error instanceof Refusal && error.code === "computer_offline";
      if (!passes(error) && !isAway) break;
      await pause(isAway ? "The computer cannot be reached." : BROKEN, tries++);
    }
  }
  isWanted = false;
  session = "";
  bar.close();
  await refresh();
}

/** Ends the connection, here or elsewhere. */
export async function leave() {
  isWanted = false;
  const id = session || facts().session;
  screen.close();
  wake();
  // A connection that closes ends the session as well.
  if (id) await ask("POST", `/v1/sessions/${id}/leave`, {}).catch(() => null);
  await refresh();
}

/** Tries again at once. */
export function tryNow() {
  wake();
}

/**
 * Opens a session, and shows it until its connection ends; never, if there is nothing to show.
 *
 * @returns {Promise<screen.End>}
 */
async function connect() {
  bar.say(`Connecting to ${facts().computer} …`, false);
  if (!facts().isElsewhere) await screen.load();
  const connected = await ask("POST", `${api()}/connect`, {});
  if (!connected.stream_url) {
    bar.warn(`You are connected. The streaming software of ${facts().computer} shows its screen: go on there.`);
    return NEVER;
  }
  await screen.load();
  session = connected.session_id;
  if (!isWanted) {
    await leave();
    return NEVER;
  }
  bar.permit(connected.permissions);
  return screen.show(connected, { shown: bar.unveil, copied });
}

/**
 * Returns why a session has ended; `live` if the server knows of no end.
 *
 * @param {string} id
 * @returns {Promise<string>}
 */
async function reason(id) {
  for (let look = 0; look < LOOKS; look++) {
    const shown = (await ask("GET", api())).session;
    if (shown?.id !== id) return "replaced";
    if (shown.state === "ended") return shown.end_reason;
    await new Promise((later) => setTimeout(later, LOOK_PAUSE));
  }
  return "live";
}

/**
 * Waits before the next try, longer each time, and says so.
 *
 * @param {string} why
 * @param {number} tries
 */
async function pause(why, tries) {
  const seconds = tries === 0 ? 1 : Math.ceil(Math.min(LONGEST, 2 ** tries) * (0.75 + Math.random() / 2));
  bar.say(`${why} Trying again in ${span(seconds)}.`, true);
  await new Promise((awake) => {
    wake = () => awake(null);
    setTimeout(wake, seconds * 1000);
    addEventListener("online", wake, { once: true });
  });
}

const BROKEN = "The connection broke.";

/**
 * After what ends the page connects again by itself, and what it says about them (GA-34, GA-44).
 *
 * @type {Record<string, string>}
 */
const AGAIN = {
  live: BROKEN,
  left: BROKEN, // Unless the server has closed the connection: then the guest left from elsewhere.
  permissions_changed: "What you may use has changed.",
  computer_lost: "The connection to the computer was lost.",
  ticket_unused: "The connection did not come about.",
  server_stopped: "The server was stopped.",
};

/** The end of what did not begin. */
const NEVER = /** @type {screen.End} */ ({ lasted: 0, clean: false });

/** A connection that held so many milliseconds is not one that fails again and again. */
const STABLE = 10_000;

/** In seconds: nobody looks at a text for longer. */
const LONGEST = 10;

/** How often the server is asked for an end that it may be about to write down. */
const LOOKS = 3;

/** In milliseconds. */
const LOOK_PAUSE = 500;

let isWanted = false;

/** The session that is shown. */
let session = "";

/** Ends a pause. */
let wake = () => {};
