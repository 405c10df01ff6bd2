// @ts-check
/** What stands around the screen: the bar, what is said over the screen, and warnings. */

import { left, whenTicking } from "./clock.js";
import { announce, element, facts, focusPanel, whenFresh } from "./page.js";
import * as screen from "./screen.js";

/** Opens it over the page. */
export function open() {
  element("session").hidden = false;
  element("bar-computer").textContent = facts().computer;
  around(true);
  focus();
}

/** Gives the page back. */
export function close() {
  element("session").hidden = true;
  document.querySelectorAll("dialog[open]").forEach((dialog) => dialog instanceof HTMLDialogElement && dialog.close());
  if (document.fullscreenElement) void document.exitFullscreen();
  permitted = null;
  around(false);
  focusPanel();
}

/** Puts the keyboard into the bar. */
export function focus() {
  /** @type {HTMLElement | null} */ (document.querySelector(".bar-actions [data-do=leave]"))?.focus();
}

/**
 * Says something over the screen.
 *
 * @param {string} text
 * @param {boolean} isWaiting whether there is something to try at once
 */
export function say(text, isWaiting) {
  element("curtain").hidden = false;
  element("curtain-text").textContent = text;
  const button = document.querySelector("[data-do=try-now]");
  if (button instanceof HTMLElement) button.hidden = !isWaiting;
}

/** Takes away what was said, and shows the screen. */
export function unveil() {
  element("curtain").hidden = true;
  announce(`You are connected to ${facts().computer}. Press and release Control, Alt and Shift to come to the bar.`);
}

/**
 * Shows what the guest may use in this session (CN-5).
 *
 * @param {string[]} permissions
 */
export function permit(permissions) {
  permitted = permissions;
  for (const shown of document.querySelectorAll("#bar-peripherals [data-peripheral]")) {
    const name = shown.getAttribute("data-peripheral") ?? "";
    const isOn = permissions.includes(name);
    shown.classList.toggle("on", isOn && name !== "gamepad");
    shown.classList.toggle("off", !isOn);
    const note = name === "gamepad" && isOn ? "has no effect here" : isOn ? "on" : "off";
    shown.querySelector("span")?.replaceChildren(note);
    shown.querySelector("span")?.classList.toggle("unseen", note !== "has no effect here");
  }
  for (const shown of document.querySelectorAll("#clipboard [data-needs]")) {
    /** @type {HTMLElement} */ (shown).hidden = !permissions.includes(shown.getAttribute("data-needs") ?? "");
  }
  const clipboard = /** @type {HTMLElement} */ (document.querySelector("[data-do=clipboard]"));
  clipboard.hidden = !permissions.includes("copy") && !permissions.includes("paste");
  tellNext();
}

/**
 * Warns, above everything.
 *
 * @param {string} text
 * @param {boolean} [isAboutTheEnd] whether more time would help
 */
export function warn(text, isAboutTheEnd = false) {
  element("warning").hidden = false;
  element("warning-text").textContent = text;
  /** @type {HTMLElement} */ (document.querySelector("#warning [data-do=more-time]")).hidden = !isAboutTheEnd;
  announce(text);
}

/** Takes a warning away. */
export function dismiss() {
  element("warning").hidden = true;
  if (!element("session").hidden) screen.focus();
}

/** Fills the screen of the guest's device, or no longer. */
export async function fullScreen() {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await document.documentElement.requestFullscreen();
  screen.focus();
}

/** Starts to warn before the end (GA-48), and to tell what counts from the next connection (GA-34). */
export function start() {
  const button = /** @type {HTMLElement} */ (document.querySelector("[data-do=full-screen]"));
  button.hidden = !document.fullscreenEnabled;
  document.addEventListener("fullscreenchange", () => {
    button.setAttribute("aria-pressed", String(document.fullscreenElement !== null));
  });
  whenFresh(tellNext);
  whenTicking(() => {
    const seconds = left("closes");
    const isOpen = ["ready", "connected"].includes(facts().stance);
    document.querySelectorAll("[data-needs-end]").forEach((one) => /** @type {HTMLElement} */ (one).hidden = seconds === null);
    const mark = isOpen ? MARKS.filter((mark) => (seconds ?? Infinity) <= mark).at(-1) : undefined;
    if (mark && mark < warned) warn(`Less than ${mark / 60 === 1 ? "a minute" : `${mark / 60} minutes`} left.`, true);
    if (!mark && warned !== Infinity) dismiss();
    warned = mark ?? Infinity;
  });
}

/**
 * Puts the page around the screen out of reach, or back into it.
 *
 * @param {boolean} isOut
 */
function around(isOut) {
  document.querySelectorAll("body > header, body > main, body > .skip").forEach((part) => part.toggleAttribute("inert", isOut));
}

/** Says in the bar what the invite permits now, if the session has other permissions. */
function tellNext() {
  const next = [...document.querySelectorAll("#peripherals .on")].map((shown) => shown.getAttribute("data-peripheral") ?? "");
  const isSame = permitted === null || next.join() === permitted.join();
  element("bar-next").hidden = isSame;
  element("bar-next").textContent = `From your next connection: ${next.join(", ") || "looking only"}.`;
}

/** When to warn, in seconds before the end. */
const MARKS = [600, 60];

/** The mark that was passed last. */
let warned = Infinity;

/** @type {string[] | null} */
let permitted = null;
