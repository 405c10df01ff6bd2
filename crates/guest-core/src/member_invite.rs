//! Invitations to join a team (OR-20).
//!
//! ```text
//!            accepted in a greeting
//! Pending ──────────────────────────▶ Finished
//!    │  │ by an Administrator, or three wrong codes
//!    │  └────────────────────────────▶ Cancelled
//!    │ 14 days
//!    └───────────────────────────────▶ Expired
//! ```
//!
//! While it is pending, the invited person may be waiting to be greeted. That
//! has to be renewed now and then, since a browser that is closed says nothing.

use core::fmt;

use chrono::TimeDelta;
use data_encoding::BASE64URL_NOPAD;
use subtle::ConstantTimeEq;

use crate::{
    Email, Fact, Facts, GreetingEnd, GreetingRefusal, Instant, LinkToken, MacKey, MailIntent,
    MailNote, MemberInviteId, Opening, Refusal, RefusalKind, Step, TeamId, UserId,
};

/// Asks somebody to join a team (OR-20).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MemberInvite {
    /// The team.
    pub team: TeamId,
    /// Names the invitation.
    pub id: MemberInviteId,
    /// Whom it is for; the email of the user that it leads to, always (OR-22).
    pub email: Email,
    /// Who invited them.
    pub invited_by: UserId,
    /// Where it stands.
    pub state: MemberInviteState,
    /// Who of the invited is waiting to be greeted.
    pub waiting: Option<Waiting>,
    /// How often a wrong code was picked, or none matched (OR-24).
    pub strikes: u8,
    /// The mail with the link.
    pub mail: MailNote,
    /// When it was made.
    pub created_at: Instant,
    /// When it expires.
    pub expires_at: Instant,
}

/// Where an invitation stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MemberInviteState {
    /// It can be honoured.
    Pending,
    /// Somebody has joined.
    Finished {
        /// Who.
        user: UserId,
        /// When.
        at: Instant,
    },
    /// It was taken back.
    Cancelled {
        /// When.
        at: Instant,
        /// Whether three wrong codes did it.
        by_strikes: bool,
    },
    /// Nobody joined in time.
    Expired {
        /// When that was noticed.
        at: Instant,
    },
}

impl MemberInviteState {
    /// Returns the name under which it is shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Finished { .. } => "finished",
            Self::Cancelled { .. } => "cancelled",
            Self::Expired { .. } => "expired",
        }
    }

    /// Returns when it ended.
    #[must_use]
    pub const fn ended_at(self) -> Option<Instant> {
        match self {
            Self::Pending => None,
            Self::Finished { at, .. } | Self::Cancelled { at, .. } | Self::Expired { at } => {
                Some(at)
            }
        }
    }
}

/// That the invited person has opened the link and wants to be greeted (OR-21).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Waiting {
    /// Which device of theirs.
    pub opening: Opening,
    /// Since when.
    pub since: Instant,
    /// When that device was heard of last.
    pub heard_at: Instant,
}

/// What follows from a change of an invitation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum MemberInviteEffect {
    /// Mail the invited person.
    Mail(MailIntent),
    /// Tell the team's Administrators by mail.
    Warn(MailIntent),
    /// End the attempts at a greeting.
    EndGreetings(GreetingEnd),
    /// Tell those who follow events.
    Tell(MemberInviteNews),
}

/// What those who follow events are told of an invitation (IF-6).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MemberInviteNews {
    /// It was made.
    Created,
    /// Somebody waits to be greeted, or waits no more.
    Waiting,
    /// Somebody has joined.
    Finished,
    /// It was taken back.
    Cancelled,
    /// It has expired.
    Expired,
}

impl MemberInviteNews {
    /// Returns the type of the event.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "invitation.created",
            Self::Waiting => "invitation.waiting",
            Self::Finished => "invitation.finished",
            Self::Cancelled => "invitation.cancelled",
            Self::Expired => "invitation.expired",
        }
    }
}

type Change = Result<Step<MemberInvite, MemberInviteEffect>, MemberInviteRefusal>;

impl MemberInvite {
    /// Makes an invitation, and has it mailed (OR-20).
    pub fn make(
        team: TeamId,
        id: MemberInviteId,
        email: Email,
        invited_by: UserId,
        mail: MailNote,
        now: Instant,
    ) -> Step<Self, MemberInviteEffect> {
        let invite = Self {
            team,
            id,
            email,
            invited_by,
            state: MemberInviteState::Pending,
            waiting: None,
            strikes: 0,
            mail,
            created_at: now,
            expires_at: now + LIFE,
        };
        let mail = MemberInviteEffect::Mail(invite.letter());
        Step::to(invite, [mail, MemberInviteEffect::Tell(MemberInviteNews::Created)])
    }

    /// Returns whether it can still be honoured.
    #[must_use]
    pub const fn is_pending(&self) -> bool {
        matches!(self.state, MemberInviteState::Pending)
    }

