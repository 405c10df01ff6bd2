//! What the application needs to keep the content of files (OR-43).

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use guest_core::{BlobId, ContentHash, QUOTA_DEFAULT, TeamId};

use crate::StoreError;

/// Keeps the parts of files, each under a name of its own.
///
/// A part is written once and never changed; the same name is never given to anything else, so
/// that writing it again after a failure is harmless. The store of rows says which of them are
/// needed.
pub trait Blobs: Send + Sync + 'static {
    /// Keeps a part: once this is answered it is there, also after a crash.
    fn keep(&self, name: &BlobName, bytes: Vec<u8>) -> BlobAnswer<()>;

    /// Returns a part.
    fn fetch(&self, name: &BlobName) -> BlobAnswer<Vec<u8>>;

    /// Deletes a part; one that is not there is deleted already.
    fn delete(&self, name: &BlobName) -> BlobAnswer<()>;
}

/// What is answered, once it is there.
pub type BlobAnswer<T> = Pin<Box<dyn Future<Output = Result<T, BlobError>> + Send>>;

/// The name of a part: its team, the hash of what it holds, and which copy of it this is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct BlobName {
    pub(crate) team: TeamId,
    pub(crate) hash: ContentHash,
    pub(crate) id: BlobId,
}

impl BlobName {
    /// Returns the hash of what it holds.
    #[must_use]
    pub const fn hash(&self) -> ContentHash {
        self.hash
    }
}

/// Writes it as a path: the team, the first two digits of the hash, and hash and copy.
impl fmt::Display for BlobName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hash = self.hash.to_string();
        let folder = hash.get(..2).unwrap_or_default();
        write!(f, "{}/{folder}/{hash}.{}", self.team, self.id)
    }
}

/// The parts of files could not be kept, read or deleted.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the files cannot be reached")]
pub struct BlobError(Arc<dyn std::error::Error + Send + Sync>);

impl BlobError {
    /// Records what went wrong.
    pub fn new(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(Arc::from(source.into()))
    }
}

impl From<BlobError> for crate::Fault {
    fn from(error: BlobError) -> Self {
        StoreError::new("reaching the files", error.0.to_string()).into()
    }
}

/// Where files are kept, and how much of them.
#[derive(Clone)]
pub struct FileStore {
    /// Keeps their parts.
    pub blobs: Arc<dyn Blobs>,
    /// How many bytes each team may store.
    pub quota: u64,
}

impl FileStore {
    /// Keeps files in `blobs`, as many as a team may store unless told otherwise.
    #[must_use]
    pub fn new(blobs: Arc<dyn Blobs>) -> Self {
        Self { blobs, quota: QUOTA_DEFAULT }
    }
}

/// An application without a place for files: there are workspaces, and nothing can be uploaded.
pub(crate) struct NoBlobs;

impl Blobs for NoBlobs {
    fn keep(&self, _: &BlobName, _: Vec<u8>) -> BlobAnswer<()> {
        Box::pin(std::future::ready(Err(nowhere())))
    }

    fn fetch(&self, _: &BlobName) -> BlobAnswer<Vec<u8>> {
        Box::pin(std::future::ready(Err(nowhere())))
    }

    fn delete(&self, _: &BlobName) -> BlobAnswer<()> {
        Box::pin(std::future::ready(Err(nowhere())))
    }
}

fn nowhere() -> BlobError {
    BlobError::new("the server keeps no files")
}
