//! How a computer offers to check who comes, and what comes of it.

use super::Version;
use crate::guest::bounded;
use crate::verdict::Verdict;
use crate::violation::Violation;

/// The security types that a computer offers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum SecurityTypes<'a> {
    /// Those of the two understood here that are among them.
    Offered { none: bool, password: bool },
    /// It lets nobody in, and says why.
    Refused { reason: &'a [u8] },
}

/// What a computer thinks of an answer to its challenge, or of none.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum SecurityResult<'a> {
    Fine,
    /// It says why only from version 3.8 on.
    Refused {
        reason: &'a [u8],
    },
}

impl<'a> SecurityTypes<'a> {
    pub(crate) fn length(version: Version, start: &[u8]) -> Result<usize, Violation> {
        match (version, start) {
            (Version::V3_3, [0, 0, 0, 0, reason @ ..]) => Ok(4 + reason_length(reason)?),
            (Version::V3_3, _) => Ok(4),
            (Version::V3_7 | Version::V3_8, [0, reason @ ..]) => Ok(1 + reason_length(reason)?),
            (Version::V3_7 | Version::V3_8, [count, ..]) => Ok(1 + usize::from(*count)),
            (Version::V3_7 | Version::V3_8, []) => Ok(1),
        }
    }

    pub(crate) fn parse(version: Version, whole: &'a [u8]) -> Result<Self, Violation> {
        match (version, whole) {
            (Version::V3_3, [0, 0, 0, 0, _, _, _, _, reason @ ..])
            | (Version::V3_7 | Version::V3_8, [0, _, _, _, _, reason @ ..]) => {
                Ok(Self::Refused { reason })
            }
            (Version::V3_3, [0, 0, 0, kind]) => Ok(Self::among(&[*kind])),
            (Version::V3_3, _) => Err(Violation::Security),
            (Version::V3_7 | Version::V3_8, [_, kinds @ ..]) => Ok(Self::among(kinds)),
            (Version::V3_7 | Version::V3_8, []) => Err(Violation::PartOfMessage),
        }
    }

    /// Returns what becomes of the offer: a guest sees only what is understood.
    pub(super) fn verdict(self, version: Version) -> Verdict {
        match (version, self) {
            (Version::V3_3, _) | (_, Self::Refused { .. }) => Verdict::Pass,
            (_, Self::Offered { none, password }) => {
                let kinds = [none.then_some(NONE), password.then_some(PASSWORD)];
                let count = u8::from(none) + u8::from(password);
                Verdict::Made([count].into_iter().chain(kinds.into_iter().flatten()).collect())
            }
        }
    }

    fn among(kinds: &[u8]) -> Self {
        Self::Offered { none: kinds.contains(&NONE), password: kinds.contains(&PASSWORD) }
    }
}

impl<'a> SecurityResult<'a> {
    pub(crate) fn length(version: Version, start: &[u8]) -> Result<usize, Violation> {
        match (version, start) {
            (Version::V3_8, [0, 0, 0, FAILED | TOO_MANY, reason @ ..]) => {
                Ok(4 + reason_length(reason)?)
            }
            (Version::V3_3 | Version::V3_7 | Version::V3_8, _) => Ok(4),
        }
    }

    pub(crate) fn parse(version: Version, whole: &'a [u8]) -> Result<Self, Violation> {
        match (version, whole) {
            (_, [0, 0, 0, 0]) => Ok(Self::Fine),
            (Version::V3_8, [0, 0, 0, FAILED | TOO_MANY, _, _, _, _, reason @ ..]) => {
                Ok(Self::Refused { reason })
            }
            (Version::V3_3 | Version::V3_7, [0, 0, 0, FAILED | TOO_MANY]) => {
                Ok(Self::Refused { reason: &[] })
            }
            (_, [a, b, c, d, ..]) => {
                Err(Violation::SecurityResult { code: u32::from_be_bytes([*a, *b, *c, *d]) })
            }
            _ => Err(Violation::PartOfMessage),
        }
    }
}

/// Returns the length of a reason with the length that stands before it.
fn reason_length(start: &[u8]) -> Result<usize, Violation> {
    let length = start.first_chunk().map_or(0, |length| u32::from_be_bytes(*length));
    Ok(4 + bounded("the reason of a refusal", length, REASON_MOST)?)
}

/// The security type that asks for nothing.
pub(crate) const NONE: u8 = 1;
/// The security type that asks for a password, known as VNC authentication.
pub(crate) const PASSWORD: u8 = 2;

const FAILED: u8 = 1;
/// The result where somebody has failed too often.
const TOO_MANY: u8 = 2;
/// How long the reason of a refusal may be: as long as anyone reads.
const REASON_MOST: u32 = 4 * 1024;
