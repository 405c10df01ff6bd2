// @ts-check
/** Adding this browser with a link; what makes it work is after the # of the address. */

import { offer } from "./devices/enrol.js";
import { sent } from "./devices/keys.js";

const token = location.hash.slice(1);
// It opens nothing a second time, and is not left for others to see.
history.replaceState(null, "", location.pathname);

if (token) {
  offer(
    async (made) => {
      const { device, team, email } = await sent("/v1/device-links/enrol", { token, ...made });
      return { ...device, team, email };
    },
    (device) => location.assign(`/t/${device.team}/devices?said=device-added`),
  );
} else {
  document.getElementById("empty")?.removeAttribute("hidden");
  document.getElementById("impossible")?.setAttribute("hidden", "");
}

export {};
