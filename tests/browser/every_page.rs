//! Every page as everybody sees it: for all eyes and hands, on every screen, with nothing wrong.
//!
//! With `GUEST_SCREENSHOTS` a picture of each is kept, which is what `cargo xtask screenshots` does.

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::{env, fs};

use serde_json::{Value, json};

use crate::browser::{Browser, built};
use crate::pages::{Deed, PAGES, Page};
use crate::product::Product;
use crate::scene::{Persona, Scene};

#[test]
fn wb_12_every_page_is_for_everybody_who_owns_the_team() {
    walk(&[Persona::Owner]);
}

#[test]
fn wb_12_every_page_is_for_everybody_who_is_in_the_team_or_invited() {
    use Persona::{Administrator, Coordinator, External, Guest, Member, Stranger};
    walk(&[Stranger, Guest, Administrator, Coordinator, Member, External]);
}

/// What checks pages finds what it is there to find.
#[test]
fn qu_32_what_is_wrong_with_a_page_is_noticed() {
    let product = Product::start();
    let browser = Browser::start();
    browser.open(&format!("{}/sign-in", product.base()));
    browser.run(SPOIL, &[]);
    let look = &Look::ALL[2];
    look.at(&browser, HEIGHT);
    let mut found = browser.troubles();
    browser.run(AXE.as_str(), &[]);
    found.extend(examine(&browser));
    browser.forgive();
    for wrong in ["Content Security Policy", "spoilt", "image-alt", "wide on a screen of 3"] {
        assert!(found.iter().any(|told| told.contains(wrong)), "{wrong}: {found:?}");
    }
}

/// Goes through the pages of these people, and checks each in every look.
fn walk(people: &[Persona]) {
    let scene = Scene::start();
    let mut known: BTreeSet<String> =
        PAGES.iter().flat_map(Page::addresses).map(|path| shape(&scene.fill(path))).collect();
    let mut wrongs = Vec::new();
    for &who in people {
        let browser = Browser::start();
        if let Some(email) = who.email() {
            browser.come(&scene.place.product, email);
        }
        for page in PAGES.iter().filter(|page| page.who == who) {
            let told = |wrong: &String| format!("{} {}: {wrong}", who.name(), page.name);
            let found = look(&browser, &scene, page, &mut known);
            wrongs.extend(found.iter().map(told));
        }
        // What was wrong has been told.
        browser.forgive();
    }
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
}

/// Returns what is wrong with a page.
fn look(
    browser: &Browser,
    scene: &Scene,
    page: &Page,
    known: &mut BTreeSet<String>,
) -> Vec<String> {
    Look::ALL[0].at(browser, HEIGHT);
    browser.open(&format!("{}{}", scene.place.product.base(), scene.fill(page.path)));
    for deed in page.deeds {
        deed.carry_out(browser, scene);
    }
    browser.wait_for(IS_LOADED, &[]);
    let mut wrongs = browser.troubles();
    // What is refused is what the page is about; and pictures of the screen are read by the tests.
    wrongs.retain(|wrong| {
        let is_fair = page.is_refused && wrong.contains("Failed to load resource");
        !is_fair && !wrong.contains("willReadFrequently")
    });
    browser.run(AXE.as_str(), &[]);
    for look in Look::ALL {
        look.at(browser, HEIGHT);
        browser.wait_for(IS_LOADED, &[]);
        wrongs.extend(examine(browser).iter().map(|wrong| format!("{} {wrong}", look.name)));
        if env::var_os("GUEST_SCREENSHOTS").is_some() {
            let height = browser.run(HEIGHT_OF_ALL, &[]).as_u64().unwrap();
            look.at(browser, height.clamp(HEIGHT, HEIGHT_MOST));
            browser.wait_for(IS_LOADED, &[]);
            browser.keep_picture(&format!("{}-{}-{}", page.who.name(), page.name, look.name));
        }
    }
    for path in list(&browser.run(LINKS, &[])) {
        // Told once, however many pages lead to it.
        if known.insert(shape(&path)) {
            wrongs.push(format!("leads to {path}, which PAGES does not list"));
        }
    }
    wrongs
}

/// Returns what is wrong with a page as it looks now.
fn examine(browser: &Browser) -> Vec<String> {
    [list(&browser.run(VIOLATIONS, &[])), list(&browser.run(OVERFLOW, &[]))].concat()
}

impl Deed {
    fn carry_out(self, browser: &Browser, scene: &Scene) {
        match self {
            Self::Open(path) => browser.open_dialog(&scene.fill(path)),
            Self::Click(css) => browser.click(&scene.fill(css)),
            Self::Fill(css, text) => browser.fill(css, text),
            Self::See(text) => browser.see(text),
            Self::AwaitScreen => browser.await_screen(),
        }
    }
}

