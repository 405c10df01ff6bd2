//! Invites: permission for one account to connect to one computer during one window.
//!
//! ```text
//!         end of the window
//!       ┌───────────────────▶ Expired
//!       │ cancelled
//! Live ─┼───────────────────▶ Cancelled
//!       │ unused, and the host login changed or the computer went away
//!       └───────────────────▶ Void
//! ```
//!
//! That an invite is scheduled or open is implied by the clock and stored
//! nowhere; that it expired has consequences (a refund) and so is a fact.

mod admit;
mod cost;
mod edit;
mod end;
#[cfg(test)]
pub(crate) mod fixtures;
mod invitable;
mod moving;
mod readiness;
mod standing;
mod time;

pub use self::admit::{Admission, Attempt, ConnectRefusal};
pub use self::cost::{GuestKind, SenderPolicy, charge};
pub use self::edit::{Edit, EditRefusal, WindowEdit};
pub use self::end::{CancelReason, EndedRefusal, RefundPolicy, VoidCause, VoidReason};
pub use self::invitable::{InviteRefusal, Inviting};
pub use self::moving::{MoveRefusal, Moving};
pub use self::time::{ExtendBy, TimeAsked, TimeRequest, TimeRequestRefusal};

use chrono::TimeDelta;

use crate::{
    Computer, ComputerId, Email, GuestNews, HostLogin, Instant, InviteId, MailId, MailIntent,
    MailState, Message, NotReady, Permissions, SenderNews, SessionEndReason, Step, TeamId, Title,
    UserId, Window,
};

/// Permission for one account to connect to one computer during one window.
///
/// The fields are there to be read and stored; the methods make the changes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Invite {
    /// The team.
    pub team: TeamId,
    /// Names the invite.
    pub id: InviteId,
    /// The computer.
    pub computer: ComputerId,
    /// The account it is for.
    pub guest: Email,
    /// What the guest is to the sender, fixed when made (GA-17).
    pub kind: Kind,
    /// Who made it.
    pub sender: Sender,
    /// When the guest may connect.
    pub window: Window,
    /// What the guest may use.
    pub permissions: Permissions,
    /// What the guest is invited to (GA-15).
    pub title: Title,
    /// What the sender says to the guest (GA-16).
    pub message: Message,
    /// The host login it counts on (GA-18).
    pub host_login: Option<HostLogin>,
    /// Which of its links is current (GA-19).
    pub link: u32,
    /// When it was first used (GA-35).
    pub used_at: Option<Instant>,
    /// Whether its guest is barred until readmitted (GA-45).
    pub kept_out: bool,
    /// How far its coming has been told (GA-37, GA-60).
    pub heralded: Heralded,
    /// When the guest was reminded of its start, unless that was moved since (GA-37).
    pub reminded_at: Option<Instant>,
    /// Whether its sender was mailed that the computer is not ready (GA-60).
    pub warned: bool,
    /// What became of its credit (CR-10, CR-11).
    pub credit: Credit,
    /// More time, asked for and not yet answered (GA-48).
    pub time_asked: Option<TimeAsked>,
    /// The latest mail to the guest about it.
    pub mail: MailNote,
    /// Whether it goes on.
    pub life: Life,
    /// When it was made.
    pub created_at: Instant,
    /// Rises with each change by people.
    pub version: u32,
}

/// Who made an invite, as they were then.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sender {
    /// The user.
    pub user: UserId,
    /// Their email.
    pub email: Email,
}

/// What the guest of an invite is to its sender (GA-17).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// Anybody else; costs a credit.
    Outside,
    /// An active user of the team.
    Team,
    /// The sender.
    Oneself,
}

impl Kind {
    /// Returns the name as interfaces show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Outside => "outside",
            Self::Team => "team",
            Self::Oneself => "oneself",
        }
    }

    /// Returns the kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Outside, Self::Team, Self::Oneself].into_iter().find(|kind| kind.name() == name)
    }
}

/// What became of an invite's credit (CR-10, CR-11).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Credit {
    /// It cost none.
    Free,
    /// It was taken.
    Debited,
    /// It came back.
    Refunded,
}

impl Credit {
    /// Returns the name as interfaces show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Debited => "debited",
            Self::Refunded => "refunded",
        }
    }

    /// Returns the value of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Free, Self::Debited, Self::Refunded].into_iter().find(|one| one.name() == name)
    }
}

/// How far the coming of an invite's window has been told.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Heralded {
    /// The hour before is still to come.
    Nothing,
    /// The hour before: the computer was looked at, or that is not needed (GA-60).
    Hour,
    /// The reminder was sent, or is not needed (GA-37).
    Reminder,
    /// That the window has opened.
    Opening,
}

/// Whether an invite goes on, and if not, how it ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Life {
    /// It goes on.
    Live,
    /// Its window ended (GA-30).
    Expired {
        /// When.
        at: Instant,
    },
    /// It was withdrawn (GA-32, GA-39).
    Cancelled {
        /// When.
        at: Instant,
        /// Why.
        reason: CancelReason,
    },
    /// It could not be honoured and was never used (GA-31).
    Void {
        /// When.
        at: Instant,
        /// Why.
        reason: VoidReason,
    },
}

