// @ts-check
/** Signing in by a mailed code, and out. */

import { ask, isUnreached } from "./api.js";
import { announce, element, focusPanel, refresh } from "./page.js";

/**
 * Mails a code, and asks for it.
 *
 * @param {HTMLFormElement} form
 */
export async function sendCode(form) {
  email = String(new FormData(form).get("email")).trim();
  await doing(form, async () => {
    await ask("POST", "/v1/sign-in", { email });
    turn(true);
    announce(`A code is on its way to ${email}.`);
  });
}

/**
 * Signs in with the code that was typed.
 *
 * @param {HTMLFormElement} form
 */
export async function tryCode(form) {
  const code = String(new FormData(form).get("code"));
  await doing(form, async () => {
    await ask("POST", "/v1/sign-in/verify", { email, code });
    await refresh();
    focusPanel();
  });
}

/** Goes back to the address. */
export function otherAddress() {
  turn(false);
}

/** Signs out, whoever it is. */
export async function signOut() {
  await ask("POST", "/v1/sign-out");
  await refresh();
  focusPanel();
}

/**
 * Shows the form for the code, or the one for the address.
 *
 * @param {boolean} isMailed
 */
function turn(isMailed) {
  element("email-form").hidden = isMailed;
  element("code-form").hidden = !isMailed;
  const input = document.querySelector(isMailed ? "#code-form input" : "#email-form input");
  if (input instanceof HTMLInputElement) input.focus();
}

/**
 * Does what a form asks for, once at a time, and shows at its field what is wrong.
 *
 * @param {HTMLFormElement} form
 * @param {() => Promise<void>} work
 */
async function doing(form, work) {
  const input = form.querySelector("input");
  const buttons = form.querySelectorAll("button");
  element("sign-in-error").textContent = "";
  input?.removeAttribute("aria-invalid");
  buttons.forEach((button) => (button.disabled = true));
  try {
    await work();
  } catch (error) {
    const why = isUnreached(error) ? "The server cannot be reached. Try again." : String(/** @type {Error} */ (error).message);
    element("sign-in-error").textContent = why;
    input?.setAttribute("aria-invalid", "true");
    input?.focus();
  } finally {
    buttons.forEach((button) => (button.disabled = false));
  }
}

/** Where the code was mailed to. */
let email = "";
