//! An invite in a few words, for those who manage guests (WB-2).

use guest_app::view::InviteView;
use guest_core::Instant;

use super::told::{Moment, Span, lasting, zone};

/// An invite in a few words.
pub(super) struct Row<'a> {
    pub(super) invite: &'a InviteView,
    /// What computer it is to, where that needs saying.
    pub(super) computer: &'a str,
    pub(super) when: Span,
    /// How long until it is over, if it is open.
    pub(super) left: String,
    /// How much of its time has passed, in percent, if it is open.
    pub(super) passed: Option<i64>,
    pub(super) state: State,
    /// What the guest may use; nothing is looking only.
    pub(super) may_use: Vec<&'static str>,
    /// What they may use from their next connection, if that is something else (GA-34).
    pub(super) next: Option<String>,
    pub(super) credit: &'static str,
    /// That the guest was reminded, if they were.
    pub(super) reminded: String,
    /// Whether it was used.
    pub(super) used: &'static str,
    /// What else somebody should know.
    pub(super) notes: Vec<String>,
}

/// Where an invite stands: by shape, colour and word.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct State {
    /// What styles know it by.
    pub(super) class: &'static str,
    pub(super) word: &'static str,
    pub(super) detail: String,
}

impl<'a> Row<'a> {
    /// Words an invite as it is at `now`, or at some time where that is not known.
    pub(super) fn of(invite: &'a InviteView, now: Option<Instant>) -> Self {
        let is_open = matches!(invite.phase.as_str(), "open" | "connected");
        let open_at = now.filter(|_| is_open && !invite.window_ignored);
        let window = &invite.window;
        let whole = (window.end - window.start).num_seconds().max(1);
        let left = open_at.map(|now| (window.end - now).num_seconds());
        let session = invite.session.as_ref().map(|session| session.permissions);
        let names = |of: guest_core::Permissions| of.iter().map(guest_core::Peripheral::name);
        let listed = |of| names(of).collect::<Vec<_>>();
        let next = session.filter(|now| *now != invite.permissions).map(|_| {
            let next = listed(invite.permissions).join(", ");
            if next.is_empty() { "looking only".to_owned() } else { next }
        });
        Self {
            invite,
            computer: "",
            when: Span::of(window),
            left: left.map(|left| format!("{} left", lasting(left))).unwrap_or_default(),
            passed: left.map(|left| ((whole - left) * 100 / whole).clamp(0, 100)),
            state: State::of(invite, now),
            may_use: listed(session.unwrap_or(invite.permissions)),
            next,
            credit: match invite.credit.as_str() {
                "free" => "free",
                "refunded" => "returned",
                _ => "1 credit",
            },
            reminded: reminded(invite),
            used: if invite.used_at.is_some() { "used" } else { "not used" },
            notes: notes(invite),
        }
    }

    /// Says what computer it is to.
    pub(super) fn to(self, computer: &'a str) -> Self {
        Self { computer, ..self }
    }
}

impl State {
    fn of(invite: &InviteView, now: Option<Instant>) -> Self {
        let state = |class, word, detail: String| Self { class, word, detail };
        let ended = invite.ended.as_ref().map_or("", |ended| why(&ended.reason)).to_owned();
        match invite.phase.as_str() {
            "connected" => {
                let since = invite.session.as_ref().map(|session| {
                    let since = Moment::of(session.opened_at, zone(&invite.window.time_zone));
                    format!("since {}", since.time)
                });
                state("connected", "connected", since.unwrap_or_default())
            }
            "expired" if invite.used_at.is_some() => state("over", "over", ended),
            "expired" => state("over", "not used", ended),
            "cancelled" => state("void", "revoked", ended),
            "void" => state("void", "void", ended),
            _ if invite.kept_out => state("void", "kept out", String::new()),
            "scheduled" => {
                let wait = now.map(|now| (invite.window.start - now).num_seconds());
                let wait = wait.map(|wait| format!("starts in {}", lasting(wait)));
                state("scheduled", "scheduled", wait.unwrap_or_default())
            }
            _ => state("open", "open", String::new()),
        }
    }
}

/// Says why an invite ended, where the state does not.
fn why(reason: &str) -> &'static str {
    match reason {
        "rights_lost" => "the right to invite was lost",
        "user_revoked" => "the user was revoked",
        "computer_removed" => "the computer was removed",
        "host_login_changed" => "the host logged out or changed before use",
        _ => "",
    }
}

fn notes(invite: &InviteView) -> Vec<String> {
    let mail = match invite.mail.state.as_str() {
        "undeliverable" => Some("the mail cannot be delivered"),
        "retrying" => Some("the mail is being tried again"),
        _ => None,
    };
    let mail = mail.map(|words| match &invite.mail.detail {
        Some(detail) => format!("{words}: {detail}"),
        None => words.to_owned(),
    });
    let oneself = invite.window_ignored.then(|| "oneself: at any time, with everything".to_owned());
    let not_ready = invite.not_ready.as_deref().map(|reason| not_ready(reason).to_owned());
    mail.into_iter().chain(not_ready).chain(oneself).collect()
}

