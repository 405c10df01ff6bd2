//! The database file, and connections to it.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use guest_app::StoreError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::migrate;
use crate::tx::{failure, while_doing};

/// The database file, and what a connection to it has to find there.
pub(crate) struct DbFile {
    path: PathBuf,
    schema: usize,
}

impl DbFile {
    pub(crate) fn new(path: PathBuf, schema: usize) -> Self {
        Self { path, schema }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Connects for writing to a database that exists.
    pub(crate) fn write(&self) -> Result<Connection, StoreError> {
        let conn = connect(&self.path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        conn.execute_batch(WRITER).map_err(|error| failure(OPENING, error))?;
        self.checked(conn)
    }

    /// Connects for reading to a database that exists.
    pub(crate) fn read(&self) -> Result<Connection, StoreError> {
        let conn = connect(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        conn.execute_batch(READER).map_err(|error| failure(OPENING, error))?;
        self.checked(conn)
    }

    fn checked(&self, conn: Connection) -> Result<Connection, StoreError> {
        let found = migrate::version(&conn)?;
        if found == self.schema {
            return Ok(conn);
        }
        let wanted = self.schema;
        Err(StoreError::new(OPENING, format!("it has schema {found}, this program uses {wanted}")))
    }
}

/// A connection to the file that is made anew when it was dropped, or when
/// another file has taken the place of the one it is connected to.
pub(crate) struct Link {
    file: Arc<DbFile>,
    connect: fn(&DbFile) -> Result<Connection, StoreError>,
    conn: Option<(Connection, Identity)>,
    made: u64,
}

impl Link {
    pub(crate) fn writing(file: Arc<DbFile>) -> Self {
        Self { file, connect: DbFile::write, conn: None, made: 0 }
    }

    pub(crate) fn reading(file: Arc<DbFile>) -> Self {
        Self { file, connect: DbFile::read, conn: None, made: 0 }
    }

    /// Returns a connection to the file that is there now.
    ///
    /// # Errors
    ///
    /// Returns why there is none. Work done on a connection to a file that was
    /// removed would be lost: `SQLite` does not notice by itself.
    pub(crate) fn conn(&mut self) -> Result<&Connection, StoreError> {
        let found = identity(&self.file.path).map_err(while_doing(OPENING))?;
        let conn = match self.conn.take() {
            Some((conn, same)) if same == found => conn,
            Some(_) | None => {
                self.made += 1;
                (self.connect)(&self.file)?
            }
        };
        Ok(&self.conn.insert((conn, found)).0)
    }

    /// Returns the number of connections made so far.
    pub(crate) fn made(&self) -> u64 {
        self.made
    }

    /// Moves the log into the database, as far as that works.
    pub(crate) fn empty_log(&self) {
        if let Some((conn, _)) = &self.conn {
            // This is an attempt at recovery; the failure itself was reported.
            let _ = conn.execute_batch("PRAGMA wal_checkpoint(PASSIVE)");
        }
    }

    /// Closes the connection, which can no longer be trusted.
    pub(crate) fn drop_conn(&mut self) {
        self.conn = None;
    }
}

/// Opens the file at `path` for writing, making or upgrading the database as needed.
pub(crate) fn prepare(path: &Path, migrations: &[&str]) -> Result<(), StoreError> {
    create(path).map_err(while_doing("creating the database file"))?;
    let mut tries = 0;
    loop {
        let prepared = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE).and_then(|mut conn| {
            conn.execute_batch(WRITER).map_err(|error| failure(OPENING, error))?;
            migrate::to_latest(&mut conn, migrations)
        });
        tries += 1;
        match prepared {
            // Another process may be making or upgrading it right now.
            Err(error) if error.is_busy() && tries < OPEN_TRIES => thread::sleep(OPEN_AGAIN),
            prepared => return prepared,
        }
    }
}

/// Makes an empty file that only its owner can use, if there is none.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes a rename in the folder of `path` durable.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if cfg!(unix) { File::open(folder.unwrap_or(Path::new(".")))?.sync_all() } else { Ok(()) }
}

/// Connects to a file that exists, whatever it is.
pub(crate) fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let open = || {
        let conn = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        conn.busy_handler(Some(be_patient))?;
        conn.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
        // Otherwise some statements are planned anew with each new value.
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        Ok(conn)
    };
    open().map_err(|error| failure(OPENING, error))
}

/// What tells a file from another at the same path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Identity(u64, u64);

#[cfg(unix)]
pub(crate) fn identity(path: &Path) -> io::Result<Identity> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).map(|found| Identity(found.dev(), found.ino()))
}

/// Elsewhere a file that is open cannot be replaced.
#[cfg(not(unix))]
pub(crate) fn identity(path: &Path) -> io::Result<Identity> {
    fs::metadata(path).map(|_| Identity(0, 0))
}

/// Waits for other processes' transactions; shortly each time, since `SQLite`'s
/// own growing pauses would let a busy process starve the others.
fn be_patient(tries: i32) -> bool {
    thread::sleep(BUSY_PAUSE);
    tries < BUSY_TRIES
}

/// Commits are durable when they return (`synchronous`). The log may grow to
/// 80 MB before it is moved into the database, which keeps the slowest
/// commits short; afterwards no more than that stays on disk. The cache is
/// small because each commit looks through all of it.
const WRITER: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 20000;
    PRAGMA journal_size_limit = 83886080;
    PRAGMA cache_size = -8192;
    PRAGMA temp_store = MEMORY;
";

const READER: &str = "
    PRAGMA cache_size = -16384;
    PRAGMA temp_store = MEMORY;
    PRAGMA query_only = ON;
";

const OPENING: &str = "opening the database";

/// A few dozen tables times a few shapes each.
const STATEMENTS_MAX: usize = 512;

const BUSY_PAUSE: Duration = Duration::from_millis(2);

/// Waits for about five seconds.
const BUSY_TRIES: i32 = 2500;

const OPEN_AGAIN: Duration = Duration::from_millis(50);

const OPEN_TRIES: u32 = 100;
