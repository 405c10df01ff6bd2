//! Databases that fail, and come back (QU-21).

use std::fs;

use guest_testkit::{Outcome, PAIRS, TABLES, attempt, try_look};

use super::{open, options, pair, put, rows, whole, why};
use guest_store_sqlite::SqliteStore;

#[test]
fn qu_21_a_lost_file_fails_what_is_asked_and_its_return_heals() {
    let folder = tempfile::tempdir().unwrap();
    let (path, away) = (folder.path().join("guest.db"), folder.path().join("away.db"));
    let store = open(&path, TABLES);
    put(&store, &PAIRS, pair(1));
    assert_eq!(rows(&store, &PAIRS), [pair(1)]);
    fs::rename(&path, &away).unwrap();
    for _ in 0..3 {
        let lost = attempt(&store, |tx| tx.write(&PAIRS, &pair(2)).map_err(drop));
        assert!(matches!(lost, Outcome::Failed(_)), "{lost:?}");
        assert!(try_look(&store, |view| view.scan(&whole(&PAIRS)).unwrap()).is_err());
    }
    assert!(!path.exists(), "a lost database is not replaced by an empty one");
    fs::rename(&away, &path).unwrap();
    put(&store, &PAIRS, pair(3));
    assert_eq!(rows(&store, &PAIRS), [pair(1), pair(3)]);
}

#[test]
fn qu_21_a_damaged_file_fails_what_is_asked_and_its_repair_heals() {
    let folder = tempfile::tempdir().unwrap();
    let (path, good) = (folder.path().join("guest.db"), folder.path().join("good.db"));
    let store = open(&path, TABLES);
    put(&store, &PAIRS, pair(1));
    store.backup(&good).unwrap();
    let bad = folder.path().join("bad.db");
    fs::write(&bad, "no database ".repeat(1000)).unwrap();
    fs::rename(&bad, &path).unwrap();
    let lost = attempt(&store, |tx| tx.write(&PAIRS, &pair(2)).map_err(drop));
    assert!(matches!(lost, Outcome::Failed(_)), "{lost:?}");
    assert!(try_look(&store, |view| view.scan(&whole(&PAIRS)).unwrap()).is_err());
    fs::rename(&good, &path).unwrap();
    put(&store, &PAIRS, pair(3));
    assert_eq!(rows(&store, &PAIRS), [pair(1), pair(3)]);
}

#[test]
fn qu_21_a_lock_held_for_long_is_busy_and_then_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guest.db");
    let store = open(&path, TABLES);
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = attempt(&store, |tx| tx.write(&PAIRS, &pair(1)).map_err(drop));
    assert!(matches!(refused, Outcome::Failed(error) if error.is_busy()));
    assert_eq!(rows(&store, &PAIRS), Vec::<Vec<_>>::new(), "readers do not wait");
    other.execute_batch("COMMIT").unwrap();
    put(&store, &PAIRS, pair(2));
    assert_eq!(rows(&store, &PAIRS), [pair(2)]);
    assert_eq!(store.stats().failed_batches, 1);
}

#[test]
fn a_folder_is_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let error = SqliteStore::open(folder.path(), &options(TABLES)).unwrap_err();
    assert!(why(&error).starts_with("store failure while creating the database file"));
}
