//! Laws about values and the order of rows.

use guest_app::{Row, Store, Table, Value};

use super::{Laws, Subject, Tables, blob, doc, entry, filed, int, pair, text};
use crate::asked::Asked;
use crate::probe::{keep, look};
use crate::tables::{DOCS, LOG, PAIRS, TABLES};

#[expect(
    missing_docs,
    clippy::missing_panics_doc,
    clippy::expect_used,
    reason = "each name states its law, and a store that breaks it should fail the test"
)]
impl Laws {
    pub fn values_come_back_as_they_were(open: impl Fn(Tables) -> Subject) {
        let subject = open(TABLES);
        let long = "long ".repeat(20_000);
        let rows: Vec<Row> = vec![
            vec![blob(&[]), text(""), int(0), int(-1), text(""), blob(&[])],
            vec![blob(&[0]), text("0"), int(i64::MAX), int(i64::MIN), text("12"), blob(&[0, 0])],
            vec![
                blob(&[0, 255]),
                text("'\"%_\\"),
                int(1 << 53),
                Value::Null,
                text("1e3"),
                Value::Null,
            ],
            vec![blob(b"text"), text("grüße, 世界 🦀"), int(-5), int(0), Value::Null, blob(&[128])],
            vec![
                blob(&[255; 16]),
                text(&long),
                int((1 << 53) + 1),
                int(7),
                text(" x "),
                Value::Null,
            ],
        ];
        write(subject.store(), &DOCS, rows.clone());
        assert_eq!(all(subject.store(), &DOCS), rows);
        let (keys, wanted) = (rows.clone(), rows.into_iter().map(Some).collect::<Vec<_>>());
        let found: Vec<_> = look(subject.store(), move |view| {
            keys.iter()
                .map(|row| view.read(&DOCS, row.get(..2).unwrap_or_default()).expect("a read"))
                .collect()
        });
        assert_eq!(found, wanted);
    }

    pub fn keys_are_ordered_by_kind_and_bytes(open: impl Fn(Tables) -> Subject) {
        let subject = open(TABLES);
        let names = ["", "B", "Ba", "a", "a b", "aa", "b", "é", "世", "🦀"];
        let pairs =
            [i64::MIN, -1, 0, 9, 10, i64::MAX].map(|left| names.map(|name| pair(left, name)));
        let pairs: Vec<Row> = pairs.into_iter().flatten().collect();
        write(subject.store(), &PAIRS, pairs.iter().rev().cloned().collect());
        assert_eq!(all(subject.store(), &PAIRS), pairs);
        let owners: [&[u8]; 5] = [&[], &[0], &[0, 1], &[1], &[255]];
        let docs: Vec<Row> = owners
            .map(|owner| {
                vec![blob(owner), text("n"), int(0), Value::Null, Value::Null, Value::Null]
            })
            .to_vec();
        write(subject.store(), &DOCS, docs.iter().rev().cloned().collect());
        assert_eq!(all(subject.store(), &DOCS), docs);
    }

    pub fn a_prefix_chooses_rows(open: impl Fn(Tables) -> Subject) {
        let subject = open(TABLES);
        write(subject.store(), &DOCS, library());
        check(&subject, None, |scan| scan.prefix = vec![blob(&[1])], &["a", "b", "c", "d"]);
        check(&subject, None, |scan| scan.prefix = vec![blob(&[1]), text("b")], &["b"]);
        check(&subject, None, |scan| scan.prefix = vec![blob(&[9])], &[]);
        check(
            &subject,
            Some("doc_by_label"),
            |scan| scan.prefix = vec![text("x")],
            &["e", "a", "b"],
        );
        let both = |scan: &mut Asked| scan.prefix = vec![text("x"), int(2)];
        check(&subject, Some("doc_by_label"), both, &["b"]);
        let nulls = |scan: &mut Asked| scan.prefix = vec![text("x"), Value::Null];
        check(&subject, Some("doc_by_label"), nulls, &["e"]);
        check(&subject, Some("doc_by_label"), |scan| scan.prefix = vec![Value::Null], &["d", "c"]);
        let whole = |scan: &mut Asked| {
            scan.prefix = vec![text("x"), int(1), blob(&[1]), text("a")];
        };
        check(&subject, Some("doc_by_label"), whole, &["a"]);
    }

    pub fn a_range_is_half_open_and_holds_no_nulls(open: impl Fn(Tables) -> Subject) {
        let subject = open(TABLES);
        write(subject.store(), &DOCS, library());
        let by_size = Some("doc_by_size");
        let range = |from: Option<i64>, until: Option<i64>| {
            move |scan: &mut Asked| (scan.from, scan.until) = (from.map(int), until.map(int))
        };
        check(&subject, by_size, range(Some(10), Some(30)), &["a", "b", "c"]);
        check(&subject, by_size, range(Some(11), None), &["c", "e", "d"]);
        check(&subject, by_size, range(None, Some(20)), &["a", "b"]);
        check(&subject, by_size, range(Some(30), Some(10)), &[]);
        check(&subject, by_size, range(Some(10), Some(10)), &[]);
        let after = |scan: &mut Asked| {
            (scan.prefix, scan.until) = (vec![text("x")], Some(int(2)));
        };
        check(&subject, Some("doc_by_label"), after, &["a"]);
        check(
            &subject,
            Some("doc_by_label"),
            |scan| scan.prefix = vec![text("x")],
            &["e", "a", "b"],
        );
        let key = |scan: &mut Asked| {
            (scan.prefix, scan.from) = (vec![blob(&[1])], Some(text("c")));
        };
        check(&subject, None, key, &["c", "d"]);
        let tie = |scan: &mut Asked| {
            (scan.prefix, scan.from) = (vec![int(10), blob(&[1])], Some(text("b")));
        };
        check(&subject, by_size, tie, &["b"]);
    }

