//! What the application needs from a database: transactions over tables of plain rows.
//!
//! A store knows nothing of guest access. It keeps rows in [`Table`]s that
//! this crate describes as data ([`crate::tables`]), so that another store is
//! a few hundred lines, and all of them are held to the same laws.

use std::error::Error;
use std::sync::Arc;

use guest_core::Instant;

use crate::table::{Row, Scan, Table, Value};

/// Runs units of work, one after another, each completely or not at all.
pub trait Store: Send + Sync + 'static {
    /// Queues `unit` and returns at once.
    ///
    /// The store calls [`Unit::run`], possibly more than once, and then
    /// [`Unit::settle`] exactly once, after the outcome is durable. A queue
    /// that is full settles at once with [`StoreError::busy`]. A unit that
    /// panics is undone and settled with an error, and harms nobody else.
    fn submit(&self, unit: Box<dyn Unit>);

    /// Runs `query` on a consistent view of what is committed, off the writer's path.
    fn inspect(&self, query: Box<dyn Query>);

    /// Has `wake` called after every commit that may have changed something.
    ///
    /// Commits by other processes count, and are noticed within a second.
    /// `wake` must return quickly; it may be called when nothing has changed.
    fn on_commit(&self, wake: Box<dyn Fn() + Send + Sync>);
}

/// A unit of work on its way through a [`Store`].
pub trait Unit: Send {
    /// Does the work, or asks for everything it did to be undone.
    ///
    /// # Errors
    ///
    /// Returns [`Rollback`] if nothing the unit did may be kept.
    fn run(&mut self, tx: &mut dyn Tx) -> Result<(), Rollback>;

    /// Passes the outcome of the last run to whoever waits for it.
    fn settle(self: Box<Self>, stored: Result<(), StoreError>);
}

/// A read on its way through a [`Store`].
pub trait Query: Send {
    /// Reads what is needed.
    fn run(&mut self, view: &mut dyn View);

    /// Passes the outcome of the last run to whoever waits for it.
    fn settle(self: Box<Self>, read: Result<(), StoreError>);
}

/// The unit of work asked to be undone.
#[derive(Clone, Copy, Debug)]
pub struct Rollback;

/// A consistent view of everything stored.
pub trait View {
    /// Returns the instant of this view, on the store's clock.
    fn now(&self) -> Instant;

    /// Returns the row of `table` whose leading columns equal `key`.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the store fails; so do all methods of these traits.
    fn read(&mut self, table: &'static Table, key: &[Value]) -> Result<Option<Row>, StoreError>;

    /// Returns the rows that `scan` describes, in its order.
    #[expect(clippy::missing_errors_doc, reason = "described once, above")]
    fn scan(&mut self, scan: &Scan<'_>) -> Result<Vec<Row>, StoreError>;
}

/// A [`View`] that can be changed.
///
/// A unit sees its own changes. Once any of these methods has failed, the unit
/// is undone whatever it answers; if it answers `Ok`, it is settled with that failure.
#[expect(clippy::missing_errors_doc, reason = "described once, on `View`")]
pub trait Tx: View {
    /// Stores `row`, replacing the one with the same key if there is one.
    ///
    /// Fails if another row of a unique index equals it there. In a table whose
    /// key the store draws, the row's number must have been drawn before.
    fn write(&mut self, table: &'static Table, row: &[Value]) -> Result<(), StoreError>;

    /// Adds `row` to a table whose key is one sequence number, and returns that number.
    ///
    /// The row's first value is ignored. Numbers rise in the order of commits,
    /// start at 1 and are never given twice, also after rows were erased. A
    /// unit that is undone may leave a gap, or leave its numbers to the next.
    fn append(&mut self, table: &'static Table, row: &[Value]) -> Result<u64, StoreError>;

    /// Removes the row with this key, if there is one.
    fn erase(&mut self, table: &'static Table, key: &[Value]) -> Result<(), StoreError>;
}

/// The store could not do what was asked, for reasons of its own.
#[derive(Clone, Debug, thiserror::Error)]
#[error("store failure while {doing}")]
pub struct StoreError {
    doing: &'static str,
    busy: bool,
    source: Arc<dyn Error + Send + Sync>,
}

impl StoreError {
    /// Records what the store was doing and what went wrong.
    pub fn new(doing: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { doing, busy: false, source: Arc::from(source.into()) }
    }

    /// Says that too much work is waiting; trying again in a moment helps.
    #[must_use]
    pub fn busy() -> Self {
        Self { busy: true, ..Self::new("queueing", "too much work is waiting") }
    }

    /// Returns `true` if trying again in a moment helps.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.busy
    }
}
