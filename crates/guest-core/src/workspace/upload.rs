//! Uploads on their way, which can be left and resumed (OR-43).
//!
//! ```text
//!         take, any number of times
//!            ╭──╮
//!            ▼  │     finish
//! Open ──────┴──┴──────────▶ Finished
//!   ╰──▶ forgotten, when cancelled or left too long
//! ```

use chrono::TimeDelta;

use super::{ContentHash, FILE_MOST, FileName, PART, Progress};
use crate::{
    BlobId, Fact, Facts, FileId, Instant, Refusal, RefusalKind, TeamId, UploadId, UserId,
    WorkspaceId,
};

/// An upload on its way.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Upload {
    /// The team.
    pub team: TeamId,
    /// Names the upload.
    pub id: UploadId,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// What the file is to be called; of a file that is there it becomes a new version.
    pub name: FileName,
    /// How many bytes the file has, if that was said when the upload began.
    pub size: Option<u64>,
    /// The hash of the file, if that was said when the upload began.
    pub expected: Option<ContentHash>,
    /// Who uploads.
    pub by: UserId,
    /// How far it has come.
    pub progress: Progress,
    /// When the last of it came.
    pub touched_at: Instant,
    /// What it became.
    pub finished: Option<Finished>,
}

/// What an upload became.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Finished {
    /// The file.
    pub file: FileId,
    /// The version of it.
    pub version: u32,
}

impl Upload {
    /// Returns what names the list of its parts.
    #[must_use]
    pub const fn content(&self) -> BlobId {
        BlobId::from_bits(self.id.to_bits())
    }

    /// Returns until when it can be resumed.
    #[must_use]
    pub fn expires_at(&self) -> Instant {
        self.touched_at + UPLOAD_LIFE
    }

    /// Requires that a file of this size may be uploaded at all (OR-43).
    ///
    /// # Errors
    ///
    /// Returns that it is too large.
    pub const fn require_size(size: u64) -> Result<(), UploadRefusal> {
        if size > FILE_MOST { Err(UploadRefusal::TooLarge { most: FILE_MOST }) } else { Ok(()) }
    }

    /// Requires that the upload goes on at `offset` (OR-43).
    ///
    /// # Errors
    ///
    /// Returns that it is finished, or where it goes on.
    pub const fn require_offset(&self, offset: u64) -> Result<(), UploadRefusal> {
        if self.finished.is_some() {
            return Err(UploadRefusal::Finished);
        }
        let at = self.progress.offset();
        if offset == at { Ok(()) } else { Err(UploadRefusal::Offset { at }) }
    }

    /// Takes a part of `size` bytes that begins at `offset` (OR-43).
    ///
    /// # Errors
    ///
    /// Returns why the part does not belong there.
    pub fn take(
        &self,
        offset: u64,
        size: u64,
        after: Progress,
        now: Instant,
    ) -> Result<Self, UploadRefusal> {
        self.require_offset(offset)?;
        let end = offset.saturating_add(size);
        // Only the last part is shorter; nothing follows it.
        let follows_the_last = !offset.is_multiple_of(PART as u64);
        if after.offset() != end || size > PART as u64 || follows_the_last {
            return Err(UploadRefusal::Offset { at: self.progress.offset() });
        }
        Self::require_size(end)?;
        if let Some(declared) = self.size.filter(|declared| end > *declared) {
            return Err(UploadRefusal::Size { declared, came: end });
        }
        Ok(Self { progress: after, touched_at: now, ..self.clone() })
    }

    /// Requires that what came is what was announced, before it becomes a file (OR-43).
    ///
    /// # Errors
    ///
    /// Returns that it is finished, or that size or hash are not those announced.
    pub fn require_whole(&self) -> Result<(), UploadRefusal> {
        let came = self.progress.offset();
        self.require_offset(came)?;
        if let Some(declared) = self.size.filter(|declared| came != *declared) {
            return Err(UploadRefusal::Size { declared, came });
        }
        match self.expected {
            Some(expected) if expected != self.progress.hash() => Err(UploadRefusal::Content),
            Some(_) | None => Ok(()),
        }
    }
}

/// Why an upload cannot go on like this, or cannot begin.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum UploadRefusal {
    /// It has become a file.
    #[error("this upload is finished")]
    Finished,
    /// It goes on elsewhere.
    #[error("this upload goes on at byte {at}")]
    Offset {
        /// How many bytes are there.
        at: u64,
    },
    /// Files are not that large.
    #[error("a file has at most {most} bytes")]
    TooLarge {
        /// How many bytes a file may have.
        most: u64,
    },
    /// What came has another size than was announced.
    #[error("{came} bytes came of the {declared} that were announced")]
    Size {
        /// How many bytes were announced.
        declared: u64,
        /// How many came.
        came: u64,
    },
    /// What came has another hash than was announced.
    #[error("the bytes that came do not have the hash that was announced")]
    Content,
}

