//! What a guest is to the sender, and what that costs.

use crate::{Computer, CreditAccount, Email, InsufficientCredits, Kind};

/// A guest of a request, and what they are to the sender.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct GuestKind {
    /// The guest.
    pub guest: Email,
    /// What they are.
    pub kind: Kind,
}

impl GuestKind {
    /// Tells the kinds apart (GA-17): the sender, an active user of the team, anybody else.
    #[must_use]
    pub fn of(guest: Email, sender: &Email, is_user: bool) -> Self {
        let kind = if guest == *sender {
            Kind::Oneself
        } else if is_user {
            Kind::Team
        } else {
            Kind::Outside
        };
        Self { guest, kind }
    }
}

/// Whom personal computers serve: the team's setting `personal_computers` (GA-6).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum SenderPolicy {
    /// Users of the team and oneself, whose invites are free.
    #[default]
    Team,
    /// Anybody.
    Anyone,
}

impl SenderPolicy {
    /// Returns the name as interfaces show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::Anyone => "anyone",
        }
    }

    /// Returns the policy of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Team, Self::Anyone].into_iter().find(|policy| policy.name() == name)
    }

    /// Returns the guests who may not be invited to `computer` for want of a team computer (GA-6).
    #[must_use]
    pub fn barred<'a>(self, computer: &Computer, guests: &'a [GuestKind]) -> Vec<&'a Email> {
        if self == Self::Anyone || computer.owner().is_none() {
            return Vec::new();
        }
        let outside = guests.iter().filter(|guest| guest.kind == Kind::Outside);
        outside.map(|guest| &guest.guest).collect()
    }
}

/// Returns what a request costs, if the credits suffice for the whole of it (GA-10, GA-17).
///
/// # Errors
///
/// Returns how many credits are needed and how many there are.
pub fn charge(guests: &[GuestKind], account: &CreditAccount) -> Result<u32, InsufficientCredits> {
    let outside = guests.iter().filter(|guest| guest.kind == Kind::Outside).count();
    let needed = u32::try_from(outside).unwrap_or(u32::MAX);
    account.afford(needed).map(|()| needed)
}
