//! How a greeting ends before anybody has joined.

/// One of the two who greet each other.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Side {
    /// The Administrator who greets.
    Host,
    /// Whoever was invited.
    Guest,
}

impl Side {
    /// Returns the other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Host => Self::Guest,
            Self::Guest => Self::Host,
        }
    }
}

/// Why a greeting ended, for both sides to see (OR-24).
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum GreetingEnd {
    /// The host gave up, or an Administrator cancelled the invitation.
    CancelledByHost,
    /// The guest gave up.
    CancelledByGuest,
    /// The host picked a code that the guest did not say.
    WrongCodeHost,
    /// The guest picked a code that the host did not say.
    WrongCodeGuest,
    /// What one side said was not among what the other was shown: possibly an attack.
    NoMatchingCode,
    /// The guest's nonce is not the one they had bound themselves to.
    BadCommitment,
    /// Something was said that the protocol does not know, or that proves nothing.
    BadMessage,
    /// One side began again, and this attempt gave way.
    Superseded,
    /// Another Administrator finished first.
    FinishedElsewhere,
    /// The host is no Administrator any more.
    HostRevoked,
    /// Nothing was said for too long.
    TimedOut,
}

impl GreetingEnd {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::CancelledByHost,
        Self::CancelledByGuest,
        Self::WrongCodeHost,
        Self::WrongCodeGuest,
        Self::NoMatchingCode,
        Self::BadCommitment,
        Self::BadMessage,
        Self::Superseded,
        Self::FinishedElsewhere,
        Self::HostRevoked,
        Self::TimedOut,
    ];

    /// Returns the name under which it is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CancelledByHost => "cancelled_by_host",
            Self::CancelledByGuest => "cancelled_by_guest",
            Self::WrongCodeHost => "wrong_code_host",
            Self::WrongCodeGuest => "wrong_code_guest",
            Self::NoMatchingCode => "no_matching_code",
            Self::BadCommitment => "bad_commitment",
            Self::BadMessage => "bad_message",
            Self::Superseded => "superseded",
            Self::FinishedElsewhere => "finished_elsewhere",
            Self::HostRevoked => "host_revoked",
            Self::TimedOut => "timed_out",
        }
    }

    /// Returns the end of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|end| end.name() == name)
    }

    /// Returns whether a side may say of its own that it ends like this (OR-24).
    #[must_use]
    pub const fn may_come_from(self, side: Side) -> bool {
        match self {
            Self::CancelledByHost | Self::WrongCodeHost | Self::BadCommitment => {
                matches!(side, Side::Host)
            }
            Self::CancelledByGuest | Self::WrongCodeGuest => matches!(side, Side::Guest),
            Self::NoMatchingCode | Self::BadMessage => true,
            Self::Superseded | Self::FinishedElsewhere | Self::HostRevoked | Self::TimedOut => {
                false
            }
        }
    }

    /// Returns whether it counts as a wrong code, of which three cancel the invitation (OR-24).
    #[must_use]
    pub const fn is_strike(self) -> bool {
        match self {
            Self::WrongCodeHost | Self::WrongCodeGuest | Self::NoMatchingCode => true,
            Self::CancelledByHost
            | Self::CancelledByGuest
            | Self::BadCommitment
            | Self::BadMessage
            | Self::Superseded
            | Self::FinishedElsewhere
            | Self::HostRevoked
            | Self::TimedOut => false,
        }
    }
}
