//! What `guest agent` is told.

use std::fs;

use serde_json::Value;

use super::support::{Place, path};

#[test]
fn if_23_an_agent_says_what_it_is_missing() {
    let place = Place::empty();
    check(&place, "agent", 2, "name the --server");
    check(&place, "agent --server https://guest.acme.example", 2, "--key-file");
    check(&place, "agent --server guest.acme.example", 2, "--server: an address such as");
    check(&place, "agent --vnc 5900", 2, "--vnc: a host and a port");
    let missing = path(place.folder.path(), "nothing.key");
    let line = format!("agent --server https://guest.acme.example --key-file {missing}");
    check(&place, &line, 1, &format!("no key can be read from {missing}"));
}

#[test]
fn if_23_an_agent_is_told_by_option_variable_and_file() {
    let place = Place::empty();
    let file = path(place.folder.path(), "guest.toml");
    let text = "key_file = \"computer.key\"\nname = \"lab\"\nvnc = \"127.0.0.1:5901\"\n";
    fs::write(&file, text).unwrap();
    let mut command = place.command("config check --json");
    let output = command.env("GUEST_NAME", "studio-1").output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = |key: &str| {
        let rows = report["settings"].as_array().unwrap();
        let row = rows.iter().find(|row| row["key"] == key).unwrap();
        (row["value"].as_str().unwrap().to_owned(), row["from"].as_str().unwrap().to_owned())
    };
    assert_eq!(found("name"), ("studio-1".into(), "GUEST_NAME".into()));
    assert_eq!(found("vnc"), ("127.0.0.1:5901".into(), "guest.toml:3".into()));
    // A file that is named in a file is beside it.
    assert_eq!(found("key_file"), ("computer.key".into(), "guest.toml:1".into()));
    let elsewhere = tempfile::tempdir().unwrap();
    let mut command = place.command(&format!("config check --json --config {file}"));
    let output = command.current_dir(elsewhere.path()).output().unwrap();
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(report.contains(&path(place.folder.path(), "computer.key")), "{report}");
}

#[track_caller]
fn check(place: &Place, line: &str, code: i32, words: &str) {
    let done = place.run(line);
    assert_eq!(done.code, code, "{line}: {done:?}");
    assert!(done.err.contains(words), "{line}: {}", done.err);
}
