//! Strategies that generate the crate's values, valid and nearly valid (IF-31).
//!
//! A strategy named after a type yields its values; one with `text` in its
//! name yields what people type, right or nearly right; one with `near` in its
//! name yields values that are wrong in one place.
//!
//! A suite elsewhere asks its own questions of them. Here: whoever keeps
//! invites lets a guest in exactly while the window is open.
//!
//! ```
//! use guest_core::{Attempt, ConnectRefusal, Kind, strategies};
//! use proptest::prelude::*;
//!
//! let at_the_door = strategies::live_invite().prop_flat_map(|invite| {
//!     let window = invite.window;
//!     (Just(invite), strategies::computer(), strategies::moment(window))
//! });
//! proptest!(|((invite, computer, now) in at_the_door)| {
//!     prop_assume!(invite.kind != Kind::Oneself && !invite.kept_out);
//!     let attempt = Attempt {
//!         link: invite.link,
//!         account: Some(&invite.guest),
//!         computer: &computer,
//!         sender_may_invite: true,
//!         reached: true,
//!     };
//!     let open = !matches!(
//!         invite.admit(attempt, now),
//!         Err(ConnectRefusal::TooEarly { .. } | ConnectRefusal::WindowOver)
//!     );
//!     prop_assert_eq!(open, invite.window.contains(now));
//! });
//! ```

mod computer;
pub mod credits;
mod email;
mod invite;
mod session;
mod text;
mod user;
mod window;

pub use computer::{
    computer, host_login_state, login_report, near_computer, personal_computer, team_computer,
};
pub use email::{email, email_list, email_text, near_email_text};
pub use invite::{ended_invite, invite, live_invite, moment, near_invite, new_invite, window_edit};
pub use session::{near_session, session, session_end_reason, session_of};
pub use text::{
    computer_name, group_name, host_login, key_name, message, name_text, near_text, note,
    permissions, person_name, team_id, team_name, title,
};
pub use user::{group, near_user, profile, role, user};
pub use window::{instant, local_time, near_local_text, transition, window, zone};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Edge, Email, EmailList, LocalTime, Message, Note, Title, Window, Zone};

    proptest! {
        #[test]
        fn ga_11_addresses_read_back(email in email()) {
            let again = Email::parse(email.as_str());
            prop_assert_eq!(again.as_ref().map(Email::as_str), Ok(email.as_str()));
            prop_assert_eq!(again.as_ref().map(Email::key), Ok(email.key()));
            prop_assert_eq!(Email::parse(email.key()), Ok(email));
        }

        #[test]
        fn ga_11_reading_never_panics_and_what_is_read_is_plain(
            text in prop_oneof![near_email_text(), any::<String>()],
        ) {
            if let Ok(email) = Email::parse(&text) {
                let kept = email.as_str();
                prop_assert!(kept.len() <= Email::MOST && kept.is_ascii(), "{kept}");
                prop_assert!(!kept.contains(|c: char| c.is_control() || " <>()\",;".contains(c)));
                prop_assert_eq!(kept.matches('@').count(), 1);
            }
        }

        #[test]
        fn ga_11_lists_read_back_from_text_and_items(list in email_list()) {
            let texts: Vec<_> = list.iter().map(Email::as_str).collect();
            prop_assert_eq!(EmailList::parse_items(&texts), Ok(list.clone()));
            prop_assert_eq!(EmailList::parse_text(&texts.join(" , ,")), Ok(list.clone()));
        }

        #[test]
        fn ga_13_local_times_read_back(local in local_time()) {
            prop_assert_eq!(LocalTime::parse(&local.to_string()), Ok(local));
        }

        #[test]
        fn ga_13_reading_never_panics(text in prop_oneof![near_local_text(), any::<String>()], zone in zone()) {
            if let Ok(local) = LocalTime::parse(&text) {
                let start = zone.resolve(local, Edge::Start);
                let end = zone.resolve(local, Edge::End);
                prop_assert_eq!(start.is_ok(), end.is_ok());
                if let (Ok(start), Ok(end)) = (start, end) {
                    prop_assert!(start <= end);
                    prop_assert_eq!(zone.wall(start), local.wall());
                    prop_assert_eq!(zone.wall(end), local.wall());
                }
            }
            prop_assert!(Zone::parse(&text).is_ok() == Zone::search("").any(|zone| zone.name() == text));
        }

        #[test]
        fn ga_13_around_every_change_local_times_read_back(
            (zone, at) in transition(),
            seconds in -90_000..90_000_i64,
        ) {
            let at = at + chrono::TimeDelta::seconds(seconds);
            let local = zone.local(at);
            prop_assert_eq!(LocalTime::parse(&local.to_string()), Ok(local));
            prop_assert_eq!(zone.resolve(local, Edge::Start), Ok(at));
            prop_assert_eq!(zone.resolve(local, Edge::End), Ok(at));
        }

        #[test]
        fn ga_14_windows_read_back_from_their_local_times(window in window()) {
            let (start, end) = (window.start_local(), window.end_local());
            prop_assert_eq!(Window::parse(&start, &end, window.zone().name(), ""), Ok(window));
        }

        #[test]
        fn texts_keep_within_their_limits(text in prop_oneof![near_text(120), any::<String>()]) {
            if let Ok(title) = Title::parse(&text) {
                prop_assert_eq!(title.as_str(), &text);
                prop_assert!((1..=120).contains(&text.chars().count()));
                prop_assert!(!text.contains(char::is_control));
            }
            if let Ok(message) = Message::parse(&text) {
                prop_assert_eq!(Message::parse(message.as_str()), Ok(message));
            }
        }

        #[test]
        fn generated_values_read_back(
            title in title(), message in message(), note in note(), team in team_id(),
            team_name in team_name(), person in person_name(), group in group_name(),
            key in key_name(), computer in computer_name(), login in host_login(),
        ) {
            prop_assert_eq!(title.to_string().parse(), Ok(title));
            prop_assert_eq!(Message::parse(message.as_str()), Ok(message));
            prop_assert_eq!(Note::parse(note.as_str()), Ok(note));
            prop_assert_eq!(team.to_string().parse(), Ok(team));
            prop_assert_eq!(team_name.to_string().parse(), Ok(team_name));
            prop_assert_eq!(person.to_string().parse(), Ok(person));
            prop_assert_eq!(group.to_string().parse(), Ok(group));
            prop_assert_eq!(key.to_string().parse(), Ok(key));
            prop_assert_eq!(computer.to_string().parse(), Ok(computer));
            prop_assert_eq!(login.to_string().parse(), Ok(login));
        }

        #[test]
        fn ga_10_permissions_read_back(permissions in permissions()) {
            let names: Vec<_> = permissions.iter().map(crate::Peripheral::name).collect();
            prop_assert_eq!(crate::Permissions::parse_all(&names), Ok(permissions));
            prop_assert_eq!(crate::Permissions::from_bits(permissions.bits()), Some(permissions));
        }
    }

    #[cfg(feature = "serde")]
    proptest! {
        #[test]
        fn serialized_values_read_back(
            email in email(), window in window(), title in title(), permissions in permissions(), team in team_id(),
        ) {
            let value = (email, window, title, permissions, team);
            let text = serde_json::to_string(&value).unwrap();
            prop_assert_eq!(serde_json::from_str(&text).ok(), Some(value));
        }
    }
}
