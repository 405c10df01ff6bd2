// @ts-check
/** The host's page of a greeting: the machine, the relay, and what is shown. */

import { random, text } from "./greeting/bytes.js";
import { HostSide } from "./greeting/host.js";
import { Refusal, context, current, follow, inOrder, post, root, show, trouble } from "./greeting/page.js";
import { canGreet, draw } from "./greeting/side.js";

/**
 * @typedef {{id: string, yours: boolean, said: import("./greeting/side.js").Message[], end: string | null}} Attempt
 * @typedef {{state: string, waiting: boolean, attempt: Attempt | null}} View
 */

const { team, invitation } = context();
const path = `/v1/teams/${team}/member-invites/${invitation}/greeting`;
const orderly = inOrder();

/** @type {HostSide | null} */
let side = null;
let opening = text(random(16));
let isBegun = false;
let stop = () => {};

/** Begins, or begins again, as soon as the invited person is there. */
function listen() {
  stop();
  [side, isBegun, opening] = [null, false, text(random(16))];
  stop = follow(path, opening, (view) => void orderly(() => hear(view)));
}

/**
 * Takes what the relay says of the greeting.
 *
 * @param {View} view
 */
async function hear(view) {
  if (side?.stage.is === "done") return;
  if (view.state !== "pending" && !(isBegun && view.attempt?.yours)) return show("over");
  if (!isBegun) return view.waiting ? begin() : show("absent");
  const attempt = view.attempt;
  if (!attempt?.yours) return show("elsewhere");
  if (attempt.end === "superseded") {
    // The invited person began again: this page joins them there.
    listen();
    return;
  }
  for (const message of attempt.said) await side?.hear(message);
  if (attempt.end) await side?.hearEnd(attempt.end);
  await speak(attempt);
}

async function begin() {
  isBegun = true;
  show("waiting");
  side = new HostSide({ team, invitation }, await draw());
  const [first] = side.said;
  try {
    await post(path, { opening, version: first?.version, key: first?.key });
  } catch (error) {
    isBegun = false;
    if (!(error instanceof Refusal) || error.code !== "nobody_waiting") throw error;
    show("absent");
  }
}

/**
 * Brings to the relay what is not there yet, and shows where it stands.
 *
 * @param {Attempt} attempt
 */
async function speak(attempt) {
  if (!side) return;
  const known = attempt.said.map((message) => message.step);
  for (const message of side.said.filter((one) => !known.includes(one.step))) {
    await post(`${path}/steps`, { opening, said: message });
    attempt.said.push(message);
  }
  if (side.end && !attempt.end) {
    attempt.end = side.end;
    await post(`${path}/end`, { opening, reason: side.end }).catch(() => null);
  }
  latest = attempt;
  const { is, code, choices, details } = side.stage;
  if (is === "confirm" && details && current() !== "confirm") fill(details);
  show(is, { ...(code && { code }), ...(choices && { choices }), end: side.end }, (picked) => act(() => side?.pick(picked)));
}

/** @type {Attempt} */
let latest = { id: "", yours: true, said: [], end: null };

/**
 * Does something with the machine, and tells the relay.
 *
 * @param {() => Promise<void> | undefined} deed
 */
function act(deed) {
  return orderly(async () => {
    await deed();
    await speak(latest);
  });
}

/** @param {import("./greeting/agreement.js").Details} details */
function fill(details) {
  const form = /** @type {HTMLFormElement} */ (document.getElementById("accept-form"));
  const name = form.querySelector("input");
  if (name) name.value = details.name;
  const device = form.querySelector("[data-device]");
  if (device) device.textContent = details.deviceName;
}

/** @param {HTMLFormElement} form */
async function accept(form) {
  const accepted = side?.accepted;
  const details = side?.stage.details;
  const error = form.querySelector("[data-error]");
  if (!side || !accepted || !details || !error) return;
  const data = new FormData(form);
  error.textContent = "";
  try {
    await post(`${path}/accept`, {
      opening,
      name: String(data.get("name")),
      device_name: details.deviceName,
      device_key: text(details.deviceKey),
      tag: accepted.tag,
      profile: String(data.get("profile") ?? ""),
    });
    await side.finished();
    show("done");
  } catch (refusal) {
    error.textContent = refusal instanceof Error ? refusal.message : String(refusal);
  }
}

/** @type {Record<string, () => unknown>} */
const deeds = {
  "no-match": () => act(() => side?.noMatch()),
  "cancel": () => (side ? act(() => side?.cancel()) : location.assign(`/t/${team}/invitations`)),
  "again": listen,
};

root().addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-do]") : null;
  if (button instanceof HTMLElement) deeds[button.dataset.do ?? ""]?.();
});
document.getElementById("accept-form")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  void orderly(() => accept(form));
});

if (root().dataset.state !== "pending") show("over");
else if (await canGreet()) listen();
else show("insecure");
trouble("");

export {};
