//! Laws about units of work.

use std::thread;

use guest_app::{Store, StoreError, Tx, Value};

use super::scans::all;
use super::{Laws, Subject, Tables, blob, doc, entry, filed, int, pair, text};
use crate::probe::{Outcome, attempt, keep, start, undo};
use crate::tables::{DOCS, LOG, PAIRS, TABLES};

#[expect(
    missing_docs,
    clippy::missing_panics_doc,
    clippy::expect_used,
    clippy::panic,
    reason = "each name states its law, and a store that breaks it should fail the test"
)]
impl Laws {
    pub fn what_is_written_is_there_for_the_next_unit(open: impl Fn(Tables) -> Subject) {
        let subject = open(TABLES);
        keep(subject.store(), |tx| tx.write(&DOCS, &doc(1, "a", 5)).expect("a write"));
        assert_eq!(read(subject.store(), 1, "a"), Some(5));
        assert_eq!(read(subject.store(), 2, "a"), None);
        assert_eq!(read(subject.store(), 1, "b"), None);
    }

    pub fn a_unit_sees_its_own_changes(open: impl Fn(Tables) -> Subject) {
        let subject = open(TABLES);
        let seen = keep(subject.store(), |tx| {
            tx.write(&DOCS, &doc(1, "a", 5)).expect("a write");
            let written = size(tx, 1, "a");
            tx.write(&DOCS, &doc(1, "a", 6)).expect("another write");
            let replaced = size(tx, 1, "a");
            tx.erase(&DOCS, &[blob(&[1]), text("a")]).expect("an erasure");
            let erased = size(tx, 1, "a");
            let number = tx.append(&LOG, &entry("x")).expect("a number");
            let key = [int(number.cast_signed())];
            let appended = tx.read(&LOG, &key).expect("a read").is_some();
            (written, replaced, erased, appended)
        });
        assert_eq!(seen, (Some(5), Some(6), None, true));
    }

    pub fn writing_again_replaces_the_row(open: impl Fn(Tables) -> Subject) {
        let subject = open(TABLES);
        let full = filed("a", Some(1), Some("x"), Some(&[7]));
        keep(subject.store(), move |tx| tx.write(&DOCS, &full).expect("a write"));
        keep(subject.store(), |tx| tx.write(&DOCS, &doc(1, "a", 9)).expect("another write"));
        let found = keep(subject.store(), |tx| {
            let number = tx.append(&LOG, &entry("x")).expect("a number");
            let changed = [int(number.cast_signed()), text("y"), blob(&[])];
            tx.write(&LOG, &changed).expect("a write of a row that has its number");
            tx.write(&PAIRS, &pair(1, "r")).expect("a row that is all key");
            tx.write(&PAIRS, &pair(1, "r")).expect("the same row again");
            tx.erase(&PAIRS, &pair(2, "r")).expect("erasing what is not there");
            let entry = tx.read(&LOG, &[int(number.cast_signed())]).expect("a read");
            let pairs = tx.read(&PAIRS, &pair(1, "r")).expect("a read");
            let row = tx.read(&DOCS, &[blob(&[1]), text("a")]).expect("a read");
            (row, pairs, entry == Some(changed.to_vec()))
        });
        assert_eq!(found, (Some(doc(1, "a", 9)), Some(pair(1, "r")), true));
    }

    pub fn a_rolled_back_unit_leaves_no_trace(open: impl Fn(Tables) -> Subject) {
        let subject = open(TABLES);
        keep(subject.store(), |tx| tx.write(&DOCS, &doc(1, "a", 1)).expect("a write"));
        keep(subject.store(), |tx| tx.write(&DOCS, &doc(1, "b", 2)).expect("a write"));
        undo(subject.store(), |tx| {
            tx.write(&DOCS, &doc(1, "a", 7)).expect("a write");
            tx.erase(&DOCS, &[blob(&[1]), text("b")]).expect("an erasure");
            tx.write(&DOCS, &doc(1, "c", 3)).expect("a write");
            tx.append(&LOG, &entry("x")).expect("a number");
        });
        let sizes = ["a", "b", "c"].map(|name| read(subject.store(), 1, name));
        assert_eq!(sizes, [Some(1), Some(2), None]);
        assert_eq!(all(subject.store(), &LOG), Vec::<Vec<Value>>::new());
    }

    pub fn a_rolled_back_unit_does_not_undo_its_neighbours(open: impl Fn(Tables) -> Subject) {
        let subject = open(TABLES);
        let answers: Vec<_> = (0..60)
            .map(|number| {
                start(subject.store(), move |tx| {
                    tx.write(&PAIRS, &pair(number, "r")).expect("a write");
                    if number % 3 == 1 { Err(number) } else { Ok(number) }
                })
            })
            .collect();
        for (number, answer) in (0..60).zip(answers) {
            match answer.recv().expect("an outcome") {
                Outcome::Kept(kept) => assert!(kept == number && number % 3 != 1),
                Outcome::Undone(undone) => assert!(undone == number && number % 3 == 1),
                Outcome::Failed(error) => panic!("unit {number}: {error}"),
            }
        }
        let kept: Vec<_> = (0..60).filter(|n| n % 3 != 1).map(|n| pair(n, "r")).collect();
        assert_eq!(all(subject.store(), &PAIRS), kept);
    }

