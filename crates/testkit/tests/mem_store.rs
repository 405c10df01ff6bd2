//! The store in memory obeys the laws, and finds misuse.

use chrono::TimeDelta;
use guest_app::{Scan, StoreError, Table, Tx, Value};
use guest_testkit::{
    DOCS, LOG, MemStore, Outcome, PAIRS, Subject, attempt, epoch, keep, look, undo,
};

guest_testkit::obeys_the_laws!(|_tables| Subject::fleeting(MemStore::at(epoch())));

#[test]
fn the_clock_moves_only_when_told_to() {
    let store = MemStore::at(epoch() + TimeDelta::nanoseconds(1_999));
    let later = epoch() + TimeDelta::microseconds(1);
    assert_eq!(keep(&store, |tx| tx.now()), later);
    assert_eq!(look(&store, |view| view.now()), later);
    store.advance(TimeDelta::hours(2));
    assert_eq!(keep(&store, |tx| tx.now()), later + TimeDelta::hours(2));
    store.set(epoch());
    assert_eq!((store.now(), keep(&store, |tx| tx.now())), (epoch(), epoch()));
}

#[test]
fn rows_can_be_looked_at() {
    let store = MemStore::at(epoch());
    keep(&store, |tx| {
        tx.append(&LOG, &[Value::Null, text("a"), Value::Null]).unwrap();
        tx.append(&LOG, &[Value::Int(7), text("b"), Value::Null]).unwrap();
    });
    let numbers: Vec<_> = store.rows(&LOG).iter().map(|row| row[0].clone()).collect();
    assert_eq!(numbers, [Value::Int(1), Value::Int(2)]);
    assert_eq!(store.clone().rows(&LOG), store.rows(&LOG));
}

#[test]
fn misuse_is_refused() {
    check("too short a row", |tx| tx.write(&PAIRS, &[Value::Int(1)]));
    check("a text where a number belongs", |tx| tx.write(&PAIRS, &[text("1"), text("a")]));
    check("a null where none is allowed", |tx| tx.write(&PAIRS, &[Value::Int(1), Value::Null]));
    check("a text with NUL", |tx| tx.write(&PAIRS, &[Value::Int(1), text("\0")]));
    check("half a key", |tx| tx.read(&PAIRS, &[Value::Int(1)]));
    check("a null in a key", |tx| tx.erase(&PAIRS, &[Value::Int(1), Value::Null]));
    check("a number never drawn", |tx| tx.write(&LOG, &[Value::Int(1), text("a"), Value::Null]));
    check("no numbers there", |tx| tx.append(&PAIRS, &[Value::Null, text("a")]));
    check("another table's index", |tx| {
        tx.scan(&Scan { index: LOG.indexes.first(), ..whole(&DOCS) })
    });
    check("too long a prefix", |tx| {
        let prefix = [Value::Int(1), text("a"), Value::Int(2)];
        tx.scan(&Scan { prefix: &prefix, ..whole(&PAIRS) })
    });
    check("no column for the range", |tx| {
        let (prefix, from) = ([Value::Int(1), text("a")], Some(Value::Int(2)));
        tx.scan(&Scan { prefix: &prefix, from, ..whole(&PAIRS) })
    });
    check("a range from null", |tx| tx.scan(&Scan { from: Some(Value::Null), ..whole(&PAIRS) }));
    check("a table without a key", |tx| tx.scan(&whole(&KEYLESS)));
}

#[track_caller]
fn check<T: 'static>(what: &str, misuse: fn(&mut dyn Tx) -> Result<T, StoreError>) {
    let store = MemStore::at(epoch());
    assert!(undo(&store, move |tx| misuse(tx).is_err()), "{what}");
    let overlooked = attempt(&store, move |tx| {
        let _ = misuse(tx);
        Ok::<(), ()>(())
    });
    assert!(matches!(overlooked, Outcome::Failed(_)), "{what}, overlooked");
}

fn whole(table: &'static Table) -> Scan<'static> {
    let (prefix, from, until): (&[Value], _, _) = (&[], None, None);
    Scan { table, index: None, prefix, from, until, backwards: false, limit: usize::MAX }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

static KEYLESS: Table =
    Table { name: "keyless", columns: &[], key: 0, sequence: false, indexes: &[] };
