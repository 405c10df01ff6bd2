//! A real S3-compatible service, which keeps a bucket in a folder.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tokio::net::TcpListener;

/// A service with one bucket; it ends with the test.
pub(crate) struct Service {
    pub(crate) address: String,
    folder: tempfile::TempDir,
    /// Whether connections break as soon as they are made.
    away: Arc<AtomicBool>,
}

impl Service {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(BUCKET)).unwrap();
        let mut service = S3ServiceBuilder::new(FileSystem::new(folder.path()).unwrap());
        service.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let service = service.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let away = Arc::new(AtomicBool::new(false));
        let is_away = Arc::clone(&away);
        tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                if is_away.load(Ordering::SeqCst) {
                    continue;
                }
                let (service, is_away) = (service.clone(), Arc::clone(&is_away));
                tokio::spawn(async move {
                    let server = Builder::new(TokioExecutor::new());
                    let mut connection =
                        std::pin::pin!(server.serve_connection(TokioIo::new(socket), service));
                    // A connection that was kept open breaks as well.
                    let broken = async {
                        while !is_away.load(Ordering::SeqCst) {
                            tokio::task::yield_now().await;
                        }
                    };
                    tokio::select! {
                        _ = &mut connection => {}
                        () = broken => {}
                    }
                });
            }
        });
        Self { address, folder, away }
    }

    /// Has it break all connections, or serve again.
    pub(crate) fn set_away(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }

    /// Returns the folder in which it keeps the bucket.
    pub(crate) fn bucket(&self) -> PathBuf {
        self.folder.path().join(BUCKET)
    }
}

pub(crate) const BUCKET: &str = "guest-files";
pub(crate) const KEY: &str = "AKIATEST";
pub(crate) const SECRET: &str = "a secret of the test";
