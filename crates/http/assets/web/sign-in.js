// @ts-check
/** Signing in: what the address says after its #, which the server does not hear, and devices. */

import { forget, kept, signIn } from "./devices/keys.js";

const to = document.querySelector("input[name=to]");
const code = document.querySelector("input[name=code]");
const said = location.hash.slice(1);

// The link of the mail has the code with it.
if (code instanceof HTMLInputElement && /^[0-9]{6}$/.test(said)) {
  code.value = said;
  const button = code.form?.querySelector("button");
  button?.focus();
  history.replaceState(null, "", location.pathname + location.search);
} else if (to instanceof HTMLInputElement && said && !to.value.includes("#")) {
  // Whoever wanted to go to a part of a page goes there after all.
  to.value += `#${said}`;
}

// A browser that is a device signs in by a button (OR-35).
const place = document.getElementById("devices");
const devices = place ? await kept() : [];
for (const device of devices) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = `Sign in as ${device.email}`;
  const team = document.createElement("p");
  team.className = "note";
  team.textContent = `${device.team}, with ${device.name}`;
  const wrong = document.createElement("p");
  wrong.className = "error";
  wrong.setAttribute("role", "alert");
  const row = document.createElement("p");
  row.append(button);
  place?.append(row, team, wrong);
  button.addEventListener("click", async () => {
    button.disabled = true;
    wrong.textContent = "";
    try {
      await signIn(device);
      const wanted = to instanceof HTMLInputElement ? to.value : "/";
      location.assign(wanted.startsWith("/") ? wanted : "/");
    } catch (error) {
      wrong.textContent = error instanceof Error ? error.message : String(error);
      button.textContent = "Forget this device";
      button.disabled = false;
      button.addEventListener("click", () => void forget(device.id).then(() => location.reload()), { once: true });
    }
  });
}
if (devices.length > 0) place?.removeAttribute("hidden");

export {};
