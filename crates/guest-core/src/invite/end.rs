//! The ways an invite ends, and what each brings with it.

use super::{Credit, RefundReason};
use crate::{
    Computer, Fact, Facts, GuestNews, HostLogin, HostLoginState, Instant, Invite, InviteEffect,
    InviteNews, Life, MailState, Refusal, RefusalKind, SenderNews, SessionEndReason, Step,
};

/// Why an invite was cancelled.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CancelReason {
    /// Somebody withdrew it (GA-32).
    Asked,
    /// Its sender may no longer invite (GA-39).
    RightsLost,
    /// Its guest is no longer a user of the team (GA-39).
    UserRevoked,
    /// Its computer was removed after it had been used (GA-7).
    ComputerRemoved,
}

/// Why an invite became void (GA-31).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum VoidReason {
    /// Somebody else, or nobody, is logged in on its computer.
    HostLoginChanged,
    /// Its computer was removed.
    ComputerRemoved,
}

/// What was seen that makes an invite void (GA-31): as much as its sender is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum VoidCause {
    /// Nobody is logged in on its computer any more.
    LoggedOut,
    /// Another account is logged in on its computer.
    OtherLogin,
    /// Its computer was removed.
    ComputerRemoved,
}

/// Whether a credit comes back when a used invite is cancelled (CR-11).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum RefundPolicy {
    /// It does not: the access was consumed.
    #[default]
    UnusedOnly,
    /// It does: the server's setting `refund_used_on_cancel`.
    UsedToo,
}

impl RefundPolicy {
    /// Returns when a credit comes back, in words for people (CR-11).
    #[must_use]
    pub const fn explain(self) -> &'static str {
        match self {
            Self::UnusedOnly => {
                "a credit comes back if the invite is cancelled before it was used, expires \
                 unused, or becomes void"
            }
            Self::UsedToo => {
                "a credit comes back if the invite is cancelled, expires unused, or becomes void"
            }
        }
    }
}

impl Life {
    /// Returns the state's name as interfaces show it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Expired { .. } => "expired",
            Self::Cancelled { .. } => "cancelled",
            Self::Void { .. } => "void",
        }
    }

    /// Returns when and why it ended, with the reason's name as interfaces show it.
    #[must_use]
    pub const fn ended(&self) -> Option<(Instant, &'static str)> {
        Some(match self {
            Self::Live => return None,
            Self::Expired { at } => (*at, "window_ended"),
            Self::Cancelled { at, reason } => (*at, reason.name()),
            Self::Void { at, reason } => (*at, reason.name()),
        })
    }

    /// Returns the life of these names, as [`name`](Self::name) and [`ended`](Self::ended) give them.
    #[must_use]
    pub fn named(state: &str, ended: Option<(Instant, &str)>) -> Option<Self> {
        Some(match (state, ended) {
            ("live", None) => Self::Live,
            ("expired", Some((at, "window_ended"))) => Self::Expired { at },
            ("cancelled", Some((at, reason))) => {
                Self::Cancelled { at, reason: CancelReason::named(reason)? }
            }
            ("void", Some((at, reason))) => Self::Void { at, reason: VoidReason::named(reason)? },
            _ => return None,
        })
    }
}

impl CancelReason {
    const ALL: [Self; 4] =
        [Self::Asked, Self::RightsLost, Self::UserRevoked, Self::ComputerRemoved];

    /// Returns the reason's name as interfaces show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Asked => "cancelled",
            Self::RightsLost => "rights_lost",
            Self::UserRevoked => "user_revoked",
            Self::ComputerRemoved => "computer_removed",
        }
    }

    /// Returns the reason of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }

    const fn session_end(self) -> SessionEndReason {
        match self {
            Self::Asked => SessionEndReason::Cancelled,
            Self::RightsLost | Self::UserRevoked => SessionEndReason::RightsLost,
            Self::ComputerRemoved => SessionEndReason::ComputerRemoved,
        }
    }
}

impl VoidReason {
    /// Returns the reason's name as interfaces show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HostLoginChanged => "host_login_changed",
            Self::ComputerRemoved => "computer_removed",
        }
    }

    /// Returns the reason of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::HostLoginChanged, Self::ComputerRemoved]
            .into_iter()
            .find(|reason| reason.name() == name)
    }

    const fn session_end(self) -> SessionEndReason {
        match self {
            Self::HostLoginChanged => SessionEndReason::Cancelled,
            Self::ComputerRemoved => SessionEndReason::ComputerRemoved,
        }
    }
}

impl VoidCause {
    /// Returns what is kept of it with the invite.
    #[must_use]
    pub const fn reason(self) -> VoidReason {
        match self {
            Self::LoggedOut | Self::OtherLogin => VoidReason::HostLoginChanged,
            Self::ComputerRemoved => VoidReason::ComputerRemoved,
        }
    }
}

impl Invite {
    /// Returns an error once the invite has ended.
    ///
    /// # Errors
    ///
    /// Returns how it ended.
    pub fn require_live(&self) -> Result<(), EndedRefusal> {
        match self.life.ended() {
            None => Ok(()),
            Some((_, reason)) => Err(EndedRefusal { reason }),
        }
    }

    /// Cancels the invite (GA-32, CR-11).
    ///
    /// The guest is told, unless no mail about the invite can have reached
    /// them: then what is queued is withdrawn.
    ///
    /// # Errors
    ///
    /// Returns how the invite ended, if it has.
    pub fn cancel(
        &self,
        reason: CancelReason,
        refunds: RefundPolicy,
        now: Instant,
    ) -> Result<Step<Self, InviteEffect>, EndedRefusal> {
        self.require_live()?;
        let back = self.used_at.is_none() || refunds == RefundPolicy::UsedToo;
        let refund = back.then_some(RefundReason::Cancelled);
        let session = reason.session_end();
        let mut step = self.end(Life::Cancelled { at: now, reason }, session, refund);
        self.withdraw(&mut step);
        step.effects.push(InviteEffect::Tell(InviteNews::Cancelled));
        Ok(step)
    }

