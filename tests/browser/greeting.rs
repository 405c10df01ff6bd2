//! Greetings between two real browsers, and the pages' script against the vectors (WB-9, OR-26).

use std::path::PathBuf;
use std::{env, fs};

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::product::{OWNER, Product, within};

#[test]
fn or_26_two_browsers_greet_each_other_and_the_guest_is_signed_in() {
    let product = Product::start();
    let (host, guest) = (Browser::start(), Browser::start());
    host.come(&product, OWNER);
    let link = invite(&host, &product);
    // Wherever an Administrator is, they see at once who waits (OR-21).
    host.open(&format!("{}/t/acme/credits", product.base()));
    guest.open(&link);
    guest.see("invites you to join");
    let seen = guest.text();
    assert!(seen.contains("Acme") && !seen.contains(OWNER), "{seen}");
    guest.click("[data-do=start]");
    guest.see("Waiting to be greeted");
    host.see("nina@guests.example is waiting to be greeted.");
    host.keep_picture("greeting-waiting");
    host.click("#waiting a");

    // The host's code, which the guest picks; then the other way round.
    pick(&guest, &read_out(&host));
    host.see("Which code do they read out?");
    host.keep_picture("greeting-pick");
    pick(&host, &read_out(&guest));

    guest.see("Who are you?");
    guest.fill("[name=name]", "Nina Newcomer");
    guest.keep_picture("greeting-details");
    guest.click("#details-form button");
    host.see("Let them join");
    assert_eq!(host.run(CHOSEN, &[]), 0, "there is no profile by default");
    assert_eq!(host.run(NAMED, &[]), "Nina Newcomer");
    host.keep_picture("greeting-confirm");
    host.click("[name=profile][value=member]");
    host.click("#accept-form button");
    host.see("They have joined");
    guest.see("You have joined Acme");
    assert_eq!(guest.run(KEPT, &[]), json!([["acme", "nina@guests.example", false]]));
    guest.click("[data-stage=done] a");
    guest.see("nina@guests.example");
    guest.see("Sign out");
    // Nobody waits any more.
    host.open(&format!("{}/t/acme/invitations", product.base()));
    host.see("joined");
    host.see_no("is waiting to be greeted");
    host.keep_picture("greeting-invitations");
}

#[test]
fn or_24_wrong_codes_end_it_for_both_and_the_third_cancels_the_invitation() {
    let product = Product::start();
    let (host, guest) = (Browser::start(), Browser::start());
    host.come(&product, OWNER);
    let link = invite(&host, &product);
    guest.open(&link);
    guest.click("[data-do=start]");
    host.see("waiting to be greeted");
    host.click("#waiting a");

    // The guest picks another code than was read out.
    let right = read_out(&host);
    guest.see("Which code do they read out?");
    guest.wait_for(PICK_OTHER, &[json!(right)]);
    host.see("The invited person picked a code that was not read out");
    guest.see("The invited person picked a code that was not read out");

    // They begin again; the host does not find what is read out.
    host.click("[data-stage=ended] [data-do=again]");
    pick(&guest, &read_out(&host));
    read_out(&guest);
    host.see("Which code do they read out?");
    host.click("[data-stage=pick] [data-do=no-match]");
    guest.see("This may be an attack.");
    host.see("This may be an attack.");
    guest.keep_picture("greeting-attack");

    host.click("[data-stage=ended] [data-do=again]");
    pick(&guest, &read_out(&host));
    let right = read_out(&guest);
    host.see("Which code do they read out?");
    host.wait_for(PICK_OTHER, &[json!(right)]);
    guest.see("The invitation is over");
    host.open(&format!("{}/t/acme/invitations", product.base()));
    host.see("cancelled");
    let told = || product.mails_to(OWNER).iter().any(|mail| mail.contains("wrong three times"));
    assert!(within(10, told), "nobody was told");
}

#[test]
fn or_23_a_page_that_is_loaded_again_is_greeted_anew() {
    let product = Product::start();
    let (host, guest) = (Browser::start(), Browser::start());
    host.come(&product, OWNER);
    let link = invite(&host, &product);
    guest.open(&link);
    guest.click("[data-do=start]");
    host.see("waiting to be greeted");
    host.click("#waiting a");
    let first = read_out(&host);
    guest.see("Which code do they read out?");
    // The guest's page is loaded again, in the middle of it.
    guest.open(&link);
    guest.click("[data-do=start]");
    host.wait_for(OTHER_CODE, &[json!(first)]);
    let second = read_out(&host);
    pick(&guest, &second);
    read_out(&guest);
    // And now the host's.
    host.run("location.reload()", &[]);
    host.wait_for(OTHER_CODE, &[json!(second)]);
    pick(&guest, &read_out(&host));
    pick(&host, &read_out(&guest));
    guest.see("Who are you?");
    // On another device of the guest the same goes on, and here it is said so.
    let elsewhere = Browser::start();
    elsewhere.open(&link);
    elsewhere.click("[data-do=start]");
    guest.see("You went on elsewhere");
    pick(&elsewhere, &read_out(&host));
}

#[test]
fn or_26_the_script_of_the_pages_passes_the_vectors() {
    let product = Product::start();
    let browser = Browser::start();
    browser.open(&format!("{}/sign-in", product.base()));
    let vectors: Value = serde_json::from_str(&fs::read_to_string(vectors()).unwrap()).unwrap();
    let count = vectors["vectors"].as_array().unwrap().len();
    assert!(count >= 4);
    let answer = browser.run(CHECK_VECTORS, &[vectors]);
    assert_eq!(answer, json!({ "wrongs": [], "checked": count }));
}

