//! `guest backup` and `guest restore` (QU-27).

mod revocations;

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::Args;
use guest_app::Revocation;
use guest_store_sqlite::MIGRATIONS;
use serde_json::json;

use self::revocations::Amended;
use super::Common;
use crate::clock;
use crate::config::Settings;
use crate::data::{self, DataDir, NewKeys, read_key, replace_private};
use crate::failure::Failure;
use crate::out::{Column, Out, note};

/// Copy the database to a file, while the server runs
#[derive(Args, Debug)]
pub(crate) struct Backup {
    /// The file; a backup that is there is replaced
    file: PathBuf,

    /// Copy the server's own key as well, to FILE.mac.key: with both, links work
    #[arg(long)]
    with_keys: bool,
}

/// Put a copy in the place of the database, while no server runs
///
/// The key comes from FILE.mac.key where a backup with keys left one. What is
/// replaced is kept beside. Users whom it knows to be revoked are revoked again.
#[derive(Args, Debug)]
pub(crate) struct Restore {
    /// The file that `guest backup` wrote
    file: PathBuf,

    /// Draw new keys where they are lost; links mailed so far stop working
    #[arg(long)]
    new_keys: bool,

    /// Where the revocations since the backup are known from: a database, or what
    /// `guest user list --all --json` printed [default: the database that is replaced]
    #[arg(long, value_name = "FILE")]
    revocations: Option<PathBuf>,
}

impl Backup {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let settings = Settings::require(common.given(), common.config.as_deref())?;
        let data = DataDir::new(&settings.data.value);
        data.require_database()?;
        require_replaceable(&self.file)?;
        guest_store_sqlite::backup(&data.database(), &self.file)?;
        let keys = if self.with_keys {
            let (from, to) = (data.key_file(), beside(&self.file, KEY));
            read_key(&from)
                .and_then(|_| replace_private(&to, &fs::read(&from)?))
                .map_err(|error| Failure::doing("cannot copy the key", &error))?;
            Some(to.display().to_string())
        } else {
            None
        };
        let report = json!({ "file": self.file.display().to_string(), "keys": keys });
        Out::new(common.json).thing(&report, BACKED_UP)
    }
}

/// Refuses to put a backup in the place of something else.
fn require_replaceable(file: &Path) -> Result<(), Failure> {
    let mut head = [0; DATABASE.len()];
    let read = fs::File::open(file).and_then(|mut there| there.read_exact(&mut head));
    match read {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Ok(()) if head == *DATABASE => Ok(()),
        Ok(()) | Err(_) => Err(Failure::Broken(format!(
            "{} is there and is no backup: name a file that is not there, or another backup",
            file.display()
        ))),
    }
}

