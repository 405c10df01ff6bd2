//! Keeps guest access in one `SQLite` file.
//!
//! `SQLite` has a single writer, so the store has a single writing thread. It
//! takes every unit of work that is waiting, runs each inside its own
//! savepoint, and makes them all durable with one commit: callers who arrive
//! together share one flush to disk. Queries run on threads of their own, each
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

mod backup;
mod file;
mod migrate;
mod queue;
mod reader;
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
