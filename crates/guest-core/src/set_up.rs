//! Setting up a server: its first team, made by whoever holds the link that the server printed
//! (WB-13).
//!
//! ```text
//!        a team is made, by the link or otherwise
//! open ──────────────────────────────────────────▶ over, for good
//! ```
//!
//! Each start of a server without a team draws another link. Only its hash is kept, and only while
//! the server runs. That it works once follows from what it makes: there is a team from then on.

use crate::{Refusal, RefusalKind, SecretHash};

/// Decides whether whoever shows a link may make the first team (WB-13).
///
/// `offered` is what the running server keeps of its link, `has_team` whether there is a team by
/// now, asked in the transaction that makes one: of two who are at it at once, one wins.
///
/// # Errors
///
/// Returns that it is not the link, or that it is over.
pub fn admit_founder(
    offered: Option<SecretHash>,
    shown: Option<SecretHash>,
    has_team: bool,
) -> Result<(), SetUpRefusal> {
    match (offered, shown) {
        (Some(offered), Some(shown)) if offered == shown => {
            if has_team {
                Err(SetUpRefusal::Over)
            } else {
                Ok(())
            }
        }
        (Some(_) | None, _) => Err(SetUpRefusal::Unknown),
    }
}

/// Why a link does not set up a server.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SetUpRefusal {
    /// It is not the one that the running server printed.
    #[error("this is not the link that the server printed when it was last started")]
    Unknown,
    /// There is a team already.
    #[error("this server has been set up; sign in")]
    Over,
}

impl Refusal for SetUpRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "link_unknown",
            Self::Over => "code_used",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Unknown => RefusalKind::Absent,
            Self::Over => RefusalKind::Gone,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Purpose, Secret};

    #[test]
    fn wb_13_only_the_link_that_was_printed_sets_up_and_only_while_there_is_no_team() {
        check(Some(1), Some(1), false, Ok(()));
        check(Some(1), Some(1), true, Err(SetUpRefusal::Over));
        check(Some(1), Some(2), false, Err(SetUpRefusal::Unknown));
        check(Some(1), None, false, Err(SetUpRefusal::Unknown));
        check(None, Some(1), false, Err(SetUpRefusal::Unknown));
        check(None, None, false, Err(SetUpRefusal::Unknown));
        // Others than its holder do not learn whether there is a team.
        check(Some(1), Some(2), true, Err(SetUpRefusal::Unknown));
    }

    #[track_caller]
    fn check(
        offered: Option<u8>,
        shown: Option<u8>,
        has_team: bool,
        expected: Result<(), SetUpRefusal>,
    ) {
        let hash = |seed: u8| Secret::new(Purpose::SetUp, &[seed; 32]).hash();
        assert_eq!(admit_founder(offered.map(hash), shown.map(hash), has_team), expected);
    }
}
