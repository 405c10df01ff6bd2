//! Mails as intents: what to tell whom, with nothing secret in it.
//!
//! An intent says why a mail is sent. Its words, its link and its code are
//! made when it is rendered, so that a stolen outbox opens nothing.

use chrono::TimeDelta;

use crate::{
    Instant, Invite, InviteId, JoinAnswer, MemberInviteId, NotReady, Note, REMINDER, VoidCause,
    Window,
};

/// Something to tell somebody by mail.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum MailIntent {
    /// To a guest, about an invite of theirs.
    Guest {
        /// The invite.
        invite: InviteId,
        /// What about it.
        news: GuestNews,
    },
    /// To the sender of an invite.
    Sender {
        /// The invite.
        invite: InviteId,
        /// What about it.
        news: SenderNews,
    },
    /// A code to sign in with (QU-31).
    SignIn {
        /// What the code is derived from, with the server's key.
        nonce: [u8; 16],
        /// When the code ceases to work.
        expires_at: Instant,
    },
    /// To an owner: the balance fell under the team's mark (CR-32).
    LowBalance {
        /// What is left.
        balance: u64,
        /// The mark.
        mark: u32,
    },
    /// To somebody who has been revoked (OR-10).
    Revoked,
    /// To somebody who asked to join: how their request was answered (OR-34).
    JoinRequest {
        /// How.
        answer: JoinAnswer,
    },
    /// To somebody who is invited to join (OR-20).
    Invitation {
        /// The invitation.
        invitation: MemberInviteId,
        /// When it expires.
        expires_at: Instant,
    },
    /// To an Administrator: an invitation was cancelled by three wrong codes (OR-24).
    Strikes {
        /// The invitation.
        invitation: MemberInviteId,
    },
}

/// What a guest is told about an invite.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum GuestNews {
    /// They are invited.
    Invited {
        /// The calendar entry's version.
        sequence: u32,
    },
    /// The window has changed (GA-33).
    WindowChanged {
        /// As it was.
        old: Window,
        /// As it is now.
        new: Window,
        /// The calendar entry's version.
        sequence: u32,
    },
    /// It is for another computer now (GA-61).
    Moved {
        /// The calendar entry's version.
        sequence: u32,
    },
    /// It starts in 15 minutes (GA-37).
    Reminder,
    /// It was withdrawn (GA-32).
    Cancelled {
        /// The calendar entry's version.
        sequence: u32,
    },
}

/// What the sender of an invite is told about it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum SenderNews {
    /// It became void (GA-31).
    Void {
        /// What was seen that made it so.
        cause: VoidCause,
        /// Whether a credit came back.
        refunded: bool,
    },
    /// The guest asks for more time (GA-48).
    TimeAsked {
        /// How many minutes more.
        minutes: u32,
        /// What they say about it.
        note: Note,
    },
    /// Its computer is not ready for the guest (GA-60).
    NotReady {
        /// Why.
        reason: NotReady,
    },
    /// Its computer could not be reached in the whole window (GA-62).
    NeverReachable {
        /// Whether a credit came back.
        refunded: bool,
    },
}

impl MailIntent {
    /// Returns the invite the mail is about.
    #[must_use]
    pub const fn invite(&self) -> Option<InviteId> {
        match self {
            Self::Guest { invite, .. } | Self::Sender { invite, .. } => Some(*invite),
            Self::SignIn { .. }
            | Self::LowBalance { .. }
            | Self::Revoked
            | Self::JoinRequest { .. }
            | Self::Invitation { .. }
            | Self::Strikes { .. } => None,
        }
    }

    /// Returns the invitation to join that the mail carries (OR-20).
    #[must_use]
    pub const fn invitation(&self) -> Option<MemberInviteId> {
        match self {
            Self::Invitation { invitation, .. } => Some(*invitation),
            Self::Guest { .. }
            | Self::Sender { .. }
            | Self::SignIn { .. }
            | Self::LowBalance { .. }
            | Self::Revoked
            | Self::JoinRequest { .. }
            | Self::Strikes { .. } => None,
        }
    }

    /// Returns whether the mail is to the guest, about the invite itself.
    #[must_use]
    pub const fn is_to_guest(&self) -> bool {
        matches!(self, Self::Guest { .. })
    }

