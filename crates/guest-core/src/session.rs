//! Sessions: one connection of a guest through an invite.
//!
//! ```text
//!       end (any reason of GA-44)
//! Live ───────────────────────────▶ Ended
//! ```
//!
//! One that this product carries goes through three stages while it lives. One
//! that the computer's own software carries is used as soon as it is opened.
//!
//! ```text
//!         take the ticket          first picture
//! Opened ─────────────────▶ Taken ───────────────▶ Used
//!    │ ticket not taken in 30 s
//!    └───────────────────────────▶ Ended
//! ```

use chrono::TimeDelta;

use crate::{
    Admission, Computer, ComputerId, Connection, Email, Instant, Invite, InviteId, Permissions,
    Refusal, RefusalKind, SecretHash, SessionId, TeamId,
};

/// One connection of a guest through an invite.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Session {
    /// The team.
    pub team: TeamId,
    /// Names the session.
    pub id: SessionId,
    /// The invite that lets the guest in.
    pub invite: InviteId,
    /// The computer.
    pub computer: ComputerId,
    /// The guest.
    pub guest: Email,
    /// Who carries it.
    pub carrier: Carrier,
    /// What the guest may use, fixed when the session was opened (CN-6).
    pub permissions: Permissions,
    /// When it was opened.
    pub opened_at: Instant,
    /// When it was seen to work (GA-35).
    pub used_at: Option<Instant>,
    /// When the window ends it; never for oneself (GA-43).
    pub closes_at: Option<Instant>,
    /// The address the guest came from.
    pub from: String,
    /// How it ended.
    pub ended: Option<SessionEnd>,
    /// What went through it, once that was counted.
    pub traffic: Option<Traffic>,
}

/// Who carries a [`Session`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Carrier {
    /// The computer's own streaming software (CN-11).
    External,
    /// This product, over a stream that the guest's page opens with a ticket (CN-3).
    Relay {
        /// What is kept of the ticket.
        ticket: SecretHash,
        /// When the ticket was taken: it lets in once.
        taken_at: Option<Instant>,
    },
}

/// What went through a relayed [`Session`] (CN-12).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Traffic {
    /// Bytes that came from the guest.
    pub bytes_in: u64,
    /// Bytes that went to the guest.
    pub bytes_out: u64,
    /// Input events of the guest that were refused.
    pub refused_input: u64,
}

/// What a session is opened with.
#[derive(Clone, Debug)]
pub struct NewSession<'a> {
    /// Names the session.
    pub id: SessionId,
    /// The invite that lets the guest in.
    pub invite: &'a Invite,
    /// The invite's computer.
    pub computer: &'a Computer,
    /// What the guest got by connecting.
    pub admission: Admission,
    /// What is kept of the ticket, which counts where this product carries the session.
    pub ticket: SecretHash,
    /// The address the guest comes from.
    pub from: String,
}

/// How and when a session ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SessionEnd {
    /// When.
    pub at: Instant,
    /// Why.
    pub reason: SessionEndReason,
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $reason:ident = $name:literal;)*) => {
        /// Why a session ended (GA-44).
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub enum SessionEndReason {
            $($(#[$doc])* $reason,)*
        }

        impl SessionEndReason {
            /// All reasons.
            pub const ALL: &[Self] = &[$(Self::$reason),*];

            /// Returns the reason's name as interfaces show it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$reason => $name,)*
                }
            }

            /// Returns the reason of this name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|reason| reason.name() == name)
            }
        }
    };
}

