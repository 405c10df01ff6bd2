//! Copies while work goes on, and going back to one (QU-27).

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use guest_store_sqlite::{Options, SqliteStore, backup, check, restore, schema_sql};
use guest_testkit::{LOG, PAIRS, TABLES, epoch, keep};

use super::{PAIRS_ALONE, migrations, number, open, options, pair, put, rows, text, why};
use guest_app::Value;

#[test]
fn qu_27_a_backup_under_load_is_one_moment() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guest.db");
    let store = open(&path, TABLES);
    let done = AtomicBool::new(false);
    let copies: Vec<_> = (0..5).map(|copy| folder.path().join(format!("{copy}.bak"))).collect();
    thread::scope(|scope| {
        scope.spawn(|| {
            // The two tables always have the same number of rows.
            for left in (0..).take_while(|_| !done.load(Ordering::Acquire)) {
                keep(&store, move |tx| {
                    tx.write(&PAIRS, &pair(left)).unwrap();
                    tx.append(&LOG, &[Value::Null, text("a"), Value::Null]).unwrap();
                });
            }
        });
        for copy in &copies {
            let before = rows(&store, &PAIRS).len();
            store.backup(copy).unwrap();
            while rows(&store, &PAIRS).len() < before + 10 {
                thread::yield_now();
            }
        }
        done.store(true, Ordering::Release);
    });
    let mut last = 0;
    for copy in &copies {
        assert_eq!(check(copy).unwrap(), Vec::<String>::new());
        let opened = open(copy, TABLES);
        let (pairs, log) = (rows(&opened, &PAIRS).len(), rows(&opened, &LOG).len());
        assert_eq!(pairs, log);
        assert!(pairs >= last, "{pairs} rows in a copy made after one of {last}");
        last = pairs;
    }
    assert!(last > 0, "some were made after the first rows");
}

#[test]
fn qu_27_a_restored_database_is_the_one_backed_up() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("guest.db"), folder.path().join("guest.bak"));
    let store = open(&path, TABLES);
    put(&store, &PAIRS, pair(1));
    backup(&path, &copy).unwrap();
    put(&store, &PAIRS, pair(2));
    let options = options(TABLES);

    let refused = why(&restore(&copy, &path, options.migrations).unwrap_err());
    assert!(refused.ends_with("it is in use: stop the server first"), "{refused}");
    put(&store, &PAIRS, pair(3));
    assert_eq!(rows(&store, &PAIRS), [pair(1), pair(2), pair(3)]);

    drop(store);
    restore(&copy, &path, options.migrations).unwrap();
    assert_eq!(rows(&open(&path, TABLES), &PAIRS), [pair(1)]);
    let elsewhere = folder.path().join("new.db");
    restore(&copy, &elsewhere, options.migrations).unwrap();
    assert_eq!(rows(&open(&elsewhere, TABLES), &PAIRS), [pair(1)]);
}

#[test]
fn qu_27_a_database_left_by_a_crash_is_replaced_with_its_log() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("guest.db"), folder.path().join("guest.bak"));
    let store = open(&path, TABLES);
    put(&store, &PAIRS, pair(1));
    store.backup(&copy).unwrap();
    put(&store, &PAIRS, pair(2));
    // What a crash leaves: the database and its log, copied while in use.
    let crashed = folder.path().join("crashed.db");
    for suffix in ["", "-wal"] {
        let file = |name: &str| folder.path().join(format!("{name}.db{suffix}"));
        fs::copy(file("guest"), file("crashed")).unwrap();
    }
    restore(&copy, &crashed, options(TABLES).migrations).unwrap();
    assert_eq!(rows(&open(&crashed, TABLES), &PAIRS), [pair(1)]);
    // What cannot even be read is replaced as well.
    fs::write(&crashed, "no database").unwrap();
    fs::write(folder.path().join("crashed.db-wal"), "no log").unwrap();
    restore(&copy, &crashed, options(TABLES).migrations).unwrap();
    assert_eq!(rows(&open(&crashed, TABLES), &PAIRS), [pair(1)]);
}

#[test]
fn qu_27_only_sound_databases_of_known_versions_are_restored() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let store = open(&file("guest.db"), TABLES);
    put(&store, &PAIRS, pair(1));
    drop(store);
    let steps = [schema_sql(&[&PAIRS]), schema_sql(&[&LOG])];
    let newer =
        Options::new(std::sync::Arc::new(epoch), PAIRS_ALONE, migrations(&[&steps[0], &steps[1]]));
    drop(SqliteStore::open(&file("newer.db"), &newer).unwrap());
    let check_refused = |name: &str, reason: &str| {
        let error = restore(&file(name), &file("guest.db"), options(TABLES).migrations);
        let refused = why(&error.unwrap_err());
        assert!(refused.contains(reason), "{name}: {refused}");
        assert_eq!(rows(&open(&file("guest.db"), TABLES), &PAIRS), [pair(1)], "{name}");
    };
    check_refused("absent.db", "unable to open database file");
    check_refused("newer.db", "made by a newer version (schema 2, this program knows 1)");
    fs::write(file("letter.db"), "Dear Lin, ".repeat(500)).unwrap();
    check_refused("letter.db", "file is not a database");
    fs::write(file("empty.db"), "").unwrap();
    check_refused("empty.db", "not a database of guest");
    fs::write(file("damaged.db"), damaged(&file("guest.db"))).unwrap();
    assert!(check(&file("damaged.db")).map_or(true, |found| !found.is_empty()));
    check_refused("damaged.db", "");
    check_refused("guest.db", "cannot be copied onto itself");
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("part"))
        .collect();
    assert_eq!(left, Vec::<String>::new(), "nothing is left beside");
}

#[test]
fn a_copy_is_for_its_owner_only_and_replaces_an_older_one() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("guest.db"), folder.path().join("guest.bak"));
    let store = open(&path, TABLES);
    store.backup(&copy).unwrap();
    put(&store, &PAIRS, pair(1));
    store.backup(&copy).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(number(&copy, "SELECT count(*) FROM pair"), 1);
    let error = why(&store.backup(&path).unwrap_err());
    assert!(error.contains("cannot be copied onto itself"), "{error}");
}

#[test]
fn qu_27_a_copy_that_cannot_be_made_is_refused_with_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guest.db");
    drop(open(&path, TABLES));
    let check = |from: &Path, to: &Path, named: &Path| {
        let error = why(&backup(from, to).unwrap_err());
        assert!(error.contains(&format!("{}: ", named.display())), "{error}");
    };
    let nowhere = folder.path().join("nowhere/guest.bak");
    check(&path, &nowhere, &nowhere);
    check(&path, folder.path(), folder.path());
    check(&nowhere, &folder.path().join("guest.bak"), &nowhere);
}

/// The database with all but its first page overwritten.
fn damaged(path: &Path) -> Vec<u8> {
    let mut bytes = fs::read(path).unwrap();
    bytes[4096..].fill(0x5a);
    bytes
}
