//! What people do most, each as what they are in the team: with the mouse, and by keyboard alone.

use std::fs::File;
use std::process::{Child, Command, Stdio};

use fantoccini::key::Key;
use serde_json::json;

use crate::hand::{Hand, Person};
use crate::page::{link, only_invite};
use crate::place::{ALL, COMPUTERS, GUEST, Place};
use crate::product::{Product, binary, within};
use crate::scene::{Persona, people};

#[test]
fn wb_3_wb_4_a_coordinator_invites_and_sees_to_guests_with_the_mouse() {
    coordinator(Hand::Mouse);
}

#[test]
fn wb_3_wb_4_a_coordinator_invites_and_sees_to_guests_by_keyboard() {
    coordinator(Hand::Keyboard);
}

#[test]
fn wb_5_wb_6_an_administrator_adds_a_computer_and_buys_credits_with_the_mouse() {
    administrator(Hand::Mouse);
}

#[test]
fn wb_5_wb_6_an_administrator_adds_a_computer_and_buys_credits_by_keyboard() {
    administrator(Hand::Keyboard);
}

#[test]
fn wb_7_an_owner_says_who_may_invite_with_the_mouse() {
    owner(Hand::Mouse);
}

#[test]
fn wb_7_an_owner_says_who_may_invite_by_keyboard() {
    owner(Hand::Keyboard);
}

#[test]
fn wb_10_a_guest_comes_and_leaves_with_the_mouse() {
    guest(Hand::Mouse);
}

#[test]
fn wb_10_a_guest_comes_and_leaves_by_keyboard() {
    guest(Hand::Keyboard);
}

#[test]
fn wb_2_a_member_is_told_what_to_do() {
    let product = Product::start();
    people(&product);
    let person = Person::with(Hand::Keyboard);
    person.sign_in(&product, Persona::Member.email().unwrap());
    person.browser.see("Inviting guests to computers is for coordinators");
    person.browser.see("ask an owner of the team for the guest-coordinator permission");
    person.press("Sign out");
    person.browser.see("Send me a code");
}

/// Invites a guest, edits the invite while the guest comes, and sends them away.
fn coordinator(hand: Hand) {
    let place = Place::start(&["--test-card"]);
    people(&place.product);
    let person = Person::with(hand);
    let browser = &person.browser;
    person.sign_in(&place.product, Persona::Coordinator.email().unwrap());

    // What is wrong stands at its field; going back keeps what was typed.
    person.press("Invite guests");
    browser.see("Configure");
    person.fill("Guests", "lin@example");
    person.press("Next: the mail");
    browser.see("lin@example");
    person.fill("Guests", GUEST);
    person.press("Now for 1 hour");
    person.press("Next: the mail");
    browser.see("As plain text");
    person.fill("Title", "the usability study");
    person.press("Next: confirm");
    browser.see("Balance after");
    person.press("Back");
    person.fill("Message", "See you there.");
    person.press("Next: confirm");
    person.press("Invite the guest");
    browser.see("The guests were invited.");
    browser.see("the usability study");
    let is_mailed = || place.product.mails_to(GUEST).iter().any(|it| it.contains("See you there."));
    assert!(within(10, is_mailed), "{:?}", place.product.mails_to(GUEST));

    // A dialog that is left gives the keyboard back to what opened it.
    person.press(MENU);
    browser.see("Resend mail");
    person.dismiss();
    assert_eq!(browser.run(FOCUSED, &[]), MENU);

    person.press(MENU);
    person.press("Edit permissions");
    person.turn("keyboard");
    person.press("Save");
    browser.see("The permissions were changed.");
    person.press(MENU);
    person.press("Edit window");
    person.an_hour_later("End");
    person.press("Save");
    browser.see("The window was changed");

    let invite = only_invite(&place);
    let viewer = place.view(&invite);
    browser.see("1 guest on it now");
    person.press(MENU);
    person.press("Disconnect");
    browser.see("The guest was disconnected");
    place.check_ended(&invite, &viewer.session, "kicked");
    person.press(MENU);
    person.press("Revoke access");
    browser.see("Revoke the access of");
    person.press("Revoke access");
    browser.see("The invite was revoked");
    browser.see("returned");
    assert_eq!(place.show(&invite)["phase"], "cancelled");
}

