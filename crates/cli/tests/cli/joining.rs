//! Asking to join with a certificate, and answering by command, both ways (IF-21, OR-33, OR-34).

use std::fs;

use guest_testkit::Authority;
use serde_json::Value;

use super::support::{Place, Server};

#[test]
fn or_33_or_34_a_certificate_asks_and_an_administrator_answers_both_ways() {
    let place = Place::with_team();
    let root = Authority::new("Acme Root");
    let folder = place.folder.path();
    fs::write(folder.join("root.der"), root.der()).unwrap();
    for (number, name) in [(7, "nova"), (8, "sam"), (9, "kim")] {
        let person = root.issue(name, &format!("{name}@example.org"), number, 2029);
        let (certificate, key) = person.pem();
        fs::write(folder.join(format!("{name}.pem")), certificate).unwrap();
        fs::write(folder.join(format!("{name}.key")), key).unwrap();
    }
    let sso = "[[roots]]\nteams = [\"acme\"]\ncertificates = \"root.der\"\n";
    fs::write(folder.join("sso.toml"), sso).unwrap();
    let key = place.key("ada@acme.example");
    let server = Server::start_with(&place, "--sso sso.toml");
    let ask = |name: &str| {
        format!(
            "join request --server {} --team acme --cert {name}.pem --key {name}.key",
            server.url
        )
    };
    for name in ["nova", "sam", "kim"] {
        let joined = place.json(&ask(name));
        assert_eq!(joined["state"], "submitted");
        assert!(joined["link"].as_str().unwrap().contains("/join-request/jr_"));
    }
    let listed = |list: Value| -> Vec<String> {
        let rows = list["data"].as_array().unwrap().iter();
        rows.map(|row| row["email"].as_str().unwrap().to_owned()).collect()
    };
    let all = ["nova@example.org", "sam@example.org", "kim@example.org"];
    let there = server.json(&key, "join-request list");
    let ids: Vec<_> = there["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(listed(there), all);
    // Beside the server its configuration is known.
    assert_eq!(listed(place.json("join-request list")), all);
    let accepted =
        place.json(&format!("join-request accept {} --profile member --name Nova", ids[0]));
    assert_eq!((&accepted["state"], &accepted["email"]), (&"accepted".into(), &all[0].into()));
    let many =
        server.json(&key, &format!("join-request accept {} {} --profile external", ids[1], ids[0]));
    assert_eq!(many["data"][0]["request"]["state"], "accepted");
    assert_eq!(many["data"][1]["code"], "join_request_ended");
    let rejected = server.json(&key, &format!("join-request reject {}", ids[2]));
    assert_eq!(rejected["state"], "rejected");
    assert_eq!(place.refused(&format!("join-request reject {}", ids[2])), "join_request_ended");
    let users = place.json("user list");
    assert_eq!(users["data"].as_array().unwrap().len(), 3);
    // What is wrong is said before anything is sent.
    let crossed = ask("nova").replace("nova.key", "sam.key");
    let done = place.run(&crossed);
    assert!(done.code == 2 && done.err.contains("not that of the first certificate"), "{done:?}");
    place.ok(&format!("{} --out request.json", ask("sam")));
    let request: Value =
        serde_json::from_slice(&fs::read(folder.join("request.json")).unwrap()).unwrap();
    assert!(request["id"].as_str().unwrap().starts_with("jrq_"));
}

#[test]
fn or_30_what_is_wrong_with_the_configuration_is_said() {
    let place = Place::with_team();
    fs::write(
        place.folder.path().join("sso.toml"),
        "[[roots]]\nteams = [\"acme\"]\ncertificates = \"none.pem\"\n",
    )
    .unwrap();
    let done = place.run("serve --listen 127.0.0.1:0 --sso sso.toml");
    assert!(done.code == 2 && done.err.contains("none.pem cannot be read"), "{done:?}");
}
