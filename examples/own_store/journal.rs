//! A store of one's own: rows in memory, and a journal with one line for each unit of work.
//!
//! A line says what a unit left under every key it touched, so reading all
//! lines again makes the same rows. A unit is durable once its line is on the
//! disk; a last line without its end was never acknowledged, and is cut off.
//!
//! The store knows no rule and no table: what it is told about tables, it is
//! told with each call. It is for what fits in memory, and its journal only
//! grows; that it is otherwise right is shown by the laws in `main.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use guest_app::{Index, Only, Query, Row, Scan, Store, StoreError, Table, Tx, Unit, Value, View};
use guest_core::Instant;

use crate::line;

/// A store in one file of JSON lines.
pub(crate) struct JournalStore {
    state: Mutex<State>,
    wakes: Mutex<Vec<Wake>>,
}

type Wake = Arc<dyn Fn() + Send + Sync>;

impl JournalStore {
    /// Opens the journal at `path`, or begins one.
    ///
    /// # Errors
    ///
    /// Returns that the file cannot be used, is in use, or is no journal.
    pub(crate) fn open(path: &Path, clock: fn() -> Instant) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let mut file = options.read(true).write(true).create(true).truncate(false).open(path)?;
        // What is in memory would be wrong as soon as somebody else wrote.
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => io::Error::other("the journal is in use"),
            TryLockError::Error(error) => error,
        })?;
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        text.truncate(text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1));
        let end = u64::try_from(text.len()).map_err(io::Error::other)?;
        let mut state =
            State { clock, file, end, tables: BTreeMap::new(), undo: Vec::new(), failed: None };
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            let changes = line::read(line).ok_or_else(|| io::Error::other("not a journal"))?;
            for (table, key, row) in changes {
                state.put(&table, key, row);
            }
            state.undo.clear();
        }
        Ok(Self { state: Mutex::new(state), wakes: Mutex::default() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wakes(&self) -> MutexGuard<'_, Vec<Wake>> {
        self.wakes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for JournalStore {
    /// Runs the unit at once, on the caller's thread; the lock keeps units apart.
    fn submit(&self, mut unit: Box<dyn Unit>) {
        let mut state = self.state();
        let ran = panic::catch_unwind(AssertUnwindSafe(|| unit.run(&mut *state)));
        let stored = match (ran, state.failed.take()) {
            (Ok(Ok(())), None) => state.commit(),
            (Ok(Ok(())), Some(failure)) => Err(failure),
            (Ok(Err(_rollback)), _) => Ok(false),
            (Err(_panic), _) => Err(StoreError::new("running a unit of work", "it panicked")),
        };
        state.undo();
        drop(state);
        let changed = matches!(stored, Ok(true));
        unit.settle(stored.map(drop));
        if changed {
            // One of them may add another, or submit work.
            let wakes = self.wakes().clone();
            for wake in &wakes {
                wake();
            }
        }
    }

    fn inspect(&self, mut query: Box<dyn Query>) {
        let mut state = self.state();
        let ran = panic::catch_unwind(AssertUnwindSafe(|| query.run(&mut *state)));
        drop(state);
        query.settle(ran.map_err(|_panic| StoreError::new("running a query", "it panicked")));
    }

    fn on_commit(&self, wake: Box<dyn Fn() + Send + Sync>) {
        self.wakes().push(Arc::from(wake));
    }
}

/// Everything stored, and the unit at work on it.
struct State {
    clock: fn() -> Instant,
    file: File,
    /// Where the last whole line ends.
    end: u64,
    tables: BTreeMap<String, Kept>,
    /// What the unit at work has changed, in order.
    undo: Vec<Before>,
    failed: Option<StoreError>,
}

/// The rows of one table, by their keys.
#[derive(Default)]
struct Kept {
    rows: BTreeMap<Vec<Value>, Row>,
    /// The last number drawn for a row.
    last: i64,
}

/// What was there before a change.
struct Before {
    table: String,
    key: Vec<Value>,
    row: Option<Row>,
    last: i64,
}

impl State {
    /// Puts a row under its key, or takes it away, and remembers how to undo it.
    fn put(&mut self, table: &str, key: Vec<Value>, row: Option<Row>) {
        let kept = self.tables.entry(table.to_owned()).or_default();
        let last = kept.last;
        if let [Value::Int(number)] = key[..] {
            kept.last = last.max(number);
        }
        let before = match row {
            Some(row) => kept.rows.insert(key.clone(), row),
            None => kept.rows.remove(&key),
        };
        self.undo.push(Before { table: table.to_owned(), key, row: before, last });
    }

    /// Makes what the unit changed durable, and says whether that was anything.
    fn commit(&mut self) -> Result<bool, StoreError> {
        if self.undo.is_empty() {
            return Ok(false);
        }
        let touched: BTreeSet<_> =
            self.undo.iter().map(|it| (it.table.as_str(), &it.key)).collect();
        let changes = touched.into_iter().map(|(table, key)| (table, key, self.row(table, key)));
        let line = line::write(changes);
        let written = self.append_line(&line);
        match written {
            Ok(()) => self.undo.clear(),
            // What was not acknowledged should not come back; the next line cuts it off at the latest.
            Err(_) => drop(self.file.set_len(self.end)),
        }
        written.map(|()| true).map_err(|error| StoreError::new("writing the journal", error))
    }

    fn append_line(&mut self, line: &str) -> io::Result<()> {
        self.file.set_len(self.end)?;
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(line.as_bytes())?;
        self.file.sync_data()?;
        self.end = self.file.stream_position()?;
        Ok(())
    }

    /// Takes back what the unit changed, the last first; nothing if it was made durable.
    fn undo(&mut self) {
        while let Some(before) = self.undo.pop() {
            let kept = self.tables.entry(before.table).or_default();
            kept.last = before.last;
            match before.row {
                Some(row) => kept.rows.insert(before.key, row),
                None => kept.rows.remove(&before.key),
            };
        }
    }

    fn row(&self, table: &str, key: &[Value]) -> Option<&Row> {
        self.tables.get(table)?.rows.get(key)
    }

    fn rows(&self, table: &Table) -> impl Iterator<Item = &Row> {
        self.tables.get(table.name).into_iter().flat_map(|kept| kept.rows.values())
    }
}

impl View for State {
    fn now(&self) -> Instant {
        (self.clock)()
    }

    fn read(&mut self, table: &'static Table, key: &[Value]) -> Result<Option<Row>, StoreError> {
        Ok(self.row(table.name, key).cloned())
    }

    fn scan(&mut self, scan: &Scan<'_>) -> Result<Vec<Row>, StoreError> {
        let order: Vec<usize> = scan.order().collect();
        let is_found = |row: &&Row| {
            scan.index.is_none_or(|index| holds(index, row)) && is_asked(scan, &order, row)
        };
        let mut found: Vec<&Row> = self.rows(scan.table).filter(is_found).collect();
        found.sort_by(|one, other| pick(one, &order).cmp(pick(other, &order)));
        if scan.backwards {
            found.reverse();
        }
        Ok(found.into_iter().take(scan.limit).cloned().collect())
    }
}

impl Tx for State {
    fn write(&mut self, table: &'static Table, row: &[Value]) -> Result<(), StoreError> {
        let key: Vec<Value> = row.iter().take(table.key).cloned().collect();
        for index in table.indexes.iter().filter(|index| index.unique && holds(index, row)) {
            let same = |other: &Row| pick(other, index.columns).eq(pick(row, index.columns));
            let has_null = pick(row, index.columns).any(|value| value == Some(&Value::Null));
            let is_other = |other: &Row| !other.starts_with(&key) && holds(index, other);
            if !has_null && self.rows(table).any(|other| is_other(other) && same(other)) {
                let error = StoreError::new("writing a row", "another one equals it");
                return Err(self.failed.insert(error).clone());
            }
        }
        self.put(table.name, key, Some(row.to_vec()));
        Ok(())
    }

    fn append(&mut self, table: &'static Table, row: &[Value]) -> Result<u64, StoreError> {
        let next = self.tables.get(table.name).map_or(0, |kept| kept.last) + 1;
        let rest = row.iter().skip(1).cloned();
        let row: Row = [Value::Int(next)].into_iter().chain(rest).collect();
        self.write(table, &row)?;
        u64::try_from(next).map_err(|error| StoreError::new("numbering a row", error))
    }

    fn erase(&mut self, table: &'static Table, key: &[Value]) -> Result<(), StoreError> {
        if self.row(table.name, key).is_some() {
            self.put(table.name, key.to_vec(), None);
        }
        Ok(())
    }
}

/// Returns the row's values at `columns`.
fn pick<'a>(row: &'a [Value], columns: &'a [usize]) -> impl Iterator<Item = Option<&'a Value>> {
    columns.iter().map(|column| row.get(*column))
}

/// Returns whether the row is in the index.
fn holds(index: &Index, row: &[Value]) -> bool {
    match index.only {
        Only::All => true,
        Only::Null(column) => row.get(column) == Some(&Value::Null),
        Only::NotNull(column) => row.get(column) != Some(&Value::Null),
    }
}

/// Returns whether the row has the prefix and is within the range.
fn is_asked(scan: &Scan<'_>, order: &[usize], row: &[Value]) -> bool {
    let mut values = pick(row, order).flatten();
    let has_prefix = scan.prefix.iter().all(|value| values.next() == Some(value));
    let is_after = |value: &Value| scan.from.as_ref().is_none_or(|from| from <= value);
    let is_before = |value: &Value| scan.until.as_ref().is_none_or(|until| value < until);
    let is_bounded = scan.from.is_some() || scan.until.is_some();
    let mut in_range =
        || values.next().is_some_and(|it| *it != Value::Null && is_after(it) && is_before(it));
    has_prefix && (!is_bounded || in_range())
}