impl Browser {
    /// Opens the dialog that is at an address, and waits until it is shown.
    #[track_caller]
    fn open_dialog(&self, path: &str) {
        self.run(MARK, &[]);
        let part = if self.is_shown("dialog[open]") { "dialog" } else { "main" };
        self.click(&format!("{part} a[data-dialog][href='{path}']"));
        self.wait_for(MARKED_NO_MORE, &[]);
    }
}

/// How a page is looked at.
struct Look {
    name: &'static str,
    scheme: &'static str,
    width: u64,
}

impl Look {
    const ALL: [Self; 4] = [
        Self { name: "light-wide", scheme: "light", width: WIDE },
        Self { name: "dark-wide", scheme: "dark", width: WIDE },
        Self { name: "dark-narrow", scheme: "dark", width: NARROW },
        Self { name: "light-narrow", scheme: "light", width: NARROW },
    ];

    /// Has the browser show pages like this, in a window of some height.
    fn at(&self, browser: &Browser, height: u64) {
        let wishes = json!([
            { "name": "prefers-color-scheme", "value": self.scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        browser.order("Emulation.setEmulatedMedia", &json!({ "features": wishes }));
        let window = json!({
            "width": self.width,
            "height": height,
            "deviceScaleFactor": 1,
            "mobile": false,
        });
        browser.order("Emulation.setDeviceMetricsOverride", &window);
    }
}

/// Returns an address without its query, and with the same for every id.
fn shape(address: &str) -> String {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let parts = path.split('/').map(|part| match part.split_once('_') {
        Some((kind, rest)) if kind.len() < 6 && rest.len() > 12 => format!("{kind}_"),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

fn list(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
}

/// As wide as pages are promised to fit (WB-12).
const NARROW: u64 = 320;

const WIDE: u64 = 1280;

const HEIGHT: u64 = 800;

/// As high as a picture becomes at most.
const HEIGHT_MOST: u64 = 4000;

/// The rules of accessibility, in a script.
static AXE: LazyLock<String> = LazyLock::new(|| {
    let file = built().join("tools/npm/node_modules/axe-core/axe.min.js");
    fs::read_to_string(file).expect("axe-core, as `cargo xtask test --only tools` installs it")
});

/// Whether everything is loaded. Nothing moves: that is asked for as well.
const IS_LOADED: &str = "return document.readyState === 'complete' ? true : null;";

/// What is behind a dialog is out of reach, and a page of its own.
const VIOLATIONS: &str = "
    const shown = document.querySelector('dialog[open]') ?? document;
    const how = { preload: false, resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } };
    return axe.run(shown, how).then((found) => found.violations.flatMap((violation) =>
      violation.nodes.map((node) => `${violation.id}: ${node.target} ${node.failureSummary}`)));";

const OVERFLOW: &str = "
    const root = document.documentElement;
    const found = [];
    const name = (it) => `${it.localName}#${it.id}.${it.className}`;
    if (root.scrollWidth > root.clientWidth) found.push(`is ${root.scrollWidth} wide on a screen of ${root.clientWidth}`);
    for (const it of document.querySelectorAll('body *')) {
      if (!it.checkVisibility() || it.matches('input, textarea, select')) continue;
      const scrolls = ['auto', 'scroll'].includes(getComputedStyle(it).overflowX);
      if (scrolls && it.scrollWidth > it.clientWidth + 1) found.push(`scrolls sideways in ${name(it)}`);
      const { right } = it.getBoundingClientRect();
      if (found.length > 0 && right > root.clientWidth + 1) found.push(`${name(it)} ends at ${right}`);
    }
    return found.slice(0, 6);";

const HEIGHT_OF_ALL: &str = "
    const dialog = document.querySelector('dialog[open] > *');
    return dialog ? dialog.scrollHeight + 80 : document.documentElement.scrollHeight;";

/// Something for everybody to find.
const SPOIL: &str = "
    const picture = document.querySelector('main').appendChild(new Image());
    picture.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==';
    picture.style.minWidth = picture.style.width = '600px';
    picture.insertAdjacentHTML('afterend', '<p style=\"color: red\">x</p>');
    console.error('spoilt');";

const LINKS: &str = "
    const links = [...document.querySelectorAll('a[href]')];
    const isPage = (link) => link.origin === location.origin && !link.hasAttribute('download') && !link.pathname.startsWith('/v1/');
    const ours = links.filter(isPage);
    return [...new Set(ours.map((link) => link.pathname))];";

const MARK: &str =
    "document.querySelector('#dialog [data-sheet]')?.setAttribute('data-marked', '');";

const MARKED_NO_MORE: &str = "
    return document.querySelector('#dialog[open] [data-sheet]:not([data-marked])') ? true : null;";
