// @ts-check
/**
 * Opens pages as dialogs of the page one is on, and sends their forms without leaving it.
 *
 * Each dialog is a page of its own, so that everything works without this script.
 */

import { refresh } from "./live.js";
import { element, fetched, refreshed, say } from "./page.js";

/** Starts to listen to links and forms. */
export function start() {
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest("a[data-dialog]");
    const close = event.target.closest("[data-close]");
    const copy = event.target.closest("[data-copy]");
    if (link) {
      event.preventDefault();
      // In a picture, the link of an SVG has no address of this kind but what is written.
      void open(link.getAttribute("href") ?? "");
    } else if (close && box().open) {
      event.preventDefault();
      box().close();
    } else if (copy instanceof HTMLElement) {
      void copyOf(copy);
    } else if (event.target === box()) {
      box().close();
    }
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== "post") return;
    if (!form.hasAttribute("data-quick") && !box().contains(form)) return;
    event.preventDefault();
    void send(form, event.submitter);
  });
  box().addEventListener("close", () => element("dialog-content").replaceChildren());
  document.querySelectorAll("[data-copy]").forEach((button) => button.removeAttribute("hidden"));
  // Mails lead to an invite on the page of the team.
  if (/^#inv_\w+$/.test(location.hash) && !said()) void open(`${location.pathname}/invites/${location.hash.slice(1)}`);
}

/**
 * Opens a page in the dialog.
 *
 * @param {string} address
 */
async function open(address) {
  const page = await fetched(address).catch(() => null);
  if (page === null) return say(AWAY);
  if (page.isSignIn || !show(page)) location.assign(address);
}

/**
 * Sends a form, and shows what came of it.
 *
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} submitter
 */
async function send(form, submitter) {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form, submitter)) fields.append(name, String(value));
  const buttons = form.querySelectorAll("button");
  buttons.forEach((button) => (button.disabled = true));
  const page = await fetched(form.action, fields).catch(() => null);
  buttons.forEach((button) => (button.disabled = false));
  if (page === null) return tell(form, AWAY);
  if (page.isSignIn) return location.reload();
  if (page.wasSentOn && page.said) {
    box().close();
    say(page.said);
    await refresh();
    if (!document.getElementById("live")) location.assign(page.address);
  } else if (!show(page)) {
    location.assign(page.address);
  }
}

/**
 * Shows the sheet of a page in the dialog, if it has one.
 *
 * @param {import("./page.js").Page} page
 */
function show(page) {
  const sheet = page.document.querySelector("[data-sheet]") ?? (page.isRefused ? page.document.querySelector(".sheet") : null);
  if (!sheet) return false;
  const heading = sheet.querySelector("h1");
  heading?.setAttribute("id", "dialog-heading");
  heading?.setAttribute("tabindex", "-1");
  sheet.querySelectorAll("[data-copy]").forEach((button) => button.removeAttribute("hidden"));
  box().removeAttribute("aria-label");
  box().setAttribute("aria-labelledby", "dialog-heading");
  element("dialog-content").replaceChildren(closer(), sheet);
  if (!box().open) box().showModal();
  const first = sheet.querySelector("[aria-invalid=true]") ?? sheet.querySelector("[autofocus]") ?? heading;
  if (first instanceof HTMLElement) first.focus();
  refreshed();
  return true;
}

/** Returns a button that closes the dialog. */
function closer() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet close";
  button.dataset.close = "";
  button.setAttribute("aria-label", "Close");
  button.textContent = "✕";
  return button;
}

/**
 * Says in a form what went wrong.
 *
 * @param {HTMLFormElement} form
 * @param {string} words
 */
function tell(form, words) {
  const place = form.querySelector("#wrong") ?? box().querySelector("#wrong");
  if (!place) return say(words);
  const paragraph = document.createElement("p");
  paragraph.textContent = words;
  place.replaceChildren(paragraph);
}

/**
 * Copies what a button is for.
 *
 * @param {HTMLElement} button
 */
async function copyOf(button) {
  const field = document.getElementById(button.dataset.copy ?? "");
  if (!(field instanceof HTMLInputElement)) return;
  try {
    await navigator.clipboard.writeText(field.value);
    button.textContent = "Copied";
  } catch {
    field.select();
    button.textContent = "Press Ctrl+C";
  }
}

/** Whether the page says what was done, so that nobody is asked for more. */
const said = () => element("flash").textContent !== "";

const box = () => /** @type {HTMLDialogElement} */ (element("dialog"));

const AWAY = "The server cannot be reached. Try again.";
