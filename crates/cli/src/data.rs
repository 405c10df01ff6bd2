//! The data directory: the database, and the server's own key.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use data_encoding::HEXLOWER_PERMISSIVE;
use guest_core::MacKey;
use guest_store_sqlite::{Clock, Options, SqliteStore};

use crate::entropy;
use crate::failure::Failure;

/// The data directory.
///
/// ```text
/// DIR/guest.db        everything, in one database
/// DIR/keys/mac.key    what links and sign-in codes are derived from (GA-19)
/// DIR/server.json     what a server leaves for commands beside it
/// DIR/server.lock     held by the servers that run here
/// ```
#[derive(Clone, Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
}

/// What to do where the server's own key is missing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum NewKeys {
    /// Draw one for a new database only: links that were mailed would stop working.
    ForNewDatabase,
    /// Draw one.
    Wanted,
}

impl DataDir {
    /// Names the data directory, whether or not it is there.
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.path.join("guest.db")
    }

    pub(crate) fn key_file(&self) -> PathBuf {
        self.path.join("keys").join("mac.key")
    }

    /// Returns whether there is a database.
    pub(crate) fn has_database(&self) -> bool {
        // A file without content is what a crash at the very beginning leaves.
        fs::metadata(self.database()).is_ok_and(|found| found.len() > 0)
    }

    /// Opens the database and reads the key, making both where there is neither.
    ///
    /// # Errors
    ///
    /// Returns what stands in the way, and what to do about it.
    pub(crate) fn open_or_make(
        &self,
        clock: Clock,
        new_keys: NewKeys,
    ) -> Result<(Arc<SqliteStore>, MacKey), Failure> {
        make_private_folder(&self.path)?;
        // First the key: a database without one is a database that lost it.
        let key = self.key(new_keys)?;
        let store = SqliteStore::open(&self.database(), &Options::of_guest(clock))?;
        Ok((Arc::new(store), key))
    }

    /// Opens the database that is there, for a single command.
    ///
    /// # Errors
    ///
    /// Returns what stands in the way, and what to do about it.
    pub(crate) fn open(&self, clock: Clock) -> Result<(Arc<SqliteStore>, MacKey), Failure> {
        self.require_database()?;
        let key = self.key(NewKeys::ForNewDatabase)?;
        let options = Options { readers: 1, ..Options::of_guest(clock) };
        Ok((Arc::new(SqliteStore::open(&self.database(), &options)?), key))
    }

    /// Requires that there is a database.
    ///
    /// # Errors
    ///
    /// Returns how to come to one.
    pub(crate) fn require_database(&self) -> Result<(), Failure> {
        if self.has_database() {
            return Ok(());
        }
        Err(Failure::Broken(format!(
            "there is no database in {}: name the data directory with --data, \
             or make a team with `guest init`",
            self.path.display()
        )))
    }

    /// Reads the server's own key, or draws it.
    ///
    /// # Errors
    ///
    /// Returns that it is lost or cannot be used, and what to do about it.
    pub(crate) fn key(&self, new_keys: NewKeys) -> Result<MacKey, Failure> {
        let path = self.key_file();
        match read_key(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            read => return read.map_err(|error| unusable(&path, &error)),
        }
        if self.has_database() && new_keys == NewKeys::ForNewDatabase {
            return Err(Failure::Broken(format!(
                "the key in {} is missing: the links that guests have are made with it. Put it \
                 back from a backup made with --with-keys. If it is lost, `guest serve --new-keys` \
                 draws another; guests then need new mails, by `guest invite resend`",
                path.display()
            )));
        }
        self.make_key().map_err(|error| unusable(&path, &error))
    }

    /// Draws the server's own key; never in the place of another.
    fn make_key(&self) -> io::Result<MacKey> {
        let mut bits = [0; 32];
        entropy::fill(&mut bits);
        let text = format!("{}\n", HEXLOWER_PERMISSIVE.encode(&bits));
        let path = self.key_file();
        match write_private(&path, text.as_bytes()) {
            // Another process was quicker.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => read_key(&path),
            written => written.map(|()| MacKey::new(bits)),
        }
    }
}

