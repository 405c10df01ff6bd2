//! How somebody uses a page: with the mouse, or by the keyboard alone.
//!
//! What can be used is known by what it is called, to those who see it and those who hear it. By
//! keyboard it is walked to, and on each step of the way the eye must find where one is.

use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::product::{Product, within};

/// What somebody uses pages with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Hand {
    Mouse,
    Keyboard,
}

/// Somebody at a browser.
pub(crate) struct Person {
    pub(crate) browser: Browser,
    hand: Hand,
}

impl Person {
    pub(crate) fn with(hand: Hand) -> Self {
        Self { browser: Browser::start(), hand }
    }

    /// Opens the page of the team, and signs in with the code that is mailed (WB-1).
    pub(crate) fn sign_in(&self, product: &Product, email: &str) {
        self.browser.open(&format!("{}/t/acme", product.base()));
        self.browser.see("Sign in");
        let known = product.codes(email).len();
        self.fill("Email", email);
        self.press("Send me a code");
        self.browser.see("Type the code");
        assert!(within(10, || product.codes(email).len() > known), "no code was mailed to {email}");
        self.fill("Code", &product.codes(email)[known]);
        self.press("Sign in");
        self.browser.see("Sign out");
    }

    /// Presses a button, or follows a link.
    #[track_caller]
    pub(crate) fn press(&self, name: &str) {
        match self.hand {
            Hand::Mouse => self.click(name),
            Hand::Keyboard => {
                self.reach(name);
                self.browser.chord(&[Key::Enter.into()]);
            }
        }
    }

    /// Types into a field, instead of what is in it.
    #[track_caller]
    pub(crate) fn fill(&self, name: &str, text: &str) {
        match self.hand {
            Hand::Mouse => self.click(name),
            Hand::Keyboard => self.reach(name),
        }
        self.browser.chord(&[Key::Control.into(), 'a']);
        self.browser.strike(text);
        let typed = self.browser.run("return document.activeElement.value", &[]);
        assert_eq!(typed, text, "what was typed as {name}");
    }

    /// Ticks a box or unticks it, or turns a switch.
    #[track_caller]
    pub(crate) fn turn(&self, name: &str) {
        match self.hand {
            Hand::Mouse => self.click(name),
            Hand::Keyboard => {
                self.reach(name);
                self.browser.strike(" ");
            }
        }
    }

    /// Takes a choice of a list.
    #[track_caller]
    pub(crate) fn choose(&self, name: &str, choice: &str) {
        match self.hand {
            // What drops down is the system's, and has no place in the page.
            Hand::Mouse => self.browser.choose(name, choice),
            Hand::Keyboard => {
                self.reach(name);
                self.browser.strike(choice);
            }
        }
        let chosen = self.browser.run(CHOSEN, &[]);
        assert_eq!(chosen, choice, "what was chosen as {name}");
    }

    /// Makes a time an hour later.
    #[track_caller]
    pub(crate) fn an_hour_later(&self, name: &str) {
        match self.hand {
            Hand::Mouse => self.click(name),
            Hand::Keyboard => self.reach(name),
        }
        // From wherever in the field it is: to the month, past the day and the year, and up.
        let way = [Key::Left; 6].into_iter().chain([Key::Right; 3]).chain([Key::Up]);
        way.for_each(|key| self.browser.chord(&[key.into()]));
    }

    /// Leaves a dialog.
    pub(crate) fn dismiss(&self) {
        match self.hand {
            Hand::Mouse => self.click("Close"),
            Hand::Keyboard => self.browser.chord(&[Key::Escape.into()]),
        }
        self.browser.wait_for("return document.querySelector('dialog[open]') ? null : true", &[]);
    }

    /// Waits until something can be clicked, and clicks it where it is.
    #[track_caller]
    fn click(&self, name: &str) {
        let at = self.browser.wait_for(&with_names(PLACE), &[json!(name)]);
        self.browser.click_at(at[0].as_f64().unwrap(), at[1].as_f64().unwrap());
    }

