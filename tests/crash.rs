//! QU-20: killed at any moment under load, nothing acknowledged is lost and the books are right.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop where it likes")]

mod product;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::product::{Client, Product, head, within};

/// Kills the server `GUEST_KILLS` times (50 unless told otherwise) while eight clients invite,
/// cancel and edit, and checks after each start what was acknowledged before.
#[test]
fn qu_20_a_killed_server_loses_nothing_it_acknowledged() {
    let kills: u32 = std::env::var("GUEST_KILLS").map_or(50, |kills| kills.parse().unwrap());
    let mut product = Product::start();
    product.cli(&["credits", "grant", "--team", "acme", "100000", "--note", "a test"]);
    let (computer, _) = product.computer("studio-1");
    let seen = Arc::new(Seen::default());
    for round in 0..kills {
        let load = Load::start(&product, &computer, &seen, round);
        // Somewhere between the first request and the middle of a busy moment.
        thread::sleep(Duration::from_millis(u64::from(20 + (round * 37) % 180)));
        product.kill();
        load.stop();
        product.serve();
        check(&product, &seen);
    }
    let made = seen.made.lock().unwrap().len();
    assert!(made > kills as usize, "only {made} invites were made under load");
    seen.checked.store(0, Ordering::Relaxed); // Once more, and all of them.
    check(&product, &seen);
    every_invite_has_its_mail(&product, &seen);
}

/// What the server has acknowledged.
#[derive(Default)]
struct Seen {
    made: Mutex<BTreeSet<String>>,
    cancelled: Mutex<BTreeSet<String>>,
    edited: Mutex<BTreeSet<String>>,
    checked: AtomicUsize,
}

struct Load {
    over: Arc<AtomicBool>,
    clients: Vec<thread::JoinHandle<()>>,
}

impl Load {
    fn start(product: &Product, computer: &str, seen: &Arc<Seen>, round: u32) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let clients = (0..8)
            .map(|number| {
                let client = product.as_owner();
                let (over, seen) = (Arc::clone(&over), Arc::clone(seen));
                let computer = computer.to_owned();
                thread::spawn(move || {
                    let mut turn = 0;
                    while !over.load(Ordering::Relaxed) {
                        let guest = format!("guest-{round}-{number}-{turn}@example.org");
                        work(&client, &computer, &guest, turn, &seen);
                        turn += 1;
                    }
                })
            })
            .collect();
        Self { over, clients }
    }

    fn stop(self) {
        self.over.store(true, Ordering::Relaxed);
        for client in self.clients {
            client.join().unwrap();
        }
    }
}

/// Invites one guest, and cancels or edits some of the invites.
fn work(client: &Client, computer: &str, guest: &str, turn: u32, seen: &Seen) {
    let body = json!({
        "computer_id": computer,
        "emails": [guest],
        "window": product::from_now(86_400, 90_000),
        "permissions": ["keyboard"],
        "title": "Usability study",
    });
    let path = "/v1/teams/acme/guest-access-invites";
    let Ok(answer) = client.try_call("POST", path, Some(&body), &[]) else { return };
    if answer.status != 201 {
        // While it starts and stops the server may be unable to keep anything.
        assert_eq!(answer.status, 503, "{}", answer.body);
        return;
    }
    let id = answer.ok()["invites"][0]["id"].as_str().unwrap().to_owned();
    seen.made.lock().unwrap().insert(id.clone());
    if turn % 3 == 1 {
        let cancelled = client.try_call("DELETE", &format!("{path}/{id}"), None, &[]);
        if cancelled.is_ok_and(|answer| answer.status == 204) {
            seen.cancelled.lock().unwrap().insert(id);
        }
    } else if turn % 3 == 2 {
        let look_only = json!({ "permissions": [] });
        let edited = client.try_call("PATCH", &format!("{path}/{id}"), Some(&look_only), &[]);
        if edited.is_ok_and(|answer| answer.status == 200) {
            seen.edited.lock().unwrap().insert(id);
        }
    }
}

/// Checks that what was acknowledged is there, and that the books balance (CR-31).
fn check(product: &Product, seen: &Seen) {
    let owner = product.as_owner();
    let path = "/v1/teams/acme/guest-access-invites";
    let made = seen.made.lock().unwrap().clone();
    let cancelled = seen.cancelled.lock().unwrap().clone();
    let edited = seen.edited.lock().unwrap().clone();
    let checked = seen.checked.load(Ordering::Relaxed);
    // Ids sort by time: those of this round come last. What was there once stays there.
    for id in made.iter().skip(checked.saturating_sub(20)) {
        let invite = owner.get(&format!("{path}/{id}")).ok();
        if edited.contains(id) {
            assert_eq!(invite["permissions"], json!([]));
        }
        if cancelled.contains(id) {
            assert_eq!(
                (&invite["state"], &invite["credit"]),
                (&json!("cancelled"), &json!("refunded"))
            );
        }
    }
    seen.checked.store(made.len(), Ordering::Relaxed);
    let verified = product.cli(&["credits", "verify", "--team", "acme"]);
    assert!(verified.contains("OK"), "{verified}");
}

/// Checks that every invite that goes on was mailed, in the end, and under one `Message-ID` each.
fn every_invite_has_its_mail(product: &Product, seen: &Seen) {
    let cancelled = seen.cancelled.lock().unwrap().clone();
    let owner = product.as_owner();
    let made = seen.made.lock().unwrap().clone();
    let going_on: Vec<_> = made.iter().filter(|id| !cancelled.contains(*id)).collect();
    let all_sent = within(120, || {
        ["queued", "sending"].iter().all(|state| {
            let left = product.cli(&["mail", "list", "--state", state, "--json"]);
            let left: Value = serde_json::from_str(&left).unwrap();
            left["data"].as_array().unwrap().is_empty()
        })
    });
    assert!(all_sent, "mails are still on their way");
    let mails = product.mails_to("@example.org");
    let ids: BTreeSet<_> = mails.iter().map(|mail| head(mail, "message-id")).collect();
    assert_eq!(ids.len(), mails.len(), "a mail was sent twice under two names");
    for id in going_on {
        let invite = owner.get(&format!("/v1/teams/acme/guest-access-invites/{id}")).ok();
        if invite["state"] != "live" {
            continue; // Cancelled, though the answer that said so was lost with the server.
        }
        let link = invite["link"].as_str().unwrap();
        let guest = invite["guest_email"].as_str().unwrap();
        let found =
            mails.iter().any(|mail| head(mail, "to").contains(guest) && mail.contains(link));
        assert!(found, "{guest} got no mail: {invite}");
    }
}
