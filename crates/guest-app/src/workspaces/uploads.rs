//! Uploads, which can be left and resumed (OR-43).

use chrono::{DateTime, Utc};
use guest_core::{
    ContentHash, FileId, FileName, FileVersion, Finished, InputError, Intake, PART, Part, Progress,
    Right, SharedFile, Upload, UploadId, WorkspaceId, WorkspaceRole,
};
use serde::{Deserialize, Serialize};

use super::content::{Arrival, Budget, adopt, announce, forget, storage};
use super::files::FileView;
use super::{Inside, LOOKED_AT, of_workspace};
use crate::input::Reading;
use crate::once::Replay;
use crate::record::{first, row};
use crate::work::Work;
use crate::{App, Call, Denied, Fault, Pending, View, tables};

/// A file to be uploaded.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UploadDraft {
    /// What it is called; of a file that is there it becomes a new version.
    pub name: String,
    /// How many bytes it has, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Their SHA-256, in 64 hexadecimal digits, to be checked at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// An upload on its way.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UploadView {
    /// Names the upload.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: UploadId,
    /// What the file is to be called.
    pub name: String,
    /// How many bytes it has, if that was said.
    pub size: Option<u64>,
    /// How many bytes have come: where it goes on.
    pub offset: u64,
    /// How many bytes a part has: so many, or the rest of the file, are kept together.
    pub part_size: u64,
    /// Until when it can be resumed.
    pub expires_at: DateTime<Utc>,
    /// The file that it became; null until it is finished.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub file_id: Option<FileId>,
    /// The version of the file that it became.
    pub version: Option<u32>,
}

impl Replay for UploadView {}

impl App {
    /// Begins to upload a file, as a Contributor or more.
    pub fn begin_upload(
        &self,
        call: &Call,
        team: &str,
        id: WorkspaceId,
        draft: &UploadDraft,
    ) -> Pending<UploadView> {
        let (asking, name, draft, quota) =
            (call.clone(), team.to_owned(), draft.read(), self.files.quota);
        self.write_once(call, team, move |work| {
            let inside = Inside::of(work.tx, &asking, &name, Right::UseWorkspaces, id)?;
            inside.member.role.require(WorkspaceRole::Contributor)?;
            let NewUpload { name, size, expected } = draft.clone()?;
            if let Some(size) = size {
                Upload::require_size(size)?;
                storage(work.tx, inside.workspace.team)?.within(quota).with(size)?;
            }
            inside.require_room(work, &name)?;
            let upload = Upload {
                team: inside.workspace.team,
                id: work.ids.next(UploadId::from_bits),
                workspace: id,
                name,
                size,
                expected,
                by: inside.person.id,
                progress: Progress::start(),
                touched_at: work.now,
                finished: None,
            };
            work.save(&upload)?;
            Ok(UploadView::of(&upload))
        })
    }

    /// Shows how far an upload has come, to whoever began it.
    pub fn upload(
        &self,
        call: &Call,
        team: &str,
        id: WorkspaceId,
        upload: UploadId,
    ) -> Pending<UploadView> {
        let (call, team) = (call.clone(), team.to_owned());
        self.read(move |view, _| {
            let inside = Inside::of(view, &call, &team, Right::UseWorkspaces, id)?;
            inside.upload(view, upload).map(|upload| UploadView::of(&upload))
        })
    }

    /// Goes on with an upload at `offset`: returns the machine that cuts what comes into parts.
    pub fn resume_upload(
        &self,
        call: &Call,
        team: &str,
        id: WorkspaceId,
        upload: UploadId,
        offset: u64,
    ) -> Pending<Intake> {
        let (call, team) = (call.clone(), team.to_owned());
        self.read(move |view, _| {
            let inside = Inside::of(view, &call, &team, Right::UseWorkspaces, id)?;
            inside.member.role.require(WorkspaceRole::Contributor)?;
            let upload = inside.upload(view, upload)?;
            upload.require_offset(offset)?;
            Ok(Intake::new(upload.progress))
        })
    }

