//! Several stores on one file, as several processes would have (IF-21).

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use guest_app::{Store, Value};
use guest_testkit::{LOG, PAIRS, TABLES, keep};

use super::{open, pair, put, rows, text};

#[test]
fn if_21_stores_on_one_file_see_each_others_commits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guest.db");
    let (one, two) = (open(&path, TABLES), open(&path, TABLES));
    put(&one, &PAIRS, pair(1));
    assert_eq!(rows(&two, &PAIRS), [pair(1)]);
    put(&two, &PAIRS, pair(2));
    assert_eq!(rows(&one, &PAIRS), [pair(1), pair(2)]);
}

#[test]
fn if_21_commits_of_others_are_announced_within_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guest.db");
    let (one, two) = (open(&path, TABLES), open(&path, TABLES));
    let (woken, wakes) = mpsc::channel();
    one.on_commit(Box::new(move || woken.send(()).unwrap_or_default()));
    for number in 0..3 {
        while wakes.try_recv().is_ok() {}
        put(&two, &PAIRS, pair(number));
        wakes.recv_timeout(Duration::from_secs(1)).unwrap();
    }
}

#[test]
fn if_21_stores_on_one_file_write_in_turn() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guest.db");
    thread::scope(|scope| {
        for _ in 0..3 {
            // Opening at the same time makes one database, not three.
            scope.spawn(|| {
                let store = open(&path, TABLES);
                for _ in 0..40 {
                    let row = [Value::Null, text("a"), Value::Null];
                    keep(&store, move |tx| tx.append(&LOG, &row).unwrap());
                }
            });
        }
    });
    let numbers: Vec<_> =
        rows(&open(&path, TABLES), &LOG).into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(numbers, (1..=120).map(Value::Int).collect::<Vec<_>>());
}
