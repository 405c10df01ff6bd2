use chrono::TimeDelta;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::{computer_name, host_login, instant, team_id};
use crate::{
    Computer, ComputerId, ComputerKeyId, Connection, HostLoginState, LoginReport, Provision,
    SILENCE, SecretHash, UserId,
};

/// Yields computers of teams and of users; removed, silent and orphaned ones among them.
pub fn computer() -> impl Strategy<Value = Computer> {
    prop_oneof![team_computer(), personal_computer()]
}

/// Yields team computers.
pub fn team_computer() -> impl Strategy<Value = Computer> {
    (bare_computer(), option::of(any::<u128>())).prop_map(|(computer, key)| {
        let provision = Provision::Team { key: key.map(ComputerKeyId::from_bits) };
        match key {
            Some(_) => Computer { provision, ..computer },
            None => computer.orphan(),
        }
    })
}

/// Yields personal computers.
pub fn personal_computer() -> impl Strategy<Value = Computer> {
    (bare_computer(), any::<u128>(), any::<[u8; 32]>()).prop_map(|(computer, user, token)| {
        let (user, token) = (UserId::from_bits(user), SecretHash::from_bytes(token));
        Computer { provision: Provision::Personal { user, token }, ..computer }
    })
}

/// Yields computers as no rule leaves them: taken to be online though never heard of or removed.
pub fn near_computer() -> impl Strategy<Value = Computer> {
    (computer(), instant(), any::<bool>()).prop_map(|(computer, at, removed)| {
        let announced = Computer { announced: true, ..computer };
        if removed {
            Computer { removed_at: Some(at), ..announced }
        } else {
            Computer { last_seen: None, ..announced }
        }
    })
}

/// Yields what is known of the host login; a few logins come often.
pub fn host_login_state() -> impl Strategy<Value = HostLoginState> {
    prop_oneof![
        1 => Just(HostLoginState::Unknown),
        1 => Just(HostLoginState::Nobody),
        3 => host_login().prop_map(HostLoginState::Known),
    ]
}

/// Yields what heartbeats say of the host login.
pub fn login_report() -> impl Strategy<Value = LoginReport> {
    prop_oneof![
        2 => Just(LoginReport::Unmentioned),
        1 => Just(LoginReport::LoggedOut),
        2 => host_login().prop_map(LoginReport::LoggedIn),
    ]
}

fn bare_computer() -> impl Strategy<Value = Computer> {
    let names = (any::<u128>(), team_id(), computer_name(), option::of(computer_name()));
    let connection = select(&[Connection::Relay, Connection::External][..]);
    let heard = (option::of(instant()), 0..9_000_i64, option::of(0..9_000_i64));
    let presence = (host_login_state(), heard, any::<bool>());
    let times = (instant(), option::weighted(0.2, instant()));
    let flags = (connection, any::<bool>(), 1_u32..100);
    (names, presence, times, flags).prop_map(|(names, presence, times, flags)| {
        let ((id, team, name, agent_name), (login, heard, announced)) = (names, presence);
        let (last_seen, for_seconds, silent_seconds) = heard;
        let heard_since = last_seen.map(|seen| seen - TimeDelta::seconds(for_seconds));
        let gap = silent_seconds.map(|seconds| SILENCE + TimeDelta::seconds(seconds));
        let ((created_at, removed_at), (connection, guest_access, version)) = (times, flags);
        let computer = Computer {
            team,
            id: ComputerId::from_bits(id),
            name,
            agent_name,
            provision: Provision::Team { key: None },
            connection,
            guest_access,
            login,
            last_seen,
            heard_since,
            heard_before: heard_since.zip(gap).map(|(since, gap)| since - gap),
            announced: announced && last_seen.is_some(),
            created_at,
            removed_at: None,
            version,
        };
        removed_at.map_or(computer.clone(), |at| computer.remove(at))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest! {
        #[test]
        fn ga_4_generated_computers_keep_the_rules(
            computer in computer(),
            near in near_computer(),
        ) {
            prop_assert!(is_sound(&computer));
            prop_assert!(!is_sound(&near));
        }

        #[test]
        fn ga_4_a_computer_that_was_heard_is_online_until_it_is_due(
            computer in computer(),
            report in login_report(),
            own in option::of(host_login()),
            now in instant(),
        ) {
            let (heard, _) = computer.heard(report, own.as_ref(), Connection::External, now);
            prop_assert_eq!(heard.is_online(now), !computer.is_removed());
            if let Some(due) = heard.due() {
                prop_assert!(heard.is_online(due - TimeDelta::microseconds(1)));
                prop_assert_eq!(heard.handle_due(due).map(|silent| silent.due()), Some(None));
            }
            prop_assert_eq!(heard.version, computer.version, "people changed nothing");
        }
    }

    fn is_sound(computer: &Computer) -> bool {
        let heard = match (computer.heard_before, computer.heard_since, computer.last_seen) {
            (None, None, None) => true,
            (None, Some(since), Some(last)) => since <= last,
            (Some(before), Some(since), Some(last)) => before < since && since <= last,
            (Some(_) | None, Some(_) | None, Some(_) | None) => false,
        };
        let there = computer.last_seen.is_some() && !computer.is_removed();
        heard && (!computer.announced || there)
    }
}
