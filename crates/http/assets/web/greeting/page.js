// @ts-check
/** What the pages of both sides have in common: showing a stage, and speaking with the relay. */

/** The greeting's part of the page. */
export const root = () => /** @type {HTMLElement} */ (document.getElementById("greeting"));

/** What a greeting is about. */
export function context() {
  const { team = "", invitation = "" } = root().dataset;
  return { team, invitation };
}

/**
 * Shows one stage, and puts the reader there if it is another than before.
 *
 * @param {string} name
 * @param {{code?: string, choices?: string[], end?: string}} [more]
 * @param {(code: string) => unknown} [pick]
 */
export function show(name, more = {}, pick) {
  const what = JSON.stringify([name, more]);
  if (what === shown) return;
  const isOther = name !== stage;
  [shown, stage] = [what, name];
  for (const section of root().querySelectorAll("[data-stage]")) {
    if (section instanceof HTMLElement) section.hidden = section.dataset.stage !== name;
  }
  const section = root().querySelector(`[data-stage="${name}"]`);
  const code = section?.querySelector("[data-code]");
  if (code) code.textContent = more.code ?? "";
  const choices = section?.querySelector("[data-choices]");
  if (choices && more.choices) choices.replaceChildren(...more.choices.map((one) => choice(one, pick)));
  for (const words of root().querySelectorAll("[data-end]")) {
    if (words instanceof HTMLElement) words.hidden = words.dataset.end !== more.end;
  }
  for (const part of root().querySelectorAll('[data-while="going"]')) {
    if (part instanceof HTMLElement) part.hidden = !GOING.includes(name);
  }
  const heading = section?.querySelector("h2");
  if (isOther && heading) heading.focus();
}

/** The name of the stage that is shown. */
export const current = () => stage;

/**
 * Says what went wrong, or nothing.
 *
 * @param {string} words
 */
export function trouble(words) {
  const place = root().querySelector("[data-trouble]");
  if (place) place.textContent = words;
}

/** A no from the server. */
export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {{code?: string, detail?: string, reason?: string, errors?: {detail: string}[]}} problem
   */
  constructor(status, problem) {
    const detail = problem.errors?.[0]?.detail ?? problem.detail ?? "the server did not answer as it should";
    super(`${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`);
    this.status = status;
    this.code = problem.code ?? "";
  }
}

/**
 * Sends something, and goes on trying while the server cannot be reached: everything here can be said twice.
 *
 * @param {string} path
 * @param {object} body
 * @returns {Promise<any>}
 */
export async function post(path, body) {
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    const response = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(body),
    }).catch(() => null);
    const isUnreached = response === null || [429, 502, 503, 504].includes(response.status);
    trouble(isUnreached ? AWAY : "");
    if (!isUnreached) {
      const text = await response.text();
      const read = text ? JSON.parse(text) : null;
      if (!response.ok) throw new Refusal(response.status, read ?? {});
      return read;
    }
    await new Promise((later) => setTimeout(later, pause));
  }
}

/**
 * Follows a greeting; the server pushes all of it after each change, and again after each break.
 *
 * @param {string} path
 * @param {string} opening
 * @param {(view: any) => void} listener
 * @returns {() => void} what stops it
 */
export function follow(path, opening, listener) {
  let isStopped = false;
  /** @type {EventSource | null} */
  let source = null;
  const open = () => {
    if (isStopped) return;
    source = new EventSource(`${path}/events?opening=${opening}`);
    source.addEventListener("greeting", (event) => listener(JSON.parse(event.data)));
    source.addEventListener("open", () => trouble(""));
    source.addEventListener("error", () => {
      if (isStopped) return;
      trouble(AWAY);
      // The browser tries again by itself, unless the server said no for good.
      if (source?.readyState === EventSource.CLOSED) setTimeout(open, LONGEST_PAUSE);
    });
  };
  open();
  return () => {
    isStopped = true;
    source?.close();
  };
}

/**
 * Does things one after the other.
 *
 * @returns {(work: () => Promise<void>) => Promise<void>}
 */
export function inOrder() {
  let last = Promise.resolve();
  return (work) => {
    last = last.then(work).catch((error) => trouble(error instanceof Error ? error.message : String(error)));
    return last;
  };
}

/**
 * @param {string} code
 * @param {((code: string) => unknown) | undefined} pick
 */
function choice(code, pick) {
  const [item, button] = [document.createElement("li"), document.createElement("button")];
  button.type = "button";
  button.className = "secondary";
  button.textContent = code;
  button.setAttribute("aria-label", [...code].join(" "));
  button.addEventListener("click", () => pick?.(code));
  item.append(button);
  return item;
}

/** While these are shown there is something to end. */
const GOING = ["absent", "waiting", "say", "pick", "expecting", "confirm", "fill", "looking"];

const AWAY = "The server cannot be reached. This page tries again by itself.";

/** In milliseconds. */
const FIRST_PAUSE = 500;

/** In milliseconds. */
const LONGEST_PAUSE = 8000;

let shown = "";
let stage = "";