/// Adds a computer with the one command that is shown, switches it, removes it, buys credits.
fn administrator(hand: Hand) {
    let product = Product::start();
    people(&product);
    let person = Person::with(hand);
    let browser = &person.browser;
    person.sign_in(&product, Persona::Administrator.email().unwrap());

    person.press("Computers");
    person.press("Add a computer");
    person.fill("Name", "studio-1");
    person.turn("Try it out: show a test card instead of the screen, with nothing else installed");
    person.press("Show the command");
    browser.see("Waiting for studio-1");
    let command = browser.run("return document.getElementById('command').value", &[]);
    let mut agent = run(&product, command.as_str().unwrap());
    browser.see("studio-1 is online");
    person.press("Allow guest access");
    browser.see("Guest access is on");
    person.press("Computers");
    person.turn("Guest access on studio-1");
    browser.see("Guest access is off.");
    person.press("Actions for studio-1");
    person.fill("Name", "studio-2");
    person.press("Rename");
    browser.see("The computer was renamed.");
    person.press("Actions for studio-2");
    person.press("Remove computer");
    browser.see("This cannot be undone.");
    person.press("Remove computer");
    browser.see("The computer was removed");
    assert_eq!(product.as_owner().get(COMPUTERS).ok()["data"], json!([]));
    // It is told by the server that it is gone, and goes.
    let _ = agent.kill();
    agent.wait().unwrap();

    person.press("Credits");
    person.fill("How many", "12");
    person.press("Review");
    browser.see("12 credits");
    person.press("Confirm purchase");
    browser.see("The team has 12 now.");
    let books = product.as_owner().get("/v1/teams/acme/credits/transactions").ok();
    assert_eq!(books["data"][0]["balance"], 12);
}

/// Makes a group, puts somebody into it, and gives and takes the permission.
fn owner(hand: Hand) {
    let product = Product::start();
    people(&product);
    let person = Person::with(hand);
    let browser = &person.browser;
    person.sign_in(&product, Persona::Owner.email().unwrap());

    person.press("Groups & members");
    person.fill("New group", "studio");
    person.press("Make group");
    browser.see("The group was made.");
    person.press("Actions for studio");
    person.choose("Put into it", "Mia (mia@acme.example)");
    person.press("Add");
    browser.see("The user is in the group now.");
    person.turn("Guest coordinator: studio");
    browser.see("They may invite guests now.");
    browser.wait_for(IS_ON, &[]);
    let role = || product.sign_in(Persona::Member.email().unwrap()).get("/v1/me").ok();
    assert_eq!(role()["teams"][0]["role"], "coordinator");
    person.press("Guest coordinator: studio");
    browser.see("loses at once");
    person.press("Take the permission");
    browser.see("The guest-coordinator permission was taken.");
    assert_eq!(role()["teams"][0]["role"], "member");
}

/// Comes by the link of the mail, connects, and leaves.
fn guest(hand: Hand) {
    let place = Place::start(&["--test-card"]);
    let invite = place.invite(ALL);
    let person = Person::with(hand);
    let browser = &person.browser;
    browser.open(&link(&place, &invite));
    let known = place.product.codes(GUEST).len();
    person.fill("Email", GUEST);
    person.press("Send me a code");
    browser.see("Another address");
    assert!(within(10, || place.product.codes(GUEST).len() > known), "no code was mailed");
    person.fill("Code", &place.product.codes(GUEST)[known]);
    person.press("Sign in");
    browser.see("You can connect now");
    person.press("Connect");
    browser.await_screen();
    if hand == Hand::Keyboard {
        // Every other key is the screen's.
        browser.chord(&[Key::Control.into(), Key::Alt.into(), Key::Shift.into()]);
        browser.wait_for("return document.activeElement.closest('.bar') ? true : null", &[]);
    }
    person.press("Leave");
    browser.see("You can connect again");
}

/// Runs the command that a page shows, as somebody would who pastes it into a shell.
fn run(product: &Product, command: &str) -> Child {
    let folder = product.folder.path();
    let path = std::env::var("PATH").unwrap();
    let log = File::create(folder.join("agent.log")).unwrap();
    Command::new("sh")
        // So that what is started here is the agent, and no shell around it.
        .args(["-c", &command.replace(" && guest ", " && exec guest ")])
        .current_dir(folder)
        .env("PATH", format!("{}:{path}", binary().parent().unwrap().display()))
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap()
}

/// What the actions of the guest's invite are called.
const MENU: &str = "Actions for lin@example.org";

const IS_ON: &str = "
    const shown = document.querySelector('[aria-label=\"Guest coordinator: studio\"]');
    return shown?.getAttribute('aria-checked') === 'true' ? true : null;";

const FOCUSED: &str = "return document.activeElement.getAttribute('aria-label');";
