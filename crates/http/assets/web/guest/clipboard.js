// @ts-check
/** The clipboards of the computer and of the guest's device. */

import { announce, element } from "./page.js";
import * as screen from "./screen.js";

/**
 * Takes text that was copied on the computer to the guest's clipboard, or keeps it in the panel
 * where the browser wants to be asked.
 *
 * @param {string} text
 */
export async function copied(text) {
  field("copied").value = text;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    announce("The computer has copied something. You find it under Clipboard.");
  }
}

/** Puts the panel's text onto the guest's clipboard. */
export async function copy() {
  try {
    await navigator.clipboard.writeText(field("copied").value);
    note("Copied.");
  } catch {
    field("copied").select();
    note("The browser does not allow it. Press Ctrl+C to copy the marked text.");
  }
}

/** Puts the panel's text onto the computer's clipboard. */
export function paste() {
  screen.paste(field("pasted").value);
  note("It is on the computer's clipboard now: paste it there as usual.");
}

/** Opens the panel. */
export function open() {
  note("");
  /** @type {HTMLDialogElement} */ (element("clipboard")).showModal();
}

/** @param {string} text */
function note(text) {
  element("clipboard-note").textContent = text;
}

/** @param {string} id */
const field = (id) => /** @type {HTMLTextAreaElement} */ (element(id));
