//! Units that share a transaction.

use std::sync::mpsc;

use guest_app::{Rollback, Store, StoreError, Tx, Unit, Value};
use guest_testkit::{DOCS, PAIRS, TABLES};

use super::{open, pair, put, rows, text};

#[test]
fn waiting_units_share_a_commit_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("guest.db"), TABLES);
    put(&store, &DOCS, doc("taken", 1));
    let before = store.stats();
    let outcomes = crowd(&store, 40, |number, tx| match number % 4 {
        0 => tx.write(&PAIRS, &pair(number)).map_err(|_| Rollback),
        1 => tx.write(&PAIRS, &pair(number)).map_err(|_| Rollback).and(Err(Rollback)),
        2 => {
            tx.write(&PAIRS, &pair(number)).unwrap();
            tx.write(&DOCS, &doc("late", 1)).map_err(|_| Rollback)
        }
        _ => {
            tx.write(&PAIRS, &pair(number)).unwrap();
            std::panic::resume_unwind(Box::new("a bug"))
        }
    });
    let kept: Vec<_> = (0..40).filter(|number| number % 4 == 0).map(pair).collect();
    assert_eq!(rows(&store, &PAIRS), kept);
    for (number, outcome) in (0..).zip(outcomes) {
        assert_eq!(outcome.is_err(), number % 4 == 3, "unit {number}");
    }
    let after = store.stats();
    assert_eq!((after.batches - before.batches, after.last_batch), (2, 40));
    assert_eq!((after.units - before.units, after.failed_batches), (41, 0));
}

#[test]
fn a_full_queue_says_so_at_once_and_serves_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("guest.db"), TABLES);
    let outcomes =
        crowd(&store, 1100, |number, tx| tx.write(&PAIRS, &pair(number)).map_err(|_| Rollback));
    let busy = outcomes.iter().filter(|outcome| outcome.as_ref().is_err_and(StoreError::is_busy));
    assert_eq!(busy.count(), 1100 - 1024);
    assert_eq!(rows(&store, &PAIRS).len(), 1024);
    assert_eq!(store.stats().waiting_units, 0);
}

#[test]
fn the_last_owner_may_be_a_unit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guest.db");
    let store = std::sync::Arc::new(open(&path, TABLES));
    let (settled, outcome) = mpsc::channel();
    let (done, hold) = mpsc::channel::<()>();
    let last = std::sync::Arc::clone(&store);
    store.submit(Box::new(Closure {
        work: move |tx: &mut dyn Tx| {
            let _ = hold.recv();
            tx.write(&PAIRS, &pair(1)).map_err(|_| Rollback)
        },
        settle: move |stored| {
            drop(last);
            settled.send(stored).unwrap();
        },
    }));
    drop(store);
    drop(done);
    assert!(outcome.recv().unwrap().is_ok());
    assert_eq!(rows(&open(&path, TABLES), &PAIRS), [pair(1)]);
}

/// Keeps the writer busy while `count` units queue up behind, and returns how they are settled.
fn crowd(
    store: &dyn Store,
    count: i64,
    work: fn(i64, &mut dyn Tx) -> Result<(), Rollback>,
) -> Vec<Result<(), StoreError>> {
    let (begun, beginning) = mpsc::channel();
    let (done, hold) = mpsc::channel::<()>();
    store.submit(Box::new(Closure {
        work: move |_: &mut dyn Tx| {
            begun.send(()).unwrap();
            let _ = hold.recv();
            Ok(())
        },
        settle: |stored: Result<(), StoreError>| stored.unwrap(),
    }));
    beginning.recv().unwrap();
    let outcomes: Vec<_> = (0..count)
        .map(|number| {
            let (settled, outcome) = mpsc::channel();
            store.submit(Box::new(Closure {
                work: move |tx: &mut dyn Tx| work(number, tx),
                settle: move |stored| settled.send(stored).unwrap(),
            }));
            outcome
        })
        .collect();
    drop(done);
    outcomes.into_iter().map(|outcome| outcome.recv().unwrap()).collect()
}

struct Closure<W, S> {
    work: W,
    settle: S,
}

impl<W, S> Unit for Closure<W, S>
where
    W: FnMut(&mut dyn Tx) -> Result<(), Rollback> + Send,
    S: FnOnce(Result<(), StoreError>) + Send,
{
    fn run(&mut self, tx: &mut dyn Tx) -> Result<(), Rollback> {
        (self.work)(tx)
    }

    fn settle(self: Box<Self>, stored: Result<(), StoreError>) {
        (self.settle)(stored);
    }
}

fn doc(name: &str, digest: u8) -> Vec<Value> {
    let owner = Value::Blob(vec![1]);
    vec![owner, text(name), Value::Int(0), Value::Null, Value::Null, Value::Blob(vec![digest])]
}