    /// Takes one part of an upload; once this is answered it is kept.
    pub fn take_part(
        &self,
        call: &Call,
        team: &str,
        id: WorkspaceId,
        upload: UploadId,
        part: Part,
    ) -> Pending<UploadView> {
        let (app, call, team) = (self.clone(), call.clone(), team.to_owned());
        let (arrival, quota) = (Arrival::of(&part), self.files.quota);
        Pending::of(async move {
            let (asking, name, came) = (call.clone(), team.clone(), arrival.clone());
            let place = app.write(&call, move |work| {
                let (upload, _) = taken(work, &asking, &name, id, upload, &came)?;
                announce(work, upload.team, &came, quota)
            });
            let place = place.await?;
            if let Some(name) = &place {
                app.files.blobs.keep(name, part.bytes).await?;
            }
            let asking = call.clone();
            let kept = app.write(&call, move |work| {
                let (upload, _) = taken(work, &asking, &team, id, upload, &arrival)?;
                adopt(work, &upload, &arrival, place, quota)?;
                work.save(&upload)?;
                Ok(UploadView::of(&upload))
            });
            kept.await
        })
    }

    /// Makes a file of an upload, or a new version of one, if what came is what was announced.
    pub fn finish_upload(
        &self,
        call: &Call,
        team: &str,
        id: WorkspaceId,
        upload: UploadId,
    ) -> Pending<FileView> {
        let (asking, team) = (call.clone(), team.to_owned());
        self.write(call, move |work| {
            let mut inside = Inside::of(work.tx, &asking, &team, Right::UseWorkspaces, id)?;
            inside.member.role.require(WorkspaceRole::Contributor)?;
            let upload = inside.upload(work.tx, upload)?;
            upload.require_whole()?;
            inside.require_room(work, &upload.name)?;
            let (file, version) = inside.place(work, &upload)?;
            let finished = Some(Finished { file: file.id, version: version.number });
            work.save(&Upload { finished, touched_at: work.now, ..upload })?;
            inside.changed(work, "files")?;
            let detail = serde_json::json!({
                "workspace": id, "name": file.name.as_str(), "version": version.number,
                "size": version.size, "sha256": version.hash.to_string(),
            });
            inside.audit(work, "file.upload", file.id, &detail)?;
            FileView::of(work.tx, &file, &inside.actor, work.config)
        })
    }

    /// Gives an upload up, and what it has brought free.
    pub fn cancel_upload(
        &self,
        call: &Call,
        team: &str,
        id: WorkspaceId,
        upload: UploadId,
    ) -> Pending<()> {
        let (asking, team) = (call.clone(), team.to_owned());
        self.write(call, move |work| {
            let inside = Inside::of(work.tx, &asking, &team, Right::UseWorkspaces, id)?;
            let upload = inside.upload(work.tx, upload)?;
            forget(work, &upload, &mut Budget::new())
        })
    }
}

impl Inside {
    /// Returns an upload to the workspace by whoever acts; others' are absent.
    fn upload(&self, view: &mut dyn View, id: UploadId) -> Result<Upload, Fault> {
        let upload: Option<Upload> = crate::record::find(view, &row![self.workspace.team, id])?;
        let own = upload
            .filter(|upload| upload.workspace == self.workspace.id && upload.by == self.person.id);
        own.ok_or_else(|| Denied::NotFound("upload").into())
    }

    /// Returns the file of a name, regardless of case.
    fn file_named(
        &self,
        view: &mut dyn View,
        name: &FileName,
    ) -> Result<Option<SharedFile>, Fault> {
        let key = row![self.workspace.team, self.workspace.id, name.key()];
        Ok(first(view, &tables::SHARED_FILE_NAME, &key)?)
    }

