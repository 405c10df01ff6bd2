// @ts-check
/** The screen of the computer, shown by noVNC. */

import { reach } from "./api.js";
import { element } from "./page.js";

/**
 * What noVNC calls a connection.
 *
 * @typedef {import("../novnc/core/rfb.js").default} Rfb
 */

/**
 * How a connection ended.
 *
 * @typedef {object} End
 * @property {number} lasted for how many milliseconds it showed a picture
 * @property {boolean} clean whether the server closed it, rather than the network
 */

/** Fetches what shows screens; a ticket does not wait for that. */
export async function load() {
  return (await import("../novnc/core/rfb.js")).default;
}

/**
 * Shows a screen until its connection ends.
 *
 * @param {{stream_url: string, ticket: string, permissions: string[]}} connected
 * @param {{shown: () => void, copied: (text: string) => void}} events
 * @returns {Promise<End>}
 */
export async function show(connected, events) {
  const Screen = await load();
  const target = element("screen");
  const may = (/** @type {string} */ peripheral) => connected.permissions.includes(peripheral);
  keysPass = may("keyboard");
  target.classList.toggle("no-mouse", !may("mouse"));
  const socket = new WebSocket(`${connected.stream_url}?ticket=${encodeURIComponent(connected.ticket)}`, ["binary"]);
  return new Promise((ended) => {
    let [since, clean] = [NaN, false];
    socket.addEventListener("close", (event) => (clean = event.wasClean));
    const rfb = new Screen(target, socket);
    watch(rfb, socket);
    rfb.scaleViewport = true;
    rfb.showDotCursor = true;
    rfb.addEventListener("connect", () => {
      since = performance.now();
      name(target);
      rfb.focus();
      events.shown();
    });
    rfb.addEventListener("clipboard", (event) => may("copy") && events.copied(event.detail.text));
    // The computer's password, if any, stays with its agent: nobody is asked for one here.
    rfb.addEventListener("credentialsrequired", () => rfb.disconnect());
    rfb.addEventListener("disconnect", () => {
      current = null;
      ended({ lasted: Number.isNaN(since) ? 0 : performance.now() - since, clean });
    });
    current = rfb;
  });
}

/** Ends the connection. */
export function close() {
  current?.disconnect();
}

/** Gives the keyboard to the screen. */
export function focus() {
  current?.focus();
}

/**
 * Puts text onto the computer's clipboard.
 *
 * @param {string} text
 */
export function paste(text) {
  current?.clipboardPasteFrom(text);
}

/**
 * Keeps keys from the screen that it may not have, and lets Ctrl+Alt+Shift, pressed and released,
 * lead out of it: it takes every other key. A press of the mouse leads to it, also where it may have
 * no mouse.
 *
 * @param {() => void} leave
 */
export function watchKeys(leave) {
  const target = element("screen");
  let isChord = false;
  target.addEventListener("mousedown", (event) => {
    event.preventDefault();
    focus();
  });
  target.addEventListener("keydown", (event) => {
    const isWhole = event.ctrlKey && event.altKey && event.shiftKey;
    isChord = isWhole && MODIFIERS.includes(event.key);
    if (!keysPass) event.stopImmediatePropagation();
  }, true);
  target.addEventListener("keyup", (event) => {
    if (!keysPass) event.stopImmediatePropagation();
    if (!isChord || event.ctrlKey || event.altKey || event.shiftKey) return;
    isChord = false;
    // The screen hears of the last key's release first.
    setTimeout(leave);
  }, true);
}

/**
 * Gives up a connection that brings nothing while the server cannot be reached: a network that is
 * gone says nothing, and the last picture stays (CN-10).
 *
 * @param {Rfb} rfb
 * @param {WebSocket} socket
 */
function watch(rfb, socket) {
  let isQuiet = false;
  const look = setInterval(() => {
    if (isQuiet) reach("/healthz", { signal: AbortSignal.timeout(QUIET) }).catch(() => rfb.disconnect());
    isQuiet = true;
  }, QUIET);
  socket.addEventListener("message", () => (isQuiet = false));
  rfb.addEventListener("disconnect", () => clearInterval(look));
}

/** @param {HTMLElement} target */
function name(target) {
  const canvas = target.querySelector("canvas");
  canvas?.setAttribute("role", "application");
  canvas?.setAttribute("aria-label", "Remote screen. Press and release Ctrl+Alt+Shift to leave it.");
}

/** For how many milliseconds a screen on which nothing moves is believed, and then the server waited for. */
const QUIET = 5000;

const MODIFIERS = ["Control", "Alt", "Shift"];

let keysPass = true;

/** @type {Rfb | null} */
let current = null;
