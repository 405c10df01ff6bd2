//! Files of a workspace and their versions (OR-43).

use chrono::{DateTime, Utc};
use guest_core::{
    FileId, FileVersion, Right, SharedFile, User, UserId, Workspace, WorkspaceId, WorkspaceRole,
};
use serde::{Deserialize, Serialize};

use super::Inside;
use super::content::{Budget, release};
use crate::access::Actor;
use crate::config::Config;
use crate::paging::page;
use crate::people::Sight;
use crate::record::{Range, erase, find, list, row};
use crate::view::Page;
use crate::work::Work;
use crate::{App, Call, Denied, Fault, Paging, Pending, View, tables};

/// A file of a workspace, with its latest version.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileView {
    /// Names the file.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: FileId,
    /// What it is called; unique in the workspace regardless of case.
    pub name: String,
    /// What it holds now.
    pub latest: FileVersionView,
    /// When it was first uploaded.
    pub created_at: DateTime<Utc>,
}

/// A version of a file.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileVersionView {
    /// Counts the versions of the file from 1.
    pub number: u32,
    /// How many bytes it has.
    pub size: u64,
    /// Their SHA-256, in 64 hexadecimal digits.
    pub sha256: String,
    /// Who uploaded it.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub by: UserId,
    /// What they are called; to External users a pseudonym.
    pub by_name: String,
    /// When it was uploaded.
    pub at: DateTime<Utc>,
}

impl App {
    /// Lists the files of a workspace, by name.
    pub fn files(
        &self,
        call: &Call,
        team: &str,
        id: WorkspaceId,
        paging: &Paging,
    ) -> Pending<Page<FileView>> {
        let (call, team, paged) = (call.clone(), team.to_owned(), paging.parse());
        self.read(move |view, config| {
            let inside = Inside::of(view, &call, &team, Right::ReadWorkspaces, id)?;
            let paged = paged.clone()?;
            let prefix = row![inside.workspace.team, id];
            let index = Some(&tables::SHARED_FILE_NAME);
            let range = Range { index, prefix: &prefix, ..Range::default() };
            page(view, &range, &paged, |view, file: SharedFile| {
                FileView::of(view, &file, &inside.actor, config).map(Some)
            })
        })
    }

    /// Shows a file.
    pub fn file(
        &self,
        call: &Call,
        team: &str,
        id: WorkspaceId,
        file: FileId,
    ) -> Pending<FileView> {
        let (call, team) = (call.clone(), team.to_owned());
        self.read(move |view, config| {
            let inside = Inside::of(view, &call, &team, Right::ReadWorkspaces, id)?;
            let file = require_file(view, &inside.workspace, file)?;
            FileView::of(view, &file, &inside.actor, config)
        })
    }

    /// Lists the versions of a file, the latest first.
    pub fn file_versions(
        &self,
        call: &Call,
        team: &str,
        id: WorkspaceId,
        file: FileId,
        paging: &Paging,
    ) -> Pending<Page<FileVersionView>> {
        let (call, team, paged) = (call.clone(), team.to_owned(), paging.parse());
        self.read(move |view, config| {
            let inside = Inside::of(view, &call, &team, Right::ReadWorkspaces, id)?;
            let paged = paged.clone()?;
            let file = require_file(view, &inside.workspace, file)?;
            let prefix = row![file.team, file.id];
            let range = Range { prefix: &prefix, backwards: true, ..Range::default() };
            page(view, &range, &paged, |view, version: FileVersion| {
                FileVersionView::of(view, &version, &inside.actor, config).map(Some)
            })
        })
    }

    /// Deletes a file with all its versions, as a Contributor or more.
    ///
    /// One with very many parts goes in several units of work, the oldest versions first.
    pub fn delete_file(
        &self,
        call: &Call,
        team: &str,
        id: WorkspaceId,
        file: FileId,
    ) -> Pending<()> {
        let (app, asking, team) = (self.clone(), call.clone(), team.to_owned());
        Pending::of(async move {
            loop {
                let (call, team) = (asking.clone(), team.clone());
                let is_gone = app.write(&asking, move |work| {
                    let mut inside = Inside::of(work.tx, &call, &team, Right::UseWorkspaces, id)?;
                    inside.member.role.require(WorkspaceRole::Contributor)?;
                    let file = require_file(work.tx, &inside.workspace, file)?;
                    if !delete_some(work, &file, &mut Budget::new())? {
                        return Ok(false);
                    }
                    inside.changed(work, "files")?;
                    let detail = serde_json::json!({ "workspace": id, "name": file.name.as_str() });
                    inside.audit(work, "file.delete", file.id, &detail)?;
                    Ok(true)
                });
                if is_gone.await? {
                    return Ok(());
                }
            }
        })
    }
}

impl FileView {
    pub(super) fn of(
        view: &mut dyn View,
        file: &SharedFile,
        actor: &Actor,
        config: &Config,
    ) -> Result<Self, Fault> {
        let latest = require_version(view, file, file.latest)?;
        Ok(Self {
            id: file.id,
            name: file.name.as_str().to_owned(),
            latest: FileVersionView::of(view, &latest, actor, config)?,
            created_at: file.created_at,
        })
    }
}

impl FileVersionView {
    /// Shows a version as somebody sees who uploaded it (OR-3).
    fn of(
        view: &mut dyn View,
        version: &FileVersion,
        actor: &Actor,
        config: &Config,
    ) -> Result<Self, Fault> {
        let by: Option<User> = find(view, &row![version.team, version.by])?;
        let by_name = by.map(|by| Sight::of(actor).see(&by, config).0).unwrap_or_default();
        Ok(Self {
            number: version.number,
            size: version.size,
            sha256: version.hash.to_string(),
            by: version.by,
            by_name,
            at: version.at,
        })
    }
}

/// Deletes versions of a file, the oldest first, until there are none or the budget is spent.
///
/// Returns whether the file is gone.
pub(super) fn delete_some(
    work: &mut Work<'_>,
    file: &SharedFile,
    budget: &mut Budget,
) -> Result<bool, Fault> {
    let prefix = row![file.team, file.id];
    let range = Range { prefix: &prefix, limit: usize::MAX, ..Range::default() };
    for version in list::<FileVersion>(work.tx, &range)? {
        if budget.is_spent() {
            return Ok(false);
        }
        release(work, version.team, version.content, budget)?;
        erase::<FileVersion>(work.tx, &row![version.team, version.file, version.number])?;
    }
    erase::<SharedFile>(work.tx, &row![file.team, file.id])?;
    Ok(true)
}

/// Returns a file of a workspace.
pub(super) fn require_file(
    view: &mut dyn View,
    workspace: &Workspace,
    id: FileId,
) -> Result<SharedFile, Fault> {
    let file: Option<SharedFile> = find(view, &row![workspace.team, id])?;
    let file = file.filter(|file| file.workspace == workspace.id);
    file.ok_or_else(|| Denied::NotFound("file").into())
}

/// Returns a version of a file.
pub(super) fn require_version(
    view: &mut dyn View,
    file: &SharedFile,
    number: u32,
) -> Result<FileVersion, Fault> {
    let version = find(view, &row![file.team, file.id, number])?;
    version.ok_or_else(|| Denied::NotFound("version").into())
}