/// Where the latest mail to the guest stands, as the invite shows it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MailNote {
    /// The mail.
    pub id: MailId,
    /// Where it stands.
    pub state: MailState,
    /// What the mail server said, if that is of interest.
    pub detail: Option<String>,
    /// Whether any mail about the invite may have reached the guest.
    pub told: bool,
}

/// The phase an invite is in, for showing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Phase {
    /// Live, before its start.
    Scheduled,
    /// Live, in its window.
    Open,
    /// Live, with a session.
    Connected,
    /// Its window ended.
    Expired,
    /// It was withdrawn.
    Cancelled,
    /// It could not be honoured.
    Void,
}

impl Phase {
    /// All phases.
    pub const ALL: [Self; 6] =
        [Self::Scheduled, Self::Open, Self::Connected, Self::Expired, Self::Cancelled, Self::Void];

    /// Returns the name as interfaces show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Open => "open",
            Self::Connected => "connected",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Void => "void",
        }
    }

    /// Returns the phase of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.name() == name)
    }
}

/// What follows from a change of an invite.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum InviteEffect {
    /// Send this mail.
    Mail(MailIntent),
    /// End the invite's session, if there is one.
    EndSession(SessionEndReason),
    /// Give the invite's session the new end of the window.
    RetimeSession,
    /// Book the credit back.
    Refund(RefundReason),
    /// Tell those who follow events.
    Tell(InviteNews),
}

/// Why an invite's credit comes back (CR-11).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RefundReason {
    /// It was cancelled.
    Cancelled,
    /// It expired and was never used.
    Unused,
    /// It became void.
    Void,
}

/// What those who follow events are told about an invite (IF-6).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum InviteNews {
    /// It was made.
    Created,
    /// It was changed.
    Updated,
    /// It was moved to another computer (GA-61).
    Moved,
    /// Its window has opened.
    Opened,
    /// Its guest was reminded.
    Reminded,
    /// It was used for the first time.
    Used,
    /// Its guest asks for more time.
    TimeRequested,
    /// Its computer is not ready for the guest (GA-60).
    NotReady(NotReady),
    /// It expired.
    Expired,
    /// It was cancelled.
    Cancelled,
    /// It became void.
    Voided,
}

/// What an invite is made of.
#[derive(Clone, Debug)]
pub struct NewInvite {
    /// The team.
    pub team: TeamId,
    /// Names the invite.
    pub id: InviteId,
    /// Names the invite mail.
    pub mail: MailId,
    /// The computer.
    pub computer: ComputerId,
    /// The computer's host login, as far as known (GA-18).
    pub host_login: Option<HostLogin>,
    /// The guest.
    pub guest: Email,
    /// What the guest is to the sender.
    pub kind: Kind,
    /// The sender.
    pub sender: Sender,
    /// When the guest may connect; judged by [`Inviting`] already.
    pub window: Window,
    /// What the guest may use; nothing means look only.
    pub permissions: Permissions,
    /// What the guest is invited to.
    pub title: Title,
    /// What the sender says to the guest.
    pub message: Message,
}

impl Invite {
    /// Makes an invite (GA-10, GA-17, GA-18).
    ///
    /// Its credit is the caller's to charge, in the same transaction (CR-10).
    pub fn make(new: NewInvite, now: Instant) -> Step<Self, InviteEffect> {
        let invite = Self {
            team: new.team,
            id: new.id,
            computer: new.computer,
            guest: new.guest,
            kind: new.kind,
            sender: new.sender,
            window: new.window,
            permissions: new.permissions,
            title: new.title,
            message: new.message,
            host_login: new.host_login,
            link: 0,
            used_at: None,
            kept_out: false,
            heralded: Heralded::at(new.window, now),
            reminded_at: None,
            warned: false,
            credit: if new.kind == Kind::Outside { Credit::Debited } else { Credit::Free },
            time_asked: None,
            mail: MailNote { id: new.mail, state: MailState::Queued, detail: None, told: false },
            life: Life::Live,
            created_at: now,
            version: 1,
        };
        let mail = invite.mail_guest(GuestNews::Invited { sequence: invite.version });
        Step::to(invite, [mail, InviteEffect::Tell(InviteNews::Created)])
    }

