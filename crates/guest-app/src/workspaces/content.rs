//! What files hold: their parts, which are kept once each, and the room that a team has (OR-43).
//!
//! The rows say which parts are needed; the blob port holds them. A part is announced as loose
//! before it is written there, and ceases to be in the unit of work that makes it part of a
//! content, so that a crash at any moment leaves nothing that the sweep does not find. What no
//! content needs any more is loose again, and deleted a day later: a copy of the rows that was
//! made in between finds its parts (QU-27).

use chrono::{DateTime, TimeDelta};
use guest_core::{
    BlobId, ContentHash, FileId, FileVersion, Instant, Part, Right, SharedFile, TeamId,
    UPLOAD_LIFE, Upload, WorkspaceId,
};
use serde::{Deserialize, Serialize};

use super::Inside;
use super::files::{require_file, require_version};
use crate::access::Actor;
use crate::blobs::BlobName;
use crate::record::{ContentPart, KeptBlob, LooseBlob, Range, TeamStorage, erase, find, list, row};
use crate::table::Value;
use crate::work::Work;
use crate::{App, Call, Fault, Pending, StoreError, View, tables};

/// How much a team stores, and how much it may.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StorageView {
    /// How many bytes are stored; equal parts of files count once.
    pub used: u64,
    /// How many may be.
    pub quota: u64,
    /// How many are left.
    pub available: u64,
}

/// What a version of a file holds, to be read part by part.
#[derive(Clone, Debug)]
pub struct ContentView {
    /// What the file is called.
    pub name: String,
    /// How many bytes it has.
    pub size: u64,
    /// Their hash.
    pub hash: ContentHash,
    /// When it was uploaded.
    pub at: Instant,
    /// Its parts, in their order.
    pub parts: Vec<PartView>,
}

/// One part of a content.
#[derive(Clone, Copy, Debug)]
pub struct PartView {
    /// How many bytes it has.
    pub size: u64,
    name: BlobName,
}

impl App {
    /// Says how much the team stores, and how much it may.
    pub fn storage(&self, call: &Call, team: &str) -> Pending<StorageView> {
        let (call, team, quota) = (call.clone(), team.to_owned(), self.files.quota);
        self.read(move |view, _| {
            let actor = Actor::with(view, &call, &team, Right::ReadStorage)?;
            let storage = storage(view, actor.team.id)?.within(quota);
            Ok(StorageView { used: storage.used, quota, available: storage.available() })
        })
    }

    /// Returns what a version of a file holds; without a number the latest.
    pub fn content(
        &self,
        call: &Call,
        team: &str,
        id: WorkspaceId,
        file: FileId,
        number: Option<u32>,
    ) -> Pending<ContentView> {
        let (call, team) = (call.clone(), team.to_owned());
        self.read(move |view, _| {
            let inside = Inside::of(view, &call, &team, Right::ReadWorkspaces, id)?;
            let file = require_file(view, &inside.workspace, file)?;
            let version = require_version(view, &file, number.unwrap_or(file.latest))?;
            ContentView::of(view, &file, &version)
        })
    }

    /// Returns one part of a file to somebody who may read it at this moment (OR-9).
    ///
    /// # Errors
    ///
    /// A part that is not what was kept is a fault of the store, never an answer.
    pub fn part(
        &self,
        call: &Call,
        team: &str,
        id: WorkspaceId,
        part: PartView,
    ) -> Pending<Vec<u8>> {
        let (call, team, blobs) = (call.clone(), team.to_owned(), self.files.blobs.clone());
        let may = self.read(move |view, _| {
            Inside::of(view, &call, &team, Right::ReadWorkspaces, id).map(drop)
        });
        Pending::of(async move {
            may.await?;
            let bytes = blobs.fetch(&part.name).await?;
            if ContentHash::of(&bytes) == part.name.hash {
                return Ok(bytes);
            }
            Err(StoreError::new("reading a file", format!("{} is damaged", part.name)).into())
        })
    }