impl Restore {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let settings = Settings::require(common.given(), common.config.as_deref())?;
        let data = DataDir::new(&settings.data.value);
        let key = beside(&self.file, KEY);
        let has_key = exists(&key)?;
        if !has_key && !exists(&data.key_file())? && !self.new_keys {
            return Err(Failure::Broken(format!(
                "there is no key, neither {} nor {}: the links that guests have are made with it. \
                 If it is lost, --new-keys draws another; guests then need new mails, by \
                 `guest invite resend`",
                key.display(),
                data.key_file().display(),
            )));
        }
        data::make_private_folder(data.path())?;
        let known = self.known(&data, &settings)?;
        let amended = match known.as_deref() {
            Some([_, ..]) => Some(Amended::of(
                &self.file,
                known.as_deref().unwrap_or_default(),
                &data.database(),
                &settings,
            )?),
            Some([]) | None => None,
        };
        let source = amended.as_ref().map_or(self.file.as_path(), Amended::path);
        let replaced = keep_aside(&data.database())?;
        if let Err(error) = guest_store_sqlite::restore(source, &data.database(), MIGRATIONS) {
            if let Some(replaced) = &replaced {
                // The original is still there; a copy too many does no harm.
                let _ = fs::remove_file(replaced);
            }
            return Err(error.into());
        }
        if has_key {
            install_key(&key, &data.key_file())
                .map_err(|error| Failure::doing("cannot put the key in its place", &error))?;
        }
        data.key(if self.new_keys { NewKeys::Wanted } else { NewKeys::ForNewDatabase })?;
        let report = json!({
            "database": data.database().display().to_string(),
            "replaced": replaced.map(|replaced| replaced.display().to_string()),
            "keys": if has_key { "restored" } else if self.new_keys { "new" } else { "kept" },
            "revocations_known": known.is_some(),
            "revoked_again": amended.as_ref().map_or(&[][..], |amended| &amended.outcome.again),
            "still_active": amended.as_ref().map_or(&[][..], |amended| &amended.outcome.left),
        });
        if known.is_none() {
            note(UNKNOWN)?;
        }
        if amended.is_some_and(|amended| !amended.outcome.left.is_empty()) {
            note(LEFT)?;
        }
        Out::new(common.json).thing(&report, RESTORED)
    }

    /// Returns the revocations that the backup may not know of; `None` if nobody can tell (OR-9).
    fn known(
        &self,
        data: &DataDir,
        settings: &Settings,
    ) -> Result<Option<Vec<Revocation>>, Failure> {
        if let Some(file) = &self.revocations {
            return revocations::read(file, &data.database(), settings).map(Some);
        }
        if !data.has_database() {
            return Ok(None);
        }
        // One that is damaged may be why there is something to restore.
        Ok(revocations::in_database(&data.database(), &data.database(), settings).ok())
    }
}

/// Removes a database, with what may be beside it.
fn remove_database(database: &Path) {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        // There is most often nothing to remove.
        let _ = fs::remove_file(beside(database, suffix));
    }
}

/// Copies the database that is about to be replaced; as it is, should it be damaged.
fn keep_aside(database: &Path) -> Result<Option<PathBuf>, Failure> {
    if !exists(database)? {
        return Ok(None);
    }
    let now = clock::wall().format("%Y%m%dT%H%M%S");
    let aside = beside(database, &format!(".replaced-{now}"));
    if guest_store_sqlite::backup(database, &aside).is_err() {
        fs::copy(database, &aside)
            .map_err(|error| Failure::doing("cannot keep the database that is there", &error))?;
    }
    Ok(Some(aside))
}

/// Puts a key in its place, and keeps another one that is there.
fn install_key(from: &Path, to: &Path) -> io::Result<()> {
    read_key(from)?;
    let key = fs::read(from)?;
    match fs::read(to) {
        Ok(there) if there == key => return Ok(()),
        Ok(there) => {
            let now = clock::wall().format("%Y%m%dT%H%M%S");
            replace_private(&beside(to, &format!(".replaced-{now}")), &there)?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    replace_private(to, &key)
}

fn exists(path: &Path) -> Result<bool, Failure> {
    fs::exists(path)
        .map_err(|error| Failure::doing(&format!("cannot look for {}", path.display()), &error))
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// How a database of `SQLite` begins.
const DATABASE: &[u8; 16] = b"SQLite format 3\0";

/// What the key is called beside a backup.
const KEY: &str = ".mac.key";

const BACKED_UP: &[Column] = &[Column::new("Backup", "/file"), Column::new("Key", "/keys")];

const RESTORED: &[Column] = &[
    Column::new("Restored", "/database"),
    Column::new("Replaced, kept as", "/replaced"),
    Column::new("Key", "/keys"),
    Column::new("Revoked again", "/revoked_again"),
    Column::new("Still active", "/still_active"),
];

/// What is said where revocations may be lost.
const UNKNOWN: &str = "nobody can tell who was revoked since the backup: those users are active \
    again, unless --revocations FILE says who they are";

/// What is said where a revocation would leave a team without an owner.
const LEFT: &str = "who is still active was revoked since the backup, but is the last owner in \
    it: make somebody else an owner with `guest user owner`, and revoke them";
