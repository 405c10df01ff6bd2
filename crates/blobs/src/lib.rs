//! Keeps the files of workspaces in a folder, or in an S3-compatible service (OR-43).
//!
//! What is kept and when it goes is decided elsewhere ([`guest_app::Blobs`]); here bytes are
//! written, read and deleted under the names they are given.

use std::fmt;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use guest_app::{BlobAnswer, BlobError, BlobName, Blobs};
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ClientOptions, Error, ObjectStore, ObjectStoreExt, RetryConfig};

/// Where files are kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Place {
    /// A folder of this machine.
    Folder(PathBuf),
    /// A bucket of an S3-compatible service, and what names in it start with.
    Bucket {
        /// The bucket.
        name: String,
        /// A folder in it; empty for none.
        folder: String,
    },
}

impl Place {
    /// Reads a place: `s3://BUCKET`, `s3://BUCKET/FOLDER`, or else a folder.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, BadPlace> {
        let Some(rest) = text.strip_prefix("s3://") else {
            return match text {
                "" => Err(BadPlace::Empty),
                // A slip of the pen is not to become a folder.
                other if other.contains("://") => Err(BadPlace::Scheme),
                folder => Ok(Self::Folder(PathBuf::from(folder))),
            };
        };
        let (name, folder) = rest.split_once('/').unwrap_or((rest, ""));
        let folder = folder.trim_matches('/');
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_plain) {
            return Err(BadPlace::Bucket);
        }
        Path::parse(folder).map_err(|_| BadPlace::Folder)?;
        Ok(Self::Bucket { name: name.to_owned(), folder: folder.to_owned() })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => path.display().fmt(f),
            Self::Bucket { name, folder } if folder.is_empty() => write!(f, "s3://{name}"),
            Self::Bucket { name, folder } => write!(f, "s3://{name}/{folder}"),
        }
    }
}

/// A text names no place for files.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BadPlace {
    /// It is empty.
    #[error("a folder, or s3://BUCKET, is missing")]
    Empty,
    /// It is an address of another kind.
    #[error("either a folder, or s3://BUCKET or s3://BUCKET/FOLDER")]
    Scheme,
    /// The name of the bucket is missing or has other characters.
    #[error("the name of a bucket has letters, digits, dots and hyphens")]
    Bucket,
    /// What follows the bucket is no path.
    #[error("what follows the bucket is not a path")]
    Folder,
}

/// Keeps the parts of files as objects.
pub struct ObjectBlobs {
    store: Arc<dyn ObjectStore>,
    root: Path,
    /// The folder, if it is one of this machine.
    folder: Option<PathBuf>,
}