/// Has the owner invite nina, and returns the link in her mail.
fn invite(host: &Browser, product: &Product) -> String {
    host.open(&format!("{}/t/acme/invitations", product.base()));
    host.fill("[name=emails]", "nina@guests.example");
    host.click("form:has([name=emails]) button");
    host.see("The invitation is on its way.");
    let mails = || product.mails_to("nina@guests.example");
    assert!(within(10, || !mails().is_empty()), "no mail to nina");
    let mail = mails().remove(0);
    assert!(mail.contains("Subject: ada invites you to join Acme"), "{mail}");
    let start = mail.find(&format!("{}/j/", product.base())).unwrap();
    mail[start..].split_whitespace().next().unwrap().to_owned()
}

/// Returns the code that somebody reads out from their screen.
#[track_caller]
fn read_out(browser: &Browser) -> String {
    let code = browser.wait_for(SAID, &[]).as_str().unwrap().to_owned();
    assert_eq!(code.len(), 4, "{code}");
    code
}

/// Picks a code that was read out.
#[track_caller]
fn pick(browser: &Browser, code: &str) {
    browser.wait_for(PICK, &[json!(code)]);
}

fn vectors() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/greeting-vectors.json")
}

const SAID: &str = "
    const section = document.querySelector('[data-stage=say]');
    return section && !section.hidden ? section.querySelector('[data-code]').textContent || null : null;";

const PICK: &str = "
    const section = document.querySelector('[data-stage=pick]:not([hidden])');
    const button = [...section?.querySelectorAll('li button') ?? []].find((one) => one.textContent === arguments[0]);
    button?.click();
    return button ? true : null;";

const PICK_OTHER: &str = "
    const section = document.querySelector('[data-stage=pick]:not([hidden])');
    const button = [...section?.querySelectorAll('li button') ?? []].find((one) => one.textContent !== arguments[0]);
    button?.click();
    return button ? true : null;";

const OTHER_CODE: &str = "
    const section = document.querySelector('[data-stage=say]');
    const code = section && !section.hidden ? section.querySelector('[data-code]').textContent : '';
    return code && code !== arguments[0] ? code : null;";

const CHOSEN: &str = "return document.querySelectorAll('[name=profile]:checked').length";

const NAMED: &str = "return document.querySelector('#accept-form [name=name]').value";

/// The devices that this browser is, and whether their keys can be read out of it.
const KEPT: &str = "
    return new Promise((resolve) => {
      const opening = indexedDB.open('guest-devices', 1);
      opening.onsuccess = () => {
        const all = opening.result.transaction('devices').objectStore('devices').getAll();
        all.onsuccess = () => resolve(all.result.map((one) => [one.team, one.email, one.key.extractable]));
      };
    });";

const CHECK_VECTORS: &str = "
    const [file] = arguments;
    const root = new URL(document.querySelector('link[rel=stylesheet]').href).pathname.replace(/[^/]*$/, '');
    return (async () => {
      const { HostSide } = await import(`${root}greeting/host.js`);
      const { GuestSide } = await import(`${root}greeting/guest.js`);
      const { acknowledgement } = await import(`${root}greeting/agreement.js`);
      const { bytes } = await import(`${root}greeting/bytes.js`);
      const hex = (text) => Uint8Array.from(text.match(/../g), (byte) => parseInt(byte, 16));
      const toHex = (all) => [...all].map((byte) => byte.toString(16).padStart(2, '0')).join('');
      const PKCS8 = '302e020100300506032b656e04220420';
      const drawn = async (side) => {
        const key = hex(PKCS8 + side.private_key);
        const privateKey = await crypto.subtle.importKey('pkcs8', key, 'X25519', true, ['deriveBits']);
        const { x } = await crypto.subtle.exportKey('jwk', privateKey);
        const sealNonce = hex(side.seal_nonce ?? '00'.repeat(12));
        return { privateKey, publicKey: bytes(x, 32), nonce: hex(side.nonce), decoys: hex(side.decoys), sealNonce };
      };
      const wrongs = [];
      const same = (what, found, expected) => {
        const text = (value) => JSON.stringify(value, (_, one) =>
          one && one.constructor === Object ? Object.fromEntries(Object.entries(one).sort()) : one);
        if (text(found) !== text(expected)) wrongs.push(`${what}: ${text(found)} is not ${text(expected)}`);
      };
      let checked = 0;
      for (const vector of file.vectors) {
        const context = { team: vector.team, invitation: vector.invitation };
        const host = new HostSide(context, await drawn(vector.host));
        const guest = new GuestSide(context, await drawn(vector.guest));
        const pass = async () => {
          for (const message of [...host.said]) await guest.hear(message);
          for (const message of [...guest.said]) await host.hear(message);
        };
        for (let round = 0; round < 3; round++) await pass();
        same('the host says', host.stage.code, vector.host.says);
        same('the guest is shown', guest.stage.choices, vector.guest.is_shown);
        await guest.pick(vector.host.says);
        await pass();
        same('the guest says', guest.stage.code, vector.guest.says);
        same('the host is shown', host.stage.choices, vector.host.is_shown);
        await host.pick(vector.guest.says);
        await pass();
        const { name, device_name: deviceName, device_key } = vector.details;
        await guest.tell({ name, deviceName, deviceKey: bytes(device_key, 65) });
        await pass();
        same('the host sees', host.stage.details?.name, name);
        same('the host sees', host.stage.details?.deviceName, deviceName);
        await host.finished();
        await pass();
        same('the host said', host.said, vector.host.messages);
        same('the guest said', guest.said, vector.guest.messages);
        same('the device signs', toHex(acknowledgement(context, guest.stage.tag)), vector.acknowledgement);
        checked += 1;
      }
      return { wrongs, checked };
    })();";
