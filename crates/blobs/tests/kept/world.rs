//! An application with a workspace, and a place for its files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::TimeDelta;
use guest_app::{
    App, Call, Config, Fault, FileStore, FileView, NewTeam, UploadDraft, UploadView, WorkspaceDraft,
};
use guest_blobs::{ObjectBlobs, Place};
use guest_core::{
    Email, FileId, MacKey, PaymentMethod, PriceList, RefundPolicy, UploadId, WorkspaceId,
};
use guest_testkit::{Counting, MemStore, Silent, epoch};

use crate::service::{BUCKET, KEY, SECRET, Service};

/// An application with a workspace of its operator's.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) call: Call,
    pub(crate) workspace: WorkspaceId,
    store: MemStore,
    /// Where the objects are found as files.
    objects: PathBuf,
    _folder: Option<tempfile::TempDir>,
}

impl World {
    pub(crate) async fn in_folder() -> Self {
        Self::with_quota(guest_core::QUOTA_DEFAULT).await
    }

    /// Keeps files in a folder, at most so many bytes.
    pub(crate) async fn with_quota(quota: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::Folder(folder.path().to_owned());
        let blobs = ObjectBlobs::open(&place, []).unwrap();
        let files = FileStore { blobs: Arc::new(blobs), quota };
        Self { _folder: Some(folder), ..Self::over(files, folder_of(&place)).await }
    }

    pub(crate) async fn in_bucket(service: &Service) -> Self {
        Self::with_secret(service, SECRET).await
    }

    /// Goes to a service with some secret.
    pub(crate) async fn with_secret(service: &Service, secret: &str) -> Self {
        let place = Place::parse(&format!("s3://{BUCKET}/guest")).unwrap();
        let variables = [
            ("AWS_ACCESS_KEY_ID", KEY),
            ("AWS_SECRET_ACCESS_KEY", secret),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ENDPOINT_URL", &service.address),
            ("AWS_ALLOW_HTTP", "true"),
            ("AWS_PROFILE", "not for us"),
            ("HOME", "/nowhere"),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let blobs = ObjectBlobs::open(&place, variables).unwrap();
        Self::over(FileStore::new(Arc::new(blobs)), service.bucket()).await
    }

    async fn over(files: FileStore, objects: PathBuf) -> Self {
        let config = Config {
            brand: "Guest".to_owned(),
            public_url: "https://guest.example".to_owned(),
            sender: Email::parse("guest@guest.example").unwrap(),
            prices: PriceList::default(),
            payment: PaymentMethod::Instant,
            refunds: RefundPolicy::UnusedOnly,
            key: MacKey::new([7; 32]),
        };
        let store = MemStore::at(epoch());
        let entropy = Arc::new(Counting::default());
        let app = App::new(Arc::new(store.clone()), config, entropy, Arc::new(Silent));
        let app = app.with_files(files);
        let team = NewTeam {
            team: TEAM.to_owned(),
            name: "Acme".to_owned(),
            owner: "ada@acme.example".to_owned(),
            owner_name: None,
            time_zone: None,
        };
        app.init_team(&team).await.unwrap();
        let call = Call::operator();
        let draft = WorkspaceDraft { name: "Plans".to_owned() };
        let workspace = app.make_workspace(&call, TEAM, &draft).await.unwrap().id;
        Self { app, call, workspace, store, objects, _folder: None }
    }

    pub(crate) fn draft(name: &str) -> UploadDraft {
        UploadDraft { name: name.to_owned(), ..UploadDraft::default() }
    }

    /// Begins an upload; of a file that is not empty its size is said.
    pub(crate) async fn begin(&self, name: &str, file: &[u8]) -> UploadId {
        let size = Some(file.len() as u64).filter(|size| *size > 0);
        let draft = UploadDraft { size, ..Self::draft(name) };
        self.app.begin_upload(&self.call, TEAM, self.workspace, &draft).await.unwrap().id
    }

    /// Sends bytes from where the upload goes on, in uneven pieces; what is no whole part is lost.
    pub(crate) async fn send(&self, upload: UploadId, bytes: &[u8]) -> Result<(), Fault> {
        self.pour(upload, bytes, false).await
    }

    /// Sends the rest of a file.
    pub(crate) async fn send_end(&self, upload: UploadId, bytes: &[u8]) -> Result<(), Fault> {
        self.pour(upload, bytes, true).await
    }

    async fn pour(&self, upload: UploadId, bytes: &[u8], is_end: bool) -> Result<(), Fault> {
        let (call, id) = (&self.call, self.workspace);
        let offset = self.offset(upload).await;
        let mut intake = self.app.resume_upload(call, TEAM, id, upload, offset).await?;
        // The end of the file is known by its size as well.
        let whole = self.app.upload(call, TEAM, id, upload).await?.size;
        let is_end = is_end || whole == Some(offset + bytes.len() as u64);
        for mut piece in bytes.chunks(100_003) {
            while let Some(part) = intake.handle_bytes(&mut piece) {
                self.app.take_part(call, TEAM, id, upload, part).await?;
            }
        }
        if let Some(part) = intake.handle_end().filter(|_| is_end) {
            self.app.take_part(call, TEAM, id, upload, part).await?;
        }
        Ok(())
    }

    pub(crate) async fn offset(&self, upload: UploadId) -> u64 {
        let shown: UploadView =
            self.app.upload(&self.call, TEAM, self.workspace, upload).await.unwrap();
        shown.offset
    }

    pub(crate) async fn finish(&self, upload: UploadId) -> Result<FileView, Fault> {
        self.app.finish_upload(&self.call, TEAM, self.workspace, upload).await
    }

    pub(crate) async fn upload(&self, name: &str, file: &[u8]) -> Result<FileView, Fault> {
        let upload = self.begin(name, file).await;
        self.send_end(upload, file).await?;
        self.finish(upload).await
    }

    pub(crate) async fn read(&self, file: FileId) -> Result<Vec<u8>, Fault> {
        let (call, id) = (&self.call, self.workspace);
        let content = self.app.content(call, TEAM, id, file, None).await?;
        let mut bytes = Vec::new();
        for part in content.parts {
            bytes.extend(self.app.part(call, TEAM, id, part).await?);
        }
        Ok(bytes)
    }

    pub(crate) async fn delete(&self, file: FileId) {
        self.app.delete_file(&self.call, TEAM, self.workspace, file).await.unwrap();
    }

    pub(crate) async fn used(&self) -> u64 {
        self.app.storage(&self.call, TEAM).await.unwrap().used
    }

    /// Lets time pass, and sweeps until there is nothing more to sweep.
    pub(crate) async fn sweep_after(&self, time: TimeDelta) {
        self.store.advance(time);
        while self.app.sweep_files().await.unwrap() > 0 {}
    }

    /// Counts the objects that are kept.
    pub(crate) fn objects(&self) -> usize {
        self.paths().len()
    }

    /// Returns the objects that are kept; what the service notes for itself is left out.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        files_in(&self.objects)
    }
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let shown =
        entries.filter(|path| !path.file_name().unwrap().to_string_lossy().starts_with('.'));
    let (folders, files): (Vec<_>, Vec<_>) = shown.partition(|path| path.is_dir());
    let deeper = folders.iter().flat_map(|folder| files_in(folder));
    files.into_iter().chain(deeper).collect()
}

fn folder_of(place: &Place) -> PathBuf {
    match place {
        Place::Folder(path) => path.clone(),
        Place::Bucket { .. } => PathBuf::new(),
    }
}

pub(crate) const TEAM: &str = "acme";