    /// Returns the first moment at which sending it would make no sense (GA-50).
    ///
    /// `window` is that of the invite now, `made_at` when the mail was intended.
    #[must_use]
    pub fn deadline(&self, window: Option<Window>, made_at: Instant) -> Instant {
        let patience = made_at + PATIENCE;
        match self {
            Self::Guest { news, .. } => {
                let point = window.map(|window| match news {
                    GuestNews::Invited { .. }
                    | GuestNews::WindowChanged { .. }
                    | GuestNews::Moved { .. } => window.end(),
                    GuestNews::Reminder => window.start(),
                    GuestNews::Cancelled { .. } => patience,
                });
                point.map_or(patience, |point| point.min(patience))
            }
            Self::Sender { news, .. } => match news {
                SenderNews::TimeAsked { .. } | SenderNews::NotReady { .. } => {
                    window.map_or(patience, |window| window.end().min(patience))
                }
                SenderNews::Void { .. } | SenderNews::NeverReachable { .. } => patience,
            },
            Self::SignIn { expires_at, .. } => *expires_at,
            Self::Invitation { expires_at, .. } => (*expires_at).min(patience),
            Self::LowBalance { .. }
            | Self::Revoked
            | Self::JoinRequest { .. }
            | Self::Strikes { .. } => patience,
        }
    }

    /// Returns the deadline of a mail about an invite as the invite is now (GA-50).
    ///
    /// One for oneself has no window to miss, but a start to be reminded of (GA-37, GA-43).
    #[must_use]
    pub fn deadline_about(&self, invite: &Invite, made_at: Instant) -> Instant {
        let ignored = invite.ignores_window() && !self.is_reminder();
        self.deadline((!ignored).then_some(invite.window), made_at)
    }

    /// Decides whether a mail is still to be sent, by what it is about (GA-32, GA-50).
    #[must_use]
    pub fn worth(&self, about: Option<&Invite>, made_at: Instant, now: Instant) -> Worth {
        let obsolete = about.is_some_and(|invite| {
            // A start that moved away is reminded of anew; who is kept out cannot come (GA-37).
            let too_early = now < invite.window.start() - REMINDER;
            let idle = self.is_reminder() && (too_early || invite.kept_out);
            let answered = self.asks_for_time() && invite.time_asked.is_none();
            idle || answered || (!invite.is_live() && !self.outlives_invite())
        });
        let deadline = match about {
            Some(invite) => self.deadline_about(invite, made_at),
            None => self.deadline(None, made_at),
        };
        if obsolete {
            Worth::Nothing
        } else if deadline <= now {
            Worth::TooLate
        } else {
            Worth::Sending
        }
    }

    const fn is_reminder(&self) -> bool {
        matches!(self, Self::Guest { news: GuestNews::Reminder, .. })
    }

    const fn asks_for_time(&self) -> bool {
        matches!(self, Self::Sender { news: SenderNews::TimeAsked { .. }, .. })
    }

    /// Returns whether the mail is of use for an invite that has ended (GA-32).
    #[must_use]
    pub const fn outlives_invite(&self) -> bool {
        match self {
            Self::Guest { news, .. } => match news {
                GuestNews::Invited { .. }
                | GuestNews::WindowChanged { .. }
                | GuestNews::Moved { .. }
                | GuestNews::Reminder => false,
                GuestNews::Cancelled { .. } => true,
            },
            Self::Sender { news, .. } => match news {
                SenderNews::Void { .. } | SenderNews::NeverReachable { .. } => true,
                SenderNews::TimeAsked { .. } | SenderNews::NotReady { .. } => false,
            },
            Self::SignIn { .. }
            | Self::LowBalance { .. }
            | Self::Revoked
            | Self::JoinRequest { .. }
            | Self::Invitation { .. }
            | Self::Strikes { .. } => true,
        }
    }
}

/// What sending a mail now would be worth.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Worth {
    /// It is to be sent.
    Sending,
    /// What it says is no longer so: it is withdrawn.
    Nothing,
    /// It makes no sense any more.
    TooLate,
}

/// Where a mail stands on its way (GA-50).
///
/// ```text
///            lease            accepted
/// Queued ───────────▶ Sending ───────────▶ Sent
///    │                │  ▲  │ refused for good, or too late
///    │ no use any more│  │  └─────────────▶ Undeliverable
///    ▼                ▼  │
/// Withdrawn ◀──── Retrying
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MailState {
    /// Not tried yet.
    Queued,
    /// Being tried now.
    Sending,
    /// Tried in vain, to be tried again.
    Retrying,
    /// Accepted by the mail server.
    Sent,
    /// Refused for good, or too late.
    Undeliverable,
    /// Of no use any more before it was sent.
    Withdrawn,
}

