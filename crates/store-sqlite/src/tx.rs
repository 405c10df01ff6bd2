//! Units and queries against `SQLite`.

use std::error::Error;

use guest_app::{Row, Scan, StoreError, Table, Tx, Value, View};
use guest_core::Instant;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, ToSql};

use crate::seen::{Question, Seen};
use crate::sql::{Statements, TableSql};

/// The statements between the beginning and the end of one unit or query.
pub(crate) struct SqliteTx<'a> {
    conn: &'a Connection,
    statements: &'a mut Statements,
    /// What the units of a transaction share; a query is alone.
    seen: Option<&'a mut Seen>,
    now: Instant,
    undo: Undo,
    wrote: bool,
    failed: Option<Failure>,
}

/// What undoes a unit that has written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Undo {
    /// The end of the transaction, which undoes its neighbours as well.
    Transaction,
    /// A savepoint of its own, for which `SQLite` copies every page before the unit's first change.
    Savepoint,
}

/// Something went wrong in a unit.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// A statement was refused because of what it asks for.
    Statement(StoreError),
    /// The database failed, and nobody's work in this transaction can be kept.
    Database(StoreError),
}

impl<'a> SqliteTx<'a> {
    pub(crate) fn new(
        conn: &'a Connection,
        statements: &'a mut Statements,
        seen: Option<&'a mut Seen>,
        now: Instant,
        undo: Undo,
    ) -> Self {
        Self { conn, statements, seen, now, undo, wrote: false, failed: None }
    }

    /// Returns whether there is something to undo, and the first failure, if there was one.
    pub(crate) fn finish(self) -> (bool, Option<Failure>) {
        (self.wrote, self.failed)
    }

    /// Prepares for a change of a table.
    fn mark(&mut self, table: &Table) -> Result<(), Trouble> {
        if let Some(seen) = &mut self.seen {
            seen.forget(table);
        }
        if !self.wrote && self.undo == Undo::Savepoint {
            execute(self.conn, MARK)?;
        }
        self.wrote = true;
        Ok(())
    }

    fn note<T>(
        &mut self,
        doing: &'static str,
        result: Result<T, Trouble>,
    ) -> Result<T, StoreError> {
        result.map_err(|trouble| {
            let failure = trouble.while_doing(doing);
            let error = failure.error();
            // A database that failed outweighs a statement that did.
            if !matches!(self.failed, Some(Failure::Database(_))) {
                self.failed = match (self.failed.take(), failure) {
                    (Some(first), Failure::Statement(_)) => Some(first),
                    (_, failure) => Some(failure),
                };
            }
            error
        })
    }

    fn sql(&mut self, table: &Table) -> Result<(&'a Connection, &mut TableSql), Trouble> {
        self.statements.of(table).map(|sql| (self.conn, sql)).ok_or(Trouble::Misuse(NO_TABLE))
    }

    fn select(&mut self, table: &Table, key: &[Value]) -> Result<Option<Row>, Trouble> {
        let (conn, sql) = self.sql(table)?;
        let mut statement = bound(conn.prepare_cached(&sql.read)?, key)?;
        let mut rows = statement.raw_query();
        rows.next()?.map(|row| decode(row, table.columns.len())).transpose()
    }