impl ObjectBlobs {
    /// Opens a place. Of `variables` those that start with `AWS_` say how a bucket is reached, as
    /// they do for other programs: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`,
    /// `AWS_ENDPOINT_URL`, `AWS_ALLOW_HTTP` and so on.
    ///
    /// A folder must be there.
    ///
    /// # Errors
    ///
    /// Returns what stands in the way.
    pub fn open(
        place: &Place,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, OpenError> {
        match place {
            Place::Folder(path) => Self::in_folder(path),
            Place::Bucket { name, folder } => Self::in_bucket(name, folder, variables),
        }
    }

    fn in_folder(path: &FilePath) -> Result<Self, OpenError> {
        // Absolute: the program may go elsewhere.
        let folder = std::path::absolute(path).map_err(|error| OpenError(error.into()))?;
        let store = LocalFileSystem::new_with_prefix(&folder)?.with_fsync(true);
        Ok(Self { store: Arc::new(store), root: Path::default(), folder: Some(folder) })
    }

    fn in_bucket(
        name: &str,
        folder: &str,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, OpenError> {
        // Only fails if there is one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = ClientOptions::new().with_connect_timeout(CONNECT).with_timeout(ONE_REQUEST);
        let retry = RetryConfig {
            max_retries: RETRIES,
            retry_timeout: ALL_TRIES,
            ..RetryConfig::default()
        };
        let mut builder = AmazonS3Builder::new().with_client_options(client).with_retry(retry);
        for (variable, value) in variables {
            let key = variable.to_ascii_lowercase();
            if !key.starts_with("aws_") || value.is_empty() {
                continue;
            }
            // Other programs have variables of their own there.
            if let Ok(key) = key.parse::<AmazonS3ConfigKey>() {
                builder = builder.with_config(key, value);
            }
        }
        let store = builder.with_bucket_name(name).build()?;
        let root = Path::parse(folder).map_err(|error| OpenError(error.into()))?;
        Ok(Self { store: Arc::new(store), root, folder: None })
    }

    fn path(&self, name: &BlobName) -> Path {
        name.to_string().split('/').fold(self.root.clone(), Path::join)
    }
}

impl Blobs for ObjectBlobs {
    fn keep(&self, name: &BlobName, bytes: Vec<u8>) -> BlobAnswer<()> {
        let (store, path) = (Arc::clone(&self.store), self.path(name));
        Box::pin(async move {
            store.put(&path, Bytes::from(bytes).into()).await.map_err(failed)?;
            Ok(())
        })
    }

    fn fetch(&self, name: &BlobName) -> BlobAnswer<Vec<u8>> {
        let (store, path) = (Arc::clone(&self.store), self.path(name));
        Box::pin(async move {
            let found = store.get(&path).await.map_err(failed)?;
            let bytes = found.bytes().await.map_err(failed)?;
            Ok(bytes.into())
        })
    }

    fn delete(&self, name: &BlobName) -> BlobAnswer<()> {
        let (store, path) = (Arc::clone(&self.store), self.path(name));
        let staged = self.folder.as_ref().map(|folder| folder.join(format!("{name}{STAGED}")));
        Box::pin(async move {
            match store.delete(&path).await {
                Ok(()) | Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(failed(error)),
            }
            // What a crash left of writing it.
            match staged.map(std::fs::remove_file) {
                Some(Err(error)) if error.kind() != std::io::ErrorKind::NotFound => {
                    Err(BlobError::new(error))
                }
                Some(_) | None => Ok(()),
            }
        })
    }
}

impl fmt::Debug for ObjectBlobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObjectBlobs({})", self.store)
    }
}

/// A place for files could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("the place for files cannot be opened")]
pub struct OpenError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl From<Error> for OpenError {
    fn from(error: Error) -> Self {
        Self(error.into())
    }
}

fn failed(error: Error) -> BlobError {
    BlobError::new(error)
}

/// What a folder calls a file while it is being written.
const STAGED: &str = "#1";

/// How long connecting to a service may take.
const CONNECT: Duration = Duration::from_secs(5);

/// How long one request may take: a part has 1 MiB.
const ONE_REQUEST: Duration = Duration::from_secs(20);

/// How often a request is tried again, within the time that an answer of ours may take to begin.
const RETRIES: usize = 3;

/// How long all tries may take together.
const ALL_TRIES: Duration = Duration::from_secs(25);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn or_43_a_place_is_a_folder_or_a_bucket() {
        let folder = |path: &str| Ok(Place::Folder(path.into()));
        let bucket = |name: &str, folder: &str| {
            Ok(Place::Bucket { name: name.to_owned(), folder: folder.to_owned() })
        };
        check("/srv/files", &folder("/srv/files"));
        check("files", &folder("files"));
        check("s3://guest-files", &bucket("guest-files", ""));
        check("s3://guest-files/", &bucket("guest-files", ""));
        check("s3://guest.files/prod/a", &bucket("guest.files", "prod/a"));
        check("", &Err(BadPlace::Empty));
        check("S3://x", &Err(BadPlace::Scheme));
        check("gs://x", &Err(BadPlace::Scheme));
        check("s3://", &Err(BadPlace::Bucket));
        check("s3:///x", &Err(BadPlace::Bucket));
        check("s3://a b", &Err(BadPlace::Bucket));
        check("s3://a/../b", &Err(BadPlace::Folder));
    }

    #[test]
    fn a_place_reads_back() {
        for text in ["/srv/files", "s3://guest", "s3://guest/prod"] {
            assert_eq!(Place::parse(text).map(|place| place.to_string()), Ok(text.to_owned()));
        }
    }

    #[track_caller]
    fn check(text: &str, expected: &Result<Place, BadPlace>) {
        assert_eq!(&Place::parse(text), expected, "{text}");
    }
}