reasons! {
    /// The guest left.
    Left = "left";
    /// The guest was kicked.
    Kicked = "kicked";
    /// The window ended.
    WindowEnded = "window_ended";
    /// The invite was cancelled or voided.
    Cancelled = "cancelled";
    /// Changed permissions were applied now.
    PermissionsChanged = "permissions_changed";
    /// Guest access was turned off on the computer.
    AccessOff = "access_off";
    /// Rights were lost, or the guest's user was revoked.
    RightsLost = "rights_lost";
    /// The invite was moved to another computer.
    Moved = "moved";
    /// The computer was removed.
    ComputerRemoved = "computer_removed";
    /// The computer fell silent, or its stream broke.
    ComputerLost = "computer_lost";
    /// A new connection of the guest took over.
    Replaced = "replaced";
    /// The guest broke the protocol.
    ProtocolError = "protocol_error";
    /// The ticket was never used.
    TicketUnused = "ticket_unused";
    /// The server stopped.
    ServerStopped = "server_stopped";
}

impl Session {
    /// Opens a session for a guest who may connect (GA-35, CN-3, CN-6).
    ///
    /// On an external computer that is its use; this product waits for a picture.
    #[must_use]
    pub fn open(new: NewSession<'_>, now: Instant) -> Self {
        let NewSession { id, invite, computer, admission, ticket, from } = new;
        let (carrier, used_at) = match computer.connection {
            Connection::External => (Carrier::External, Some(now)),
            Connection::Relay => (Carrier::Relay { ticket, taken_at: None }, None),
        };
        Self {
            team: invite.team,
            id,
            invite: invite.id,
            computer: computer.id,
            guest: invite.guest.clone(),
            carrier,
            permissions: admission.permissions,
            opened_at: now,
            used_at,
            closes_at: admission.closes_at,
            from,
            ended: None,
            traffic: None,
        }
    }

    /// Takes the ticket, which opens the stream of this session once (CN-3).
    ///
    /// # Errors
    ///
    /// Returns whether the ticket is another's, or does not let in any more.
    pub fn take(&self, ticket: SecretHash, now: Instant) -> Result<Self, TicketRefusal> {
        match self.carrier {
            Carrier::Relay { ticket: own, taken_at } if own == ticket => {
                if taken_at.is_some() || !self.is_live() || self.has_stale_ticket(now) {
                    return Err(TicketRefusal::Used);
                }
                let carrier = Carrier::Relay { ticket, taken_at: Some(now) };
                Ok(Self { carrier, ..self.clone() })
            }
            Carrier::Relay { .. } | Carrier::External => Err(TicketRefusal::Unknown),
        }
    }

    /// Returns whether this product carries it.
    #[must_use]
    pub const fn is_relayed(&self) -> bool {
        matches!(self.carrier, Carrier::Relay { .. })
    }

    /// Returns whether the stream was opened: the ticket was taken.
    #[must_use]
    pub const fn is_taken(&self) -> bool {
        matches!(self.carrier, Carrier::Relay { taken_at: Some(_), .. })
    }

    /// Records that the guest received a picture (GA-35); `None` if it was the case already.
    #[must_use]
    pub fn picture(&self, now: Instant) -> Option<Self> {
        let first = self.is_live() && self.is_taken() && self.used_at.is_none();
        first.then(|| Self { used_at: Some(now), ..self.clone() })
    }

    /// Returns when the ticket ceases to let in, while it does (CN-3).
    #[must_use]
    pub fn due(&self) -> Option<Instant> {
        self.has_ticket().then(|| self.opened_at + TICKET_LIFE)
    }

    /// Ends the session if its ticket was not taken in time (CN-3, GA-44).
    #[must_use]
    pub fn handle_due(&self, now: Instant) -> Option<Self> {
        let stale = self.has_ticket() && self.has_stale_ticket(now);
        stale.then(|| self.end(SessionEndReason::TicketUnused, now)).flatten()
    }

    /// Keeps what went through a relayed session (CN-12); `None` if that is known already.
    #[must_use]
    pub fn count(&self, traffic: Traffic) -> Option<Self> {
        let counts = self.is_taken() && self.traffic.is_none();
        counts.then(|| Self { traffic: Some(traffic), ..self.clone() })
    }

