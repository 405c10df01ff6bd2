// @ts-check
/** Asking to join: the browser makes a key of its own, which becomes a device of the new user. */

import { isPossible, pair, usualName } from "./devices/keys.js";
import { keepPending } from "./devices/pending.js";

const section = document.getElementById("join");
const request = section?.dataset.request ?? "";
const file = document.querySelector("#file input");
const text = document.querySelector("textarea");

if (section && isPossible()) {
  const { key, publicKey } = await pair();
  const name = usualName();
  await keepPending({ request, name, key });
  for (const form of section.querySelectorAll("form[data-join]")) {
    fill(form, "device_name", name);
    fill(form, "device_key", publicKey);
  }
  const command = document.getElementById("command");
  if (command instanceof HTMLInputElement) {
    command.value = command.value.replace(" --cert", ` --device-key ${publicKey} --device-name "${name}" --cert`);
  }
  document.getElementById("keyless")?.setAttribute("hidden", "");
}

if (file instanceof HTMLInputElement && text) {
  document.getElementById("file")?.removeAttribute("hidden");
  file.addEventListener("change", async () => {
    const chosen = file.files?.[0];
    if (chosen && chosen.size < 200_000) text.value = await chosen.text();
  });
}

/**
 * @param {Element} form
 * @param {string} name
 * @param {string} value
 */
function fill(form, name, value) {
  const field = form.querySelector(`input[name="${name}"]`);
  if (field instanceof HTMLInputElement) field.value = value;
}
