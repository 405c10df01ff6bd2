// @ts-check
/** One's devices: adding this browser, and saying which of them it is. */

import { offer } from "./devices/enrol.js";
import { kept, sent } from "./devices/keys.js";

const section = document.getElementById("devices");
const { team = "", email = "" } = section?.dataset ?? {};

const here = (await kept()).map((device) => document.getElementById(device.id)).find((row) => row !== null);
if (here) {
  here.querySelector("[data-here]")?.removeAttribute("hidden");
  document.getElementById("enrolled")?.removeAttribute("hidden");
  document.getElementById("impossible")?.setAttribute("hidden", "");
} else {
  offer(
    async (made) => ({ ...(await sent(`/v1/teams/${team}/devices`, made)), team, email }),
    () => location.assign(`/t/${team}/devices?said=device-added`),
  );
}
