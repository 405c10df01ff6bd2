// @ts-check
/** Says when a computer is here that was just added (WB-5). */

import { become, fetched } from "./page.js";

/** Starts to wait, on the page that shows the command. */
export function start() {
  if (!document.getElementById("arrival")) return;
  document.addEventListener("htmx:sse:after:message", (event) => {
    const type = String(/** @type {CustomEvent} */ (event).detail?.message?.event ?? "");
    if (type.startsWith("computer.")) void look();
  });
  // It may have come before the stream of events was there.
  document.addEventListener("htmx:sse:after:connection", () => void look());
}

/** Looks whether it is here. */
async function look() {
  const shown = document.getElementById("arrival");
  const address = shown?.dataset.arrival;
  if (!shown || !address) return;
  const page = await fetched(address).catch(() => null);
  const fresh = page?.document.getElementById("arrival");
  if (fresh) await become(shown, fresh);
}
