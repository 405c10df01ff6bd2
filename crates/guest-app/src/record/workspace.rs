//! Workspaces, their members, files and uploads as rows.

use guest_core::{
    BlobId, ComputerId, ContentHash, FileId, FileVersion, Finished, Instant, Progress,
    SharedComputer, SharedFile, Storage, TeamId, Upload, UploadId, UserId, Workspace, WorkspaceId,
    WorkspaceMember, WorkspaceRole,
};

use super::{Reader, Record, row};
use crate::table::{Row, Table};
use crate::tables;

impl Record for Workspace {
    const TABLE: &'static Table = &tables::WORKSPACE;

    fn to_row(&self) -> Row {
        row![self.team, self.id, self.name.as_str(), self.created_at, self.version]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            team: row.parsed()?,
            id: row.id(WorkspaceId::from_bits)?,
            name: row.parsed()?,
            created_at: row.instant()?,
            version: row.number()?,
        })
    }
}

impl Record for WorkspaceMember {
    const TABLE: &'static Table = &tables::WORKSPACE_MEMBER;

    fn to_row(&self) -> Row {
        row![self.team, self.workspace, self.user, self.role.name()]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            team: row.parsed()?,
            workspace: row.id(WorkspaceId::from_bits)?,
            user: row.id(UserId::from_bits)?,
            role: WorkspaceRole::named(&row.text()?)?,
        })
    }
}

impl Record for SharedComputer {
    const TABLE: &'static Table = &tables::WORKSPACE_COMPUTER;

    fn to_row(&self) -> Row {
        row![self.team, self.workspace, self.computer]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            team: row.parsed()?,
            workspace: row.id(WorkspaceId::from_bits)?,
            computer: row.id(ComputerId::from_bits)?,
        })
    }
}

impl Record for SharedFile {
    const TABLE: &'static Table = &tables::SHARED_FILE;

    fn to_row(&self) -> Row {
        row![
            self.team,
            self.id,
            self.workspace,
            self.name.as_str(),
            self.name.key(),
            self.latest,
            self.created_at,
        ]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            team: row.parsed()?,
            id: row.id(FileId::from_bits)?,
            workspace: row.id(WorkspaceId::from_bits)?,
            name: {
                let name = row.parsed()?;
                row.skip(); // Its key.
                name
            },
            latest: row.number()?,
            created_at: row.instant()?,
        })
    }
}

impl Record for FileVersion {
    const TABLE: &'static Table = &tables::FILE_VERSION;

    fn to_row(&self) -> Row {
        row![
            self.team,
            self.file,
            self.number,
            self.content,
            self.hash,
            self.size,
            self.by,
            self.at,
        ]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            team: row.parsed()?,
            file: row.id(FileId::from_bits)?,
            number: row.number()?,
            content: row.id(BlobId::from_bits)?,
            hash: ContentHash::from_bytes(row.bytes()?),
            size: row.number()?,
            by: row.id(UserId::from_bits)?,
            at: row.instant()?,
        })
    }
}

/// One part of a content.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ContentPart {
    pub(crate) team: TeamId,
    pub(crate) content: BlobId,
    pub(crate) position: u32,
    /// The copy that it is.
    pub(crate) blob: BlobId,
    pub(crate) hash: ContentHash,
    pub(crate) size: u64,
}

impl Record for ContentPart {
    const TABLE: &'static Table = &tables::CONTENT_PART;

    fn to_row(&self) -> Row {
        row![self.team, self.content, self.position, self.blob, self.hash, self.size]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            team: row.parsed()?,
            content: row.id(BlobId::from_bits)?,
            position: row.number()?,
            blob: row.id(BlobId::from_bits)?,
            hash: ContentHash::from_bytes(row.bytes()?),
            size: row.number()?,
        })
    }
}

/// A part that is kept, for as long as some content has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeptBlob {
    pub(crate) team: TeamId,
    pub(crate) hash: ContentHash,
    /// Names this copy: one that is to be deleted is never taken up again.
    pub(crate) id: BlobId,
    pub(crate) size: u64,
    /// How many parts of contents it is.
    pub(crate) refs: u32,
}

impl Record for KeptBlob {
    const TABLE: &'static Table = &tables::BLOB;

    fn to_row(&self) -> Row {
        row![self.team, self.hash, self.id, self.size, self.refs]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            team: row.parsed()?,
            hash: ContentHash::from_bytes(row.bytes()?),
            id: row.id(BlobId::from_bits)?,
            size: row.number()?,
            refs: row.number()?,
        })
    }
}

/// A copy that is about to be kept, or to be deleted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LooseBlob {
    pub(crate) team: TeamId,
    pub(crate) id: BlobId,
    pub(crate) hash: ContentHash,
    /// When it is to be deleted, unless it is a part of some content by then.
    pub(crate) due: Instant,
}

impl Record for LooseBlob {
    const TABLE: &'static Table = &tables::LOOSE_BLOB;

    fn to_row(&self) -> Row {
        row![self.team, self.id, self.hash, self.due]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            team: row.parsed()?,
            id: row.id(BlobId::from_bits)?,
            hash: ContentHash::from_bytes(row.bytes()?),
            due: row.instant()?,
        })
    }
}

/// How many bytes a team stores.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TeamStorage {
    pub(crate) team: TeamId,
    pub(crate) used: u64,
}

impl TeamStorage {
    pub(crate) const fn within(&self, quota: u64) -> Storage {
        Storage { used: self.used, quota }
    }
}

impl Record for TeamStorage {
    const TABLE: &'static Table = &tables::TEAM_STORAGE;

    fn to_row(&self) -> Row {
        row![self.team, self.used]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self { team: row.parsed()?, used: row.number()? })
    }
}

impl Record for Upload {
    const TABLE: &'static Table = &tables::UPLOAD;

    fn to_row(&self) -> Row {
        row![
            self.team,
            self.id,
            self.workspace,
            self.name.as_str(),
            self.size,
            self.expected,
            self.by,
            self.progress.offset(),
            self.progress.state().as_slice(),
            self.touched_at,
            self.finished.map(|finished| finished.file),
            self.finished.map(|finished| finished.version),
        ]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            team: row.parsed()?,
            id: row.id(UploadId::from_bits)?,
            workspace: row.id(WorkspaceId::from_bits)?,
            name: row.parsed()?,
            size: row.opt(Reader::number)?,
            expected: row.opt(|row| row.bytes().map(ContentHash::from_bytes))?,
            by: row.id(UserId::from_bits)?,
            progress: {
                let offset = row.number()?;
                Progress::resume(offset, &row.blob()?)?
            },
            touched_at: row.instant()?,
            finished: {
                let file = row.opt(|row| row.id(FileId::from_bits))?;
                let version = row.opt(Reader::number)?;
                file.zip(version).map(|(file, version)| Finished { file, version })
            },
        })
    }
}
