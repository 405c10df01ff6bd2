//! Bringing a database to this program's schema.

use guest_app::StoreError;
use rusqlite::{Connection, TransactionBehavior};
use rusqlite_migration::{M, Migrations};

use crate::tx::{failure, while_doing};

/// Applies the migrations that the database has not seen; an empty file becomes a database.
///
/// # Errors
///
/// Returns [`StoreError`] if the file is not ours, was made by a newer version, or cannot be changed.
pub(crate) fn to_latest(conn: &mut Connection, migrations: &[&str]) -> Result<(), StoreError> {
    claim(conn)?;
    let known = migrations.len();
    if version(conn)? > known {
        return refuse_newer(version(conn)?, known);
    }
    conn.set_transaction_behavior(TransactionBehavior::Immediate);
    let steps = Migrations::new(migrations.iter().map(|sql| M::up(sql)).collect());
    match steps.to_latest(conn) {
        Ok(()) => Ok(()),
        // Another process was quicker.
        Err(_) if version(conn)? == known => Ok(()),
        Err(rusqlite_migration::Error::RusqliteError { err, .. }) => Err(failure(UPGRADING, err)),
        Err(error) => Err(StoreError::new(UPGRADING, error)),
    }
}

/// Checks that the database is one of ours, and not of a newer version.
///
/// # Errors
///
/// Returns [`StoreError`] saying what it is instead.
pub(crate) fn recognize(conn: &Connection, known: usize) -> Result<(), StoreError> {
    if application(conn)? != APPLICATION {
        return Err(StoreError::new(READING, NOT_OURS));
    }
    match version(conn)? {
        0 => Err(StoreError::new(READING, "the database is empty")),
        found if found > known => refuse_newer(found, known),
        _ => Ok(()),
    }
}

/// Returns the number of migrations that were applied.
pub(crate) fn version(conn: &Connection) -> Result<usize, StoreError> {
    let found: i64 = number(conn, "PRAGMA user_version")?;
    usize::try_from(found).map_err(while_doing(READING))
}

/// Makes an empty database ours.
fn claim(conn: &mut Connection) -> Result<(), StoreError> {
    if application(conn)? == APPLICATION {
        return Ok(());
    }
    // Another process may be about to do the same.
    let transaction = conn
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(|error| failure(CREATING, error))?;
    let things = number(&transaction, "SELECT count(*) FROM sqlite_schema")?;
    match application(&transaction)? {
        APPLICATION => return Ok(()),
        0 if things == 0 && version(&transaction)? == 0 => {}
        _ => return Err(StoreError::new(READING, NOT_OURS)),
    }
    transaction
        .pragma_update(None, "application_id", APPLICATION)
        .and_then(|()| transaction.commit())
        .map_err(|error| failure(CREATING, error))
}

fn refuse_newer(found: usize, known: usize) -> Result<(), StoreError> {
    let reason = format!(
        "the database was made by a newer version (schema {found}, this program knows {known}): \
         upgrade guest"
    );
    Err(StoreError::new("opening the database", reason))
}

fn application(conn: &Connection) -> Result<i64, StoreError> {
    number(conn, "PRAGMA application_id")
}

fn number(conn: &Connection, sql: &str) -> Result<i64, StoreError> {
    conn.query_row(sql, [], |row| row.get(0)).map_err(|error| failure(READING, error))
}

/// Marks a file as a database of guest access: `gues` in ASCII.
const APPLICATION: i64 = 0x6775_6573;

const READING: &str = "reading the database's description";

const CREATING: &str = "creating the database";

const UPGRADING: &str = "upgrading the database";

const NOT_OURS: &str = "the file is not a database of guest";
