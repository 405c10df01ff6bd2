//! The store, and its threads.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use chrono::SubsecRound;
use guest_app::{Query, Store, StoreError, Table, Unit, tables};
use guest_core::Instant;

use crate::MIGRATIONS;
use crate::backup::backup;
use crate::file::{self, DbFile, Link};
use crate::queue::{Queue, Rejected};
use crate::reader::Reader;
use crate::sql::Statements;
use crate::stats::{Counters, StoreStats};
use crate::tx::while_doing;
use crate::wakes::{Closing, Wakes, Watcher};
use crate::writer::Writer;

/// A store in one `SQLite` file.
///
/// Dropping it finishes the work that is queued and closes the file.
pub struct SqliteStore {
    file: Arc<DbFile>,
    units: Arc<Queue<Box<dyn Unit>>>,
    queries: Arc<Queue<Box<dyn Query>>>,
    wakes: Arc<Wakes>,
    closing: Arc<Closing>,
    counters: Arc<Counters>,
    /// The writer is the first.
    threads: Vec<JoinHandle<()>>,
}

/// Tells the time to a store: the wall clock, wherever it stands.
///
/// Each unit and query is stamped with what it says, in whole microseconds. A
/// clock that jumped ahead and was set back is followed both ways (QU-22).
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// What a store is opened with.
#[derive(Clone)]
pub struct Options {
    /// Tells the time.
    pub clock: Clock,
    /// The tables it keeps, of at most 64 columns each.
    pub tables: &'static [&'static Table],
    /// The SQL that makes and upgrades the schema of these tables. Each was
    /// once released and does not change any more; the first makes all that
    /// there was then ([`schema_sql`](crate::schema_sql)).
    pub migrations: &'static [&'static str],
    /// How many threads answer queries; at least one.
    pub readers: usize,
}

impl Options {
    /// Describes the store of guest access, with its tables as of this version.
    #[must_use]
    pub fn of_guest(clock: Clock) -> Self {
        Self::new(clock, tables::ALL, MIGRATIONS)
    }

    /// Describes a store of `tables`, made by `migrations`, with four reading threads.
    #[must_use]
    pub fn new(
        clock: Clock,
        tables: &'static [&'static Table],
        migrations: &'static [&'static str],
    ) -> Self {
        Self { clock, tables, migrations, readers: READERS }
    }
}

impl SqliteStore {
    /// Opens the store in the file at `path`, creating or upgrading it as needed.
    ///
    /// A new file can be used by its owner only.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the file cannot be used, is not a database of
    /// guest access, or was made by a newer version.
    pub fn open(path: &Path, options: &Options) -> Result<Self, StoreError> {
        if options.tables.iter().any(|table| table.columns.len() > COLUMNS_MAX) {
            return Err(StoreError::new("opening the database", "a table is too wide"));
        }
        file::prepare(path, options.migrations)?;
        let file = Arc::new(DbFile::new(path.to_owned(), options.migrations.len()));
        let mut store = Self {
            file,
            units: Arc::new(Queue::new(QUEUE_MAX)),
            queries: Arc::new(Queue::new(QUEUE_MAX)),
            wakes: Arc::default(),
            closing: Arc::default(),
            counters: Arc::default(),
            threads: Vec::new(),
        };
        store.start(options).map_err(while_doing("starting the store's threads"))?;
        Ok(store)
    }

    /// Returns what the store has done so far, and what waits.
    #[must_use]
    pub fn stats(&self) -> StoreStats {
        self.counters.read(self.units.len(), self.queries.len())
    }

    /// Writes a copy of everything committed to the file at `to`, replacing it,
    /// while work goes on (QU-27).
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if no sound copy could be made; `to` is as it was then.
    pub fn backup(&self, to: &Path) -> Result<(), StoreError> {
        backup(self.file.path(), to)
    }

    fn start(&mut self, options: &Options) -> io::Result<()> {
        let writer = Writer {
            link: Link::writing(Arc::clone(&self.file)),
            statements: Statements::new(options.tables),
            clock: Arc::clone(&options.clock),
            wakes: Arc::clone(&self.wakes),
            counters: Arc::clone(&self.counters),
        };
        let units = Arc::clone(&self.units);
        self.spawn("guest-writer", move || writer.run(&units))?;
        for _ in 0..options.readers.max(1) {
            let reader = Reader {
                link: Link::reading(Arc::clone(&self.file)),
                statements: Statements::new(options.tables),
                clock: Arc::clone(&options.clock),
                counters: Arc::clone(&self.counters),
            };
            let queries = Arc::clone(&self.queries);
            self.spawn("guest-reader", move || reader.run(&queries))?;
        }
        let watcher = Watcher::new(Arc::clone(&self.file));
        let (wakes, closing) = (Arc::clone(&self.wakes), Arc::clone(&self.closing));
        self.spawn("guest-watcher", move || watcher.run(&wakes, &closing))
    }

    fn spawn(&mut self, name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
        self.threads.push(thread::Builder::new().name(name.to_owned()).spawn(work)?);
        Ok(())
    }
}

impl Store for SqliteStore {
    fn submit(&self, unit: Box<dyn Unit>) {
        match self.units.push(unit) {
            Ok(()) => {}
            Err(Rejected::Full(unit)) => unit.settle(Err(StoreError::busy())),
            Err(Rejected::Closed(unit)) => unit.settle(Err(closed())),
        }
    }

    fn inspect(&self, query: Box<dyn Query>) {
        match self.queries.push(query) {
            Ok(()) => {}
            Err(Rejected::Full(query)) => query.settle(Err(StoreError::busy())),
            Err(Rejected::Closed(query)) => query.settle(Err(closed())),
        }
    }

    fn on_commit(&self, wake: Box<dyn Fn() + Send + Sync>) {
        self.wakes.add(wake);
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.queries.close();
        self.closing.close();
        let others = self.threads.split_off(self.threads.len().min(1));
        others.into_iter().for_each(join);
        // The writer goes last: whoever closes the file last tidies it up.
        self.units.close();
        self.threads.drain(..).for_each(join);
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.file.path()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tables: Vec<_> = self.tables.iter().map(|table| table.name).collect();
        let mut shown = f.debug_struct("Options");
        shown.field("tables", &tables).field("schema", &self.migrations.len());
        shown.field("readers", &self.readers).finish_non_exhaustive()
    }
}

/// Returns what `clock` says, in whole microseconds.
pub(crate) fn instant(clock: &Clock) -> Instant {
    clock().trunc_subsecs(6)
}

fn join(thread: JoinHandle<()>) {
    // The last owner of the store may be a unit that this thread settles.
    if thread.thread().id() != thread::current().id() {
        // A thread that panicked has nothing more to finish.
        let _ = thread.join();
    }
}

fn closed() -> StoreError {
    StoreError::new("queueing", "the store is being closed")
}

/// Bounds the memory and the delay that waiting work may cost.
const QUEUE_MAX: usize = 1024;

/// Enough to keep the processors of a small server busy.
const READERS: usize = 4;

/// Lets a set of columns be one number.
const COLUMNS_MAX: usize = 64;
