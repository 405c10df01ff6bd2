// @ts-check
/** Shows on every page of a team who waits to be greeted, as soon as they do. */

import { become, fetched } from "./page.js";

/** Starts to follow. */
export function start() {
  if (!document.getElementById("waiting")) return;
  document.addEventListener("htmx:sse:after:message", (event) => {
    const { detail } = /** @type {CustomEvent} */ (event);
    if (String(detail?.message?.event ?? "").startsWith("invitation.")) void refresh();
  });
  // Somebody may have come while the stream was broken.
  document.addEventListener("htmx:sse:after:connection", () => void refresh());
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
}

async function refresh() {
  const part = document.getElementById("waiting");
  const team = location.pathname.split("/")[2];
  if (!part || !team || document.hidden) return;
  const page = await fetched(`/t/${team}/waiting`).catch(() => null);
  const fresh = page && !page.isRefused ? page.document.getElementById("waiting") : null;
  if (fresh) await become(part, fresh);
}