    /// Goes on with the Tab key until it is at something.
    #[track_caller]
    fn reach(&self, name: &str) {
        self.browser.wait_for(&with_names(IS_THERE), &[json!(name)]);
        let mut way = Vec::new();
        for _ in 0..STEPS_MOST {
            let at = self.browser.run(&with_names(WHERE), &[]);
            if at["name"] == name {
                return;
            }
            way.push(at["name"].clone());
            self.browser.chord(&[Key::Tab.into()]);
            let lost = self.browser.run(LOST, &[]);
            assert_eq!(lost, Value::Null, "after {way:?}");
        }
        panic!("{name:?} is not on the way: {way:?}");
    }
}

impl Browser {
    /// Signs somebody of a team in.
    pub(crate) fn come(&self, product: &Product, email: &str) {
        self.open(&format!("{}/sign-in", product.base()));
        let known = product.codes(email).len();
        self.fill("[name=email]", email);
        self.click("main button");
        self.see("Type the code");
        assert!(within(10, || product.codes(email).len() > known), "no code was mailed to {email}");
        self.fill("[name=code]", &product.codes(email)[known]);
        self.click("main button");
        self.see("Sign out");
    }

    /// Takes a choice of a list as if it had been clicked.
    fn choose(&self, name: &str, choice: &str) {
        self.wait_for(&with_names(CHOOSE), &[json!(name), json!(choice)]);
    }
}

fn with_names(script: &str) -> String {
    format!("{NAMES}{script}")
}

/// Far more steps than any page has.
const STEPS_MOST: usize = 150;

/// What can be used now, and what it is called.
const NAMES: &str = "
    const nameOf = (it) => {
      const label = it.labels?.[0]?.cloneNode(true);
      label?.querySelectorAll('input, select, textarea').forEach((field) => field.remove());
      return (it.getAttribute('aria-label') ?? (label ?? it).textContent).replace(/\\s+/g, ' ').trim();
    };
    const isUsable = (it) => it.checkVisibility({ visibilityProperty: true }) && it.tabIndex >= 0 && !it.disabled && !it.closest('[inert]');
    const part = document.querySelector('dialog[open]') ?? document;
    const all = [...part.querySelectorAll('a[href], button, input, select, textarea, summary')].filter(isUsable);
    const named = (name) => all.find((it) => nameOf(it) === name);
";

const IS_THERE: &str = "return named(arguments[0]) ? true : null;";

/// The middle of something, once nothing covers it.
const PLACE: &str = "
    const it = named(arguments[0]);
    if (!it) return null;
    it.scrollIntoView({ block: 'center', behavior: 'instant' });
    const { left, top, width, height } = it.getClientRects()[0];
    const [x, y] = [left + width / 2, top + height / 2];
    const there = document.elementFromPoint(x, y);
    return it.contains(there) || it.labels?.[0]?.contains(there) ? [x, y] : null;";

const WHERE: &str = "
    const it = document.activeElement;
    return { name: it && it !== document.body ? nameOf(it) : '' };";

/// Why nobody sees where the keyboard is, or `null`.
const LOST: &str = "
    const it = document.activeElement;
    // Nobody but the page in a frame knows where the keyboard is in it.
    if (!it || it === document.body || it.localName === 'iframe') return null;
    const dialog = document.querySelector('dialog[open]');
    if (dialog && !dialog.contains(it)) return `behind the dialog: ${it.outerHTML}`;
    const { outlineStyle, outlineWidth } = getComputedStyle(it);
    if (outlineStyle === 'none' || parseFloat(outlineWidth) < 2) return `not marked: ${it.outerHTML}`;
    const { left, top, width, height } = it.getClientRects()[0] ?? it.getBoundingClientRect();
    const [x, y] = [left + width / 2, top + height / 2];
    if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) return `out of sight: ${it.outerHTML}`;
    const there = document.elementFromPoint(x, y);
    return it.contains(there) || there?.contains(it) ? null : `covered: ${it.outerHTML} by ${there?.outerHTML}`;";

const CHOOSE: &str = "
    const it = named(arguments[0]);
    const choice = [...(it?.options ?? [])].find((one) => one.textContent.trim() === arguments[1]);
    if (!choice) return null;
    it.focus();
    it.value = choice.value;
    it.dispatchEvent(new Event('input', { bubbles: true }));
    it.dispatchEvent(new Event('change', { bubbles: true }));
    return true;";

const CHOSEN: &str = "return document.activeElement.selectedOptions[0].textContent.trim();";