impl Refusal for UploadRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Finished => "upload_finished",
            Self::Offset { .. } => "upload_offset",
            Self::TooLarge { .. } => "file_too_large",
            Self::Size { .. } | Self::Content => "content_mismatch",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Finished | Self::Offset { .. } => RefusalKind::Conflict,
            Self::TooLarge { .. } => RefusalKind::TooLarge,
            Self::Size { .. } | Self::Content => RefusalKind::Invalid,
        }
    }

    fn facts(&self) -> Facts {
        let number = |bytes: u64| Fact::Number(i64::try_from(bytes).unwrap_or(i64::MAX));
        match self {
            Self::Offset { at } => vec![("offset", number(*at))],
            Self::TooLarge { most } => vec![("most", number(*most))],
            Self::Size { declared, came } => {
                vec![("announced", number(*declared)), ("came", number(*came))]
            }
            Self::Finished | Self::Content => Facts::new(),
        }
    }
}

/// For how long an upload that was left can be resumed, and what became of it can be asked for: a
/// night, and the day after.
pub const UPLOAD_LIFE: TimeDelta = TimeDelta::hours(24);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Intake;

    #[test]
    fn or_43_an_upload_goes_on_where_it_was_left() {
        let parts = parts(PART + 5);
        let upload = upload(None);
        let first = take(&upload, &parts[0]).unwrap();
        assert_eq!(first.progress.offset(), PART as u64);
        check(take(&upload, &parts[1]), UploadRefusal::Offset { at: 0 });
        // The same part again, as after an answer that was lost.
        check(take(&first, &parts[0]), UploadRefusal::Offset { at: PART as u64 });
        let second = take(&first, &parts[1]).unwrap();
        assert_eq!(second.progress.offset(), PART as u64 + 5);
        assert_eq!(second.require_whole(), Ok(()));
        // Nothing follows a part that is shorter.
        let at = PART as u64 + 5;
        let more = Progress::resume(at + 1, &second.progress.state()).unwrap();
        check(second.take(at, 1, more, now()), UploadRefusal::Offset { at });
    }

    #[test]
    fn or_43_what_came_is_what_was_announced() {
        let parts = parts(PART + 5);
        let whole = PART as u64 + 5;
        let after = |upload: &Upload| take(&take(upload, &parts[0])?, &parts[1]);
        assert_eq!(after(&upload(Some(whole))).unwrap().require_whole(), Ok(()));
        let short = upload(Some(whole + 1));
        let came = UploadRefusal::Size { declared: whole + 1, came: whole };
        assert_eq!(after(&short).unwrap().require_whole(), Err(came));
        let long = UploadRefusal::Size { declared: whole - 1, came: whole };
        check(after(&upload(Some(whole - 1))), long);
        let hash = parts[1].after.hash();
        let named = Upload { expected: Some(hash), ..upload(None) };
        assert_eq!(after(&named).unwrap().require_whole(), Ok(()));
        let other = Upload { expected: Some(ContentHash::of(b"")), ..upload(None) };
        assert_eq!(after(&other).unwrap().require_whole(), Err(UploadRefusal::Content));
    }

    #[test]
    fn or_43_a_file_has_a_greatest_size() {
        assert_eq!(Upload::require_size(FILE_MOST), Ok(()));
        let most = UploadRefusal::TooLarge { most: FILE_MOST };
        assert_eq!(Upload::require_size(FILE_MOST + 1), Err(most));
        let progress = Progress::resume(FILE_MOST, &Progress::start().state()).unwrap();
        let full = Upload { progress, ..upload(None) };
        let more = Progress::resume(FILE_MOST + 1, &Progress::start().state()).unwrap();
        check(full.take(FILE_MOST, 1, more, now()), most);
    }

    #[test]
    fn or_43_a_finished_upload_stays_finished() {
        let finished = Finished { file: FileId::from_bits(1), version: 1 };
        let done = Upload { finished: Some(finished), ..upload(Some(0)) };
        assert_eq!(done.require_whole(), Err(UploadRefusal::Finished));
        assert_eq!(done.require_offset(0), Err(UploadRefusal::Finished));
        assert_eq!(done.expires_at(), now() + UPLOAD_LIFE);
    }

    #[track_caller]
    fn check(taken: Result<Upload, UploadRefusal>, expected: UploadRefusal) {
        assert_eq!(taken.unwrap_err(), expected);
    }

    fn take(upload: &Upload, part: &super::super::Part) -> Result<Upload, UploadRefusal> {
        upload.take(part.offset, part.bytes.len() as u64, part.after.clone(), now())
    }

    fn parts(size: usize) -> Vec<super::super::Part> {
        let mut intake = Intake::new(Progress::start());
        let file = vec![7; size];
        let mut bytes = file.as_slice();
        let mut parts = Vec::new();
        while let Some(part) = intake.handle_bytes(&mut bytes) {
            parts.push(part);
        }
        parts.extend(intake.handle_end());
        parts
    }

    fn upload(size: Option<u64>) -> Upload {
        Upload {
            team: TeamId::parse("acme").unwrap(),
            id: UploadId::from_bits(1),
            workspace: WorkspaceId::from_bits(1),
            name: FileName::parse("plan.pdf").unwrap(),
            size,
            expected: None,
            by: UserId::from_bits(1),
            progress: Progress::start(),
            touched_at: now(),
            finished: None,
        }
    }

    fn now() -> Instant {
        "2026-12-01T09:00:00Z".parse().unwrap()
    }
}