/// Makes a folder that only its owner can look into, if there is none.
pub(crate) fn make_private_folder(path: &Path) -> Result<(), Failure> {
    private_folder(path)
        .map_err(|error| Failure::doing(&format!("cannot make {}", path.display()), &error))
}

/// Reads a key file.
pub(crate) fn read_key(path: &Path) -> io::Result<MacKey> {
    let text = fs::read_to_string(path)?;
    let bits = HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).ok();
    let bits = bits.and_then(|bits| bits.try_into().ok());
    bits.map(MacKey::new).ok_or_else(|| io::Error::other("it does not hold 64 hexadecimal digits"))
}

/// Writes a file that only its owner can read, whole or not at all, and never over another.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let aside = write_aside(path, bytes)?;
    let linked = fs::hard_link(&aside, path);
    fs::remove_file(&aside)?;
    linked
}

/// Writes a file that only its owner can read, whole or not at all, in the place of any other.
pub(crate) fn replace_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::rename(write_aside(path, bytes)?, path)
}

fn write_aside(path: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        private_folder(folder)?;
    }
    let mut aside = path.as_os_str().to_owned();
    aside.push(format!(".part-{}", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&aside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(aside.into())
}

fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn unusable(path: &Path, error: &io::Error) -> Failure {
    Failure::doing(&format!("cannot use the key in {}", path.display()), error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ga_19_the_key_is_kept_beside_the_database_for_its_owner_only() {
        let (_folder, data) = data();
        open(&data, NewKeys::ForNewDatabase).unwrap();
        let text = fs::read_to_string(data.key_file()).unwrap();
        assert_eq!(text.trim().len(), 64);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&data.key_file()), 0o600);
            assert_eq!(mode(data.key_file().parent().unwrap()), 0o700);
            assert_eq!(mode(data.path()), 0o700);
            assert_eq!(mode(&data.database()), 0o600);
        }
        open(&data, NewKeys::Wanted).unwrap();
        assert_eq!(fs::read_to_string(data.key_file()).unwrap(), text, "never overwritten");
    }

    #[test]
    fn ga_19_a_lost_key_is_not_quietly_replaced() {
        let (_folder, data) = data();
        open(&data, NewKeys::ForNewDatabase).unwrap();
        fs::remove_file(data.key_file()).unwrap();
        let refused = open(&data, NewKeys::ForNewDatabase).unwrap_err();
        assert!(refused.words(false).unwrap().contains("--new-keys"), "{refused:?}");
        assert!(!data.key_file().exists());
        open(&data, NewKeys::Wanted).unwrap();
        assert!(data.key_file().exists());
    }

    #[test]
    fn a_key_that_is_none_is_said_to_be_none() {
        let (_folder, data) = data();
        write_private(&data.key_file(), b"not hexadecimal").unwrap();
        let refused = open(&data, NewKeys::ForNewDatabase).unwrap_err();
        assert!(refused.words(false).unwrap().contains("64 hexadecimal digits"), "{refused:?}");
    }

    #[test]
    fn a_file_is_never_written_over_another() {
        let (_folder, data) = data();
        write_private(&data.key_file(), b"one").unwrap();
        let again = write_private(&data.key_file(), b"two").unwrap_err();
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(data.key_file()).unwrap(), b"one");
        let left = fs::read_dir(data.key_file().parent().unwrap()).unwrap().count();
        assert_eq!(left, 1, "nothing is left beside");
    }

    fn open(data: &DataDir, new_keys: NewKeys) -> Result<(), Failure> {
        data.open_or_make(Arc::new(crate::clock::wall), new_keys).map(drop)
    }

    fn data() -> (tempfile::TempDir, DataDir) {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::new(&folder.path().join("data"));
        (folder, data)
    }
}
