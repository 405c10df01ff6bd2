//! `guest backup` and `guest restore`, beside a server and without (QU-27).

use std::fs;

use super::support::{Place, Server, path};

#[test]
fn qu_27_backup_while_the_server_runs_and_restore_once_it_stopped() {
    let place = Place::with_team();
    let copy = path(place.folder.path(), "copy.db");
    let server = Server::start(&place);
    place.ok("credits grant 7 --note before");
    place.ok(&format!("backup {copy}"));
    place.ok("credits grant 5 --note after");
    let refused = place.run(&format!("restore {copy}"));
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("stop the server first"), "{}", refused.err);
    assert_eq!(place.json("credits balance")["balance"], 12, "nothing was changed");
    assert_eq!(aside(&place).len(), 0, "nothing is left aside");
    assert_eq!(server.stop().0, Some(0));

    let report = place.json(&format!("restore {copy}"));
    assert_eq!(report["keys"], "kept");
    assert_eq!(place.json("credits balance")["balance"], 7);
    place.ok("credits verify");
    // What was replaced is kept.
    let replaced = report["replaced"].as_str().unwrap();
    assert_eq!(aside(&place), [replaced]);
    fs::rename(replaced, place.data.join("guest.db")).unwrap();
    assert_eq!(place.json("credits balance")["balance"], 12);
}

#[test]
fn ga_19_a_backup_leaves_the_keys_out_unless_asked() {
    let place = Place::with_team();
    let (bare, whole) =
        (path(place.folder.path(), "bare.db"), path(place.folder.path(), "whole.db"));
    place.ok(&format!("backup {bare}"));
    place.ok(&format!("backup {whole} --with-keys"));
    assert!(!fs::exists(format!("{bare}.mac.key")).unwrap());
    let key = fs::read_to_string(place.data.join("keys/mac.key")).unwrap();
    assert_eq!(fs::read_to_string(format!("{whole}.mac.key")).unwrap(), key);

    let fresh = Place::empty();
    let refused = fresh.run(&format!("restore {bare}"));
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("--new-keys"), "{}", refused.err);
    assert!(!fresh.data.exists(), "nothing was made");
    assert_eq!(fresh.json(&format!("restore {bare} --new-keys"))["keys"], "new");
    fresh.ok("credits verify");

    let fresh = Place::empty();
    assert_eq!(fresh.json(&format!("restore {whole}"))["keys"], "restored");
    assert_eq!(fs::read_to_string(fresh.data.join("keys/mac.key")).unwrap(), key);
    fresh.ok("credits verify");
}

#[test]
fn only_a_database_of_guest_is_restored() {
    let place = Place::with_team();
    let letter = path(place.folder.path(), "letter.txt");
    fs::write(&letter, "Dear Lin").unwrap();
    for file in [letter, path(place.folder.path(), "absent.db")] {
        assert_eq!(place.run(&format!("restore {file}")).code, 1, "{file}");
        assert_eq!(place.json("credits balance")["balance"], 0);
        assert_eq!(aside(&place).len(), 0, "{file}");
    }
}

/// Returns the databases that were kept aside.
fn aside(place: &Place) -> Vec<String> {
    let entries = fs::read_dir(&place.data).unwrap().map(|entry| entry.unwrap().path());
    let paths = entries.map(|path| path.display().to_string());
    paths.filter(|path| path.contains("guest.db.replaced-")).collect()
}

#[test]
fn or_9_a_restored_backup_revokes_again_whom_the_present_database_knows_as_revoked() {
    let place = Place::with_team();
    let copy = path(place.folder.path(), "copy.db");
    for name in ["mia", "rex"] {
        place.ok(&format!("user add --email {name}@acme.example --name {name} --profile member"));
    }
    place.ok(&format!("backup {copy}"));
    let revoked = place.json("user revoke mia@acme.example");
    let report = place.json(&format!("restore {copy}"));
    assert_eq!(report["revoked_again"], serde_json::json!(["mia@acme.example"]));
    assert_eq!(report["revocations_known"], true);
    assert_eq!(report["still_active"], serde_json::json!([]));
    let of = |name: &str| {
        let users = place.json("user list");
        let email = format!("{name}@acme.example");
        users["data"].as_array().unwrap().iter().find(|user| user["email"] == *email).cloned()
    };
    let mia = of("mia").unwrap();
    assert_eq!((&mia["state"], &mia["revoked_at"]), (&revoked["state"], &revoked["revoked_at"]));
    assert_eq!(of("rex").unwrap()["state"], "active");
    assert!(place.ok("audit").contains("user.revoke"));
    // What helped on the way is not left behind.
    let left = fs::read_dir(&place.data).unwrap().map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = left.filter_map(|name| name.into_string().ok()).collect();
    assert!(
        left.iter().all(|name| !name.contains(".known") && !name.contains(".amended")),
        "{left:?}"
    );
    place.ok("doctor");
}

#[test]
fn qu_27_a_backup_takes_the_place_of_nothing_but_a_backup() {
    let place = Place::with_team();
    let (copy, letter) =
        (path(place.folder.path(), "copy.db"), path(place.folder.path(), "letter.txt"));
    place.ok(&format!("backup {copy}"));
    place.ok(&format!("backup {copy}"));
    fs::write(&letter, "Dear Lin, this is long enough to be something").unwrap();
    let refused = place.run(&format!("backup {letter}"));
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("is no backup"), "{}", refused.err);
    assert!(fs::read_to_string(&letter).unwrap().starts_with("Dear Lin"));
}

#[test]
fn or_9_revocations_come_from_a_file_where_the_database_is_lost() {
    let place = Place::with_team();
    let (copy, list, later) = (
        path(place.folder.path(), "copy.db"),
        path(place.folder.path(), "users.json"),
        path(place.folder.path(), "later.db"),
    );
    place.ok("user add --email mia@acme.example --name mia --profile member");
    place.ok(&format!("backup {copy} --with-keys"));
    place.ok("user revoke mia@acme.example");
    fs::write(&list, place.json("user list --all").to_string()).unwrap();
    place.ok(&format!("backup {later}"));
    for file in [&list, &later] {
        let fresh = Place::empty();
        let report = fresh.json(&format!("restore {copy} --revocations {file}"));
        assert_eq!(report["revoked_again"], serde_json::json!(["mia@acme.example"]), "{file}");
    }
    let fresh = Place::empty();
    let unknown = fresh.run(&format!("restore {copy}"));
    assert_eq!(unknown.code, 0, "{}", unknown.err);
    assert!(unknown.err.contains("nobody can tell who was revoked"), "{}", unknown.err);
    let letter = path(place.folder.path(), "letter.txt");
    fs::write(&letter, "Dear Lin").unwrap();
    let fresh = Place::empty();
    assert_eq!(fresh.run(&format!("restore {copy} --revocations {letter}")).code, 1);
    assert!(!fresh.data.join("guest.db").exists(), "nothing was restored");
}

#[test]
fn or_9_the_last_owner_of_a_backup_stays_and_it_says_so() {
    let place = Place::with_team();
    let copy = path(place.folder.path(), "copy.db");
    place.ok(&format!("backup {copy}"));
    place.ok("user add --email olga@acme.example --name Olga --profile administrator --owner");
    place.ok("user revoke ada@acme.example");
    let restored = place.run(&format!("restore {copy}"));
    assert_eq!(restored.code, 0, "{}", restored.err);
    assert!(restored.err.contains("is the last owner in it"), "{}", restored.err);
    assert!(restored.out.contains("ada@acme.example"), "{}", restored.out);
    assert_eq!(place.json("user list")["data"][0]["state"], "active");
}