impl MailState {
    /// All states.
    pub const ALL: [Self; 6] = [
        Self::Queued,
        Self::Sending,
        Self::Retrying,
        Self::Sent,
        Self::Undeliverable,
        Self::Withdrawn,
    ];

    /// Returns the name under which it is stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Retrying => "retrying",
            Self::Sent => "sent",
            Self::Undeliverable => "undeliverable",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Returns the name under which it is shown: what is being tried counts as queued.
    #[must_use]
    pub const fn shown(self) -> &'static str {
        match self {
            Self::Queued | Self::Sending => "queued",
            Self::Retrying | Self::Sent | Self::Undeliverable | Self::Withdrawn => self.name(),
        }
    }

    /// Returns the state of this stored name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// What became of one attempt to hand a mail over.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Delivery {
    /// The mail server took it.
    Accepted,
    /// It may work later: a 4xx answer, or no connection.
    Failed {
        /// What was answered, or what went wrong.
        detail: String,
        /// Whether the server may have taken it all the same: the connection broke after the data.
        unclear: bool,
    },
    /// It will not work: a 5xx answer.
    Refused {
        /// The mail server's answer.
        detail: String,
    },
}

/// What to do after an attempt.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum NextTry {
    /// Nothing more: it was sent.
    Done,
    /// Try again at this moment.
    At(Instant),
    /// Give up.
    Never,
}

/// Decides when to try again after the attempt number `attempts` (GA-50).
///
/// Pauses double from 30 seconds to an hour; `jitter` (0 to 255) spreads them
/// by up to a quarter, so that a mail server that comes back is not run over.
#[must_use]
pub fn next_try(
    delivery: &Delivery,
    attempts: u32,
    deadline: Instant,
    now: Instant,
    jitter: u8,
) -> NextTry {
    match delivery {
        Delivery::Accepted => NextTry::Done,
        Delivery::Refused { .. } => NextTry::Never,
        Delivery::Failed { .. } => {
            let doublings = attempts.saturating_sub(1).min(7);
            let pause = (FIRST_PAUSE * (1 << doublings)).min(LONGEST_PAUSE);
            let again = now + pause + pause * i32::from(jitter) / (4 * 255);
            if again < deadline { NextTry::At(again) } else { NextTry::Never }
        }
    }
}

/// For how long a mail is tried (GA-50).
pub const PATIENCE: TimeDelta = TimeDelta::hours(48);

/// The pause after the first attempt.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(30);

