//! Making, opening and upgrading files.

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use guest_app::Value;
use guest_store_sqlite::{Options, SqliteStore, check, schema_sql};
use guest_testkit::{DOCS, LOG, PAIRS, TABLES, epoch, keep, look};

use super::{PAIRS_ALONE, migrations, number, open, options, pair, put, rows, text, why};

#[test]
fn a_closed_store_is_one_file_for_its_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guest.db");
    let store = open(&path, TABLES);
    put(&store, &PAIRS, pair(1));
    #[cfg(unix)]
    for suffix in ["", "-wal", "-shm"] {
        use std::os::unix::fs::PermissionsExt;
        let file = folder.path().join(format!("guest.db{suffix}"));
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
    drop(store);
    let files: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(files, ["guest.db"]);
    assert_eq!(check(&path).unwrap(), Vec::<String>::new());
}

#[test]
fn the_schema_is_upgraded_and_never_downgraded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guest.db");
    let first = schema_sql(&[&PAIRS]);
    let second = schema_sql(&[&LOG, &DOCS]);
    let old = Options::new(Arc::new(epoch), PAIRS_ALONE, migrations(&[&first]));
    let new = Options::new(Arc::new(epoch), TABLES, migrations(&[&first, &second]));

    let store = SqliteStore::open(&path, &old).unwrap();
    put(&store, &PAIRS, pair(1));
    drop(store);

    let store = SqliteStore::open(&path, &new).unwrap();
    let number =
        keep(&store, |tx| tx.append(&LOG, &[Value::Null, text("a"), Value::Null]).unwrap());
    assert_eq!((number, rows(&store, &PAIRS)), (1, vec![pair(1)]));
    drop(store);

    let refused = why(&SqliteStore::open(&path, &old).unwrap_err());
    assert_eq!(
        refused,
        "store failure while opening the database: the database was made by a newer version \
         (schema 2, this program knows 1): upgrade guest"
    );
    assert_eq!(rows(&SqliteStore::open(&path, &new).unwrap(), &LOG).len(), 1);
}

#[test]
fn a_failed_upgrade_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guest.db");
    let first = schema_sql(&[&PAIRS]);
    let broken = migrations(&[&first, "CREATE TABLE half (id INTEGER); CREATE NONSENSE;"]);
    drop(SqliteStore::open(
        &path,
        &Options::new(Arc::new(epoch), PAIRS_ALONE, migrations(&[&first])),
    ));
    let refused = SqliteStore::open(&path, &Options::new(Arc::new(epoch), PAIRS_ALONE, broken));
    assert!(why(&refused.unwrap_err()).contains("syntax error"));
    assert_eq!(number(&path, "PRAGMA user_version"), 1);
    assert_eq!(number(&path, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'"), 0);
}

#[test]
fn other_files_are_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let check = |name: &str, reason: &str| {
        let path = folder.path().join(name);
        let before = std::fs::read(&path).ok();
        let error = SqliteStore::open(&path, &options(TABLES)).unwrap_err();
        assert!(why(&error).contains(reason), "{name}: {}", why(&error));
        assert_eq!(std::fs::read(&path).ok(), before, "{name}");
    };
    std::fs::write(folder.path().join("letter.txt"), "Dear Lin, ".repeat(500)).unwrap();
    check("letter.txt", "file is not a database");
    let other = rusqlite::Connection::open(folder.path().join("other.db")).unwrap();
    other.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE notes (id INTEGER)").unwrap();
    drop(other);
    check("other.db", "not a database of guest");
    check("nowhere/guest.db", "No such file or directory");
}

#[test]
fn qu_22_the_clock_is_followed_both_ways() {
    let folder = tempfile::tempdir().unwrap();
    let time = Arc::new(Mutex::new(epoch()));
    let clock = Arc::clone(&time);
    let mut options = options(TABLES);
    options.clock = Arc::new(move || *clock.lock().unwrap());
    let store = SqliteStore::open(&folder.path().join("guest.db"), &options).unwrap();
    for offset in [TimeDelta::zero(), TimeDelta::days(400), TimeDelta::nanoseconds(-1_500)] {
        *time.lock().unwrap() = epoch() + offset;
        let expected = epoch() + offset
            - TimeDelta::nanoseconds(if offset < TimeDelta::zero() { 500 } else { 0 });
        assert_eq!(keep(&store, |tx| tx.now()), expected);
        assert_eq!(look(&store, |view| view.now()), expected);
    }
}

#[test]
fn an_idle_store_moves_its_log_into_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guest.db");
    let store = open(&path, TABLES);
    put(&store, &PAIRS, pair(1));
    // What the file alone holds, without its log.
    let copy = folder.path().join("alone.db");
    let alone = || {
        std::fs::copy(&path, &copy).unwrap();
        number(&copy, "SELECT count(*) FROM pair")
    };
    assert_eq!(alone(), 0);
    for _ in 0..100 {
        if alone() == 1 {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("the log was not moved");
}