    /// Sends the same again (OR-20).
    ///
    /// # Errors
    ///
    /// Returns that it has ended.
    pub fn resend(&self, now: Instant) -> Change {
        self.check_pending(now)?;
        Ok(Step::to(self.clone(), [MemberInviteEffect::Mail(self.letter())]))
    }

    /// Takes it back (OR-20).
    ///
    /// # Errors
    ///
    /// Returns that it has ended.
    pub fn cancel(&self, now: Instant) -> Change {
        self.check_pending(now)?;
        Ok(self.cancelled(false, now))
    }

    /// Records that the invited person is there and waits, on the device of `opening` (OR-21).
    ///
    /// Said again by the same device it goes on waiting. Another device takes over, and the
    /// attempts of the one before give way (OR-23).
    ///
    /// # Errors
    ///
    /// Returns that it has ended.
    pub fn wait(&self, opening: Opening, now: Instant) -> Change {
        self.check_pending(now)?;
        let before = self.waiting_at(now);
        let since = before.map_or(now, |before| before.since);
        let waiting = Some(Waiting { opening, since, heard_at: now });
        let next = Self { waiting, ..self.clone() };
        Ok(match before {
            Some(before) if before.opening == opening => Step::quiet(next),
            Some(_) => Step::to(next, [MemberInviteEffect::EndGreetings(GreetingEnd::Superseded)]),
            None => Step::to(
                next,
                [
                    MemberInviteEffect::EndGreetings(GreetingEnd::Superseded),
                    MemberInviteEffect::Tell(MemberInviteNews::Waiting),
                ],
            ),
        })
    }

    /// Records that the device of `opening` waits no more; `None` if it does not wait.
    #[must_use]
    pub fn leave(&self, opening: Opening) -> Option<Step<Self, MemberInviteEffect>> {
        self.waiting.filter(|waiting| waiting.opening == opening)?;
        Some(self.alone(GreetingEnd::CancelledByGuest))
    }

    /// Returns who waits now (OR-21).
    #[must_use]
    pub fn waiting_at(&self, now: Instant) -> Option<Waiting> {
        self.waiting.filter(|waiting| self.is_pending() && now < waiting.heard_at + PATIENCE)
    }

    /// Returns the device that waits to be greeted.
    ///
    /// # Errors
    ///
    /// Returns that the invitation has ended, or that nobody waits.
    pub fn greet(&self, now: Instant) -> Result<Waiting, MemberInviteRefusal> {
        self.check_pending(now)?;
        self.waiting_at(now).ok_or(MemberInviteRefusal::Greeting(GreetingRefusal::NobodyWaiting))
    }

    /// Counts a wrong code; the third cancels the invitation, and the Administrators are told
    /// (OR-24).
    ///
    /// # Errors
    ///
    /// Returns that it has ended.
    pub fn strike(&self, now: Instant) -> Change {
        self.check_pending(now)?;
        let struck = Self { strikes: self.strikes.saturating_add(1), ..self.clone() };
        if struck.strikes < STRIKES_MOST {
            return Ok(Step::quiet(struck));
        }
        let Step { next, mut effects } = struck.cancelled(true, now);
        effects.push(MemberInviteEffect::Warn(MailIntent::Strikes { invitation: self.id }));
        Ok(Step { next, effects })
    }

    /// Records that somebody has joined by it (OR-22).
    ///
    /// # Errors
    ///
    /// Returns that it has ended.
    pub fn finish(&self, user: UserId, now: Instant) -> Change {
        self.check_pending(now)?;
        let state = MemberInviteState::Finished { user, at: now };
        Ok(self.ended(state, GreetingEnd::FinishedElsewhere, MemberInviteNews::Finished))
    }

    /// Returns when the clock next means something to it.
    #[must_use]
    pub fn due(&self) -> Option<Instant> {
        if !self.is_pending() {
            return None;
        }
        let lapse = self.waiting.map(|waiting| waiting.heard_at + PATIENCE);
        Some(lapse.map_or(self.expires_at, |lapse| lapse.min(self.expires_at)))
    }

    /// Does what the clock asks for: it expires, or whoever waited has gone (OR-20).
    #[must_use]
    pub fn handle_due(&self, now: Instant) -> Option<Step<Self, MemberInviteEffect>> {
        self.due().filter(|due| *due <= now)?;
        if self.expires_at <= now {
            let state = MemberInviteState::Expired { at: now };
            return Some(self.ended(state, GreetingEnd::TimedOut, MemberInviteNews::Expired));
        }
        Some(self.alone(GreetingEnd::TimedOut))
    }

    fn letter(&self) -> MailIntent {
        MailIntent::Invitation { invitation: self.id, expires_at: self.expires_at }
    }

    fn cancelled(&self, by_strikes: bool, now: Instant) -> Step<Self, MemberInviteEffect> {
        let state = MemberInviteState::Cancelled { at: now, by_strikes };
        self.ended(state, GreetingEnd::CancelledByHost, MemberInviteNews::Cancelled)
    }