    /// Ends the invite because its window has (GA-30, CR-11).
    ///
    /// The sender is told if the guest never had a chance, since `computer` was never there (GA-62).
    pub(super) fn expire(&self, computer: &Computer, now: Instant) -> Step<Self, InviteEffect> {
        let refund = self.used_at.is_none().then_some(RefundReason::Unused);
        let session = SessionEndReason::WindowEnded;
        let mut step = self.end(Life::Expired { at: now }, session, refund);
        if self.used_at.is_none() && computer.missed(self.window) {
            let refunded = step.next.credit == Credit::Refunded;
            step.effects.push(self.mail_sender(SenderNews::NeverReachable { refunded }));
        }
        step.effects.push(InviteEffect::Tell(InviteNews::Expired));
        step
    }

    /// Ends the invite because its computer was removed (GA-7); `None` if it has ended already.
    #[must_use]
    pub fn lose_computer(
        &self,
        refunds: RefundPolicy,
        now: Instant,
    ) -> Option<Step<Self, InviteEffect>> {
        if self.used_at.is_some() {
            self.cancel(CancelReason::ComputerRemoved, refunds, now).ok()
        } else {
            self.is_live().then(|| self.void(VoidCause::ComputerRemoved, now))
        }
    }

    /// Takes notice of who is logged in on the computer (GA-18, GA-31).
    ///
    /// The first login seen is remembered. A login that differs, or is gone,
    /// voids an invite that was never used. `None` if nothing changes.
    #[must_use]
    pub fn see_login(
        &self,
        login: &HostLoginState,
        now: Instant,
    ) -> Option<Step<Self, InviteEffect>> {
        if !self.is_live() {
            return None;
        }
        let seen: Option<&HostLogin> = match login {
            HostLoginState::Unknown => return None,
            HostLoginState::Nobody => None,
            HostLoginState::Known(login) => Some(login),
        };
        match (&self.host_login, seen) {
            (None, None) => None,
            (None, Some(seen)) => {
                Some(Step::quiet(Self { host_login: Some(seen.clone()), ..self.clone() }))
            }
            (Some(remembered), Some(seen)) if remembered == seen => None,
            (Some(_), _) if self.used_at.is_some() => None,
            (Some(_), Some(_)) => Some(self.void(VoidCause::OtherLogin, now)),
            (Some(_), None) => Some(self.void(VoidCause::LoggedOut, now)),
        }
    }

    /// Records that a mail about the invite may have reached the guest (GA-32).
    ///
    /// If the invite was withdrawn while that mail was on its way, the guest
    /// is told so now. `None` if it was known already.
    #[must_use]
    pub fn reached(&self) -> Option<Step<Self, InviteEffect>> {
        if self.mail.told {
            return None;
        }
        let mut next = self.clone();
        next.mail.told = true;
        let sequence = self.version;
        Some(match self.life {
            Life::Live | Life::Expired { .. } => Step::quiet(next),
            Life::Cancelled { .. } | Life::Void { .. } => {
                Step::to(next, [self.mail_guest(GuestNews::Cancelled { sequence })])
            }
        })
    }

    /// Ends the invite because it cannot be honoured; its sender is told what was seen (GA-31).
    fn void(&self, cause: VoidCause, now: Instant) -> Step<Self, InviteEffect> {
        let reason = cause.reason();
        let refund = Some(RefundReason::Void);
        let mut step = self.end(Life::Void { at: now, reason }, reason.session_end(), refund);
        self.withdraw(&mut step);
        let refunded = step.next.credit == Credit::Refunded;
        step.effects.push(self.mail_sender(SenderNews::Void { cause, refunded }));
        step.effects.push(InviteEffect::Tell(InviteNews::Voided));
        step
    }

    /// Ends the invite: its session, and its credit if that comes back (CR-11: once).
    fn end(
        &self,
        life: Life,
        session: SessionEndReason,
        refund: Option<RefundReason>,
    ) -> Step<Self, InviteEffect> {
        let mut next = Self { life, time_asked: None, version: self.version + 1, ..self.clone() };
        let mut effects = vec![InviteEffect::EndSession(session)];
        if let (Credit::Debited, Some(reason)) = (self.credit, refund) {
            next.credit = Credit::Refunded;
            effects.push(InviteEffect::Refund(reason));
        }
        Step { next, effects }
    }

    /// Tells the guest, or withdraws what has not been told (GA-32).
    fn withdraw(&self, step: &mut Step<Self, InviteEffect>) {
        let under_way = match self.mail.state {
            MailState::Sending | MailState::Sent => true,
            MailState::Queued
            | MailState::Retrying
            | MailState::Undeliverable
            | MailState::Withdrawn => false,
        };
        if self.mail.told || under_way {
            let sequence = step.next.version;
            step.next.mail.told = true;
            step.effects.push(self.mail_guest(GuestNews::Cancelled { sequence }));
        } else if self.mail.state != MailState::Undeliverable {
            step.next.mail.state = MailState::Withdrawn;
        }
    }
}

/// The invite has ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("this invite has ended ({reason})")]
pub struct EndedRefusal {
    reason: &'static str,
}

impl Refusal for EndedRefusal {
    fn code(&self) -> &'static str {
        "invite_ended"
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Conflict
    }

    fn facts(&self) -> Facts {
        vec![("reason", Fact::Text(self.reason.to_owned()))]
    }
}

#[cfg(test)]
mod tests;
