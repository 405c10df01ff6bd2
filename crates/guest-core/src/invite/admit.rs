//! Whether a guest may connect now.

use crate::{
    Computer, Email, EndedRefusal, Fact, Facts, Instant, Invite, Permissions, Refusal, RefusalKind,
};

/// Somebody trying to connect.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// Which of the invite's links they used.
    pub link: u32,
    /// The account they are signed in as.
    pub account: Option<&'a Email>,
    /// The invite's computer.
    pub computer: &'a Computer,
    /// Whether the sender may still invite to that computer; asked for oneself only (GA-43).
    pub sender_may_invite: bool,
}

/// What a guest gets by connecting.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Admission {
    /// What they may use.
    pub permissions: Permissions,
    /// When the window ends the session; never for oneself.
    pub closes_at: Option<Instant>,
}

impl Invite {
    /// Decides whether somebody may connect at `now` (GA-41, GA-42, GA-43, GA-47).
    ///
    /// It allocates nothing (QU-2).
    ///
    /// # Errors
    ///
    /// Returns the first reason, in the order of the rule, why they may not.
    pub fn admit(&self, attempt: Attempt<'_>, now: Instant) -> Result<Admission, ConnectRefusal> {
        if attempt.link != self.link {
            return Err(ConnectRefusal::LinkUnknown);
        }
        let account = attempt.account.ok_or(ConnectRefusal::SignedOut)?;
        if *account != self.guest {
            return Err(ConnectRefusal::WrongAccount);
        }
        self.require_live().map_err(ConnectRefusal::Ended)?;
        if self.kept_out {
            return Err(ConnectRefusal::KeptOut);
        }
        if self.ignores_window() {
            if !attempt.sender_may_invite {
                return Err(ConnectRefusal::RightsLost);
            }
        } else if now < self.window.start() {
            return Err(ConnectRefusal::TooEarly {
                opens_in: seconds_up(self.window.start() - now),
            });
        } else if self.window.end() <= now {
            return Err(ConnectRefusal::WindowOver);
        }
        if !attempt.computer.guest_access {
            return Err(ConnectRefusal::AccessOff);
        }
        if !attempt.computer.is_online(now) {
            return Err(ConnectRefusal::ComputerOffline);
        }
        Ok(Admission { permissions: self.session_permissions(), closes_at: self.closes_at() })
    }
}

/// Why somebody may not connect, in the order in which it is asked (GA-42).
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ConnectRefusal {
    /// The link is not known, or not current.
    #[error("this link is not known; ask whoever invited you for a new one")]
    LinkUnknown,
    /// Nobody is signed in.
    #[error("sign in with the address that was invited")]
    SignedOut,
    /// Another account is invited; which one is not said (GA-41).
    #[error("this invite is for another account")]
    WrongAccount,
    /// The invite has ended.
    #[error(transparent)]
    Ended(EndedRefusal),
    /// The guest was put out until readmitted.
    #[error("you were put out; whoever invited you can let you back in")]
    KeptOut,
    /// The window has not started.
    #[error("this invite opens in {opens_in} s")]
    TooEarly {
        /// How long until it does, in seconds, rounded up.
        opens_in: i64,
    },
    /// The window has ended.
    #[error("the time of this invite is over")]
    WindowOver,
    /// Whoever invited themselves may no longer do so.
    #[error("you may no longer invite anybody to this computer")]
    RightsLost,
    /// The computer lets no guests in.
    #[error("guest access is turned off on this computer")]
    AccessOff,
    /// The computer is not there.
    #[error("the computer is offline")]
    ComputerOffline,
}

impl Refusal for ConnectRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::LinkUnknown => "link_unknown",
            Self::SignedOut => "unauthenticated",
            Self::WrongAccount => "wrong_account",
            Self::Ended(ended) => ended.code(),
            Self::KeptOut => "kept_out",
            Self::TooEarly { .. } => "too_early",
            Self::WindowOver => "window_over",
            Self::RightsLost => "forbidden",
            Self::AccessOff => "guest_access_off",
            Self::ComputerOffline => "computer_offline",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::LinkUnknown => RefusalKind::Absent,
            Self::SignedOut => RefusalKind::Unauthenticated,
            Self::WrongAccount | Self::RightsLost => RefusalKind::Forbidden,
            Self::Ended(ended) => ended.kind(),
            Self::KeptOut
            | Self::TooEarly { .. }
            | Self::WindowOver
            | Self::AccessOff
            | Self::ComputerOffline => RefusalKind::Conflict,
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::Ended(ended) => ended.facts(),
            Self::TooEarly { opens_in } => vec![("opens_in_seconds", Fact::Number(*opens_in))],
            Self::LinkUnknown
            | Self::SignedOut
            | Self::WrongAccount
            | Self::KeptOut
            | Self::WindowOver
            | Self::RightsLost
            | Self::AccessOff
            | Self::ComputerOffline => Facts::new(),
        }
    }
}

fn seconds_up(left: chrono::TimeDelta) -> i64 {
    left.num_seconds() + i64::from(left.subsec_nanos() > 0)
}