    /// Forgets uploads that were left too long, and deletes parts that no file needs any more.
    ///
    /// It takes a bounded number at once and returns how many; while it is not 0 there may be more.
    pub fn sweep_files(&self) -> Pending<usize> {
        let app = self.clone();
        Pending::of(async move {
            let operator = Call::operator();
            let left = app.write(&operator, forget_left).await?;
            let doomed = app.write(&operator, doom).await?;
            let mut deleted = Vec::new();
            let mut failed = Ok(());
            for loose in doomed {
                failed = app.files.blobs.delete(&loose.name()).await;
                if failed.is_err() {
                    break;
                }
                deleted.push(loose);
            }
            let count = left + deleted.len();
            let erased = app.write(&operator, move |work| {
                deleted.iter().try_for_each(|loose| {
                    erase::<LooseBlob>(work.tx, &row![loose.team, loose.id]).map_err(Fault::from)
                })
            });
            erased.await?;
            failed?;
            Ok(count)
        })
    }
}

impl ContentView {
    fn of(view: &mut dyn View, file: &SharedFile, version: &FileVersion) -> Result<Self, Fault> {
        let parts = parts(view, file.team, version.content)?;
        Ok(Self {
            name: file.name.as_str().to_owned(),
            size: version.size,
            hash: version.hash,
            at: version.at,
            parts: parts.iter().map(PartView::of).collect(),
        })
    }
}

impl PartView {
    const fn of(part: &ContentPart) -> Self {
        let name = BlobName { team: part.team, hash: part.hash, id: part.blob };
        Self { size: part.size, name }
    }
}

impl LooseBlob {
    const fn name(&self) -> BlobName {
        BlobName { team: self.team, hash: self.hash, id: self.id }
    }
}

/// How much one unit of work deletes, so that others get their turn.
#[derive(Debug)]
pub(super) struct Budget(usize);

impl Budget {
    pub(super) const fn new() -> Self {
        Self(PARTS_AT_ONCE)
    }

    pub(super) const fn is_spent(&self) -> bool {
        self.0 == 0
    }
}

/// A part to be kept, without what is in it.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    pub(super) offset: u64,
    pub(super) size: u64,
    pub(super) hash: ContentHash,
    pub(super) after: guest_core::Progress,
}

impl Arrival {
    pub(super) fn of(part: &Part) -> Self {
        Self {
            offset: part.offset,
            size: part.bytes.len() as u64,
            hash: part.hash,
            after: part.after.clone(),
        }
    }
}

/// Finds out where a part is to be kept; `None` if it is there already.
pub(super) fn announce(
    work: &mut Work<'_>,
    team: TeamId,
    part: &Arrival,
    quota: u64,
) -> Result<Option<BlobName>, Fault> {
    if work.find::<KeptBlob>(&row![team, part.hash])?.is_some() {
        return Ok(None);
    }
    storage(work.tx, team)?.within(quota).with(part.size)?;
    let id = work.ids.next(BlobId::from_bits);
    let loose = LooseBlob { team, id, hash: part.hash, due: work.now + WRITTEN_WITHIN };
    work.save(&loose)?;
    Ok(Some(loose.name()))
}

/// Makes a part that is kept now the next one of an upload's content.
pub(super) fn adopt(
    work: &mut Work<'_>,
    upload: &Upload,
    part: &Arrival,
    kept: Option<BlobName>,
    quota: u64,
) -> Result<(), Fault> {
    let team = upload.team;
    let blob = if let Some(known) = work.find::<KeptBlob>(&row![team, part.hash])? {
        // Somebody else may have brought it meanwhile; our copy stays loose.
        KeptBlob { refs: known.refs.saturating_add(1), ..known }
    } else {
        let gone = || StoreError::new("keeping a part", "it was deleted meanwhile");
        let name = kept.ok_or_else(gone)?;
        let loose: Option<LooseBlob> = work.find(&row![team, name.id])?;
        loose.filter(|loose| loose.due != DOOMED).ok_or_else(gone)?;
        erase::<LooseBlob>(work.tx, &row![team, name.id])?;
        let used = storage(work.tx, team)?.within(quota).with(part.size)?.used;
        work.save(&TeamStorage { team, used })?;
        KeptBlob { team, hash: part.hash, id: name.id, size: part.size, refs: 1 }
    };
    work.save(&blob)?;
    let position = u32::try_from(part.offset / guest_core::PART as u64).unwrap_or(u32::MAX);
    let (content, size) = (upload.content(), part.size);
    work.save(&ContentPart { team, content, position, blob: blob.id, hash: part.hash, size })
}

