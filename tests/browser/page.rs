//! The guest's page, as a guest goes through it.

use serde_json::json;

use crate::browser::Browser;
use crate::place::{GUEST, INVITES, Invite, Place};
use crate::product::within;

impl Browser {
    /// Opens the link of an invite, and signs the guest in.
    pub(crate) fn enter(&self, place: &Place, invite: &Invite) {
        self.open(&link(place, invite));
        self.sign_in(place, GUEST);
        self.see_no("Sign in");
    }

    /// Signs somebody in with the code that is mailed to them.
    pub(crate) fn sign_in(&self, place: &Place, email: &str) {
        let known = place.product.codes(email).len();
        self.fill("#email-form input", email);
        self.strike(ENTER);
        self.see("Another address");
        assert!(within(10, || place.product.codes(email).len() > known), "no code was mailed");
        self.fill("#code-form input", &place.product.codes(email)[known]);
        self.strike(ENTER);
    }

    /// Connects, and waits for the picture.
    pub(crate) fn connect(&self) {
        self.click("#panel [data-do=connect]");
        self.await_screen();
    }

    /// Waits until the screen is shown, with nothing over it.
    #[track_caller]
    pub(crate) fn await_screen(&self) {
        let is_shown = || self.run(IS_SHOWN, &[]) == true;
        assert!(within(30, is_shown), "there is no screen:\n{}", self.text());
    }

    /// Returns the colour that the screen has at one of its own places.
    pub(crate) fn colour_at(&self, x: u32, y: u32) -> String {
        self.run(COLOUR_AT, &[json!(x), json!(y)]).as_str().unwrap().to_owned()
    }

    /// Returns the sum of all colours of the screen below its first rows, to know it again by.
    pub(crate) fn looks(&self) -> u64 {
        self.run(LOOKS, &[]).as_u64().unwrap()
    }

    /// Clicks at one of the screen's own places.
    pub(crate) fn click_screen(&self, x: u32, y: u32) {
        let at = self.run(PLACE_OF, &[json!(x), json!(y)]);
        self.click_at(at[0].as_f64().unwrap(), at[1].as_f64().unwrap());
    }

    /// Returns what the bar says about each peripheral.
    pub(crate) fn peripherals(&self) -> Vec<String> {
        let told = self.run(PERIPHERALS, &[]);
        told.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
    }

    /// Puts a text onto the computer's clipboard.
    pub(crate) fn paste(&self, text: &str) {
        self.click("[data-do=clipboard]");
        self.fill("#pasted", text);
        self.click("[data-do=paste]");
        self.see("It is on the computer's clipboard now");
        self.click("#clipboard [data-do=close]");
    }

    /// Returns what the computer copied last.
    pub(crate) fn copied(&self) -> String {
        self.run("return document.getElementById('copied').value", &[]).as_str().unwrap().to_owned()
    }
}

/// Returns the address that the mail of an invite leads to.
pub(crate) fn link(place: &Place, invite: &Invite) -> String {
    place.show(invite)["link"].as_str().unwrap().to_owned()
}

/// Returns the only invite there is, which was made in a browser.
pub(crate) fn only_invite(place: &Place) -> Invite {
    let all = place.owner.get(INVITES).ok();
    assert_eq!(all["data"].as_array().unwrap().len(), 1, "{all}");
    let id = all["data"][0]["id"].as_str().unwrap().to_owned();
    let invite = Invite { id, token: String::new() };
    let token = link(place, &invite).rsplit('/').next().unwrap().to_owned();
    Invite { token, ..invite }
}

/// Keys as drivers of browsers name them.
pub(crate) const ENTER: &str = "\u{e007}";

const IS_SHOWN: &str = "
    const screen = document.querySelector('#screen canvas');
    if (!screen || !document.getElementById('curtain').hidden) return false;
    const picture = screen.getContext('2d').getImageData(0, 0, screen.width, screen.height).data;
    return picture.some((part, index) => part > 0 && index % 4 < 3);";

const COLOUR_AT: &str = "
    const screen = document.querySelector('#screen canvas').getContext('2d');
    const colour = [...screen.getImageData(arguments[0], arguments[1], 1, 1).data].slice(0, 3);
    return '#' + colour.map((part) => part.toString(16).padStart(2, '0')).join('');";

const LOOKS: &str = "
    const screen = document.querySelector('#screen canvas');
    const rest = screen.getContext('2d').getImageData(0, 80, screen.width, screen.height - 80);
    return new Uint32Array(rest.data.buffer).reduce((sum, pixel) => (sum * 31 + pixel) % 0xfffffff, 0);";

const PLACE_OF: &str = "
    const screen = document.querySelector('#screen canvas');
    const frame = screen.getBoundingClientRect();
    return [frame.left + ((arguments[0] + 0.5) * frame.width) / screen.width,
      frame.top + ((arguments[1] + 0.5) * frame.height) / screen.height];";

const PERIPHERALS: &str = "
    return [...document.querySelectorAll('#bar-peripherals li')].map((one) => one.textContent.trim());";
