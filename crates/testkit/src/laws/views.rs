//! Laws about queries, announcements and the clock.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use guest_app::{Tx, View};

use super::{Laws, Subject, Tables, doc, int, pair};
use crate::asked::Asked;
use crate::probe::{keep, look, try_look, undo};
use crate::tables::{DOCS, PAIRS, TABLES};

#[expect(
    missing_docs,
    clippy::missing_panics_doc,
    clippy::expect_used,
    reason = "each name states its law, and a store that breaks it should fail the test"
)]
impl Laws {
    pub fn a_query_sees_what_is_committed_and_nothing_else(open: impl Fn(Tables) -> Subject) {
        let subject = open(TABLES);
        let sizes = || {
            let rows = look(subject.store(), |view| {
                view.scan(&Asked::new(&DOCS, None).scan()).expect("a scan")
            });
            rows.into_iter().filter_map(|row| row.get(2).cloned()).collect::<Vec<_>>()
        };
        assert_eq!(sizes(), []);
        keep(subject.store(), |tx| tx.write(&DOCS, &doc(1, "a", 1)).expect("a write"));
        assert_eq!(sizes(), [int(1)]);
        undo(subject.store(), |tx| tx.write(&DOCS, &doc(1, "b", 2)).expect("a write"));
        assert_eq!(sizes(), [int(1)]);
        keep(subject.store(), |tx| tx.write(&DOCS, &doc(1, "a", 3)).expect("a write"));
        assert_eq!(sizes(), [int(3)]);
    }

    pub fn a_query_sees_one_moment(open: impl Fn(Tables) -> Subject) {
        let subject = open(TABLES);
        let write = |tx: &mut dyn Tx, size: i64| {
            tx.write(&DOCS, &doc(1, "a", size)).expect("a write");
            tx.write(&DOCS, &doc(1, "b", size)).expect("another write");
        };
        keep(subject.store(), move |tx| write(tx, 0));
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            let store = subject.share();
            scope.spawn(|| {
                let store = store;
                for size in 1..=WRITES {
                    keep(&*store, move |tx| write(tx, size));
                }
                done.store(true, Ordering::Release);
            });
            let mut last = 0;
            while !done.load(Ordering::Acquire) {
                let (a, b) = look(subject.store(), |view| (size(view, "a"), size(view, "b")));
                assert_eq!(a, b, "two rows always written together");
                assert!(a >= last, "{a} was seen after {last}");
                last = a;
            }
        });
        assert_eq!(look(subject.store(), |view| size(view, "a")), WRITES);
    }

    pub fn a_panicking_query_harms_only_itself(open: impl Fn(Tables) -> Subject) {
        let subject = open(TABLES);
        // More than a store is likely to have threads for.
        for _ in 0..20 {
            let panicked = try_look(subject.store(), |_| -> () {
                std::panic::resume_unwind(Box::new("a bug"));
            });
            assert!(panicked.is_err());
        }
        keep(subject.store(), |tx| tx.write(&PAIRS, &pair(1, "r")).expect("a write"));
        let found = look(subject.store(), |view| view.read(&PAIRS, &pair(1, "r")).expect("a read"));
        assert!(found.is_some());
    }

    pub fn commits_are_announced(open: impl Fn(Tables) -> Subject) {
        let subject = open(TABLES);
        let (woken, wakes) = mpsc::channel();
        let second = woken.clone();
        subject.store().on_commit(Box::new(move || woken.send(1).unwrap_or_default()));
        subject.store().on_commit(Box::new(move || second.send(2).unwrap_or_default()));
        for round in 0..3 {
            keep(subject.store(), move |tx| tx.write(&PAIRS, &pair(round, "r")).expect("a write"));
            let mut heard = [false; 2];
            while heard != [true; 2] {
                match wakes.recv_timeout(ANNOUNCED) {
                    Ok(1) => heard = [true, heard[1]],
                    Ok(_) => heard = [heard[0], true],
                    Err(error) => assert!(error != mpsc::RecvTimeoutError::Timeout, "no wake"),
                }
            }
        }
    }

    pub fn now_is_in_whole_microseconds(open: impl Fn(Tables) -> Subject) {
        let subject = open(TABLES);
        let unit = keep(subject.store(), |tx| tx.now());
        let query = look(subject.store(), |view| view.now());
        assert_eq!(unit.timestamp_subsec_nanos() % 1000, 0);
        assert_eq!(query.timestamp_subsec_nanos() % 1000, 0);
    }
}

#[expect(clippy::expect_used, clippy::panic, reason = "a failing store should fail the test")]
fn size(view: &mut dyn View, name: &str) -> i64 {
    let key = [super::blob(&[1]), super::text(name)];
    let row = view.read(&DOCS, &key).expect("a read").expect("a row");
    match row.get(2) {
        Some(guest_app::Value::Int(size)) => *size,
        other => panic!("no size: {other:?}"),
    }
}

/// Enough for queries to fall between and amid them.
const WRITES: i64 = 60;

/// A commit is noticed within a second.
const ANNOUNCED: Duration = Duration::from_secs(1);
