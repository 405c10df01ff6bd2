//! Sessions: one connection of a guest through an invite.
//!
//! ```text
//!       end (any reason of GA-44)
//! Live ───────────────────────────▶ Ended
//! ```

use crate::{ComputerId, Connection, Email, Instant, InviteId, Permissions, SessionId, TeamId};

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
    pub connection: Connection,
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
    /// Bytes that came from the guest.
    pub bytes_in: u64,
    /// Bytes that went to the guest.
    pub bytes_out: u64,
    /// Input events of the guest that were refused (CN-12).
    pub refused_input: u64,
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
}

#[cfg(test)]
mod tests {
    use super::*;

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

    fn session() -> Session {
        Session {
            team: TeamId::parse("acme").unwrap(),
            id: SessionId::from_bits(1),
            invite: InviteId::from_bits(2),
            computer: ComputerId::from_bits(3),
            guest: Email::parse("lin@example.org").unwrap(),
            connection: Connection::External,
            permissions: Permissions::NONE,
            opened_at: at(0),
            used_at: Some(at(0)),
            closes_at: Some(at(8)),
            from: "192.0.2.1".to_owned(),
            ended: None,
            bytes_in: 0,
            bytes_out: 0,
            refused_input: 0,
        }
    }

    fn at(second: i64) -> Instant {
        Instant::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }
}
