//! Scans that own what they ask for.

use guest_app::{Index, Row, Scan, Store, Table, Value};

use crate::probe::{keep, look};

/// A scan, and what it borrows.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) table: &'static Table,
    pub(crate) index: Option<&'static Index>,
    pub(crate) prefix: Vec<Value>,
    pub(crate) from: Option<Value>,
    pub(crate) until: Option<Value>,
    pub(crate) backwards: bool,
    pub(crate) limit: usize,
}

impl Asked {
    /// Asks for all rows in the order of the index of that name, or of the keys.
    pub(crate) fn new(table: &'static Table, index: Option<&str>) -> Self {
        Self::by(table, table.indexes.iter().find(|found| Some(found.name) == index))
    }

    /// Asks for all rows in the order of `index`, or of the keys.
    pub(crate) fn by(table: &'static Table, index: Option<&'static Index>) -> Self {
        let (prefix, from, until) = (Vec::new(), None, None);
        Self { table, index, prefix, from, until, backwards: false, limit: usize::MAX }
    }

    pub(crate) fn scan(&self) -> Scan<'_> {
        Scan {
            table: self.table,
            index: self.index,
            prefix: &self.prefix,
            from: self.from.clone(),
            until: self.until.clone(),
            backwards: self.backwards,
            limit: self.limit,
        }
    }

    /// Asks in a unit and in a query, which have to agree.
    #[expect(clippy::expect_used, reason = "a failing store should fail the test")]
    pub(crate) fn rows(&self, store: &dyn Store) -> Vec<Row> {
        let (inside, outside) = (self.clone(), self.clone());
        let kept = keep(store, move |tx| tx.scan(&inside.scan()).expect("a scan"));
        let seen = look(store, move |view| view.scan(&outside.scan()).expect("a scan"));
        assert_eq!(kept, seen, "a unit and a query disagree");
        kept
    }
}
