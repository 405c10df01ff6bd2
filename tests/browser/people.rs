//! Users and devices in a real browser: keys that stay in it, and what is asked before it is for
//! good (WB-8, OR-8, OR-10, OR-35).

use serde_json::json;

use crate::browser::Browser;
use crate::product::{OWNER, Product};

#[test]
fn or_8_a_browser_becomes_a_device_and_brings_another_with_it() {
    let product = Product::start();
    add(&product, MIA, "Mia", "member");
    let (laptop, phone) = (Browser::start(), Browser::start());
    laptop.come(&product, MIA);
    laptop.open(&format!("{}/t/acme/devices", product.base()));
    laptop.see("There is none yet");
    laptop.fill("#enrol [name=name]", "Laptop");
    laptop.click("#enrol button");
    laptop.see("This browser is one of your devices now");
    laptop.see("this browser");
    assert!(!laptop.is_shown("#enrol") && laptop.is_shown("#enrolled"));
    // The private key is there, and cannot be read.
    assert_eq!(laptop.run(KEPT, &[]), json!([["acme", MIA, "Laptop", false]]));

    laptop.click("form[action$='/devices/link'] button");
    laptop.see("It works once");
    laptop.keep_picture("devices-link");
    let link = laptop.run("return document.getElementById('device-link').value", &[]);
    phone.open(link.as_str().unwrap());
    phone.fill("#enrol [name=name]", "Phone");
    phone.keep_picture("devices-new");
    phone.click("#enrol button");
    phone.see("This browser is one of your devices now");
    phone.see("signed in with it now");
    phone.keep_picture("devices");
    // The link is spent.
    let third = Browser::start();
    third.open(link.as_str().unwrap());
    third.click("#enrol button");
    third.see("This link has been used or has expired");

    // Signed out, it signs in by a button, and goes where it wanted to go.
    phone.click("#who button");
    phone.see("Send me a code");
    phone.open(&format!("{}/t/acme/users", product.base()));
    phone.see(&format!("Sign in as {MIA}"));
    phone.keep_picture("sign-in-device");
    phone.click("#devices button");
    phone.see("Mia (you)");
    // With the person all their devices go.
    product.cli(&["user", "revoke", MIA]);
    phone.open(&format!("{}/t/acme/users", product.base()));
    phone.click("#devices button");
    phone.see("This device did not prove who it is");
    phone.keep_picture("sign-in-device-refused");
    phone.forgive();
    third.forgive();
}

#[test]
fn wb_8_profiles_are_changed_together_and_somebody_is_revoked() {
    let product = Product::start();
    add(&product, MIA, "Mia", "member");
    add(&product, "eve@acme.example", "Eve", "external");
    add(&product, "kim@acme.example", "Kim", "member");
    let ada = Browser::start();
    ada.come(&product, OWNER);
    ada.open(&format!("{}/t/acme/users", product.base()));
    for name in ["Mia", "Eve"] {
        ada.click(&format!("[aria-label='Choose {name}']"));
    }
    ada.keep_picture("users");
    ada.click("form[action$='/users/profiles'] .actions button");
    ada.see("Eve stays unchanged");
    ada.keep_picture("users-profiles");
    ada.click("#dialog [name=profile][value=administrator]");
    ada.click("#dialog form .actions button");
    ada.see("Mia: administrator now");
    ada.see("Eve: unaffected");
    ada.click("#dialog [data-close][role=button]");

    ada.click("[aria-label='Actions for Kim']");
    ada.see("kim@acme.example");
    ada.keep_picture("users-user");
    ada.click("#dialog a.danger");
    ada.see("This cannot be undone");
    ada.keep_picture("users-revoke");
    ada.click("#dialog button.danger");
    ada.see("The user was revoked, and is told by mail");
    ada.see("Revoked");
    ada.keep_picture("users-revoked");
}

fn add(product: &Product, email: &str, name: &str, profile: &str) {
    product.cli(&["user", "add", "--email", email, "--name", name, "--profile", profile]);
}

const MIA: &str = "mia@acme.example";

/// Returns the devices that the browser keeps, and whether their keys can be read.
const KEPT: &str = "
    return new Promise((resolve) => {
      const opening = indexedDB.open('guest-devices', 1);
      opening.onsuccess = () => {
        const all = opening.result.transaction('devices').objectStore('devices').getAll();
        const told = (one) => [one.team, one.email, one.name, one.key.extractable];
        all.onsuccess = () => resolve(all.result.map(told));
      };
    });";
