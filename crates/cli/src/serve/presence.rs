//! Whether other servers run on the same data directory.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use guest_app::App;

use crate::failure::{Failure, chain};

/// Kept for as long as a server runs on a data directory.
///
/// It is a lock that all servers there share, and that the system takes from
/// one that was killed. Who can have it alone for a moment knows that no server
/// runs, and so that nobody hands over the letters that were leased, or carries the sessions that
/// are open.
#[derive(Debug)]
pub(super) struct Presence {
    _lock: File,
}

impl Presence {
    /// Announces a server, which may hand over letters from then on.
    ///
    /// Where no other one runs, what the last one was handing over when it was
    /// killed is given out again (GA-50), and the sessions that it carried end (GA-44).
    ///
    /// # Errors
    ///
    /// Returns that the lock cannot be had, or that the store fails.
    pub(super) async fn announce(data: &Path, app: &App) -> Result<Self, Failure> {
        let path = data.join(LOCK);
        let unusable =
            |error: io::Error| Failure::doing(&format!("cannot lock {}", path.display()), &error);
        let lock = open(&path).map_err(unusable)?;
        if lock.try_lock().is_ok() {
            match app.take_back_letters().await {
                Ok(0) => {}
                Ok(letters) => tracing::info!(letters, "letters were on their way at a crash"),
                // Their leases run out in any case.
                Err(fault) => tracing::warn!(fault = chain(&fault), "cannot take back letters"),
            }
            while app.end_left_relayed(END_AT_ONCE).await? > 0 {}
            lock.unlock().map_err(unusable)?;
        }
        // A server that starts at this moment waits here, with no letters yet.
        lock.lock_shared().map_err(unusable)?;
        Ok(Self { _lock: lock })
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// How many sessions are ended in one unit of work, so that none takes long.
const END_AT_ONCE: usize = 200;

/// The file that is locked; it stays empty.
const LOCK: &str = "server.lock";
