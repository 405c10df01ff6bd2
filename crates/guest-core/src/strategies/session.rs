use chrono::TimeDelta;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::live_invite;
use crate::{
    Carrier, Instant, Invite, SecretHash, Session, SessionEnd, SessionEndReason, SessionId,
    Traffic, Window,
};

/// Yields sessions, live and ended, as their invites let them be opened.
pub fn session() -> impl Strategy<Value = Session> {
    live_invite().prop_flat_map(session_of)
}

/// Yields sessions that `invite` can have had.
pub fn session_of(invite: Invite) -> impl Strategy<Value = Session> {
    let times = (inside(invite.window), 0..3_600_i64, 0..3_600_i64);
    let stage = select(&[Stage::External, Stage::Opened, Stage::Taken, Stage::Pictured][..]);
    let end = option::of(session_end_reason());
    let from = select(&["192.0.2.1", "2001:db8::1"][..]);
    let counts = (any::<u32>(), any::<u32>(), 0..9_u64);
    (any::<u128>(), times, any::<[u8; 32]>(), stage, end, from, counts).prop_map(
        move |(id, (opened_at, until_used, until_end), ticket, stage, end, from, counts)| {
            let end = end.filter(|reason| {
                stage == Stage::Opened || *reason != SessionEndReason::TicketUnused
            });
            let relay =
                |taken_at| Carrier::Relay { ticket: SecretHash::from_bytes(ticket), taken_at };
            let pictured_at = opened_at + TimeDelta::seconds(until_used);
            let (carrier, used_at) = match stage {
                Stage::External => (Carrier::External, Some(opened_at)),
                Stage::Opened => (relay(None), None),
                Stage::Taken => (relay(Some(opened_at)), None),
                Stage::Pictured => (relay(Some(opened_at)), Some(pictured_at)),
            };
            let ended_at = used_at.unwrap_or(opened_at) + TimeDelta::seconds(until_end);
            let traffic = Traffic {
                bytes_in: counts.0.into(),
                bytes_out: counts.1.into(),
                refused_input: counts.2,
            };
            let counted = end.is_some() && matches!(stage, Stage::Taken | Stage::Pictured);
            Session {
                team: invite.team,
                id: SessionId::from_bits(id),
                invite: invite.id,
                computer: invite.computer,
                guest: invite.guest.clone(),
                carrier,
                permissions: invite.session_permissions(),
                opened_at,
                used_at,
                closes_at: invite.closes_at(),
                from: from.to_owned(),
                ended: end.map(|reason| SessionEnd { at: ended_at, reason }),
                traffic: counted.then_some(traffic),
            }
        },
    )
}

/// How far the guest has come in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stage {
    External,
    Opened,
    Taken,
    Pictured,
}

/// Yields sessions as no rule leaves them: opened after their end, or used though their ticket
/// never was.
pub fn near_session() -> impl Strategy<Value = Session> {
    (session(), 0..100_i64, any::<bool>()).prop_map(|(session, seconds, late)| {
        if late {
            let closes_at = session.opened_at - TimeDelta::seconds(seconds);
            Session { closes_at: Some(closes_at), ..session }
        } else {
            let at = session.opened_at;
            let end = SessionEnd { at, reason: SessionEndReason::TicketUnused };
            Session { used_at: Some(at), ended: Some(end), ..session }
        }
    })
}

/// Yields every reason for which a session ends.
pub fn session_end_reason() -> impl Strategy<Value = SessionEndReason> {
    select(SessionEndReason::ALL)
}

/// Yields whole seconds from the start of a window.
fn inside(window: Window) -> impl Strategy<Value = Instant> {
    let length = (window.end() - window.start()).num_seconds().max(1);
    (0..length).prop_map(move |seconds| window.start() + TimeDelta::seconds(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest! {
        #[test]
        fn ga_44_generated_sessions_keep_the_rules(
            session in session(),
            near in near_session(),
        ) {
            prop_assert!(is_sound(&session), "{session:?}");
            prop_assert!(!is_sound(&near), "{near:?}");
        }

        #[test]
        fn ga_44_a_session_ends_once(session in session(), reason in session_end_reason()) {
            let now = session.opened_at + TimeDelta::hours(3);
            let ended = session.end(reason, now);
            prop_assert_eq!(ended.is_some(), session.is_live());
            if let Some(ended) = ended {
                prop_assert_eq!(ended.ended, Some(SessionEnd { at: now, reason }));
                prop_assert_eq!(ended.end(reason, now), None);
                prop_assert_eq!(ended.retime(None), None);
            }
        }
    }

    fn is_sound(session: &Session) -> bool {
        let unused = session.ended.is_some_and(|end| end.reason == SessionEndReason::TicketUnused);
        let staged = match session.carrier {
            Carrier::External => session.used_at.is_some() && !unused && session.traffic.is_none(),
            Carrier::Relay { taken_at: None, .. } => {
                session.used_at.or(session.traffic.map(|_| session.opened_at)).is_none()
            }
            Carrier::Relay { taken_at: Some(_), .. } => !unused,
        };
        session.closes_at.is_none_or(|end| session.opened_at < end) && staged
    }
}
