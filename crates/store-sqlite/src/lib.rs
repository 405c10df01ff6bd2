//! Keeps guest access in one `SQLite` file.
//!
//! `SQLite` has a single writer, so the store has a single writing thread. It
//! takes every unit of work that is waiting, runs them one after another, and
//! makes them all durable with one commit: callers who arrive together share
//! one flush to disk, and one that is undone does not undo the others. Queries run on threads of their own, each
//! in one read transaction, and never wait for the writer.
//!
//! Several processes may use one file at a time: a transaction takes the
//! file's write lock, and commits by others are noticed by the file's version.
//!
//! When the database fails (a full disk, an I/O error, a lost lock), the units
//! at hand are undone and settled with the error; the next ones try again, on
//! a new connection where the old one can no longer be trusted.
//!
//! The tables are those that [`guest_app`] describes, and the SQL is generated
//! from their description, once: the hot path formats no text.
//!
//! ```
//! use std::sync::Arc;
//! use guest_store_sqlite::{Options, SqliteStore};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let noon = chrono::DateTime::from_timestamp(1_767_614_400, 0).unwrap_or_default();
//! let clock = Arc::new(move || noon); // The wall clock, in a program.
//! let store = SqliteStore::open(&folder.path().join("guest.db"), &Options::of_guest(clock))?;
//! store.backup(&folder.path().join("guest.bak"))?;
//! # Ok(())
//! # }
//! ```

mod backup;
mod file;
mod migrate;
mod queue;
mod reader;
mod seen;
mod sql;
mod stats;
mod store;
mod tx;
mod wakes;
mod writer;

pub use backup::{backup, check, restore};
pub use sql::schema_sql;
pub use stats::StoreStats;
pub use store::{Clock, Options, SqliteStore};

/// The SQL that made and changed the schema, one text for each schema version.
///
/// Those that were released never change: databases made by them exist.
pub const MIGRATIONS: &[&str] = &[include_str!("migrations/0001.sql")];
