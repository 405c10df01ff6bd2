// @ts-check
/**
 * How long until the window opens and closes.
 *
 * It goes by what the server says is left and by the time that passes since, so that a wrong clock
 * in the browser changes nothing (CN-13).
 */

import { told } from "../clocks.js";
import { facts, refresh, whenFresh } from "./page.js";

/**
 * Returns how many seconds are left, `null` where nothing is waited for.
 *
 * @param {"opens" | "closes"} edge
 */
export function left(edge) {
  const at = edge === "opens" ? opensAt : closesAt;
  return at === null ? null : Math.max(0, Math.ceil((at - performance.now()) / 1000));
}

/**
 * Words a span of time.
 *
 * @param {number} seconds
 */
export function span(seconds) {
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  if (minutes >= 10) return `${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

/**
 * Has somebody told every second.
 *
 * @param {() => void} listener
 */
export function whenTicking(listener) {
  listeners.push(listener);
}

/** Starts the clock. */
export function start() {
  whenFresh(() => {
    const now = performance.now();
    const at = (/** @type {number | null} */ seconds) => (seconds === null ? null : now + seconds * 1000);
    [opensAt, closesAt] = [at(facts().opensIn), at(facts().closesIn)];
    isOver = false;
    document.querySelectorAll("[data-yours]").forEach(tellYours);
    tick();
  });
  setInterval(tick, 1000);
}

function tick() {
  for (const shown of document.querySelectorAll("[data-until]")) {
    if (shown instanceof HTMLElement) showLeft(shown);
  }
  // The window's end is not yet behind the server when it is here: it is asked until it is.
  if (!isOver && (left("opens") === 0 || left("closes") === 0)) {
    isOver = true;
    setTimeout(refresh, 500);
  }
  listeners.forEach((listener) => listener());
}

/** @param {HTMLElement} shown */
function showLeft(shown) {
  const edge = shown.dataset.until === "opens" ? "opens" : "closes";
  const seconds = left(edge);
  shown.hidden = seconds === null;
  if (seconds !== null) shown.textContent = edge === "opens" ? `in ${span(seconds)}` : `${span(seconds)} left`;
}

/**
 * Tells a time on the reader's own clock, where that differs (WB-10).
 *
 * @param {Element} shown
 */
function tellYours(shown) {
  if (!(shown instanceof HTMLElement)) return;
  const at = new Date(shown.dataset.yours ?? "");
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const [here, there] = [told(at, own), told(at, shown.dataset.zone ?? "UTC")];
  shown.hidden = here.wall === there.wall;
  // A word joiner keeps a line from breaking after the minus.
  shown.textContent = `${here.wall} (${own}, ${here.offset.replace("-", "-\u2060")})`;
}

/** @type {number | null} */
let opensAt = null;

/** @type {number | null} */
let closesAt = null;

let isOver = false;

/** @type {(() => void)[]} */
const listeners = [];
