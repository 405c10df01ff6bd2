//! How much a team may store (OR-43).

use crate::{Fact, Facts, Refusal, RefusalKind};

/// How much a team stores, and how much it may.
///
/// Equal parts of files are stored once and count once; what uploads in progress have brought so
/// far counts as well.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Storage {
    /// How many bytes are stored.
    pub used: u64,
    /// How many may be.
    pub quota: u64,
}

impl Storage {
    /// Returns how many more bytes may be stored.
    #[must_use]
    pub const fn available(&self) -> u64 {
        self.quota.saturating_sub(self.used)
    }

    /// Returns the storage with `more` bytes stored (OR-43).
    ///
    /// # Errors
    ///
    /// Returns that this is more than the quota has left.
    pub const fn with(&self, more: u64) -> Result<Self, QuotaExceeded> {
        let available = self.available();
        if more > available {
            return Err(QuotaExceeded { needed: more, available });
        }
        // Neither can wrap: the sum is at most the quota.
        Ok(Self { used: self.used.saturating_add(more), quota: self.quota })
    }

    /// Returns the storage with so many bytes given free.
    #[must_use]
    pub const fn without(&self, freed: u64) -> Self {
        Self { used: self.used.saturating_sub(freed), quota: self.quota }
    }
}

/// The team has no room for this.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the team's files have {available} bytes left, and this needs {needed}")]
pub struct QuotaExceeded {
    /// How many bytes are needed.
    pub needed: u64,
    /// How many are left.
    pub available: u64,
}

impl Refusal for QuotaExceeded {
    fn code(&self) -> &'static str {
        "quota_exceeded"
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Conflict
    }

    fn facts(&self) -> Facts {
        let number = |bytes| Fact::Number(i64::try_from(bytes).unwrap_or(i64::MAX));
        vec![("needed", number(self.needed)), ("available", number(self.available))]
    }
}

/// How many bytes a team may store unless whoever runs the server says otherwise: 20 GiB, which
/// the disk of a small server has.
pub const QUOTA_DEFAULT: u64 = 20 << 30;

/// How many bytes a file may have: 10 GiB. Its list of parts is then some 10,000 rows, which one
/// unit of work can forget.
pub const FILE_MOST: u64 = 10 << 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn or_43_a_quota_is_used_up_to_its_last_byte() {
        check(0, 100, Ok(100));
        check(40, 60, Ok(100));
        check(40, 61, Err(QuotaExceeded { needed: 61, available: 60 }));
        check(100, 0, Ok(100));
        check(100, 1, Err(QuotaExceeded { needed: 1, available: 0 }));
        // A quota that was made smaller leaves what is there.
        check(150, 1, Err(QuotaExceeded { needed: 1, available: 0 }));
        check(0, u64::MAX, Err(QuotaExceeded { needed: u64::MAX, available: 100 }));
    }

    #[test]
    fn or_43_what_is_deleted_gives_its_bytes_free() {
        let storage = Storage { used: 90, quota: 100 };
        assert_eq!(storage.without(50).available(), 60);
        assert_eq!(storage.without(u64::MAX).used, 0);
    }

    #[track_caller]
    fn check(used: u64, more: u64, expected: Result<u64, QuotaExceeded>) {
        let storage = Storage { used, quota: 100 };
        assert_eq!(storage.with(more).map(|storage| storage.used), expected);
    }
}
