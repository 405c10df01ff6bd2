//! Mails as files, for trials and tests.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use guest_core::Delivery;

use crate::message::Outgoing;

/// A directory that takes each mail as one file.
///
/// A file appears whole and under its final name, `TIME-ID.eml`, which sorts by
/// when the mail was intended. A retry replaces the file of the same mail.
#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
}

impl Directory {
    pub(super) const fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub(super) async fn deliver(&self, mail: Outgoing) -> Delivery {
        let name = format!("{}-{}.eml", mail.made_at.format("%Y%m%dT%H%M%S%.6fZ"), mail.id);
        match self.blocking(move |path| keep(path, &name, &mail.bytes)).await {
            Ok(()) => Delivery::Accepted,
            Err(detail) => Delivery::Failed { detail, unclear: false },
        }
    }

    pub(super) async fn check(&self) -> Result<String, String> {
        let trial = |path: &Path| {
            keep(path, ".trial", b"")?;
            fs::remove_file(path.join(".trial"))
        };
        self.blocking(trial).await?;
        Ok(format!("mails are written to {}", self.path.display()))
    }

    async fn blocking(
        &self,
        work: impl FnOnce(&Path) -> io::Result<()> + Send + 'static,
    ) -> Result<(), String> {
        let path = self.path.clone();
        let done = tokio::task::spawn_blocking(move || work(&path)).await;
        done.map_err(io::Error::other)
            .flatten()
            .map_err(|error| format!("cannot write to {}: {error}", self.path.display()))
    }
}

/// Writes a file aside, and gives it its name once it is whole and durable.
fn keep(directory: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    let aside = directory.join(format!(".{name}.part"));
    let mut file = File::create(&aside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&aside, directory.join(name))?;
    File::open(directory)?.sync_all()
}