/// No pause is longer, but for its jitter, so that a mail server that is back is noticed.
pub const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invite::fixtures::{at, ended, invite};
    use crate::{Kind, Zone};

    #[test]
    fn ga_50_pauses_grow_up_to_an_hour() {
        let pause = |attempts| match next_try(&failed(), attempts, later(48), now(), 0) {
            NextTry::At(at) => (at - now()).num_seconds(),
            NextTry::Done | NextTry::Never => -1,
        };
        assert_eq!([1, 2, 3, 7, 8, 500].map(pause), [30, 60, 120, 1920, 3600, 3600]);
        assert_eq!(
            next_try(&failed(), 1, later(48), now(), 255),
            NextTry::At(now() + TimeDelta::milliseconds(37_500))
        );
    }

    #[test]
    fn ga_50_nothing_is_tried_past_its_deadline() {
        assert_eq!(next_try(&failed(), 9, later(1), now(), 0), NextTry::Never);
        let refused = Delivery::Refused { detail: "550 no".to_owned() };
        assert_eq!(next_try(&refused, 1, later(48), now(), 0), NextTry::Never);
        assert_eq!(next_try(&Delivery::Accepted, 1, later(48), now(), 0), NextTry::Done);
    }

    #[test]
    fn ga_50_each_mail_has_a_point_after_which_it_makes_no_sense() {
        let invite = InviteId::from_bits(1);
        let guest = |news| MailIntent::Guest { invite, news };
        let sender = |news| MailIntent::Sender { invite, news };
        check(&guest(GuestNews::Invited { sequence: 1 }), window().end());
        check(&guest(GuestNews::Moved { sequence: 2 }), window().end());
        check(&guest(GuestNews::Reminder), window().start());
        check(&guest(GuestNews::Cancelled { sequence: 2 }), later(48));
        let asked = SenderNews::TimeAsked { minutes: 30, note: Note::parse("").unwrap() };
        check(&sender(asked), window().end());
        check(&sender(SenderNews::NotReady { reason: NotReady::Offline }), window().end());
        check(&sender(SenderNews::NeverReachable { refunded: true }), later(48));
        check(&sender(SenderNews::Void { cause: VoidCause::LoggedOut, refunded: true }), later(48));
        check(&MailIntent::SignIn { nonce: [0; 16], expires_at: later(1) }, later(1));
        check(&MailIntent::Revoked, later(48));
        check(&MailIntent::JoinRequest { answer: JoinAnswer::Accepted }, later(48));
        let invitation = MemberInviteId::from_bits(1);
        check(&MailIntent::Invitation { invitation, expires_at: later(1) }, later(1));
        check(&MailIntent::Invitation { invitation, expires_at: later(336) }, later(48));
        check(&MailIntent::Strikes { invitation }, later(48));
    }

    #[test]
    fn ga_50_a_mail_is_worth_sending_while_its_invite_needs_it() {
        let made = || invite(Kind::Outside);
        let live = |news| MailIntent::Guest { invite: made().id, news };
        let (invited, reminder) =
            (live(GuestNews::Invited { sequence: 1 }), live(GuestNews::Reminder));
        check_worth(&invited, &made(), "11:59", Worth::Sending);
        check_worth(&invited, &made(), "12:00", Worth::TooLate);
        check_worth(&reminder, &made(), "09:44", Worth::Nothing);
        check_worth(&reminder, &made(), "09:45", Worth::Sending);
        check_worth(&reminder, &made(), "10:00", Worth::TooLate);
        check_worth(&reminder, &invite(Kind::Oneself), "10:00", Worth::TooLate);
        let kept_out = Invite { kept_out: true, ..made() };
        check_worth(&reminder, &kept_out, "09:50", Worth::Nothing);
        check_worth(&invited, &kept_out, "09:50", Worth::Sending);
        check_worth(&invited, &invite(Kind::Oneself), "18:00", Worth::Sending);
        for ended in ended(Kind::Outside) {
            check_worth(&invited, &ended, "09:00", Worth::Nothing);
            check_worth(&live(GuestNews::Moved { sequence: 2 }), &ended, "09:00", Worth::Nothing);
            let cancelled = live(GuestNews::Cancelled { sequence: 2 });
            check_worth(&cancelled, &ended, "13:00", Worth::Sending);
            let of = |news| MailIntent::Sender { invite: ended.id, news };
            let missed = of(SenderNews::NeverReachable { refunded: false });
            check_worth(&missed, &ended, "13:00", Worth::Sending);
            let not_ready = of(SenderNews::NotReady { reason: NotReady::Offline });
            check_worth(&not_ready, &ended, "09:00", Worth::Nothing);
        }
        let wish = crate::TimeRequest { minutes: 30, note: Note::parse("").unwrap() };
        let asked = SenderNews::TimeAsked { minutes: 30, note: Note::parse("").unwrap() };
        let asked = MailIntent::Sender { invite: made().id, news: asked };
        let asking = made().request_time(wish, at("11:00")).unwrap().next;
        check_worth(&asked, &asking, "11:00", Worth::Sending);
        check_worth(&asked, &made(), "11:00", Worth::Nothing);
    }

    #[track_caller]
    fn check_worth(intent: &MailIntent, invite: &Invite, now: &str, expected: Worth) {
        assert_eq!(intent.worth(Some(invite), at("08:00"), at(now)), expected);
    }

    #[track_caller]
    fn check(intent: &MailIntent, expected: Instant) {
        assert_eq!(intent.deadline(Some(window()), now()), expected);
    }

    fn failed() -> Delivery {
        Delivery::Failed { detail: "451 later".to_owned(), unclear: false }
    }

    fn window() -> Window {
        Window::new(later(2), later(4), Zone::UTC).unwrap()
    }

    fn later(hours: i64) -> Instant {
        now() + TimeDelta::hours(hours)
    }

    fn now() -> Instant {
        "2026-12-01T09:00:00Z".parse().unwrap()
    }
}