    pub fn a_panicking_unit_harms_only_itself(open: impl Fn(Tables) -> Subject) {
        let subject = open(TABLES);
        let answers: Vec<_> = (0..12)
            .map(|number| {
                start(subject.store(), move |tx| {
                    tx.write(&PAIRS, &pair(number, "r")).expect("a write");
                    // Unwinds without the noise of a panic's message.
                    assert_or_unwind(number != 5);
                    Ok(())
                })
            })
            .collect();
        let failed: Vec<_> =
            answers.iter().map(|answer| matches!(answer.recv(), Ok(Outcome::Failed(_)))).collect();
        assert_eq!(failed, (0..12).map(|number| number == 5).collect::<Vec<_>>());
        let kept: Vec<_> = (0..12).filter(|n| *n != 5).map(|n| pair(n, "r")).collect();
        assert_eq!(all(subject.store(), &PAIRS), kept);
    }

    pub fn a_failed_statement_undoes_the_unit(open: impl Fn(Tables) -> Subject) {
        let subject = open(TABLES);
        let first = filed("a", None, None, Some(&[1]));
        keep(subject.store(), move |tx| tx.write(&DOCS, &first).expect("a write"));
        let careless = |tx: &mut dyn Tx| {
            tx.write(&PAIRS, &pair(1, "r")).expect("a write");
            // The failure is overlooked.
            let _ = tx.write(&DOCS, &filed("b", None, None, Some(&[1])));
            Ok(())
        };
        assert!(matches!(attempt(subject.store(), careless), Outcome::Failed(_)));
        let careful = undo(subject.store(), |tx| {
            tx.write(&DOCS, &filed("b", None, None, Some(&[1]))).is_err()
        });
        assert!(careful, "a unit that asks to be undone gets its answer through");
        assert_eq!(all(subject.store(), &PAIRS), Vec::<Vec<Value>>::new());
        keep(subject.store(), |tx| tx.write(&PAIRS, &pair(2, "r")).expect("a write"));
        assert_eq!(all(subject.store(), &PAIRS), [pair(2, "r")]);
    }

    pub fn units_do_not_interleave(open: impl Fn(Tables) -> Subject) {
        let subject = open(TABLES);
        keep(subject.store(), |tx| tx.write(&DOCS, &doc(1, "count", 0)).expect("a write"));
        thread::scope(|scope| {
            for _ in 0..THREADS {
                let store = subject.share();
                scope.spawn(move || {
                    for _ in 0..ROUNDS {
                        keep(&*store, |tx| {
                            let count = size(tx, 1, "count").expect("the counter");
                            tx.write(&DOCS, &doc(1, "count", count + 1)).expect("a write");
                        });
                    }
                });
            }
        });
        assert_eq!(read(subject.store(), 1, "count"), Some(THREADS * ROUNDS));
    }