    /// Requires that the workspace has room for one more file, or version, and upload.
    fn require_room(&self, work: &mut Work<'_>, name: &FileName) -> Result<(), Fault> {
        let uploads: Vec<Upload> = of_workspace(work.tx, &tables::UPLOAD_IN, &self.workspace)?;
        let open = uploads.iter().filter(|upload| upload.finished.is_none()).count();
        let words = match self.file_named(work.tx, name)? {
            _ if open > UPLOADS_MOST || uploads.len() >= LOOKED_AT => {
                format!("at most {UPLOADS_MOST} uploads to a workspace go on at once")
            }
            Some(file) if file.latest >= VERSIONS_MOST => {
                format!("a file has at most {VERSIONS_MOST} versions")
            }
            Some(_) => return Ok(()),
            None => {
                let files: Vec<SharedFile> =
                    of_workspace(work.tx, &tables::SHARED_FILE_NAME, &self.workspace)?;
                if files.len() < LOOKED_AT {
                    return Ok(());
                }
                format!("a workspace has at most {LOOKED_AT} files")
            }
        };
        Err(InputError::invalid("", words).into())
    }

    /// Puts what an upload has brought into its place.
    fn place(
        &self,
        work: &mut Work<'_>,
        upload: &Upload,
    ) -> Result<(SharedFile, FileVersion), Fault> {
        let file = match self.file_named(work.tx, &upload.name)? {
            Some(file) => SharedFile { latest: file.latest.saturating_add(1), ..file },
            None => SharedFile {
                team: upload.team,
                workspace: upload.workspace,
                id: work.ids.next(FileId::from_bits),
                name: upload.name.clone(),
                latest: 1,
                created_at: work.now,
            },
        };
        let version = FileVersion {
            team: upload.team,
            file: file.id,
            number: file.latest,
            content: upload.content(),
            hash: upload.progress.hash(),
            size: upload.progress.offset(),
            by: self.person.id,
            at: work.now,
        };
        work.save(&file)?;
        work.save(&version)?;
        Ok((file, version))
    }
}

/// Returns an upload as it is with one more part, if it may go on with it at this moment.
fn taken(
    work: &mut Work<'_>,
    call: &Call,
    team: &str,
    id: WorkspaceId,
    upload: UploadId,
    part: &Arrival,
) -> Result<(Upload, Inside), Fault> {
    let inside = Inside::of(work.tx, call, team, Right::UseWorkspaces, id)?;
    inside.member.role.require(WorkspaceRole::Contributor)?;
    let upload = inside.upload(work.tx, upload)?;
    let upload = upload.take(part.offset, part.size, part.after.clone(), work.now)?;
    Ok((upload, inside))
}

impl UploadView {
    fn of(upload: &Upload) -> Self {
        Self {
            id: upload.id,
            name: upload.name.as_str().to_owned(),
            size: upload.size,
            offset: upload.progress.offset(),
            part_size: PART as u64,
            expires_at: upload.expires_at(),
            file_id: upload.finished.map(|finished| finished.file),
            version: upload.finished.map(|finished| finished.version),
        }
    }
}

/// An [`UploadDraft`], understood.
#[derive(Clone)]
struct NewUpload {
    name: FileName,
    size: Option<u64>,
    expected: Option<ContentHash>,
}

impl UploadDraft {
    fn read(&self) -> Result<NewUpload, Vec<InputError>> {
        let mut reading = Reading::default();
        let name = reading.read("/name", FileName::parse(&self.name));
        let expected = self.sha256.as_deref().map(str::parse::<ContentHash>);
        let expected = match expected {
            Some(Err(no)) => {
                reading.wrong("/sha256", no);
                None
            }
            Some(Ok(hash)) => Some(hash),
            None => None,
        };
        reading.done(name.map(|name| NewUpload { name, size: self.size, expected }))
    }
}

/// How many uploads to a workspace go on at once: those who are in it, and what they left.
const UPLOADS_MOST: usize = 100;

/// How many versions a file has at most: all go together when it is deleted.
const VERSIONS_MOST: u32 = 1_000;
