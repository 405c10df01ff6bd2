//! What need not be read again.

use std::collections::BTreeMap;

use guest_app::{Row, Scan, Table, Value};

/// The rows that were read in a transaction, as long as their tables are not written to.
///
/// Units that arrive together ask for the same rows: the caller's key, their team, the computer.
/// Nobody else writes while the transaction lasts, so what one has read is true for the next.
#[derive(Debug, Default)]
pub(crate) struct Seen(BTreeMap<&'static str, BTreeMap<Question, Vec<Row>>>);

/// What was asked of a table.
#[derive(Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Question {
    /// The row with this key.
    Row(Vec<Value>),
    /// What a scan finds.
    Scan {
        index: Option<&'static str>,
        prefix: Vec<Value>,
        bounds: [Option<Value>; 2],
        backwards: bool,
        limit: usize,
    },
}

impl Question {
    pub(crate) fn scan(scan: &Scan<'_>) -> Self {
        Self::Scan {
            index: scan.index.map(|index| index.name),
            prefix: scan.prefix.to_vec(),
            bounds: [scan.from.clone(), scan.until.clone()],
            backwards: scan.backwards,
            limit: scan.limit,
        }
    }
}

impl Seen {
    /// Returns what the answer was, if it still holds.
    pub(crate) fn recall(&self, table: &Table, question: &Question) -> Option<&[Row]> {
        self.0.get(table.name)?.get(question).map(Vec::as_slice)
    }

    /// Remembers an answer, if it is short.
    pub(crate) fn remember(&mut self, table: &'static Table, question: Question, rows: &[Row]) {
        let answers = self.0.entry(table.name).or_default();
        if rows.len() <= ROWS_MOST && answers.len() < ANSWERS_MOST {
            answers.insert(question, rows.to_vec());
        }
    }

    /// Forgets everything of a table that is written to.
    pub(crate) fn forget(&mut self, table: &Table) {
        if let Some(answers) = self.0.get_mut(table.name) {
            answers.clear();
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

/// Longer answers are those to lists, which are seldom asked for twice.
const ROWS_MOST: usize = 4;

/// How many answers of one table are kept: a few for each unit of a transaction.
const ANSWERS_MOST: usize = 256;
