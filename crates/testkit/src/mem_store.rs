//! A store in memory.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{SubsecRound, TimeDelta};
use guest_app::{Query, Row, Scan, Store, StoreError, Table, Tx, Unit, Value, View};
use guest_core::Instant;

use crate::mem_rows::Rows;

/// A store in memory, whose clock moves only when told to.
///
/// It takes any table, and checks all that a store may take for granted: that
/// tables are well described, that rows fit them, and that scans ask for what
/// exists. Units run on the caller's thread. Clones share what is stored.
#[derive(Clone)]
pub struct MemStore(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    wakes: Mutex<Vec<Wake>>,
}

type Wake = Arc<dyn Fn() + Send + Sync>;

impl MemStore {
    /// Creates an empty store whose clock says `now`.
    #[must_use]
    pub fn at(now: Instant) -> Self {
        let state = State { now: now.trunc_subsecs(6), rows: Rows::default(), failed: None };
        Self(Arc::new(Shared { state: Mutex::new(state), wakes: Mutex::default() }))
    }

    /// Returns what the clock says.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.state().now
    }

    /// Moves the clock forward, or back if `by` is negative.
    pub fn advance(&self, by: TimeDelta) {
        let mut state = self.state();
        state.now = (state.now + by).trunc_subsecs(6);
    }

    /// Sets the clock to `now`.
    pub fn set(&self, now: Instant) {
        self.state().now = now.trunc_subsecs(6);
    }

    /// Returns all rows of `table` in the order of their keys.
    #[must_use]
    pub fn rows(&self, table: &'static Table) -> Vec<Row> {
        self.state().rows.all(table)
    }

    /// Has the next appended rows numbered as given, instead of one by one.
    pub(crate) fn number_next(&self, numbers: impl IntoIterator<Item = u64>) {
        self.state().rows.given = numbers.into_iter().collect();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        let wakes = self.0.wakes.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for wake in wakes {
            wake();
        }
    }
}

impl Store for MemStore {
    fn submit(&self, mut unit: Box<dyn Unit>) {
        let mut state = self.state();
        let ran = panic::catch_unwind(AssertUnwindSafe(|| unit.run(&mut *state)));
        let failed = state.failed.take();
        let (stored, kept) = match (ran, failed) {
            (Ok(Ok(())), None) => (Ok(()), true),
            (Ok(Ok(())), Some(error)) => (Err(error), false),
            (Ok(Err(_rollback)), _) => (Ok(()), false),
            (Err(_panic), _) => (Err(StoreError::new("running a unit of work", PANICKED)), false),
        };
        state.rows.end(kept);
        drop(state);
        unit.settle(stored);
        if kept {
            self.wake();
        }
    }

    fn inspect(&self, mut query: Box<dyn Query>) {
        let mut state = self.state();
        let ran = panic::catch_unwind(AssertUnwindSafe(|| query.run(&mut *state)));
        state.failed = None;
        drop(state);
        query.settle(ran.map_err(|_panic| StoreError::new("running a query", PANICKED)));
    }

    fn on_commit(&self, wake: Box<dyn Fn() + Send + Sync>) {
        self.0.wakes.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::from(wake));
    }
}

/// What is stored, and the unit at work on it.
struct State {
    now: Instant,
    rows: Rows,
    failed: Option<StoreError>,
}

impl State {
    fn note<T>(&mut self, doing: &'static str, result: Result<T, String>) -> Result<T, StoreError> {
        result.map_err(|reason| {
            let error = StoreError::new(doing, reason);
            self.failed.get_or_insert(error).clone()
        })
    }
}

impl View for State {
    fn now(&self) -> Instant {
        self.now
    }

    fn read(&mut self, table: &'static Table, key: &[Value]) -> Result<Option<Row>, StoreError> {
        let found = self.rows.read(table, key);
        self.note("reading a row", found)
    }

    fn scan(&mut self, scan: &Scan<'_>) -> Result<Vec<Row>, StoreError> {
        let found = self.rows.scan(scan);
        self.note("scanning rows", found)
    }
}

impl Tx for State {
    fn write(&mut self, table: &'static Table, row: &[Value]) -> Result<(), StoreError> {
        let written = self.rows.write(table, row);
        self.note("writing a row", written)
    }

    fn append(&mut self, table: &'static Table, row: &[Value]) -> Result<u64, StoreError> {
        let number = self.rows.append(table, row);
        self.note("appending a row", number)
    }

    fn erase(&mut self, table: &'static Table, key: &[Value]) -> Result<(), StoreError> {
        let erased = self.rows.erase(table, key);
        self.note("erasing a row", erased)
    }
}

const PANICKED: &str = "it panicked";
