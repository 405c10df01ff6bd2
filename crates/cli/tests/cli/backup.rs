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
