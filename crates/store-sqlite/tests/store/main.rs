//! The store against files, other processes, and failures.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "fixtures of tests")]

mod backup;
mod batches;
mod failures;
mod files;
mod processes;
mod schema;

use std::path::Path;
use std::sync::Arc;

use guest_app::{Row, Scan, Store, Table, Value};
use guest_store_sqlite::{Options, SqliteStore, schema_sql};
use guest_testkit::{PAIRS, Subject, Tables, epoch, keep, look};

mod laws {
    guest_testkit::obeys_the_laws!(super::lasting);
}

/// A store in a folder of its own that can be opened again.
fn lasting(tables: Tables) -> Subject {
    let folder = tempfile::tempdir().unwrap();
    Subject::lasting(move || open(&folder.path().join("guest.db"), tables))
}

fn open(path: &Path, tables: Tables) -> SqliteStore {
    SqliteStore::open(path, &options(tables)).unwrap()
}

fn options(tables: Tables) -> Options {
    Options::new(Arc::new(epoch), tables, migrations(&[&schema_sql(tables)]))
}

/// Migrations live as long as the program.
fn migrations(steps: &[&str]) -> &'static [&'static str] {
    let steps: Vec<&'static str> =
        steps.iter().map(|step| &*Box::leak(step.to_string().into_boxed_str())).collect();
    Box::leak(steps.into_boxed_slice())
}

fn put(store: &dyn Store, table: &'static Table, row: Row) {
    keep(store, move |tx| tx.write(table, &row).unwrap());
}

fn rows(store: &dyn Store, table: &'static Table) -> Vec<Row> {
    look(store, move |view| view.scan(&whole(table)).unwrap())
}

fn whole(table: &'static Table) -> Scan<'static> {
    let (prefix, from, until): (&[Value], _, _) = (&[], None, None);
    Scan { table, index: None, prefix, from, until, backwards: false, limit: usize::MAX }
}

fn pair(left: i64) -> Row {
    vec![Value::Int(left), text("r")]
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn why(error: &guest_app::StoreError) -> String {
    format!("{error}: {}", std::error::Error::source(error).unwrap())
}

/// Reads a number beside the store.
fn number(path: &Path, sql: &str) -> i64 {
    let conn = rusqlite::Connection::open(path).unwrap();
    conn.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// What an older version may have known.
static PAIRS_ALONE: Tables = &[&PAIRS];
