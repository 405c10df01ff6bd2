//! `guest doctor` and `guest credits verify`.

use std::fs;
use std::io::{Seek as _, SeekFrom, Write as _};

use serde_json::Value;

use super::support::Place;

#[test]
fn a_doctor_finds_nothing_wrong_with_what_is_well() {
    let place = Place::with_team();
    let found = report(&place, "doctor --public-url https://guest.acme.example", 0);
    for about in ["data directory", "keys", "disk", "database", "ledger", "clock", "outbox"] {
        assert_eq!(state(&found, about), "ok", "{about}: {found:#}");
    }
    // Mails that are only written to files are worth a word.
    assert_eq!(state(&found, "mail"), "warn");
    assert_eq!(state(&found, "public address"), "ok");
}

#[test]
fn a_doctor_says_what_is_wrong() {
    let place = Place::with_team();
    let found = report(&place, "doctor --public-url http://guest.acme.example", 1);
    assert_eq!(state(&found, "public address"), "fail");
    let found = report(&place, "doctor --mail smtp://127.0.0.1:1", 1);
    assert_eq!(state(&found, "mail"), "fail");
    let found = report(&place, "doctor --listen nowhere", 1);
    assert_eq!(state(&found, "configuration"), "fail");
    let found = report(&place, "doctor --data elsewhere", 1);
    assert_eq!(state(&found, "database"), "fail");
    assert!(!place.folder.path().join("elsewhere").exists(), "nothing was made");
    fs::remove_file(place.data.join("keys/mac.key")).unwrap();
    let found = report(&place, "doctor", 1);
    assert_eq!(state(&found, "keys"), "fail");
    assert_eq!(state(&found, "database"), "ok");
}

#[cfg(unix)]
#[test]
fn a_doctor_sees_what_others_can_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::with_team();
    let key = place.data.join("keys/mac.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(state(&report(&place, "doctor", 0), "keys"), "warn");
}

#[test]
fn a_doctor_finds_damage() {
    let place = Place::with_team();
    // Opened and closed, so that everything is in the one file.
    place.ok("user list");
    let path = place.data.join("guest.db");
    let size = fs::metadata(&path).unwrap().len();
    let mut file = fs::File::options().write(true).open(&path).unwrap();
    for page in 2..size / 4096 {
        file.seek(SeekFrom::Start(page * 4096)).unwrap();
        file.write_all(&[0xff; 64]).unwrap();
    }
    drop(file);
    assert_eq!(state(&report(&place, "doctor", 1), "database"), "fail");
}

#[test]
fn cr_31_verify_says_ok_or_names_what_is_wrong() {
    let place = Place::with_team();
    place.ok("credits grant 7 --note welcome");
    assert_eq!(place.ok("credits verify"), "acme: OK, 7 credits\n");
    assert_eq!(place.ok("credits verify --team acme"), "acme: OK, 7 credits\n");
    assert_eq!(place.refused("credits verify --team initech"), "not_found");
}

#[track_caller]
fn report(place: &Place, line: &str, code: i32) -> Value {
    let done = place.run(&format!("{line} --json"));
    assert_eq!(done.code, code, "{line}: {done:?}");
    serde_json::from_str(&done.out).unwrap()
}

#[track_caller]
fn state(found: &Value, about: &str) -> String {
    let findings = found.as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["check"] == about);
    finding.unwrap_or_else(|| panic!("no {about} in {found:#}"))["state"]
        .as_str()
        .unwrap()
        .to_owned()
}