/// Gives the parts of a content free; those that no other content has are deleted later.
pub(super) fn release(
    work: &mut Work<'_>,
    team: TeamId,
    content: BlobId,
    budget: &mut Budget,
) -> Result<(), Fault> {
    for part in parts(work.tx, team, content)? {
        erase::<ContentPart>(work.tx, &row![team, content, part.position])?;
        budget.0 = budget.0.saturating_sub(1);
        let key = row![team, part.hash];
        let Some(blob) = work.find::<KeptBlob>(&key)? else { continue };
        if blob.refs > 1 {
            work.save(&KeptBlob { refs: blob.refs - 1, ..blob })?;
            continue;
        }
        erase::<KeptBlob>(work.tx, &key)?;
        let due = work.now + DELETED_AFTER;
        work.save(&LooseBlob { team, id: blob.id, hash: blob.hash, due })?;
        let used = storage(work.tx, team)?.within(u64::MAX).without(blob.size).used;
        work.save(&TeamStorage { team, used })?;
    }
    Ok(())
}

/// Returns how much a team stores.
pub(super) fn storage(view: &mut dyn View, team: TeamId) -> Result<TeamStorage, Fault> {
    let storage = find(view, &row![team])?;
    Ok(storage.unwrap_or(TeamStorage { team, used: 0 }))
}

fn parts(view: &mut dyn View, team: TeamId, content: BlobId) -> Result<Vec<ContentPart>, Fault> {
    let prefix = row![team, content];
    Ok(list(view, &Range { prefix: &prefix, limit: usize::MAX, ..Range::default() })?)
}

/// Forgets uploads that were left too long, with what they have brought.
fn forget_left(work: &mut Work<'_>) -> Result<usize, Fault> {
    let until = Some(Value::Int((work.now - UPLOAD_LIFE).timestamp_micros()));
    let index = Some(&tables::UPLOAD_TOUCHED);
    let range = Range { index, until, limit: AT_ONCE, ..Range::default() };
    let left: Vec<Upload> = list(work.tx, &range)?;
    let mut budget = Budget::new();
    let mut count = 0;
    for upload in left {
        if budget.is_spent() {
            break;
        }
        forget(work, &upload, &mut budget)?;
        count += 1;
    }
    Ok(count)
}

/// Forgets an upload, and what it has brought unless that has become a file.
pub(super) fn forget(
    work: &mut Work<'_>,
    upload: &Upload,
    budget: &mut Budget,
) -> Result<(), Fault> {
    if upload.finished.is_none() {
        release(work, upload.team, upload.content(), budget)?;
    }
    Ok(erase::<Upload>(work.tx, &row![upload.team, upload.id])?)
}

/// Marks what is loose for long enough, so that nothing takes it up while it is deleted.
fn doom(work: &mut Work<'_>) -> Result<Vec<LooseBlob>, Fault> {
    let until = Some(Value::Int(work.now.timestamp_micros()));
    let index = Some(&tables::LOOSE_BLOB_DUE);
    let range = Range { index, until, limit: AT_ONCE, ..Range::default() };
    let due: Vec<LooseBlob> = list(work.tx, &range)?;
    for loose in &due {
        work.save(&LooseBlob { due: DOOMED, ..*loose })?;
    }
    Ok(due)
}

/// For how long a part may be on its way to the blob port: far longer than any write lasts.
const WRITTEN_WITHIN: TimeDelta = TimeDelta::hours(1);

/// How long what no file needs is kept: a backup of the rows, and then of the files, is done by
/// then.
const DELETED_AFTER: TimeDelta = TimeDelta::hours(24);

/// When a part is due that is being deleted.
const DOOMED: Instant = DateTime::UNIX_EPOCH;

/// How many parts one unit of work gives free, at some four writes each.
const PARTS_AT_ONCE: usize = 1_000;

/// How many uploads or parts one sweep looks at.
const AT_ONCE: usize = 200;