    fn ended(
        &self,
        state: MemberInviteState,
        end: GreetingEnd,
        news: MemberInviteNews,
    ) -> Step<Self, MemberInviteEffect> {
        let next = Self { state, waiting: None, ..self.clone() };
        Step::to(next, [MemberInviteEffect::EndGreetings(end), MemberInviteEffect::Tell(news)])
    }

    /// Returns the invitation without anybody waiting.
    fn alone(&self, end: GreetingEnd) -> Step<Self, MemberInviteEffect> {
        let next = Self { waiting: None, ..self.clone() };
        let tell = MemberInviteEffect::Tell(MemberInviteNews::Waiting);
        Step::to(next, [MemberInviteEffect::EndGreetings(end), tell])
    }

    fn check_pending(&self, now: Instant) -> Result<(), MemberInviteRefusal> {
        match self.state {
            MemberInviteState::Pending if self.expires_at <= now => {
                Err(MemberInviteRefusal::Ended { state: "expired", at: self.expires_at })
            }
            MemberInviteState::Pending => Ok(()),
            MemberInviteState::Finished { at, .. }
            | MemberInviteState::Cancelled { at, .. }
            | MemberInviteState::Expired { at } => {
                Err(MemberInviteRefusal::Ended { state: self.state.name(), at })
            }
        }
    }
}

/// What the link of an invitation is for: derived, never stored, as those of invites are (GA-19).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct MemberLink {
    /// The team.
    pub team: TeamId,
    /// The invitation.
    pub invitation: MemberInviteId,
}

impl MemberLink {
    /// Derives the secret token of the link.
    #[must_use]
    pub fn token(&self, key: &MacKey) -> LinkToken {
        let invitation = self.invitation.to_bits().to_be_bytes();
        let bytes = [&invitation[..], &self.mac(key)[..], self.team.as_str().as_bytes()].concat();
        LinkToken::new(BASE64URL_NOPAD.encode(&bytes))
    }

    /// Reads a token back, if it was derived with `key`.
    ///
    /// That says nothing yet about whether the invitation exists or is pending.
    #[must_use]
    pub fn open(token: &str, key: &MacKey) -> Option<Self> {
        if token.len() > TOKEN_MOST {
            return None;
        }
        let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).ok()?;
        let (invitation, rest) = bytes.split_first_chunk::<16>()?;
        let (mac, team) = rest.split_first_chunk::<MAC_LEN>()?;
        let link = Self {
            team: TeamId::parse(core::str::from_utf8(team).ok()?).ok()?,
            invitation: MemberInviteId::from_bits(u128::from_be_bytes(*invitation)),
        };
        bool::from(link.mac(key).ct_eq(mac)).then_some(link)
    }

    fn mac(&self, key: &MacKey) -> [u8; MAC_LEN] {
        let invitation = self.invitation.to_bits().to_be_bytes();
        let full = key.derive("invitation", &[self.team.as_str().as_bytes(), &invitation]);
        let mut mac = [0; MAC_LEN];
        mac.iter_mut().zip(full).for_each(|(to, from)| *to = from);
        mac
    }
}

/// Why an invitation cannot be used like this.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum MemberInviteRefusal {
    /// It has ended.
    #[error("this invitation is {state}, since {}", at.format("%Y-%m-%d %H:%M UTC"))]
    Ended {
        /// How.
        state: &'static str,
        /// When.
        at: Instant,
    },
    /// The link was never given out.
    #[error("this link does not lead anywhere; open the link from the latest mail")]
    LinkUnknown,
    /// The greeting does not go on like this.
    #[error(transparent)]
    Greeting(#[from] GreetingRefusal),
    /// Another device of the same person went on with it.
    #[error("this went on on another device or in another window")]
    Elsewhere,
}

impl Refusal for MemberInviteRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Ended { .. } => "invitation_ended",
            Self::LinkUnknown => "link_unknown",
            Self::Greeting(refusal) => refusal.code(),
            Self::Elsewhere => "greeting_elsewhere",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Ended { .. } | Self::Elsewhere => RefusalKind::Conflict,
            Self::LinkUnknown => RefusalKind::Absent,
            Self::Greeting(refusal) => refusal.kind(),
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::Ended { state, at } => {
                vec![("state", Fact::Text((*state).to_owned())), ("at", Fact::At(*at))]
            }
            Self::Greeting(refusal) => refusal.facts(),
            Self::LinkUnknown | Self::Elsewhere => Facts::new(),
        }
    }
}

impl fmt::Display for MemberInviteState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// For how long an invitation can be honoured (OR-20).
const LIFE: TimeDelta = TimeDelta::days(14);

/// For how long somebody who says nothing counts as waiting: their page says so twice as often.
const PATIENCE: TimeDelta = TimeDelta::minutes(10);

/// How many wrong codes cancel an invitation (OR-24).
const STRIKES_MOST: u8 = 3;

/// 128 bits of a MAC cannot be guessed online.
const MAC_LEN: usize = 16;

/// The longest token there is: 64 bytes at six bits a letter.
const TOKEN_MOST: usize = 86;

#[cfg(test)]
mod tests;
