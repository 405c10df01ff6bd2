//! Pages in a browser that runs no scripts, or has not run them yet.

use std::fs;

use serde_json::json;

use crate::browser::Browser;
use crate::place::{GUEST, Place};
use crate::product::within;
use crate::scene::{Persona, people};

#[test]
fn wb_1_wb_3_wb_6_lists_forms_and_exports_work_without_scripts() {
    let place = Place::start(&["--test-card"]);
    people(&place.product);
    let browser = Browser::start();
    browser.order("Emulation.setScriptExecutionDisabled", &json!({ "value": true }));
    browser.come(&place.product, Persona::Owner.email().unwrap());
    let open = |path: &str| browser.open(&format!("{}/t/acme{path}", place.product.base()));

    // Inviting, in pages instead of a dialog.
    open("");
    browser.see("lab");
    browser.click(".foot [data-dialog]");
    browser.see("Configure");
    browser.fill("[name=emails]", GUEST);
    browser.click("[value=hour]");
    browser.click("[value=customize]:not(.unseen)");
    browser.fill("[name=title]", "the usability study");
    browser.click("[value=confirm]:not(.unseen)");
    browser.see("Balance after");
    browser.click("[value=invite]:not(.unseen)");
    browser.see("The guests were invited.");
    browser.see("the usability study");

    // The menu of an invite, and what asks once.
    browser.click(".more [data-dialog]");
    browser.click("a[href$='/permissions']");
    browser.click("[name=permission][value=mouse]");
    browser.click("main .actions button");
    browser.see("The permissions were changed.");
    browser.click(".more [data-dialog]");
    browser.click("a[href$='/revoke']");
    browser.click("button.danger");
    browser.see("The invite was revoked");
    open("/invites?phase=cancelled");
    browser.see(GUEST);

    // Switches, which are buttons.
    open("/computers");
    browser.click("[role=switch]");
    browser.see("Guest access is off.");

    // Buying, and the books as a table and a file.
    open("/credits");
    browser.fill("[name=quantity]", "12");
    browser.click("form:has([name=quantity]) button");
    browser.click("main form button");
    browser.see("Paid");
    open("/credits");
    browser.see("History");
    let folder = place.product.folder.path().join("downloads");
    let to = json!({ "behavior": "allow", "downloadPath": folder });
    browser.order("Browser.setDownloadBehavior", &to);
    browser.click("a[download]");
    let files = || fs::read_dir(&folder).into_iter().flatten().map(|file| file.unwrap().path());
    let is_there = || files().any(|file| file.extension().is_some_and(|end| end == "csv"));
    assert!(within(10, is_there), "{:?}", files().collect::<Vec<_>>());
    let export = fs::read_to_string(files().next().unwrap()).unwrap();
    assert!(export.contains("purchase") && export.lines().count() > 3, "{export}");

    browser.click("#who button");
    browser.see("Send me a code");
}

#[test]
fn wb_1_wb_2_wb_10_the_first_page_is_light() {
    let place = Place::start(&["--test-card"]);
    people(&place.product);
    let invite = place.invite(&["keyboard"]);
    let guests_page = crate::page::link(&place, &invite);
    let base = place.product.base();
    for (address, who) in [
        (format!("{base}/sign-in"), None),
        (guests_page.clone(), None),
        (format!("{base}/t/acme"), Persona::Owner.email()),
        (guests_page, Some(GUEST)),
    ] {
        let browser = Browser::start();
        if let Some(email) = who {
            browser.come(&place.product, email);
        }
        browser.order("Network.clearBrowserCache", &json!({}));
        browser.open(&address);
        let bytes = browser.wait_for(TRANSFERRED, &[]).as_u64().unwrap();
        assert!((1..FIRST_PAGE_MOST).contains(&bytes), "{address}: {bytes} bytes");
    }
}

/// What the page and all that it needs weigh on the wire, once it is there. What shows the screen
/// comes later, and is not part of it.
const TRANSFERRED: &str = "
    if (document.readyState !== 'complete') return null;
    const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
    const page = all.filter((one) => !one.name.includes('/novnc/'));
    return page.reduce((sum, one) => sum + one.transferSize, 0);";

/// In bytes.
const FIRST_PAGE_MOST: u64 = 100_000;