    /// Returns whether the invite goes on.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        matches!(self.life, Life::Live)
    }

    /// Returns whether the clock means nothing to it: one can always connect to oneself (GA-43).
    #[must_use]
    pub const fn ignores_window(&self) -> bool {
        matches!(self.kind, Kind::Oneself)
    }

    /// Returns the phase at `now`; `connected` says whether there is a session.
    #[must_use]
    pub fn phase(&self, connected: bool, now: Instant) -> Phase {
        match self.life {
            Life::Live if connected => Phase::Connected,
            Life::Live if self.ignores_window() || self.window.start() <= now => Phase::Open,
            Life::Live => Phase::Scheduled,
            Life::Expired { .. } => Phase::Expired,
            Life::Cancelled { .. } => Phase::Cancelled,
            Life::Void { .. } => Phase::Void,
        }
    }

    /// Returns when the window ends a session, which it does not for oneself (GA-43).
    #[must_use]
    pub fn closes_at(&self) -> Option<Instant> {
        (!self.ignores_window()).then(|| self.window.end())
    }

    /// Returns the peripherals that a session opened now has (GA-43, CN-6).
    #[must_use]
    pub const fn session_permissions(&self) -> Permissions {
        match self.kind {
            Kind::Oneself => Permissions::FULL,
            Kind::Outside | Kind::Team => self.permissions,
        }
    }

    /// Returns when the clock next means something to the invite.
    ///
    /// At that moment [`handle_due`](Self::handle_due) is to be called.
    #[must_use]
    pub fn due(&self) -> Option<Instant> {
        if !self.is_live() {
            return None;
        }
        match self.heralded {
            Heralded::Nothing if !self.kept_out => Some(self.window.start() - FIRST_LOOK),
            Heralded::Hour if !self.kept_out => Some(self.window.start() - REMINDER),
            Heralded::Nothing | Heralded::Hour => Some(self.window.start()),
            Heralded::Reminder if self.ignores_window() => None,
            Heralded::Reminder => Some(self.window.start()),
            Heralded::Opening => self.closes_at(),
        }
    }

    /// Does what the clock asks for at `now`: look whether its `computer` is ready (GA-60), remind
    /// (GA-37), open, expire (GA-30).
    ///
    /// A guest who is kept out cannot come, and is reminded only once readmitted.
    ///
    /// Calling it twice or late is harmless. `None` if there is nothing to do.
    #[must_use]
    pub fn handle_due(
        &self,
        computer: &Computer,
        now: Instant,
    ) -> Option<Step<Self, InviteEffect>> {
        if !self.is_live() || self.due().is_none_or(|due| now < due) {
            return None;
        }
        if self.closes_at().is_some_and(|end| end <= now) {
            return Some(self.expire(computer, now));
        }
        Some(Self::and_look(self.herald(now), computer, now))
    }

    /// Tells the latest of what has come of its window.
    fn herald(&self, now: Instant) -> Step<Self, InviteEffect> {
        let next = |heralded| Self { heralded, ..self.clone() };
        let start = self.window.start();
        if start <= now {
            let opened = if self.ignores_window() { Heralded::Reminder } else { Heralded::Opening };
            let tell =
                (opened == Heralded::Opening).then_some(InviteEffect::Tell(InviteNews::Opened));
            return Step::to(next(opened), tell.into_iter().collect::<Vec<_>>());
        }
        if now < start - REMINDER {
            return Step::quiet(next(Heralded::Hour));
        }
        let remind = self.mail_guest(GuestNews::Reminder);
        let effects = [remind, InviteEffect::Tell(InviteNews::Reminded)];
        Step::to(Self { reminded_at: Some(now), ..next(Heralded::Reminder) }, effects)
    }

    /// Records that a connection worked (GA-35); `None` if it is used already.
    #[must_use]
    pub fn use_now(&self, now: Instant) -> Option<Step<Self, InviteEffect>> {
        (self.is_live() && self.used_at.is_none()).then(|| {
            let used = Self { used_at: Some(now), ..self.clone() };
            Step::to(used, [InviteEffect::Tell(InviteNews::Used)])
        })
    }

    pub(crate) fn mail_guest(&self, news: GuestNews) -> InviteEffect {
        InviteEffect::Mail(MailIntent::Guest { invite: self.id, news })
    }

    fn mail_sender(&self, news: SenderNews) -> InviteEffect {
        InviteEffect::Mail(MailIntent::Sender { invite: self.id, news })
    }
}

impl Heralded {
    /// Returns what needs no telling at `now`, because a mail says it just then (GA-37).
    pub(crate) fn at(window: Window, now: Instant) -> Self {
        if now < window.start() - FIRST_LOOK {
            Self::Nothing
        } else if now <= window.start() - REMINDER {
            Self::Hour
        } else if now < window.start() {
            Self::Reminder
        } else {
            Self::Opening
        }
    }

    /// Returns the value as a number, which rises as more has been told.
    #[must_use]
    pub const fn rank(self) -> u8 {
        self as u8
    }

    /// Returns the value of this rank.
    #[must_use]
    pub fn ranked(rank: u8) -> Option<Self> {
        [Self::Nothing, Self::Hour, Self::Reminder, Self::Opening]
            .into_iter()
            .find(|one| one.rank() == rank)
    }
}

/// How long before its start a guest is reminded (GA-37).
pub const REMINDER: TimeDelta = TimeDelta::minutes(15);

/// How long before its start its computer is first looked at (GA-60).
pub const FIRST_LOOK: TimeDelta = TimeDelta::hours(1);

#[cfg(test)]
mod tests;
