//! Several browsers at once: what one changes, the others see within a second (WB-2).

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::place::{ALL, Place};
use crate::scene::{Persona, people};

#[test]
fn wb_2_each_sees_within_a_second_what_another_changes() {
    let place = Place::start(&["--test-card"]);
    people(&place.product);
    let invite = place.invite(ALL);
    let [ada, cory, lin] = [Browser::start(), Browser::start(), Browser::start()];
    for (browser, who) in [(&ada, Persona::Owner), (&cory, Persona::Coordinator)] {
        browser.come(&place.product, who.email().unwrap());
        browser.open(&format!("{}/t/acme", place.product.base()));
        browser.see("lin@example.org");
    }
    lin.enter(&place, &invite);
    lin.see("You can connect now");
    let mut times = Times::default();
    // Once without a clock: what is needed for the first time is fetched and warm afterwards.
    for is_measured in [false, true] {
        times.is_measured = is_measured;
        let kim = format!("kim{}@example.net", u8::from(is_measured));

        cory.click(".foot [data-dialog]");
        cory.fill("#dialog [name=emails]", &kim);
        cory.click("#dialog [value=customize]:not(.unseen)");
        cory.click("#dialog [value=confirm]:not(.unseen)");
        times.of(&cory, "#dialog [value=invite]:not(.unseen)", &[(&ada, &kim)]);

        let on_it = "1 guest on it now";
        times.of(&lin, "#panel [data-do=connect]", &[(&ada, on_it), (&cory, on_it)]);
        lin.await_screen();

        ada.click(&format!("#{} .more [data-dialog]", invite.id));
        let kicked = "Somebody of Acme has disconnected you.";
        times.of(&ada, "#dialog form[action$='/kick'] button", &[(&lin, kicked)]);
        cory.see_no(on_it);

        ada.click(&format!("#{} .more [data-dialog]", invite.id));
        ada.click("#dialog a[href$='/permissions']");
        let permission = if is_measured { "mouse" } else { "copy" };
        ada.click(&format!("#dialog [name=permission][value={permission}]"));
        let fewer = format!("{permission} off");
        times.of(&ada, "#dialog .actions button", &[(&lin, &fewer)]);
    }
    times.check();
}

/// How long others waited for what somebody did.
#[derive(Default)]
struct Times {
    is_measured: bool,
    milliseconds: Vec<(String, i64)>,
}

impl Times {
    /// Has somebody click, and waits until everybody else sees what comes of it.
    ///
    /// Each page says itself when it was, by the clock that all of them share.
    fn of(&mut self, actor: &Browser, css: &str, watchers: &[(&Browser, &str)]) {
        for (watcher, text) in watchers {
            assert_eq!(watcher.run(WATCH, &[json!(text)]), true, "{text:?} is there already");
        }
        actor.run(LISTEN, &[]);
        actor.click(css);
        let done = actor.wait_for("return window.done ?? null", &[]);
        for (watcher, text) in watchers {
            let seen = watcher.wait_for("return window.seen", &[]);
            let took = number(&seen) - number(&done);
            if self.is_measured {
                self.milliseconds.push(((*text).to_owned(), took));
            }
        }
    }

    fn check(&self) {
        let late = self.milliseconds.iter().filter(|(_, took)| *took > 1000);
        assert_eq!(late.count(), 0, "in milliseconds: {:?}", self.milliseconds);
    }
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap()
}

/// Writes down when the page first says something, which it must not say yet.
const WATCH: &str = "
    const text = arguments[0];
    const says = () => document.body.innerText.includes(text)
      || [...document.querySelectorAll('#peripherals li')].some((one) => one.textContent.includes(text));
    if (says()) return false;
    window.seen = null;
    const observer = new MutationObserver(() => {
      if (!says()) return;
      window.seen = Date.now();
      observer.disconnect();
    });
    observer.observe(document.body, { attributes: true, characterData: true, childList: true, subtree: true });
    return true;";

const LISTEN: &str = "
    window.done = null;
    addEventListener('click', () => (window.done = Date.now()), { capture: true, once: true });";