    pub fn ties_are_ordered_by_key(open: impl Fn(Tables) -> Subject) {
        let subject = open(TABLES);
        let mut rows = Vec::new();
        for owner in [2, 1, 3] {
            rows.extend(["c", "a", "b"].map(|name| doc(owner, name, 7)));
        }
        write(subject.store(), &DOCS, rows.clone());
        rows.sort();
        let mut asked = Asked::new(&DOCS, Some("doc_by_size"));
        assert_eq!(asked.rows(subject.store()), rows);
        rows.reverse();
        asked.backwards = true;
        assert_eq!(asked.rows(subject.store()), rows);
        let numbers: Vec<Row> = keep(subject.store(), |tx| {
            for topic in ["y", "x", "y", "x"] {
                tx.append(&LOG, &entry(topic)).expect("a number");
            }
            let asked = Asked::new(&LOG, Some("log_by_topic"));
            tx.scan(&asked.scan())
                .expect("a scan")
                .into_iter()
                .map(|row| row.into_iter().take(2).collect())
                .collect()
        });
        let topics = [(2, "x"), (4, "x"), (1, "y"), (3, "y")];
        assert_eq!(numbers, topics.map(|(number, topic)| vec![int(number), text(topic)]));
    }

    pub fn a_scan_backwards_is_the_mirror_image(open: impl Fn(Tables) -> Subject) {
        let subject = open(TABLES);
        write(subject.store(), &DOCS, library());
        for index in [None].into_iter().chain(DOCS.indexes.iter().map(|index| Some(index.name))) {
            let mut asked = Asked::new(&DOCS, index);
            let mut there = asked.rows(subject.store());
            there.reverse();
            asked.backwards = true;
            assert_eq!(asked.rows(subject.store()), there, "{index:?}");
        }
        let last = |scan: &mut Asked| {
            (scan.backwards, scan.limit, scan.until) = (true, 2, Some(int(40)));
        };
        check(&subject, Some("doc_by_size"), last, &["e", "c"]);
    }

    pub fn a_limit_cuts_the_scan_off(open: impl Fn(Tables) -> Subject) {
        let subject = open(TABLES);
        write(subject.store(), &DOCS, library());
        check(&subject, Some("doc_by_size"), |scan| scan.limit = 3, &["a", "b", "c"]);
        check(&subject, Some("doc_by_size"), |scan| scan.limit = 0, &[]);
        check(&subject, None, |scan| scan.limit = 100, &["a", "b", "c", "d", "e"]);
        check(&subject, None, |scan| scan.limit = usize::MAX, &["a", "b", "c", "d", "e"]);
    }

    pub fn a_partial_index_follows_its_rows(open: impl Fn(Tables) -> Subject) {
        let subject = open(TABLES);
        let store = subject.store();
        let holds = |ordered: &[&str], unlabelled: &[&str]| {
            check(&subject, Some("doc_ordered"), |_| {}, ordered);
            check(&subject, Some("doc_unlabelled"), |_| {}, unlabelled);
        };
        write(
            store,
            &DOCS,
            vec![filed("a", Some(2), None, None), filed("b", None, Some("x"), None)],
        );
        holds(&["a"], &["a"]);
        write(store, &DOCS, vec![filed("b", Some(1), None, None)]);
        holds(&["b", "a"], &["a", "b"]);
        write(store, &DOCS, vec![filed("b", Some(3), None, None)]);
        holds(&["a", "b"], &["a", "b"]);
        write(store, &DOCS, vec![filed("a", None, Some("y"), None)]);
        holds(&["b"], &["b"]);
        keep(store, |tx| tx.erase(&DOCS, &[blob(&[1]), text("b")]).expect("an erasure"));
        holds(&[], &[]);
    }
}

/// Returns all rows of `table` in the order of their keys.
pub(crate) fn all(store: &dyn Store, table: &'static Table) -> Vec<Row> {
    Asked::new(table, None).rows(store)
}

#[track_caller]
fn check(subject: &Subject, index: Option<&str>, ask: impl FnOnce(&mut Asked), names: &[&str]) {
    let mut asked = Asked::new(&DOCS, index);
    ask(&mut asked);
    let found = asked.rows(subject.store());
    let found: Vec<_> = found.iter().filter_map(|row| row.get(1).cloned()).collect();
    assert_eq!(found, names.iter().map(|name| text(name)).collect::<Vec<_>>(), "{asked:?}");
}

#[expect(clippy::expect_used, reason = "a failing store should fail the test")]
fn write(store: &dyn Store, table: &'static Table, rows: Vec<Row>) {
    keep(store, move |tx| rows.iter().for_each(|row| tx.write(table, row).expect("a write")));
}

/// Five rows whose orders all differ.
fn library() -> Vec<Row> {
    let row = |owner, name, size, order: Option<i64>, label: Option<&str>| {
        let mut row = filed(name, order, label, None);
        row.splice(0..1, [blob(&[owner])]);
        row.splice(2..3, [int(size)]);
        row
    };
    vec![
        row(1, "a", 10, Some(1), Some("x")),
        row(1, "b", 10, Some(2), Some("x")),
        row(1, "c", 20, Some(5), None),
        row(1, "d", 40, Some(4), None),
        row(2, "e", 30, None, Some("x")),
    ]
}
