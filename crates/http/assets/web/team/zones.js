// @ts-check
/** Searches time zones while one is typed. */

/** Starts to listen to fields for time zones. */
export function start() {
  for (const type of ["focusin", "input"]) {
    document.addEventListener(type, (event) => {
      if (event.target instanceof HTMLInputElement && event.target.hasAttribute("data-zones")) void offer(event.target, type);
    });
  }
}

/**
 * Offers the zones whose names hold what was typed, and some others at first.
 *
 * @param {HTMLInputElement} input
 * @param {string} type
 */
async function offer(input, type) {
  const typed = type === "input" ? input.value : "";
  const response = await fetch(`/zones?q=${encodeURIComponent(typed)}`).catch(() => null);
  if (!response?.ok || (type === "input" && input.value !== typed)) return;
  const options = new DOMParser().parseFromString(await response.text(), "text/html").querySelectorAll("option");
  input.list?.replaceChildren(...options);
}
