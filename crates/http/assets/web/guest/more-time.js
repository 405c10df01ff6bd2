// @ts-check
/** Asking for more time (GA-48). */

import { ask, isUnreached } from "./api.js";
import * as bar from "./bar.js";
import { api, element, refresh } from "./page.js";

/** Opens the question. */
export function open() {
  say("");
  bar.dismiss();
  dialog().showModal();
}

/**
 * Asks.
 *
 * @param {HTMLFormElement} form
 */
export async function send(form) {
  const asked = new FormData(form);
  try {
    await ask("POST", `${api()}/request-time`, { minutes: Number(asked.get("minutes")), note: String(asked.get("note")) });
  } catch (error) {
    say(isUnreached(error) ? "The server cannot be reached. Try again." : String(/** @type {Error} */ (error).message));
    return;
  }
  dialog().close();
  bar.warn("Whoever invited you was asked for more time.");
  await refresh();
}

/** @param {string} text */
function say(text) {
  dialog().querySelector(".error")?.replaceChildren(text);
}

const dialog = () => /** @type {HTMLDialogElement} */ (element("more-time"));