    /// Ends the session; `None` if it has ended already.
    ///
    /// There is one end and one reason: the first (GA-44).
    #[must_use]
    pub fn end(&self, reason: SessionEndReason, now: Instant) -> Option<Self> {
        self.is_live().then(|| Self { ended: Some(SessionEnd { at: now, reason }), ..self.clone() })
    }

    /// Takes the end of a changed window (GA-33); `None` if nothing changes.
    #[must_use]
    pub fn retime(&self, closes_at: Option<Instant>) -> Option<Self> {
        (self.is_live() && self.closes_at != closes_at).then(|| Self { closes_at, ..self.clone() })
    }

    /// Returns `true` until the session has ended.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        self.ended.is_none()
    }

    /// Returns whether a ticket waits to be taken.
    const fn has_ticket(&self) -> bool {
        self.is_live() && matches!(self.carrier, Carrier::Relay { taken_at: None, .. })
    }

    /// Returns whether a ticket of this session is too old (CN-3).
    ///
    /// One from the future was given before the clock was set back, and counts as far.
    fn has_stale_ticket(&self, now: Instant) -> bool {
        (now - self.opened_at).abs() >= TICKET_LIFE
    }
}

/// Why a ticket does not open a stream.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TicketRefusal {
    /// There is no such session, or the ticket is not its own.
    #[error("there is no such session with this ticket")]
    Unknown,
    /// It was taken before, is too old, or the session has ended.
    #[error("this ticket does not let in any more; connect again")]
    Used,
}

impl Refusal for TicketRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "not_found",
            Self::Used => "ticket_used",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Unknown => RefusalKind::Absent,
            Self::Used => RefusalKind::Conflict,
        }
    }
}