    fn select_many(&mut self, scan: &Scan<'_>) -> Result<Vec<Row>, Trouble> {
        if scan.prefix.len() > scan.order().count() {
            return Err(Trouble::Misuse("the prefix is longer than the order"));
        }
        let (conn, sql) = self.sql(scan.table)?;
        let mut statement = conn.prepare_cached(sql.scan(scan))?;
        let limit = Value::Int(i64::try_from(scan.limit).unwrap_or(i64::MAX));
        let values = scan.prefix.iter().chain(&scan.from).chain(&scan.until).chain([&limit]);
        statement = bound(statement, values)?;
        let mut rows = statement.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(decode(row, scan.table.columns.len())?);
        }
        Ok(found)
    }

    fn store(&mut self, table: &Table, row: &[Value]) -> Result<(), Trouble> {
        self.mark(table)?;
        if table.indexes.is_empty() || table.key == table.columns.len() {
            let (conn, sql) = self.sql(table)?;
            return run(conn.prepare_cached(&sql.upsert)?, row).map(drop);
        }
        let (conn, sql) = self.sql(table)?;
        if run(conn.prepare_cached(&sql.insert_new)?, row)? > 0 {
            return Ok(());
        }
        // An update touches every index that has one of the columns it sets,
        // whether or not their values differ: set only those that do.
        let key = row.get(..table.key).unwrap_or_default();
        let changed = self.difference(table, key, row)?;
        if changed == 0 {
            return Ok(());
        }
        let (conn, sql) = self.sql(table)?;
        let statement = conn.prepare_cached(sql.update(changed))?;
        let set = row.iter().enumerate().filter(|(column, _)| changed >> column & 1 == 1);
        run(statement, set.map(|(_, value)| value).chain(key)).map(drop)
    }

    /// Returns the set of columns in which `row` differs from the one stored.
    fn difference(&mut self, table: &Table, key: &[Value], row: &[Value]) -> Result<u64, Trouble> {
        let (conn, sql) = self.sql(table)?;
        let mut statement = bound(conn.prepare_cached(&sql.read)?, key)?;
        let mut rows = statement.raw_query();
        let mut changed = 0;
        let Some(stored) = rows.next()? else { return Ok(changed) };
        for (column, value) in row.iter().enumerate() {
            if stored.get_ref(column)? != value_ref(value) {
                changed |= 1 << column;
            }
        }
        Ok(changed)
    }

    /// Asks the database, unless one of the units in this transaction has asked the same.
    fn ask_once(
        &mut self,
        table: &'static Table,
        question: impl FnOnce() -> Question,
        ask: impl FnOnce(&mut Self) -> Result<Vec<Row>, StoreError>,
    ) -> Result<Vec<Row>, StoreError> {
        let Some(seen) = &self.seen else { return ask(self) };
        let question = question();
        if let Some(known) = seen.recall(table, &question) {
            return Ok(known.to_vec());
        }
        let found = ask(self)?;
        if let Some(seen) = &mut self.seen {
            seen.remember(table, question, &found);
        }
        Ok(found)
    }

    fn add(&mut self, table: &Table, row: &[Value]) -> Result<u64, Trouble> {
        self.mark(table)?;
        if !table.sequence || row.len() != table.columns.len() {
            return Err(Trouble::Misuse("a row that does not fit a table with numbers"));
        }
        let (conn, sql) = self.sql(table)?;
        run(conn.prepare_cached(&sql.append)?, row.iter().skip(1))?;
        Ok(conn.last_insert_rowid().cast_unsigned())
    }

    fn delete(&mut self, table: &Table, key: &[Value]) -> Result<(), Trouble> {
        self.mark(table)?;
        let (conn, sql) = self.sql(table)?;
        run(conn.prepare_cached(&sql.erase)?, key).map(drop)
    }
}

impl View for SqliteTx<'_> {
    fn now(&self) -> Instant {
        self.now
    }

    fn read(&mut self, table: &'static Table, key: &[Value]) -> Result<Option<Row>, StoreError> {
        let ask = |tx: &mut Self| {
            let found = tx.select(table, key);
            tx.note("reading a row", found).map(Vec::from_iter)
        };
        let found = self.ask_once(table, || Question::Row(key.to_vec()), ask);
        found.map(|mut rows| rows.pop())
    }

    fn scan(&mut self, scan: &Scan<'_>) -> Result<Vec<Row>, StoreError> {
        let ask = |tx: &mut Self| {
            let found = tx.select_many(scan);
            tx.note("scanning rows", found)
        };
        self.ask_once(scan.table, || Question::scan(scan), ask)
    }
}

impl Tx for SqliteTx<'_> {
    fn write(&mut self, table: &'static Table, row: &[Value]) -> Result<(), StoreError> {
        let stored = self.store(table, row);
        self.note("writing a row", stored)
    }

    fn append(&mut self, table: &'static Table, row: &[Value]) -> Result<u64, StoreError> {
        let number = self.add(table, row);
        self.note("appending a row", number)
    }

    fn erase(&mut self, table: &'static Table, key: &[Value]) -> Result<(), StoreError> {
        let erased = self.delete(table, key);
        self.note("erasing a row", erased)
    }
}

