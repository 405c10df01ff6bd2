// @ts-check
/** One's own request to join: once it is accepted, this browser is a device of the new user. */

import { keep } from "./devices/keys.js";
import { forgetPending, pending } from "./devices/pending.js";

const { request = "", team = "", email = "", state = "", device = "" } = document.getElementById("status")?.dataset ?? {};

if (state !== "submitted" && request) {
  const made = await pending(request);
  if (made && state === "accepted" && device) {
    await keep({ id: device, team, email, name: made.name, key: made.key });
  }
  if (made) await forgetPending(request);
}
