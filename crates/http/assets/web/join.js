// @ts-check
/** The page of somebody who is invited to join: the machine, the relay, and what is shown. */

import { isPossible, keep, usualName } from "./devices/keys.js";
import { acknowledgement } from "./greeting/agreement.js";
import { random, text } from "./greeting/bytes.js";
import { GuestSide } from "./greeting/guest.js";
import { Refusal, context, follow, inOrder, post, root, show } from "./greeting/page.js";
import { canGreet, draw } from "./greeting/side.js";

/**
 * @typedef {{id: string, said: import("./greeting/side.js").Message[], end: string | null}} Attempt
 * @typedef {{state: string, waiting: string, attempts: Attempt[]}} View
 */

const { team, invitation } = context();
const path = `/v1/member-invite-links/${root().dataset.token}/greeting`;
const orderly = inOrder();

/**
 * The attempts with this page, each with another host.
 *
 * @type {Map<string, {side: GuestSide, attempt: Attempt}>}
 */
const attempts = new Map();

/** The attempt that is shown. */
let chosen = "";

let opening = "";
let stop = () => {};
let timer = 0;
let isOver = false;

/** This browser's key pair as a device, made once and never readable. @type {Promise<CryptoKeyPair> | null} */
let pair = null;

/** Says that the invited person is here, and goes on saying so. */
async function start() {
  stop();
  attempts.clear();
  opening = text(random(16));
  show("absent");
  await wait();
  stop = follow(path, opening, (view) => void orderly(() => hear(view)));
  clearInterval(timer);
  timer = setInterval(() => void orderly(wait), RENEWAL);
}

async function wait() {
  if (isOver) return;
  try {
    await post(path, { opening });
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "invitation_ended") throw error;
    end("over");
  }
}

/**
 * Takes what the relay says of the greeting.
 *
 * @param {View} view
 */
async function hear(view) {
  if (isOver) return;
  if (view.state === "pending" && view.waiting === "elsewhere") {
    clearInterval(timer);
    return show("elsewhere");
  }
  for (const attempt of view.attempts) {
    if (!attempts.has(attempt.id) && attempt.end) continue;
    const side = attempts.get(attempt.id)?.side ?? new GuestSide({ team, invitation }, await draw());
    attempts.set(attempt.id, { side, attempt });
    for (const message of attempt.said) await side.hear(message);
    if (attempt.end) await side.hearEnd(attempt.end);
    await speak(attempt.id);
  }
  for (const id of attempts.keys()) {
    if (!view.attempts.some((attempt) => attempt.id === id)) attempts.delete(id); // The host began anew.
  }
  await look(view);
}

/**
 * Brings to the relay what is not there yet.
 *
 * @param {string} id
 */
async function speak(id) {
  const known = attempts.get(id);
  if (!known) return;
  const { side, attempt } = known;
  const said = attempt.said.map((message) => message.step);
  for (const message of side.said.filter((one) => !said.includes(one.step))) {
    await post(`${path}/steps`, { opening, attempt: id, said: message });
    attempt.said.push(message);
  }
  if (side.end && !attempt.end) {
    attempt.end = side.end;
    await post(`${path}/end`, { opening, attempt: id, reason: side.end }).catch(() => null);
  }
}

/**
 * Shows where the greeting stands.
 *
 * @param {View} [view]
 */
async function look(view) {
  const going = [...attempts].filter(([, { side }]) => !side.end);
  if (!going.some(([id]) => id === chosen)) chosen = going[0]?.[0] ?? chosen;
  const several = root().querySelector('[data-for="several"]');
  if (several instanceof HTMLElement) several.hidden = going.length < 2;
  const side = attempts.get(chosen)?.side;
  if (!side) return view && view.state !== "pending" ? end("over") : show("absent");
  const { is, code, choices, tag } = side.stage;
  if (is === "done" && tag) return joined(tag);
  if (is === "ended" && view && view.state !== "pending") return end("over");
  if (is === "fill") fill();
  show(is, { ...(code && { code }), ...(choices && { choices }), end: side.end }, (picked) => act((one) => one.pick(picked)));
}

/**
 * Does something with the machine that is shown, and tells the relay.
 *
 * @param {(side: GuestSide) => Promise<unknown>} deed
 */
function act(deed) {
  return orderly(async () => {
    const side = attempts.get(chosen)?.side;
    if (!side) return;
    await deed(side);
    await speak(chosen);
    await look();
  });
}

/**
 * Acknowledges with the device's own key, which signs it in.
 *
 * @param {import("./greeting/bytes.js").Bytes} tag
 */
async function joined(tag) {
  const { privateKey } = await keys();
  const message = acknowledgement({ team, invitation }, tag);
  const signature = text(new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, privateKey, message)));
  const { device_id: id, email } = await post(`${path}/acknowledge`, { opening, attempt: chosen, signature });
  await keep({ id, team, email, name: deviceName, key: privateKey });
  end("done");
}

/** What the guest calls this device. */
let deviceName = "";

/** @param {string} stage */
function end(stage) {
  isOver = true;
  stop();
  clearInterval(timer);
  show(stage);
}

function keys() {
  pair ??= crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  return pair;
}

function fill() {
  const device = document.querySelector("#details-form [name=device]");
  if (device instanceof HTMLInputElement) device.value ||= usualName();
}

/** @param {HTMLFormElement} form */
async function tell(form) {
  const data = new FormData(form);
  const name = String(data.get("name")).trim();
  deviceName = String(data.get("device")).trim();
  const error = form.querySelector("[data-error]");
  if (error) error.textContent = name && deviceName ? "" : "Say what you and the device are called.";
  if (!name || !deviceName) return;
  const deviceKey = new Uint8Array(await crypto.subtle.exportKey("raw", (await keys()).publicKey));
  await act((side) => side.tell({ name, deviceName, deviceKey }));
}

/** @type {Record<string, () => unknown>} */
const deeds = {
  "start": () => orderly(start),
  "no-match": () => act((side) => side.noMatch()),
  "cancel": () => (attempts.get(chosen)?.side.end === "" ? act((side) => side.cancel()) : leave()),
  "other": () => {
    const others = [...attempts].filter(([id, { side }]) => id !== chosen && !side.end);
    chosen = others[0]?.[0] ?? chosen;
    void orderly(() => look());
  },
};

/** Ceases to wait. */
function leave() {
  stop();
  clearInterval(timer);
  void post(`${path}/end`, { opening });
  attempts.clear();
  show("start");
}

root().addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-do]") : null;
  if (button instanceof HTMLElement) deeds[button.dataset.do ?? ""]?.();
});
document.getElementById("details-form")?.addEventListener("submit", (event) => {
  event.preventDefault();
  void tell(/** @type {HTMLFormElement} */ (event.target));
});
// Whoever closes the page waits no more. Who is being greeted may only load it again, and the host joins them there.
addEventListener("pagehide", () => {
  if (!opening || isOver || [...attempts.values()].some(({ side }) => !side.end)) return;
  const body = new Blob([JSON.stringify({ opening })], { type: "application/json" });
  navigator.sendBeacon(`${path}/end`, body);
});
addEventListener("pageshow", (event) => event.persisted && location.reload());

if (root().dataset.state === "pending" && !(isPossible() && (await canGreet()))) show("insecure");

/** In milliseconds: half of the time after which somebody who says nothing counts as gone. */
const RENEWAL = 5 * 60_000;

export {};
