//! The handshake: versions, security, and what the screen is like.
//!
//! The two speak strictly in turn, the computer first. What each state says is who speaks next, and
//! what:
//!
//! ```text
//! ComputerVersion ─▶ GuestVersion ─▶ SecurityTypes ─┬─────────────▶ Refused
//!                                                   ├─ from 3.7 on ▶ SecurityChoice
//!                                                   └─ 3.3: as if it had been chosen
//!
//! SecurityChoice ─┬─ none, 3.8 ──────────────────────────────▶ SecurityResult
//!                 ├─ none, before ───────────────────────────▶ GuestInit
//!                 └─ password ─▶ Challenge ─▶ Response ──────▶ SecurityResult
//!
//! SecurityResult ─┬─▶ GuestInit ─▶ ComputerInit ─▶ Done
//!                 └─▶ Refused
//! ```

mod security;
mod version;

use crate::guest::bounded;
use crate::pixel::PixelFormat;
use crate::rectangle::Size;
use crate::verdict::Verdict;
use crate::violation::{Side, Violation};

pub(crate) use security::{NONE, PASSWORD, SecurityResult, SecurityTypes};
pub(crate) use version::Version;

/// How far a handshake has got.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Handshake {
    ComputerVersion,
    GuestVersion {
        offered: Version,
    },
    SecurityTypes {
        version: Version,
    },
    SecurityChoice {
        version: Version,
        types: [bool; 2],
    },
    Challenge {
        version: Version,
    },
    Response {
        version: Version,
    },
    SecurityResult {
        version: Version,
    },
    GuestInit,
    ComputerInit,
    /// The computer has said why not; nobody has anything more to say.
    Refused,
    Done(Opening),
}

/// What a session begins with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Opening {
    pub(crate) screen: Size,
    pub(crate) format: PixelFormat,
}

impl Handshake {
    /// Returns how many bytes what `side` says next has at least, if it begins with `start`.
    pub(crate) fn length(&self, side: Side, start: &[u8]) -> Result<usize, Violation> {
        if self.turn() != Some(side) {
            return Err(Violation::OutOfTurn { side });
        }
        match *self {
            Self::ComputerVersion | Self::GuestVersion { .. } => Ok(Version::LENGTH),
            Self::SecurityTypes { version } => SecurityTypes::length(version, start),
            Self::Challenge { .. } | Self::Response { .. } => Ok(CHALLENGE),
            Self::SecurityResult { version } => SecurityResult::length(version, start),
            Self::SecurityChoice { .. } | Self::GuestInit => Ok(1),
            Self::ComputerInit => Opening::length(start),
            Self::Refused | Self::Done(_) => Err(Violation::OutOfTurn { side }),
        }
    }

    /// Judges what is said next, which is whole, and moves on.
    pub(crate) fn take(&mut self, whole: &[u8]) -> Result<Verdict, Violation> {
        let mut verdict = Verdict::Pass;
        *self = match *self {
            Self::ComputerVersion => Self::GuestVersion { offered: Version::parse(whole)? },
            Self::GuestVersion { offered } => match Version::parse(whole)? {
                version if version <= offered => Self::SecurityTypes { version },
                _ => return Err(Violation::Version),
            },
            Self::SecurityTypes { version } => {
                let types = SecurityTypes::parse(version, whole)?;
                verdict = types.verdict(version);
                Self::offered(types, version)?
            }
            Self::SecurityChoice { version, types: [none, password] } => match whole {
                [NONE] if none => Self::without_password(version),
                [PASSWORD] if password => Self::Challenge { version },
                _ => return Err(Violation::Security),
            },
            Self::Challenge { version } => Self::Response { version },
            Self::Response { version } => Self::SecurityResult { version },
            Self::SecurityResult { version } => match SecurityResult::parse(version, whole)? {
                SecurityResult::Fine => Self::GuestInit,
                SecurityResult::Refused { .. } => Self::Refused,
            },
            Self::GuestInit => {
                verdict = Verdict::Made(vec![SHARED]);
                Self::ComputerInit
            }
            Self::ComputerInit => Self::Done(Opening::parse(whole)?),
            Self::Refused | Self::Done(_) => *self,
        };
        Ok(verdict)
    }

    fn turn(&self) -> Option<Side> {
        match self {
            Self::ComputerVersion
            | Self::SecurityTypes { .. }
            | Self::Challenge { .. }
            | Self::SecurityResult { .. }
            | Self::ComputerInit => Some(Side::Computer),
            Self::GuestVersion { .. }
            | Self::SecurityChoice { .. }
            | Self::Response { .. }
            | Self::GuestInit => Some(Side::Guest),
            Self::Refused | Self::Done(_) => None,
        }
    }

    fn offered(types: SecurityTypes<'_>, version: Version) -> Result<Self, Violation> {
        match types {
            SecurityTypes::Refused { .. } => Ok(Self::Refused),
            SecurityTypes::Offered { none: false, password: false } => Err(Violation::Security),
            SecurityTypes::Offered { none, password } => Ok(match version {
                Version::V3_3 if none => Self::GuestInit,
                Version::V3_3 => Self::Challenge { version },
                Version::V3_7 | Version::V3_8 => {
                    Self::SecurityChoice { version, types: [none, password] }
                }
            }),
        }
    }

    fn without_password(version: Version) -> Self {
        match version {
            Version::V3_3 | Version::V3_7 => Self::GuestInit,
            Version::V3_8 => Self::SecurityResult { version },
        }
    }
}

impl Opening {
    fn length(start: &[u8]) -> Result<usize, Violation> {
        let Some((_, rest)) = start.split_at_checked(INIT) else { return Ok(INIT + 4) };
        let Some(length) = rest.first_chunk() else { return Ok(INIT + 4) };
        let length = u32::from_be_bytes(*length);
        Ok(INIT + 4 + bounded("the name of the computer", length, NAME_MOST)?)
    }

    fn parse(whole: &[u8]) -> Result<Self, Violation> {
        let Some(([a, b, c, d, format @ ..], _)) = whole.split_first_chunk::<INIT>() else {
            return Err(Violation::PartOfMessage);
        };
        let screen =
            Size { width: u16::from_be_bytes([*a, *b]), height: u16::from_be_bytes([*c, *d]) };
        Ok(Self { screen, format: PixelFormat::parse(*format)? })
    }
}

/// How long a challenge is, and the answer to it.
pub(crate) const CHALLENGE: usize = 16;

/// What a guest asks for whatever it asks for: not to be alone on the computer (CN-9).
const SHARED: u8 = 1;
/// How long a computer's greeting is before the length of its name.
const INIT: usize = 20;
/// How long the name of a computer may be: as long as anyone reads.
const NAME_MOST: u32 = 4 * 1024;
