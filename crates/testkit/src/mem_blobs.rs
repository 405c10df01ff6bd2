//! The parts of files in memory.

use std::collections::BTreeMap;
use std::future::ready;
use std::sync::{Arc, Mutex, PoisonError};

use guest_app::{BlobAnswer, BlobError, BlobName, Blobs};

/// Keeps the parts of files in memory; clones share them.
#[derive(Clone, Debug, Default)]
pub struct MemBlobs(Arc<Mutex<BTreeMap<BlobName, Vec<u8>>>>);

impl MemBlobs {
    /// Returns how many parts are kept.
    #[must_use]
    pub fn count(&self) -> usize {
        self.with(|parts| parts.len())
    }

    fn with<T>(&self, look: impl FnOnce(&mut BTreeMap<BlobName, Vec<u8>>) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Blobs for MemBlobs {
    fn keep(&self, name: &BlobName, bytes: Vec<u8>) -> BlobAnswer<()> {
        self.with(|parts| parts.insert(*name, bytes));
        Box::pin(ready(Ok(())))
    }

    fn fetch(&self, name: &BlobName) -> BlobAnswer<Vec<u8>> {
        let found = self.with(|parts| parts.get(name).cloned());
        Box::pin(ready(found.ok_or_else(|| BlobError::new("there is no such part"))))
    }

    fn delete(&self, name: &BlobName) -> BlobAnswer<()> {
        self.with(|parts| parts.remove(name));
        Box::pin(ready(Ok(())))
    }
}
