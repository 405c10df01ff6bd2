//! Copies of a database, and putting one in its place (QU-27).

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use guest_app::StoreError;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::file::{connect, create, identity, sync_folder};
use crate::migrate;
use crate::tx::{failure, while_doing};

/// Writes a copy of everything committed in the database `from` to the file
/// `to`, replacing it; other processes may go on using the database.
///
/// The copy is one moment of the database, complete in one file.
///
/// # Errors
///
/// Returns [`StoreError`] if no sound copy could be made; `to` is as it was then.
pub fn backup(from: &Path, to: &Path) -> Result<(), StoreError> {
    copy(from, to, |_| Ok(()))
}

/// Puts a copy of the database `from` in the place of the database `to`, which nobody may use.
///
/// `from` stays as it is. `migrations` are those that this program knows: a
/// database with fewer is upgraded when it is next opened.
///
/// # Errors
///
/// Returns [`StoreError`] if `from` is not a sound database of guest access,
/// if it was made by a newer version, or if `to` is in use. The database `to`
/// is as it was then.
pub fn restore(from: &Path, to: &Path, migrations: &[&str]) -> Result<(), StoreError> {
    let recognize = |conn: &Connection| migrate::recognize(conn, migrations.len());
    recognize(&connect(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?)?;
    copy(from, to, |part| {
        recognize(&connect(part, OpenFlags::SQLITE_OPEN_READ_ONLY)?)?;
        retire(to)
    })
}

/// Looks for damage in the database at `path`, and describes what it finds.
///
/// # Errors
///
/// Returns [`StoreError`] if the file cannot be read as a database at all.
pub fn check(path: &Path) -> Result<Vec<String>, StoreError> {
    let conn = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut found = problems(&conn).map_err(|error| failure(CHECKING, error))?;
    if let Err(error) = migrate::recognize(&conn, usize::MAX) {
        let source = std::error::Error::source(&error);
        found.extend(source.map(ToString::to_string));
    }
    Ok(found)
}

/// Copies `from` to a new file beside `to`, and once that is sound and
/// `finished`, moves it into place.
fn copy(
    from: &Path,
    to: &Path,
    finished: impl FnOnce(&Path) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let same = identity(from).map_err(about(COPYING, from))?;
    if identity(to).is_ok_and(|there| there == same) {
        return Err(StoreError::new(COPYING, "a database cannot be copied onto itself"));
    }
    let part = Part::new(to)?;
    fill(from, &part.0)?;
    finished(&part.0)?;
    let place = || {
        File::open(&part.0)?.sync_all()?;
        fs::rename(&part.0, to)?;
        sync_folder(to)
    };
    place().map_err(about("putting the copy in its place", to))
}

/// Describes a failure to do something with the file at `path`.
fn about(doing: &'static str, path: &Path) -> impl Fn(io::Error) -> StoreError {
    move |error| StoreError::new(doing, format!("{}: {error}", path.display()))
}

fn fill(from: &Path, part: &Path) -> Result<(), StoreError> {
    let source = connect(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut copy = connect(part, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let step = Backup::new(&source, &mut copy)
        // In one step: otherwise it starts again with each commit in between.
        .and_then(|backup| backup.step(-1))
        .map_err(|error| failure(COPYING, error))?;
    if step != StepResult::Done {
        return Err(StoreError::busy());
    }
    // Everything in one file, without a log beside it.
    one_file(&copy).map_err(|error| failure(COPYING, error))?;
    match problems(&copy).map_err(|error| failure(CHECKING, error))?.first() {
        None => Ok(()),
        Some(problem) => Err(StoreError::new(CHECKING, problem.clone())),
    }
}

/// Has nobody use the database at `path`, and takes its log away, so that no
/// other database is ever read with it.
fn retire(path: &Path) -> Result<(), StoreError> {
    if !fs::exists(path).map_err(while_doing(RETIRING))? {
        return Ok(());
    }
    let closed = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
        .and_then(|conn| one_file(&conn).map_err(|error| failure(RETIRING, error)));
    match closed {
        Err(error) if error.is_busy() => {
            return Err(StoreError::new(RETIRING, "it is in use: stop the server first"));
        }
        // What cannot be read is replaced, log and all.
        Ok(()) | Err(_) => {}
    }
    for suffix in ["-wal", "-shm"] {
        let beside = beside(path, suffix);
        if fs::exists(&beside).map_err(while_doing(RETIRING))? {
            fs::remove_file(&beside).map_err(while_doing(RETIRING))?;
        }
    }
    Ok(())
}

/// Moves the log into the database and has none from now on, which takes being alone.
fn one_file(conn: &Connection) -> rusqlite::Result<()> {
    conn.busy_handler(None)?;
    let mode: String = conn.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get(0))?;
    if mode == "delete" { Ok(()) } else { Err(busy()) }
}

fn busy() -> rusqlite::Error {
    let code = rusqlite::ffi::Error { code: ErrorCode::DatabaseBusy, extended_code: 5 };
    rusqlite::Error::SqliteFailure(code, None)
}

fn problems(conn: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut check = conn.prepare("PRAGMA integrity_check")?;
    let lines = check.query_map([], |row| row.get(0))?;
    lines.filter(|line| !matches!(line, Ok(line) if line == "ok")).collect()
}

/// A file that goes away unless it was moved into place.
struct Part(PathBuf);

impl Part {
    fn new(to: &Path) -> Result<Self, StoreError> {
        let part = Self(beside(to, &format!(".part-{}", std::process::id())));
        part.remove();
        create(&part.0).map_err(about(COPYING, to))?;
        Ok(part)
    }

    fn remove(&self) {
        for suffix in ["", "-journal", "-wal", "-shm"] {
            // There is most often nothing to remove.
            let _ = fs::remove_file(beside(&self.0, suffix));
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.remove();
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

const COPYING: &str = "copying the database";

const CHECKING: &str = "checking the database";

const RETIRING: &str = "replacing the database";
