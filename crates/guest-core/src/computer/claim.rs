//! What the name stands for that an agent reports with a team key.

use crate::{Computer, Provision};

/// What a team key's heartbeat finds under the name it reports (GA-1).
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Named {
    /// The key's own computer.
    Ours(Computer),
    /// A team computer without a living key, to be taken over.
    Orphan(Computer),
    /// Nothing: the computer is provisioned.
    Nobody,
}

/// Decides what the agent name in a team key's heartbeat stands for (GA-1).
///
/// `ours` is the key's computer, removed or not, whose agent reports this
/// name; `holder` is whoever holds the name among the team's computers.
///
/// # Errors
///
/// Returns why the name cannot be used with this key.
pub fn claim(
    ours: Option<Computer>,
    holder: Option<(Computer, bool)>,
) -> Result<Named, ClaimRefusal> {
    match ours {
        Some(computer) if computer.is_removed() => {}
        Some(computer) => return Ok(Named::Ours(computer)),
        None => {
            return match holder {
                None => Ok(Named::Nobody),
                Some((computer, keyed)) => match computer.provision {
                    Provision::Team { .. } if !keyed => Ok(Named::Orphan(computer)),
                    Provision::Team { .. } | Provision::Personal { .. } => {
                        Err(ClaimRefusal::NameTaken)
                    }
                },
            };
        }
    }
    match holder {
        // Registered anew by an Administrator since it was removed.
        Some((computer, false)) if computer.owner().is_none() => Ok(Named::Orphan(computer)),
        Some(_) | None => Err(ClaimRefusal::Removed),
    }
}

/// Why an agent's name cannot be used with its key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ClaimRefusal {
    /// Another computer has the name.
    #[error("another computer of the team has this name; start the agent with another --name")]
    NameTaken,
    /// The computer was removed.
    #[error("this computer was removed from the team; an administrator can register it anew")]
    Removed,
}

impl crate::Refusal for ClaimRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NameTaken => "name_taken",
            Self::Removed => "computer_removed",
        }
    }

    fn kind(&self) -> crate::RefusalKind {
        match self {
            Self::NameTaken | Self::Removed => crate::RefusalKind::Conflict,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::computer::fixtures::{at, personal, team};

    #[test]
    fn ga_1_what_a_reported_name_stands_for() {
        let gone = || team().remove(at("08:00:00"));
        check_claim(None, None, &Ok(Named::Nobody));
        check_claim(Some(team()), None, &Ok(Named::Ours(team())));
        check_claim(None, Some((team(), true)), &Err(ClaimRefusal::NameTaken));
        check_claim(None, Some((team(), false)), &Ok(Named::Orphan(team())));
        check_claim(None, Some((personal(), false)), &Err(ClaimRefusal::NameTaken));
        check_claim(Some(gone()), None, &Err(ClaimRefusal::Removed));
        check_claim(Some(gone()), Some((team(), false)), &Ok(Named::Orphan(team())));
        check_claim(Some(gone()), Some((team(), true)), &Err(ClaimRefusal::Removed));
    }

    #[track_caller]
    fn check_claim(
        ours: Option<Computer>,
        holder: Option<(Computer, bool)>,
        expected: &Result<Named, ClaimRefusal>,
    ) {
        assert_eq!(claim(ours, holder), *expected);
    }
}
