// @ts-check
/** The guest's page: what its buttons and forms do. */

import * as bar from "./guest/bar.js";
import * as clipboard from "./guest/clipboard.js";
import * as clock from "./guest/clock.js";
import * as connection from "./guest/connection.js";
import * as moreTime from "./guest/more-time.js";
import * as news from "./guest/news.js";
import { facts, refresh } from "./guest/page.js";
import * as screen from "./guest/screen.js";
import * as signIn from "./guest/sign-in.js";

/** @type {Record<string, (button: HTMLElement) => unknown>} */
const deeds = {
  "sign-out": signIn.signOut,
  "other-address": signIn.otherAddress,
  "connect": connection.start,
  "try-now": connection.tryNow,
  "give-up": connection.leave,
  "leave": connection.leave,
  "full-screen": bar.fullScreen,
  "more-time": moreTime.open,
  "clipboard": clipboard.open,
  "copy": clipboard.copy,
  "paste": clipboard.paste,
  "dismiss": bar.dismiss,
  "close": (button) => button.closest("dialog")?.close(),
};

/** @type {Record<string, (form: HTMLFormElement) => unknown>} */
const forms = {
  "email-form": signIn.sendCode,
  "code-form": signIn.tryCode,
  "more-time-form": moreTime.send,
};

// The page's parts are replaced now and then, so nothing listens to them themselves.
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-do]") : null;
  if (button instanceof HTMLElement) deeds[button.dataset.do ?? ""]?.(button);
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !forms[form.id]) return;
  event.preventDefault();
  forms[form.id]?.(form);
});
// From a dialog back to the screen, if it is there.
document.addEventListener("close", screen.focus, true);

// Time does not pass everywhere while a device sleeps.
document.addEventListener("visibilitychange", () => document.hidden || refresh());
addEventListener("pageshow", (event) => event.persisted && refresh());

clock.start();
bar.start();
news.start();
screen.watchKeys(bar.focus);
// What shows screens is fetched when the page is at rest, so that it is there when it is wanted.
const mayConnect = ["waiting", "ready", "connected"].includes(facts().stance) && !facts().isElsewhere;
if (mayConnect) setTimeout(() => screen.load().catch(() => null), 1000);
