//! A team and its settings.

use crate::{Email, Instant, SenderPolicy, TeamId, TeamName, Zone};

/// An organization with its users, computers and one credit account.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Team {
    /// Names the team in addresses.
    pub id: TeamId,
    /// What it is called.
    pub name: TeamName,
    /// The zone that windows are preset to.
    pub zone: Zone,
    /// Where External recipients' answers go.
    pub reply_to: Option<Email>,
    /// Whom personal computers serve (GA-6).
    pub personal_computers: SenderPolicy,
    /// What a mailed code proves (OR-35).
    pub email_sign_in: EmailSignIn,
    /// Whether members must sign in by single sign-on (OR-35).
    pub sso_required: bool,
    /// When it was made.
    pub created_at: Instant,
}

/// What a mailed sign-in code proves (OR-35).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum EmailSignIn {
    /// A user's rights.
    #[default]
    Users,
    /// It opens guest links only.
    Guests,
}

impl EmailSignIn {
    /// Returns the name as interfaces show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Guests => "guests",
        }
    }

    /// Returns the value of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Users, Self::Guests].into_iter().find(|one| one.name() == name)
    }
}
