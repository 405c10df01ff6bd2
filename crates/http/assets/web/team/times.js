// @ts-check
/** Tells times on the reader's own clock as well, on hover and focus, and while one types (WB-2, WB-12). */

import { moment, told } from "../clocks.js";
import { whenFresh } from "./page.js";

/** Starts to tell. */
export function start() {
  whenFresh(() => {
    document.querySelectorAll("time[data-zone]").forEach(tell);
    document.querySelectorAll("input[data-local]").forEach(echo);
  });
  document.addEventListener("input", (event) => {
    if (!(event.target instanceof HTMLInputElement)) return;
    event.target.form?.querySelectorAll("input[data-local]").forEach(echo);
  });
}

/** @param {Element} shown */
function tell(shown) {
  const own = inOwn(new Date(shown.getAttribute("datetime") ?? ""), shown.getAttribute("data-zone") ?? "UTC");
  if (!own) return;
  shown.setAttribute("data-own", own);
  shown.setAttribute("tabindex", "0");
}

/**
 * Tells below a field what its time is for the reader.
 *
 * @param {Element} field
 */
function echo(field) {
  if (!(field instanceof HTMLInputElement)) return;
  const zone = field.form?.elements.namedItem(field.dataset.local ?? "");
  const place = field.form?.querySelector(`[data-yours-of="${field.name}"]`);
  if (!(zone instanceof HTMLInputElement) || !(place instanceof HTMLElement)) return;
  try {
    place.textContent = inOwn(chosen(field) ?? moment(field.value, zone.value), zone.value);
  } catch {
    place.textContent = ""; // The zone is not typed to its end.
  }
  place.hidden = place.textContent === "";
}

/**
 * Returns the moment that was chosen for a time that occurs twice, while the field says that time.
 *
 * @param {HTMLInputElement} field
 */
function chosen(field) {
  const beside = field.form?.elements.namedItem(`${field.name}_at`);
  const exact = beside instanceof HTMLInputElement ? beside.value : "";
  const hasOffset = /[+-]\d\d:\d\d$/.test(exact) && field.value !== "" && exact.startsWith(field.value);
  return hasOffset ? new Date(exact) : null;
}

/**
 * Tells a time on the reader's own clock; nothing if that shows the same as the one of the zone.
 *
 * @param {Date} at
 * @param {string} zone
 */
function inOwn(at, zone) {
  if (Number.isNaN(at.getTime())) return "";
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const [here, there] = [told(at, own), told(at, zone)];
  return here.wall === there.wall ? "" : `for you: ${here.wall} (${own}, ${here.offset})`;
}