impl Failure {
    pub(crate) fn error(&self) -> StoreError {
        match self {
            Self::Statement(error) | Self::Database(error) => error.clone(),
        }
    }
}

/// What a statement came to grief on.
#[derive(Debug)]
pub(crate) enum Trouble {
    Sqlite(rusqlite::Error),
    Text(std::str::Utf8Error),
    Misuse(&'static str),
}

impl Trouble {
    fn while_doing(self, doing: &'static str) -> Failure {
        match self {
            Self::Sqlite(error) if is_about_the_statement(&error) => {
                Failure::Statement(StoreError::new(doing, error))
            }
            Self::Sqlite(error) => Failure::Database(failure(doing, error)),
            Self::Text(error) => Failure::Statement(StoreError::new(doing, error)),
            Self::Misuse(reason) => Failure::Statement(StoreError::new(doing, reason)),
        }
    }
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// Describes a failure of the database; a lock that others hold is worth another try.
pub(crate) fn failure(doing: &'static str, error: rusqlite::Error) -> StoreError {
    if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) {
        StoreError::busy()
    } else {
        StoreError::new(doing, error)
    }
}

/// Describes a failure of something else.
pub(crate) fn while_doing<E>(doing: &'static str) -> impl Fn(E) -> StoreError
where
    E: Into<Box<dyn Error + Send + Sync>>,
{
    move |error| StoreError::new(doing, error)
}

/// Executes a statement without parameters that is needed again and again.
pub(crate) fn execute(conn: &Connection, sql: &str) -> rusqlite::Result<()> {
    conn.prepare_cached(sql)?.raw_execute().map(drop)
}

/// Executes a statement and returns how many rows it changed.
fn run<'v>(
    statement: CachedStatement<'_>,
    values: impl IntoIterator<Item = &'v Value>,
) -> Result<usize, Trouble> {
    Ok(bound(statement, values)?.raw_execute()?)
}

fn bound<'c, 'v>(
    mut statement: CachedStatement<'c>,
    values: impl IntoIterator<Item = &'v Value>,
) -> Result<CachedStatement<'c>, Trouble> {
    let wanted = statement.parameter_count();
    let mut count = 0;
    for value in values {
        count += 1;
        if count <= wanted {
            statement.raw_bind_parameter(count, Bound(value))?;
        }
    }
    if count == wanted { Ok(statement) } else { Err(Trouble::Misuse(WRONG_WIDTH)) }
}

struct Bound<'a>(&'a Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(value_ref(self.0)))
    }
}

fn value_ref(value: &Value) -> ValueRef<'_> {
    match value {
        Value::Null => ValueRef::Null,
        Value::Int(number) => ValueRef::Integer(*number),
        Value::Text(text) => ValueRef::Text(text.as_bytes()),
        Value::Blob(bytes) => ValueRef::Blob(bytes),
    }
}

fn decode(row: &rusqlite::Row<'_>, columns: usize) -> Result<Row, Trouble> {
    let mut values = Vec::with_capacity(columns);
    for column in 0..columns {
        values.push(match row.get_ref(column)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => Value::Int(number),
            ValueRef::Text(text) => {
                Value::Text(str::from_utf8(text).map_err(Trouble::Text)?.to_owned())
            }
            ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
            ValueRef::Real(_) => return Err(Trouble::Misuse("a stored value is no whole number")),
        });
    }
    Ok(values)
}

/// Whether the database is fine and only this statement was not.
fn is_about_the_statement(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig)
    )
}

/// Begins what [`RELEASE`] or [`UNDO`] ends.
pub(crate) const MARK: &str = "SAVEPOINT unit";

/// Keeps what was done since [`MARK`].
pub(crate) const RELEASE: &str = "RELEASE unit";

/// Undoes what was done since [`MARK`], which stays.
pub(crate) const UNDO: &str = "ROLLBACK TO unit";

const WRONG_WIDTH: &str = "a row or key does not have its table's columns";

const NO_TABLE: &str = "the store was opened without this table";
