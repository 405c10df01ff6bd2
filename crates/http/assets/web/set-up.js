// @ts-check
/** Fills in what can be told of a new team: its zone by this device, its short id by its name (WB-13). */

const form = document.querySelector("form[data-set-up]");
const name = form?.querySelector("input[name=name]");
const id = form?.querySelector("input[name=team]");
const zone = form?.querySelector("input[name=time_zone]");
const shown = document.getElementById("team-shown");

if (zone instanceof HTMLInputElement && zone.value === zone.defaultValue && zone.value === "UTC") {
  zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
}

if (name instanceof HTMLInputElement && id instanceof HTMLInputElement) {
  let isOwn = id.value !== "";
  let turn = 0;
  name.addEventListener("input", async () => {
    const mine = ++turn;
    if (isOwn) return;
    const address = /** @type {HTMLElement} */ (form).dataset.setUp;
    const response = await fetch(`${address}?name=${encodeURIComponent(name.value)}`).catch(() => null);
    const suggested = response?.ok ? await response.text() : "";
    if (mine !== turn || isOwn) return;
    id.value = suggested;
    tell(suggested);
  });
  id.addEventListener("input", () => {
    // Emptied, it is made of the name again.
    isOwn = id.value !== "";
    tell(id.value);
  });
}

/** @param {string} text */
function tell(text) {
  if (shown) shown.textContent = text || "…";
}

export {};
