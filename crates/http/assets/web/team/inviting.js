// @ts-check
/** Checks an invite while it is typed, and shows its mail (WB-3). */

import { element, fetched, whenFresh } from "./page.js";

/** Starts to listen to the form. */
export function start() {
  document.addEventListener("input", (event) => {
    const form = event.target instanceof Element ? event.target.closest("form[data-inviting]") : null;
    if (!(form instanceof HTMLFormElement)) return;
    clearTimeout(timer);
    timer = setTimeout(() => void check(form), PAUSE);
  });
  whenFresh(() => {
    const button = document.querySelector("form[data-inviting] [data-mail]");
    if (!(button instanceof HTMLButtonElement) || button.hidden || !button.form) return;
    button.hidden = true;
    showMail(button.form, button);
  });
}

/**
 * Asks what is wrong so far, and says it at each field that was filled in.
 *
 * @param {HTMLFormElement} form
 */
async function check(form) {
  const turn = ++turns;
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) fields.append(name, String(value));
  const page = await fetched(form.action, fields).catch(() => null);
  // Something else was typed meanwhile, or another step is shown.
  if (!page || page.isSignIn || turn !== turns || !form.isConnected) return;
  for (const field of form.querySelectorAll("[aria-describedby]")) {
    const isTyped = field instanceof HTMLSelectElement || isFilled(field);
    const wrong = field.getAttribute("aria-describedby")?.split(" ")[0] ?? "";
    if (isTyped && become(page.document, wrong)) field.toggleAttribute("aria-invalid", element(wrong).textContent !== "");
    if (field.hasAttribute("aria-invalid")) field.setAttribute("aria-invalid", "true");
  }
  form.querySelectorAll("[data-fresh]").forEach((part) => become(page.document, part.id));
  const button = form.querySelector("[data-mail]");
  if (button instanceof HTMLButtonElement && !page.isRefused) showMail(form, button);
}

/** @param {Element} field */
function isFilled(field) {
  const isText = field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement;
  return isText && (field.value !== "" || field.defaultValue !== "");
}

/**
 * Makes a part of the form what it is on another page, if it is there.
 *
 * @param {Document} page
 * @param {string} id
 */
function become(page, id) {
  const [part, fresh] = [document.getElementById(id), page.getElementById(id)];
  if (part && fresh && part.innerHTML !== fresh.innerHTML) part.replaceChildren(...fresh.childNodes);
  return part !== null && fresh !== null;
}

/**
 * Shows the mail in place of the one before, which stays until it is there.
 *
 * Each has a frame of its own, so that none becomes a step in the browser's history.
 *
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement} button
 */
function showMail(form, button) {
  const old = form.querySelectorAll(".mail iframe");
  const frame = /** @type {HTMLIFrameElement | undefined} */ (old[0]?.cloneNode());
  if (!frame) return;
  frame.name = `mail-frame-${++frames}`;
  frame.classList.add("coming");
  frame.addEventListener("load", () => {
    frame.classList.remove("coming");
    old.forEach((one) => one.remove());
  });
  old[old.length - 1]?.after(frame);
  const address = form.action;
  [form.action, form.target] = [button.formAction, frame.name];
  // Unlike a press of a button, this is heard by nobody else.
  form.submit();
  form.action = address;
  form.removeAttribute("target");
}

/** How many milliseconds somebody pauses before what they typed is checked. */
const PAUSE = 350;

let timer = 0;
let turns = 0;
let frames = 0;
