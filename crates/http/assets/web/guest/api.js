// @ts-check
/** Asking the server. */

/**
 * A no from the server, with the code of its problem.
 */
export class Refusal extends Error {
  /**
   * @param {Response} response
   * @param {{code?: string, detail?: string, errors?: {detail: string}[]}} problem
   */
  constructor(response, problem) {
    super(sentence(problem.errors?.[0]?.detail ?? problem.detail ?? "the server did not answer as it should"));
    this.code = problem.code ?? "";
    this.status = response.status;
  }
}

/**
 * Asks the server, and returns its answer, `null` where that is empty.
 *
 * Throws a {@link Refusal}, or another error if the server cannot be reached.
 *
 * @param {"GET" | "POST"} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<any>}
 */
export async function ask(method, path, body) {
  const sent = body ? { headers: { "content-type": "application/json" }, body: JSON.stringify(body) } : {};
  const response = await reach(path, { method, ...sent });
  const text = await response.text();
  if (!response.ok) throw new Refusal(response, read(text) ?? {});
  return read(text);
}

/**
 * Fetches what is there now, and does not wait for a network that is gone and says nothing.
 *
 * @param {string} path
 * @param {RequestInit} [how]
 */
export function reach(path, how) {
  return fetch(path, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE), ...how });
}

/**
 * Tells whether an error may pass by itself: the network is broken, or the server busy.
 *
 * @param {unknown} error
 */
export function passes(error) {
  return error instanceof Refusal ? PASSING.includes(error.status) : isUnreached(error);
}

/**
 * Tells whether an error is that the server cannot be reached.
 *
 * @param {unknown} error
 */
export function isUnreached(error) {
  return error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError");
}

/** @param {string} text */
function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Makes a sentence of the fragment that a problem says.
 *
 * @param {string} fragment
 */
function sentence(fragment) {
  const [first = "", ...rest] = fragment;
  return `${first.toUpperCase()}${rest.join("")}.`;
}

/** In milliseconds: a server that is slow is not gone. */
const PATIENCE = 10_000;

/** Too many requests, a proxy without its server, a server that is busy or starting. */
const PASSING = [429, 502, 503, 504];
