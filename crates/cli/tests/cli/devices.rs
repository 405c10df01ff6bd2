//! `guest device`, on the data directory and through a server (OR-8).

use super::support::{Place, Server};

#[test]
fn or_8_devices_are_listed_both_ways_and_links_are_made_by_people() {
    let place = Place::with_team();
    place.ok("user add --email mia@acme.example --name Mia --profile member");
    let made = place.json("api-key create --as mia@acme.example --scope all");
    let key = made["key"].as_str().unwrap();
    let server = Server::start(&place);
    let here = place.json("device list --as mia@acme.example");
    assert_eq!(here["data"].as_array().unwrap().len(), 0);
    assert_eq!(server.json(key, "device list"), here);
    assert_eq!(place.ok("device list").trim(), "nothing");

    let link = place.json("device link --as mia@acme.example");
    let address = link["link"].as_str().unwrap();
    assert!(address.contains("/devices/new#de_"), "{address}");
    // A program's key is no way to sign in, and must not become one.
    let refused = server.run(key, "device link");
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("forbidden"), "{}", refused.err);
    assert!(place.ok("audit").contains("device.link"));
}