/// For how long a ticket lets in: a page takes it at once, and a stolen one is soon worth nothing.
pub const TICKET_LIFE: TimeDelta = TimeDelta::seconds(30);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ComputerName, Provision};

    #[test]
    fn ga_44_where_several_ends_come_at_once_the_first_counts() {
        let ended = session().end(SessionEndReason::Kicked, at(5)).unwrap();
        assert_eq!(ended.end(SessionEndReason::WindowEnded, at(6)), None);
        assert_eq!(ended.retime(Some(at(9))), None);
    }

    #[test]
    fn ga_44_every_reason_reads_back() {
        for reason in SessionEndReason::ALL {
            assert_eq!(SessionEndReason::named(reason.name()), Some(*reason));
        }
        assert_eq!(SessionEndReason::named("bored"), None);
    }

    #[test]
    fn ga_33_a_live_session_takes_the_new_end() {
        assert_eq!(session().retime(Some(at(9))).unwrap().closes_at, Some(at(9)));
        assert_eq!(session().retime(session().closes_at), None);
    }

    #[test]
    fn ga_35_a_session_is_used_when_opened_or_by_its_first_picture() {
        assert_eq!(opened(Connection::External).used_at, Some(at(0)));
        let relayed = relayed();
        assert_eq!((relayed.used_at, relayed.picture(at(1))), (None, None));
        let taken = relayed.take(ticket(1), at(1)).unwrap();
        let used = taken.picture(at(2)).unwrap();
        assert_eq!((used.used_at, used.picture(at(3))), (Some(at(2)), None));
        let ended = taken.end(SessionEndReason::Left, at(2)).unwrap();
        assert_eq!(ended.picture(at(3)), None);
    }

    #[test]
    fn cn_3_a_ticket_lets_in_once_and_within_thirty_seconds() {
        check_take(&relayed(), 1, 0, Ok(()));
        check_take(&relayed(), 1, 29, Ok(()));
        check_take(&relayed(), 1, 30, Err(TicketRefusal::Used));
        // Given before the clock was set back by an hour.
        check_take(&relayed(), 1, -3_600, Err(TicketRefusal::Used));
        let taken = relayed().take(ticket(1), at(1)).unwrap();
        check_take(&taken, 1, 2, Err(TicketRefusal::Used));
        let ended = relayed().end(SessionEndReason::Kicked, at(1)).unwrap();
        check_take(&ended, 1, 2, Err(TicketRefusal::Used));
        for session in [relayed(), taken, ended, opened(Connection::External)] {
            check_take(&session, 2, 2, Err(TicketRefusal::Unknown));
        }
        check_take(&opened(Connection::External), 1, 2, Err(TicketRefusal::Unknown));
    }

    #[test]
    fn cn_3_a_ticket_that_nobody_takes_ends_its_session() {
        let relayed = relayed();
        assert_eq!((relayed.due(), relayed.handle_due(at(29))), (Some(at(30)), None));
        let ended = relayed.handle_due(at(30)).unwrap();
        let end = SessionEnd { at: at(30), reason: SessionEndReason::TicketUnused };
        assert_eq!((ended.ended, ended.due(), ended.handle_due(at(31))), (Some(end), None, None));
        let taken = relayed.take(ticket(1), at(29)).unwrap();
        for other in [taken, opened(Connection::External)] {
            assert_eq!((other.due(), other.handle_due(at(99))), (None, None));
        }
    }

    #[test]
    fn cn_12_what_went_through_is_counted_once() {
        let traffic = Traffic { bytes_in: 7, bytes_out: 9, refused_input: 1 };
        assert_eq!(relayed().count(traffic), None);
        let ended = relayed().take(ticket(1), at(1)).unwrap().end(SessionEndReason::Left, at(2));
        let counted = ended.unwrap().count(traffic).unwrap();
        assert_eq!((counted.traffic, counted.count(Traffic::default())), (Some(traffic), None));
        assert_eq!(opened(Connection::External).count(traffic), None);
    }

    #[test]
    fn refusals_have_codes_and_kinds() {
        let told = |no: TicketRefusal| (no.code(), no.kind());
        assert_eq!(told(TicketRefusal::Unknown), ("not_found", RefusalKind::Absent));
        assert_eq!(told(TicketRefusal::Used), ("ticket_used", RefusalKind::Conflict));
    }

    #[track_caller]
    fn check_take(session: &Session, shown: u8, second: i64, expected: Result<(), TicketRefusal>) {
        let taken = session.take(ticket(shown), at(second));
        assert_eq!(
            taken.as_ref().map(|taken| assert!(taken.is_taken())),
            expected.as_ref().copied()
        );
    }

    fn relayed() -> Session {
        opened(Connection::Relay)
    }

    /// A session opened at second 0 with ticket 1.
    fn opened(connection: Connection) -> Session {
        let invite = crate::invite::fixtures::invite(crate::Kind::Team);
        let name = ComputerName::parse("studio-1").unwrap();
        let provision = Provision::Team { key: None };
        let computer = Computer::register(invite.team, invite.computer, name, provision, at(0));
        let new = NewSession {
            id: SessionId::from_bits(1),
            invite: &invite,
            computer: &Computer { connection, ..computer },
            admission: Admission { permissions: Permissions::NONE, closes_at: Some(at(99)) },
            ticket: ticket(1),
            from: "192.0.2.1".to_owned(),
        };
        Session::open(new, at(0))
    }

    fn ticket(number: u8) -> SecretHash {
        SecretHash::from_bytes([number; 32])
    }

    fn session() -> Session {
        Session {
            team: TeamId::parse("acme").unwrap(),
            id: SessionId::from_bits(1),
            invite: InviteId::from_bits(2),
            computer: ComputerId::from_bits(3),
            guest: Email::parse("lin@example.org").unwrap(),
            carrier: Carrier::External,
            permissions: Permissions::NONE,
            opened_at: at(0),
            used_at: Some(at(0)),
            closes_at: Some(at(8)),
            from: "192.0.2.1".to_owned(),
            ended: None,
            traffic: None,
        }
    }

    fn at(second: i64) -> Instant {
        Instant::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }
}