/// Says why the guest could not be let in now (GA-60).
fn not_ready(reason: &str) -> &'static str {
    match reason {
        "access_off" => "not ready: guest access is off on the computer",
        "logged_out" => "not ready: nobody is logged in on the computer",
        _ => "not ready: the computer is offline",
    }
}

/// Says when the guest was reminded, while the start is still to come (GA-37).
fn reminded(invite: &InviteView) -> String {
    let at = invite.reminded_at.filter(|_| invite.phase == "scheduled");
    let at = at.map(|at| Moment::of(at, zone(&invite.window.time_zone)));
    at.map(|at| format!("reminded at {}", at.time)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn wb_2_each_state_has_words_of_its_own() {
        check(&json!({ "phase": "scheduled" }), "scheduled", "scheduled", "starts in 1 h");
        check(&json!({ "phase": "open" }), "open", "open", "");
        check(&json!({ "phase": "open", "kept_out": true }), "void", "kept out", "");
        check(&json!({ "phase": "expired" }), "over", "not used", "");
        let used = json!({ "phase": "expired", "used_at": "2026-12-01T08:30:00Z" });
        check(&used, "over", "over", "");
        let ended = json!({ "at": "2026-12-01T08:30:00Z", "reason": "host_login_changed" });
        let detail = "the host logged out or changed before use";
        check(&json!({ "phase": "void", "ended": ended }), "void", "void", detail);
    }

    #[test]
    fn ga_34_what_counts_from_the_next_connection_is_told() {
        let invite = invite(&json!({ "phase": "connected", "session": session(&["mouse"]) }));
        let row = Row::of(&invite, None);
        assert_eq!((row.may_use, row.next.as_deref()), (vec!["mouse"], Some("keyboard")));
        assert_eq!(row.state.detail, "since 09:05");
    }

    #[test]
    fn wb_2_what_is_left_is_told_while_it_is_open() {
        let at = |time: &str| Some(format!("2026-12-01T{time}:00Z").parse().unwrap());
        let open = invite(&json!({ "phase": "open" }));
        let row = Row::of(&open, at("11:00"));
        assert_eq!((row.left.as_str(), row.passed), ("1 h left", Some(75)));
        let oneself = invite(&json!({ "phase": "open", "window_ignored": true }));
        assert_eq!(Row::of(&oneself, at("11:00")).passed, None);
    }

    #[test]
    fn ga_60_ga_37_what_is_in_the_way_and_that_the_guest_was_reminded_is_told() {
        let told = |fields: &Value| {
            let invite = invite(fields);
            let row = Row::of(&invite, None);
            (row.notes, row.reminded)
        };
        let reminded = json!({ "phase": "scheduled", "reminded_at": "2026-12-01T07:45:00Z" });
        assert_eq!(told(&reminded), (Vec::new(), "reminded at 08:45".to_owned()));
        let open = json!({ "phase": "open", "reminded_at": "2026-12-01T07:45:00Z" });
        assert_eq!(told(&open), (Vec::new(), String::new()));
        let words: std::collections::BTreeSet<_> = ["offline", "access_off", "logged_out"]
            .map(|reason| told(&json!({ "phase": "open", "not_ready": reason })).0)
            .into();
        assert_eq!(words.len(), 3, "{words:?}");
    }

    #[track_caller]
    fn check(fields: &Value, class: &'static str, word: &'static str, detail: &str) {
        let invite = invite(fields);
        let now = "2026-12-01T07:00:00Z".parse().unwrap();
        let expected = State { class, word, detail: detail.to_owned() };
        assert_eq!(State::of(&invite, Some(now)), expected);
    }

    /// An invite with these fields.
    fn invite(fields: &Value) -> InviteView {
        let mut invite = json!({
            "id": "inv_000000000000000000c0000000",
            "version": 1,
            "computer_id": "cmp_000000000000000000c0000000",
            "guest_email": "lin@example.org",
            "kind": "outside",
            "state": "live",
            "kept_out": false,
            "window_ignored": false,
            "window": {
                "start": "2026-12-01T08:00:00Z",
                "end": "2026-12-01T12:00:00Z",
                "time_zone": "Europe/Paris",
                "start_local": "2026-12-01T09:00",
                "end_local": "2026-12-01T13:00",
            },
            "permissions": ["keyboard"],
            "title": "Usability study",
            "message": "",
            "credit": "debited",
            "invited_by": "cory@acme.example",
            "mail": { "state": "sent", "detail": null },
            "created_at": "2026-12-01T07:00:00Z",
        });
        let (all, fields) = (invite.as_object_mut().unwrap(), fields.as_object().unwrap());
        all.extend(fields.iter().map(|(name, value)| (name.clone(), value.clone())));
        serde_json::from_value(invite).unwrap()
    }

    fn session(permissions: &[&str]) -> Value {
        json!({
            "id": "ses_000000000000000000c0000000",
            "invite_id": "inv_000000000000000000c0000000",
            "computer_id": "cmp_000000000000000000c0000000",
            "guest_email": "lin@example.org",
            "state": "live",
            "permissions": permissions,
            "opened_at": "2026-12-01T08:05:00Z",
            "from": "192.0.2.1",
            "bytes_in": 0,
            "bytes_out": 0,
            "refused_input": 0,
        })
    }
}
