//! Revocations that a backup does not know of, since it was made before them (OR-9).

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use guest_app::{App, Reapplied, Revocation};
use guest_core::MacKey;
use guest_store_sqlite::{Options, SqliteStore};
use serde::Deserialize;

use super::{beside, remove_database};
use crate::clock::SteadyClock;
use crate::compose;
use crate::config::Settings;
use crate::failure::Failure;

/// Reads the revocations in a file: a database, or what `guest user list --json` printed.
///
/// # Errors
///
/// Returns that it is neither.
pub(super) fn read(
    file: &Path,
    scratch: &Path,
    settings: &Settings,
) -> Result<Vec<Revocation>, Failure> {
    let shown = file.display();
    let bytes =
        fs::read(file).map_err(|error| Failure::doing(&format!("cannot read {shown}"), &error))?;
    match bytes.trim_ascii_start().first() {
        Some(b'{' | b'[') => serde_json::from_slice::<Listed>(&bytes)
            .map(Listed::revocations)
            .map_err(|error| Failure::doing(&format!("{shown} lists no users"), &error)),
        Some(_) | None => in_database(file, scratch, settings),
    }
}

/// Reads the revocations in a database, of which only a copy is opened.
///
/// # Errors
///
/// Returns that it is none, or cannot be read.
pub(super) fn in_database(
    database: &Path,
    scratch: &Path,
    settings: &Settings,
) -> Result<Vec<Revocation>, Failure> {
    let copy = Scratch(beside(scratch, ".known"));
    guest_store_sqlite::backup(database, &copy.0)?;
    Ok(open(&copy.0, settings)?.revocations().wait()?)
}

/// What became of revocations in a database that did not know of them.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// The addresses of those who are revoked again.
    pub(super) again: Vec<String>,
    /// The addresses of those without whom their teams would have no owner.
    pub(super) left: Vec<String>,
}

/// A copy of a backup in which revocations hold, to be restored in its place.
pub(super) struct Amended {
    copy: Scratch,
    pub(super) outcome: Outcome,
}

impl Amended {
    /// Copies a backup, and revokes everybody in it who was revoked after it was made.
    ///
    /// # Errors
    ///
    /// Returns that it cannot be copied or opened.
    pub(super) fn of(
        backup: &Path,
        revocations: &[Revocation],
        scratch: &Path,
        settings: &Settings,
    ) -> Result<Self, Failure> {
        let copy = Scratch(beside(scratch, ".amended"));
        guest_store_sqlite::backup(backup, &copy.0)?;
        let app = open(&copy.0, settings)?;
        let mut outcome = Outcome::default();
        let address = |user: &guest_app::UserView| {
            user.email.as_ref().map_or_else(|| user.id.to_string(), ToString::to_string)
        };
        let mut waiting: Vec<_> = revocations.iter().collect();
        // As it came about: where all owners of the backup went, the last of them stays.
        waiting.sort_by_key(|revocation| revocation.revoked_at);
        for revocation in waiting {
            match app.reapply(revocation).wait()? {
                Reapplied::Done(user) => outcome.again.push(address(&user)),
                Reapplied::Left(user) => outcome.left.push(address(&user)),
                Reapplied::Nothing => {}
            }
        }
        Ok(Self { copy, outcome })
    }

    pub(super) fn path(&self) -> &Path {
        &self.copy.0
    }
}

/// A database that goes away when it is not needed any more.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        remove_database(&self.0);
    }
}

/// Opens a copy of a database, for reading or mending it.
fn open(copy: &Path, settings: &Settings) -> Result<App, Failure> {
    let clock = Arc::new(SteadyClock::default());
    let options = Options { readers: 1, ..Options::of_guest(Arc::clone(&clock).of_store()) };
    let store = Arc::new(SqliteStore::open(copy, &options)?);
    // No link or code is made of it.
    let key = MacKey::new([0; 32]);
    Ok(compose::app(settings, store, key, clock))
}

/// Users as `guest user list --json` prints them, in part or as a whole.
#[derive(Deserialize)]
#[serde(untagged)]
enum Listed {
    Page { data: Vec<ListedUser> },
    All(Vec<ListedUser>),
}

#[derive(Deserialize)]
struct ListedUser {
    id: guest_core::UserId,
    revoked_at: Option<chrono::DateTime<chrono::Utc>>,
}

impl Listed {
    fn revocations(self) -> Vec<Revocation> {
        let (Self::Page { data: users } | Self::All(users)) = self;
        let revoked = |user: ListedUser| {
            user.revoked_at.map(|revoked_at| Revocation { id: user.id, revoked_at })
        };
        users.into_iter().filter_map(revoked).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn or_9_revocations_are_read_from_a_list_of_users() {
        let id = guest_core::UserId::from_bits(7);
        let user =
            format!(r#"{{"id": "{id}", "name": "mia", "revoked_at": "2026-12-01T09:00:00Z"}}"#);
        let active = r#"{"id": "usr_00000000000000000000000000", "revoked_at": null}"#;
        for text in [format!("[{user}, {active}]"), format!(r#"{{"data": [{active}, {user}]}}"#)] {
            let listed: Listed = serde_json::from_str(&text).unwrap();
            let [one] = &listed.revocations()[..] else { panic!("{text}") };
            assert_eq!((one.id, one.revoked_at.timestamp()), (id, 1_796_115_600));
        }
        assert!(serde_json::from_str::<Listed>(r#"{"users": []}"#).is_err());
    }
}
