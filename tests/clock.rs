//! QU-22: steps of the wall clock on the real binary neither end a window early nor leave it open.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may stop where it likes"
)]

mod product;

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::product::{Client, Product, within};

#[test]
fn qu_22_a_glitch_forward_and_its_correction_change_nothing() {
    let place = Place::new();
    let id = place.invite(-60, 3600);
    place.step(7200);
    thread::sleep(Duration::from_millis(700));
    place.step(0);
    thread::sleep(Duration::from_secs(4));
    assert_eq!(place.show(&id)["phase"], "open");
}

#[test]
fn qu_22_a_clock_set_forward_ends_what_is_over() {
    let place = Place::new();
    let id = place.invite(-60, 3600);
    place.step(7200);
    assert!(within(10, || place.show(&id)["phase"] == "expired"), "{}", place.show(&id));
}

#[test]
fn qu_22_a_clock_set_back_is_followed_and_ends_on_time() {
    let place = Place::new();
    // Something is written an hour ahead of what the clock will say.
    place.beat();
    place.step(-3600);
    thread::sleep(Duration::from_secs(4));
    place.beat();
    let id = place.invite_at(-3600, -60, 6);
    assert_eq!(place.show(&id)["phase"], "open");
    assert!(within(9, || place.show(&id)["phase"] == "expired"), "{}", place.show(&id));
    // The computer falls silent by the clock as it is now.
    let computers = place.owner.get("/v1/teams/acme/computers").ok();
    assert_eq!(computers["data"][0]["online"], true);
}

/// A step of the clock is no silence: whoever was heard a moment ago was.
#[test]
fn cn_13_a_step_in_either_direction_ends_no_session() {
    let place = Place::new();
    let id = place.invite(-7200, 7200);
    let guest = place.product.sign_in("mia@acme.example");
    let link = place.show(&id)["link"].as_str().unwrap().to_owned();
    let token = link.rsplit('/').next().unwrap();
    guest.post(&format!("/v1/guest-links/{token}/connect"), &json!({})).ok();
    for seconds in [45, -3600, 0] {
        place.beat();
        place.step(seconds);
        thread::sleep(Duration::from_secs(4));
        assert_eq!(place.show(&id)["session"]["state"], "live", "{seconds}");
    }
}

/// A product whose server's wall clock can be stepped.
struct Place {
    product: Product,
    owner: Client,
    computer: String,
    secret: String,
    clock: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let clock = folder.path().join("clock");
        fs::write(&clock, "+0").unwrap();
        let mut product = Product::in_folder(folder, data);
        product.environment = [
            ("LD_PRELOAD", library()),
            ("FAKETIME_TIMESTAMP_FILE", clock.display().to_string()),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec();
        product.serve();
        let (computer, secret) = product.computer("studio-1");
        let owner = product.as_owner();
        Self { product, owner, computer, secret, clock }
    }

    /// Sets the server's clock so many seconds off the machine's.
    fn step(&self, seconds: i64) {
        let aside = self.clock.with_extension("new");
        fs::write(&aside, format!("{seconds:+}")).unwrap();
        fs::rename(aside, &self.clock).unwrap();
    }

    fn beat(&self) {
        let agent = self.product.client(Some(&self.secret));
        agent.post("/v1/agent/heartbeat", &json!({ "name": "studio-1" })).ok();
    }

    fn invite(&self, start: i64, end: i64) -> String {
        self.invite_at(0, start, end)
    }

    /// Invites for so many seconds from what the server's clock says.
    fn invite_at(&self, off: i64, start: i64, end: i64) -> String {
        let body = json!({
            "computer_id": self.computer,
            "emails": ["mia@acme.example"],
            "window": product::from_now(off + start, off + end),
            "title": "Usability study",
        });
        self.product.cli(&["credits", "grant", "--team", "acme", "1", "--note", "x"]);
        let made = self.owner.post("/v1/teams/acme/guest-access-invites", &body).ok();
        made["invites"][0]["id"].as_str().unwrap().to_owned()
    }

    fn show(&self, id: &str) -> Value {
        self.owner.get(&format!("/v1/teams/acme/guest-access-invites/{id}")).ok()
    }
}

/// Returns the library that stands between a program and the clock.
fn library() -> String {
    let folders = fs::read_dir("/usr/lib").unwrap().map(|entry| entry.unwrap().path());
    let mut found = folders.map(|folder| folder.join("faketime/libfaketimeMT.so.1"));
    let found = found.find(|library| library.exists());
    found
        .expect("run `cargo xtask test --only tools` first, which installs it")
        .display()
        .to_string()
}
