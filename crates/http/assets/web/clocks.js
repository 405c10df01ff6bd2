// @ts-check
/** Times as all pages and mails tell them (WB-12). */

/**
 * Tells a time in a zone.
 *
 * @param {Date} at
 * @param {string} zone
 */
export function told(at, zone) {
  const form = /** @type {const} */ ({
    timeZone: zone,
    weekday: "short",
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "longOffset",
  });
  const parts = new Intl.DateTimeFormat("en-GB", form).formatToParts(at);
  const part = (/** @type {string} */ type) => parts.find((known) => known.type === type)?.value ?? "";
  const offset = part("timeZoneName").replace("GMT", "") || "+00:00";
  const time = `${part("hour")}:${part("minute")}${part("second") === "00" ? "" : `:${part("second")}`}`;
  return { wall: `${part("weekday")} ${part("day")} ${part("month")} ${part("year")}, ${time}`, offset: `UTC${offset}` };
}

/**
 * Returns the moment that a local time is in a zone, one of the two where it occurs twice; invalid
 * while it is none.
 *
 * @param {string} local such as `2026-12-01T09:00`
 * @param {string} zone
 */
export function moment(local, zone) {
  const wall = Date.parse(`${local}Z`);
  const guess = new Date(wall - (ahead(new Date(wall), zone) || 0));
  return new Date(wall - ahead(guess, zone));
}

/**
 * Returns by how many milliseconds a zone is ahead of UTC.
 *
 * @param {Date} at
 * @param {string} zone
 */
function ahead(at, zone) {
  if (Number.isNaN(at.getTime())) return NaN;
  const [, sign, hours, minutes] = /^UTC([+-])(\d\d):(\d\d)/.exec(told(at, zone).offset) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