    pub fn every_unit_is_settled(open: impl Fn(Tables) -> Subject) {
        let subject = open(TABLES);
        let outcomes = thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS)
                .map(|thread| {
                    let store = subject.share();
                    scope.spawn(move || crowd(&*store, thread))
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("a thread")).sum::<i64>()
        });
        let stored = i64::try_from(all(subject.store(), &PAIRS).len()).expect("a few rows");
        assert_eq!(stored, outcomes, "what is said to be kept is what is stored");
    }

    pub fn what_is_settled_is_durable(open: impl Fn(Tables) -> Subject) {
        let subject = open(TABLES);
        keep(subject.store(), |tx| tx.write(&DOCS, &doc(1, "a", 5)).expect("a write"));
        keep(subject.store(), |tx| tx.append(&LOG, &entry("x")).expect("a number"));
        undo(subject.store(), |tx| tx.write(&DOCS, &doc(1, "b", 6)).expect("a write"));
        // Nobody waits for this one: closing the store finishes what is queued.
        drop(start(subject.store(), |tx| {
            tx.write(&DOCS, &doc(1, "c", 7)).expect("a write");
            Ok(())
        }));
        let Some(subject) = subject.reopened() else { return };
        let sizes = ["a", "b", "c"].map(|name| read(subject.store(), 1, name));
        assert_eq!(sizes, [Some(5), None, Some(7)]);
        let Some(subject) = subject.reopened() else { return };
        assert_eq!(all(subject.store(), &LOG).len(), 1);
    }

    pub fn numbers_rise_and_are_never_given_twice(open: impl Fn(Tables) -> Subject) {
        let subject = open(TABLES);
        let append =
            |tx: &mut dyn Tx| [(); 2].map(|()| tx.append(&LOG, &entry("x")).expect("a number"));
        let mut numbers = keep(subject.store(), append).to_vec();
        undo(subject.store(), append);
        numbers.extend(keep(subject.store(), append));
        let taken = numbers.clone();
        keep(subject.store(), move |tx| {
            for number in &taken {
                tx.erase(&LOG, &[int(number.cast_signed())]).expect("an erasure");
            }
        });
        numbers.extend(keep(subject.store(), append));
        let last = all(subject.store(), &LOG);
        let expected = numbers.iter().skip(4).map(|number| Some(int(number.cast_signed())));
        assert!(last.iter().map(|row| row.first().cloned()).eq(expected), "{last:?}");
        let taken = numbers.clone();
        keep(subject.store(), move |tx| {
            for number in &taken {
                tx.erase(&LOG, &[int(number.cast_signed())]).expect("an erasure");
            }
        });
        if let Some(subject) = subject.reopened() {
            numbers.extend(keep(subject.store(), append));
        }
        assert_eq!(numbers.first(), Some(&1));
        assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    }

    pub fn a_unique_index_refuses_what_equals_another_row(open: impl Fn(Tables) -> Subject) {
        let subject = open(TABLES);
        let write = |row: Vec<Value>| {
            move |tx: &mut dyn Tx| {
                let written = tx.write(&DOCS, &row).is_ok();
                if written { Ok(written) } else { Err(written) }
            }
        };
        let check = |row: Vec<Value>, allowed: bool, why: &str| match attempt(
            subject.store(),
            write(row),
        ) {
            Outcome::Kept(_) => assert!(allowed, "{why}"),
            Outcome::Undone(_) => assert!(!allowed, "{why}"),
            Outcome::Failed(error) => panic!("{why}: {error}"),
        };
        check(filed("a", None, None, Some(&[1])), true, "the first row");
        check(filed("b", None, None, Some(&[1])), false, "a new row that equals another");
        check(filed("b", None, None, Some(&[2])), true, "a row of its own");
        check(filed("b", None, None, Some(&[1])), false, "a row changed to equal another");
        check(filed("a", Some(4), None, Some(&[1])), true, "a row may equal itself");
        check(filed("a", Some(4), None, Some(&[3])), true, "a row gives its value up");
        check(filed("b", None, None, Some(&[1])), true, "and another takes it");
        keep(subject.store(), |tx| {
            tx.erase(&DOCS, &[blob(&[1]), text("b")]).expect("an erasure");
            tx.write(&DOCS, &filed("c", None, None, Some(&[1]))).expect("the value is free again");
        });
        assert_eq!(all(subject.store(), &DOCS).len(), 2);
    }

    pub fn null_equals_nothing_in_a_unique_index(open: impl Fn(Tables) -> Subject) {
        let subject = open(TABLES);
        let refused = undo(subject.store(), |tx| {
            let other = |owner: u8, order: Option<i64>, label: Option<&str>| {
                let mut row = filed("same", order, label, None);
                row.splice(0..1, [blob(&[owner])]);
                row
            };
            tx.write(&DOCS, &other(1, None, None)).expect("nulls collide with nothing");
            tx.write(&DOCS, &other(2, None, None)).expect("nor with each other");
            tx.write(&DOCS, &other(3, None, Some("x"))).expect("a first value");
            tx.write(&DOCS, &other(4, Some(1), Some("x"))).expect("a row outside the index");
            tx.write(&DOCS, &other(5, None, Some("x"))).is_err()
        });
        assert!(refused, "the same value twice within the index");
    }
}

/// Submits many units at once, and returns how many were kept.
#[expect(clippy::expect_used, reason = "a store that forgets work should fail the test")]
fn crowd(store: &dyn Store, thread: i64) -> i64 {
    let answers: Vec<_> = (0..ROUNDS)
        .map(|round| {
            start(store, move |tx| {
                let written = tx.write(&PAIRS, &pair(thread * ROUNDS + round, "r"));
                if round % 5 == 4 { Err(written) } else { Ok(written) }
            })
        })
        .collect();
    answers
        .into_iter()
        .map(|answer| match answer.recv().expect("an outcome for each unit") {
            Outcome::Kept(written) => i64::from(written.is_ok()),
            Outcome::Undone::<Result<(), StoreError>>(_) | Outcome::Failed(_) => 0,
        })
        .sum()
}

fn assert_or_unwind(fine: bool) {
    if !fine {
        std::panic::resume_unwind(Box::new("a bug"));
    }
}

fn read(store: &dyn Store, owner: u8, name: &'static str) -> Option<i64> {
    keep(store, move |tx| size(tx, owner, name))
}

#[expect(clippy::expect_used, reason = "a failing store should fail the test")]
fn size(tx: &mut dyn Tx, owner: u8, name: &str) -> Option<i64> {
    let row = tx.read(&DOCS, &[blob(&[owner]), text(name)]).expect("a read")?;
    match row.get(2) {
        Some(Value::Int(size)) => Some(*size),
        Some(Value::Null | Value::Text(_) | Value::Blob(_)) | None => None,
    }
}

/// How many callers work at the same time.
const THREADS: i64 = 4;

/// What each of them does in turn.
const ROUNDS: i64 = 40;
