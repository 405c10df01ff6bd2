//! The first run, from an empty data directory to a guest on the screen (WB-13).

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::browser::Browser;
use crate::product::{Product, binary, within};

#[test]
fn wb_13_from_nothing_to_a_guest_on_the_screen_in_twelve_clicks() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut product = Product::without_team(folder, data);
    product.serve();
    let count = Count::default();

    // Ada starts the server, and opens what it prints.
    let browser = Browser::start();
    let ada = Person { browser: &browser, count: &count };
    ada.open(&set_up_link(&product));
    ada.see("Set up Guest");
    ada.browser.keep_picture("first-run-team");
    let zone = "return document.querySelector('[name=time_zone]').value";
    assert_eq!(ada.browser.run(zone, &[]), "America/New_York", "the zone of the browser");
    ada.browser.fill("[name=name]", "Ada's Studio");
    ada.browser.wait_for("return document.querySelector('[name=team]').value || null", &[]);
    ada.browser.fill("[name=owner_name]", "Ada");
    ada.browser.fill("[name=owner]", "ada@acme.example");
    ada.click("form button");

    // Signed in, she is led on to a computer.
    ada.see("The team is made");
    assert!(ada.browser.text().contains("ada@acme.example"), "{}", ada.browser.text());
    ada.browser.fill("[name=name]", "studio-1");
    ada.click("[name=test_card]");
    ada.click(".fields .actions button");
    ada.see("Run this on studio-1");
    ada.click("[data-copy]");
    ada.see("Waiting for studio-1");
    ada.browser.keep_picture("first-run-command");
    let shown = ada.browser.run("return document.getElementById('command-shown').innerText", &[]);
    let there = tempfile::tempdir().unwrap();
    let _agent = Agent::run(shown.as_str().unwrap(), there.path());
    ada.see("studio-1 is online");
    ada.browser.keep_picture("first-run-online");
    ada.click("#arrival button");

    // And to a guest, for whom there is no credit yet.
    ada.see("a first guest");
    ada.browser.fill("[name=emails]", "lin@example.org");
    ada.click("[value=customize]:not(.unseen)");
    ada.see("Customize email");
    ada.click("[value=confirm]:not(.unseen)");
    ada.see("1 credit costs");
    ada.browser.keep_picture("first-run-confirm");
    ada.click("[value=purchase]:not(.unseen)");
    ada.see("The guests were invited");
    let home = ada.browser.text();
    assert!(home.contains("lin@example.org") && !home.contains("Getting started"), "{home}");

    // Lin opens the link of the mail, and signs in with the code of the next.
    let browser = Browser::start();
    let lin = Person { browser: &browser, count: &count };
    lin.open(&invite_link(&product));
    lin.see("Sign in");
    lin.browser.fill("#email-form input", "lin@example.org");
    lin.click("#email-form button");
    assert!(within(10, || !product.codes("lin@example.org").is_empty()), "no code was mailed");
    lin.browser.fill("#code-form input", &product.codes("lin@example.org")[0]);
    lin.click("#code-form button");
    lin.see("You can connect now");
    lin.click("[data-do=connect]");
    lin.browser.await_screen();
    lin.browser.keep_picture("first-run-guest");
    count.looked(lin.browser);

    // Ada sees it without doing anything.
    ada.see("connected");
    let (clicks, pages) = (count.clicks.get(), count.pages.borrow().len());
    assert!(clicks <= CLICKS_MOST, "{clicks} clicks");
    assert!(pages <= PAGES_MOST, "{pages} pages: {:?}", count.pages.borrow());
}

#[test]
fn wb_13_of_two_browsers_that_set_up_a_server_one_wins_and_the_other_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut product = Product::without_team(folder, data);
    product.serve();
    let first = set_up_link(&product);
    // A new start draws another link.
    product.kill();
    fs::remove_file(product.log()).unwrap();
    product.serve();
    let link = set_up_link(&product);
    assert_ne!(link, first);

    let (one, other) = (Browser::start(), Browser::start());
    one.open(&first);
    one.see("This link does not set up the server");
    for (browser, name) in [(&one, "Acme"), (&other, "Rival")] {
        browser.open(&link);
        browser.see("Set up Guest");
        browser.fill("[name=name]", name);
        browser.fill("[name=owner]", &format!("owner@{}.example", name.to_lowercase()));
    }
    one.click("form button");
    one.see("The team is made");
    other.click("form button");
    other.see("This server has been set up");
    other.keep_picture("first-run-over");
    other.click("main a");
    other.see("Sign in");
    product.kill();
    fs::remove_file(product.log()).unwrap();
    product.serve();
    assert!(!fs::read_to_string(product.log()).unwrap().contains("/set-up/"), "there is a team");
}

/// What it took.
#[derive(Default)]
struct Count {
    clicks: Cell<u32>,
    /// The pages that were loaded, by when.
    pages: RefCell<BTreeSet<String>>,
}

impl Count {
    fn looked(&self, browser: &Browser) {
        let page = browser.run("return `${performance.timeOrigin} ${location.pathname}`", &[]);
        self.pages.borrow_mut().insert(page.as_str().unwrap().to_owned());
    }
}

/// Somebody whose clicks and pages are counted; what they type is not.
struct Person<'a> {
    browser: &'a Browser,
    count: &'a Count,
}

impl Person<'_> {
    fn open(&self, address: &str) {
        self.browser.open(address);
        self.count.looked(self.browser);
    }

    #[track_caller]
    fn click(&self, css: &str) {
        self.count.looked(self.browser);
        self.browser.click(css);
        self.count.clicks.set(self.count.clicks.get() + 1);
    }

    #[track_caller]
    fn see(&self, text: &str) {
        self.browser.see(text);
        self.count.looked(self.browser);
    }
}

/// The agent, run by the command that a page shows; it is stopped when it is dropped.
struct Agent(Child);

impl Agent {
    /// Runs the command as it stands, in a shell whose path has the program.
    fn run(command: &str, folder: &Path) -> Self {
        let programs = binary().parent().unwrap().display().to_string();
        let path = std::env::var("PATH").unwrap_or_default();
        let shell = Command::new("sh")
            .args(["-c", command])
            .current_dir(folder)
            .env("PATH", format!("{programs}:{path}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn();
        Self(shell.unwrap())
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // The shell and what it runs; there is no safe way in the standard library.
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill").args(["-9", "--", &group]).status();
        let _ = self.0.wait();
    }
}

/// Returns the address that the server printed when it was started.
fn set_up_link(product: &Product) -> String {
    let said = fs::read_to_string(product.log()).unwrap();
    let link = said.split_whitespace().find(|word| word.contains("/set-up/"));
    link.unwrap_or_else(|| panic!("no link in {said}")).to_owned()
}

/// Returns the address in the mail that invites the guest.
fn invite_link(product: &Product) -> String {
    let find = || {
        let mails = product.mails_to("lin@example.org").into_iter();
        mails
            .flat_map(|mail| mail.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
            .find(|word| word.starts_with("http") && word.contains("/g/"))
    };
    assert!(within(10, || find().is_some()), "no mail with a link");
    find().unwrap()
}

/// How many clicks a first run may take besides typing.
const CLICKS_MOST: u32 = 12;

/// How many pages it shows: the team, the computer, its command, three steps of inviting, the home
/// page, and the guest's.
const PAGES_MOST: usize = 8;
