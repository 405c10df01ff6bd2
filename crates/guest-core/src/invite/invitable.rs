//! Whether guests can be invited to a computer at all.

use crate::{
    Computer, Email, Fact, Facts, GuestKind, HostLoginState, InputError, Instant, Refusal,
    RefusalKind, SenderPolicy, UserId, Window,
};

/// A request to invite guests, as far as its rules go.
#[derive(Clone, Copy, Debug)]
pub struct Inviting<'a> {
    /// The computer.
    pub computer: &'a Computer,
    /// The guests.
    pub guests: &'a [GuestKind],
    /// Who asks.
    pub sender: UserId,
    /// Whom the team's personal computers serve.
    pub policy: SenderPolicy,
}

impl Inviting<'_> {
    /// Checks the part of a window that depends on the clock (GA-12), all errors at once.
    ///
    /// # Errors
    ///
    /// Returns each error with its place under `pointer`.
    pub fn check_window(
        window: &Window,
        pointer: &str,
        now: Instant,
    ) -> Result<(), Vec<InputError>> {
        let end = window.check_end(now).map_err(|no| InputError::at(format!("{pointer}/end"), &no));
        let start =
            window.check_start(now).map_err(|no| InputError::at(format!("{pointer}/start"), &no));
        let errors: Vec<_> = [start, end].into_iter().filter_map(Result::err).collect();
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// Decides whether these guests can be invited to this computer (GA-2, GA-5, GA-6).
    ///
    /// An offline team computer is no reason against it; the sender is warned.
    ///
    /// # Errors
    ///
    /// Returns the first reason against it.
    pub fn check(self, now: Instant) -> Result<(), InviteRefusal> {
        if !self.computer.guest_access {
            return Err(InviteRefusal::AccessOff);
        }
        if let Some(owner) = self.computer.owner() {
            if owner != self.sender {
                return Err(InviteRefusal::NotYours);
            }
            if !self.computer.is_online(now) {
                return Err(InviteRefusal::ComputerOffline);
            }
            if !matches!(self.computer.login, HostLoginState::Known(_)) {
                return Err(InviteRefusal::HostNotLoggedIn);
            }
        }
        let barred = self.policy.barred(self.computer, self.guests);
        if barred.is_empty() {
            Ok(())
        } else {
            Err(InviteRefusal::TeamComputerRequired {
                emails: barred.into_iter().cloned().collect(),
            })
        }
    }
}

/// Why guests cannot be invited to a computer.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum InviteRefusal {
    /// It lets no guests in.
    #[error("guest access is turned off on this computer; turn it on first")]
    AccessOff,
    /// It is somebody else's own.
    #[error("only its own user can invite guests to a personal computer")]
    NotYours,
    /// It is one's own, and not there.
    #[error("your computer is offline; start its agent first")]
    ComputerOffline,
    /// It is one's own, and nobody is logged in.
    #[error("nobody is logged in on your computer; log in first")]
    HostNotLoggedIn,
    /// Guests who cost a credit need a team computer.
    #[error("guests from outside the team can be invited to team computers only")]
    TeamComputerRequired {
        /// Those guests.
        emails: Vec<Email>,
    },
}

impl Refusal for InviteRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::AccessOff => "guest_access_off",
            Self::NotYours => "forbidden",
            Self::ComputerOffline => "computer_offline",
            Self::HostNotLoggedIn => "host_not_logged_in",
            Self::TeamComputerRequired { .. } => "team_computer_required",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::NotYours => RefusalKind::Forbidden,
            Self::AccessOff
            | Self::ComputerOffline
            | Self::HostNotLoggedIn
            | Self::TeamComputerRequired { .. } => RefusalKind::Conflict,
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::TeamComputerRequired { emails } => {
                let emails = emails.iter().map(|email| email.as_str().to_owned()).collect();
                vec![("emails", Fact::Texts(emails))]
            }
            Self::AccessOff | Self::NotYours | Self::ComputerOffline | Self::HostNotLoggedIn => {
                Facts::new()
            }
        }
    }
}
