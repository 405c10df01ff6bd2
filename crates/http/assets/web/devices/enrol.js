// @ts-check
/** The form that makes this browser a device. */

import { isPossible, keep, pair, usualName } from "./keys.js";

/**
 * Offers the form, if keys can be made here.
 *
 * @param {(made: {name: string, public_key: string}) => Promise<import("./keys.js").Kept>} enrol sends
 *   what was made, and returns what is to be kept; the key is put in afterwards
 * @param {(device: import("./keys.js").Kept) => void} then goes on
 */
export function offer(enrol, then) {
  const form = document.getElementById("enrol");
  const name = form?.querySelector("input");
  if (!(form instanceof HTMLFormElement) || !name || !isPossible()) return;
  document.getElementById("impossible")?.setAttribute("hidden", "");
  form.hidden = false;
  name.value ||= usualName();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void add();
  });

  const add = async () => {
    const button = form.querySelector("button");
    button?.setAttribute("disabled", "");
    say("");
    try {
      const { key, publicKey } = await pair();
      const device = { ...(await enrol({ name: name.value, public_key: publicKey })), key };
      await keep(device);
      then(device);
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
      button?.removeAttribute("disabled");
    }
  };
}

/** @param {string} words */
export function say(words) {
  const wrong = document.getElementById("wrong");
  if (wrong) wrong.textContent = words;
}
