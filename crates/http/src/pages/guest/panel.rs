//! What the guest can do now, or why they cannot and what to do about it (GA-42, GA-44).

use guest_app::GuestLinkView;
use guest_core::SessionEndReason;

/// The middle of the guest's page.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Panel {
    pub(super) stance: Stance,
    pub(super) mark: Mark,
    pub(super) heading: String,
    /// A paragraph each.
    pub(super) words: Vec<String>,
    /// After how many seconds the page looks again, where no event tells it to; 0 for never.
    pub(super) look_again: u32,
}

/// What the guest can do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Stance {
    SignIn,
    WrongAccount,
    Waiting,
    Ready,
    Connected,
    Refused,
}

impl Stance {
    /// Returns the name that scripts know it by.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::WrongAccount => "wrong-account",
            Self::Waiting => "waiting",
            Self::Ready => "ready",
            Self::Connected => "connected",
            Self::Refused => "refused",
        }
    }
}

/// How a panel is marked, by shape and colour.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Mark {
    Ask,
    Live,
    Wait,
    Stop,
    End,
}

impl Mark {
    /// Returns the class that styles know it by.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Live => "live",
            Self::Wait => "wait",
            Self::Stop => "stop",
            Self::End => "end",
        }
    }
}

impl Panel {
    /// Words what is shown of an invite, in the order of GA-42.
    pub(super) fn of(shown: &GuestLinkView) -> Self {
        if shown.you == "wrong" {
            return Self::new(
                Stance::WrongAccount,
                Mark::Stop,
                "This invite is for another account",
                ["Sign out, and sign in with the address that the mail with this link went to."],
            );
        }
        if let Some(ended) = ended(shown) {
            return ended;
        }
        match shown.obstacle.as_deref() {
            None if shown.phase == "connected" => connected(shown),
            None => ready(shown),
            Some(code) => refused(shown, code),
        }
    }

    fn new<W: Into<String>>(
        stance: Stance,
        mark: Mark,
        heading: impl Into<String>,
        words: impl IntoIterator<Item = W>,
    ) -> Self {
        let words = words.into_iter().map(Into::into).collect();
        Self { stance, mark, heading: heading.into(), words, look_again: 0 }
    }

    fn looking_again(self) -> Self {
        Self { look_again: LOOK_AGAIN, ..self }
    }
}

/// Says how the invite ended, if it has.
fn ended(shown: &GuestLinkView) -> Option<Panel> {
    let GuestLinkView { computer, team, .. } = shown;
    let reason = shown.ended.as_ref().map_or("", |ended| ended.reason.as_str());
    let (mark, heading) = match shown.phase.as_str() {
        "expired" => (Mark::End, OVER),
        "cancelled" => (Mark::Stop, "This invite was withdrawn"),
        "void" => (Mark::Stop, "This invite does not hold any more"),
        _ => return None,
    };
    let why = match reason {
        "cancelled" => Some(format!("Somebody of {team} has taken it back.")),
        "rights_lost" => {
            Some("Whoever sent it may no longer invite anybody to this computer.".to_owned())
        }
        "user_revoked" => Some(format!("You are no longer a user of {team}.")),
        "computer_removed" => Some(format!("The computer {computer} was removed from {team}.")),
        "host_login_changed" => Some(format!(
            "Whoever was logged in on {computer} has logged out or changed before you used it."
        )),
        "window_ended" if shown.session.is_some() => {
            Some("Your connection ended with it.".to_owned())
        }
        _ => None,
    };
    Some(Panel::new(Stance::Refused, mark, heading, why.into_iter().chain([ASK.to_owned()])))
}

/// Says why connecting would be refused (GA-42).
fn refused(shown: &GuestLinkView, code: &str) -> Panel {
    let GuestLinkView { computer, team, .. } = shown;
    let panel = |mark, heading: String, words: &[&str]| {
        Panel::new(Stance::Refused, mark, heading, words.iter().copied())
    };
    match code {
        "unauthenticated" => Panel::new(
            Stance::SignIn,
            Mark::Ask,
            "Sign in",
            ["Type the address that the mail with this link went to. You get a code by mail."],
        ),
        "too_early" => Panel::new(
            Stance::Waiting,
            Mark::Wait,
            "Your time has not begun yet",
            ["You can leave this page open: Connect appears here when it begins."],
        ),
        "kept_out" => panel(
            Mark::Stop,
            format!("You were put out of {computer}"),
            &["Whoever invited you can let you back in. Connect then appears here by itself."],
        ),
        "window_over" => panel(Mark::End, OVER.to_owned(), &[ASK]),
        "guest_access_off" => panel(
            Mark::Stop,
            format!("{computer} takes no guests at the moment"),
            &["Guest access was turned off there. Connect appears here once it is on again."],
        )
        .looking_again(),
        "computer_offline" => panel(
            Mark::Wait,
            format!("{computer} is offline"),
            &[
                "Connect appears here as soon as it is back.",
                "If it stays away, tell whoever invited you: they can move your invite.",
            ],
        )
        .looking_again(),
        "forbidden" => panel(
            Mark::Stop,
            format!("You may no longer invite yourself to {computer}"),
            &[&format!("Ask an owner of {team} for the right to invite guests to it.")],
        ),
        _ => panel(
            Mark::Stop,
            "You cannot connect at the moment".to_owned(),
            &["Ask whoever invited you what is in the way."],
        )
        .looking_again(),
    }
}

/// Says that the guest is connected, though perhaps not here.
fn connected(shown: &GuestLinkView) -> Panel {
    let computer = &shown.computer;
    let words = if is_external(shown) {
        format!(
            "Go on in the streaming software of {computer}, which shows its screen: it has been \
             told to let you in, with the address you are signed in with here."
        )
    } else {
        format!(
            "The screen of {computer} is open in another window or on another device. Connecting \
             here takes over."
        )
    };
    Panel::new(Stance::Connected, Mark::Live, format!("You are connected to {computer}"), [words])
}

/// Says that the guest can connect, and how their last connection ended.
fn ready(shown: &GuestLinkView) -> Panel {
    let last = shown.session.as_ref().and_then(|session| session.end_reason.as_deref());
    let last = last.and_then(SessionEndReason::named);
    let heading = if last.is_some() { "You can connect again" } else { "You can connect now" };
    let words = last.map(|reason| how_it_ended(reason, shown));
    let elsewhere = is_external(shown).then(|| {
        format!(
            "The screen of {} is shown by its own streaming software, not by this page. Connect \
             has it let you in; then go on there, with the address you are signed in with here.",
            shown.computer
        )
    });
    Panel::new(Stance::Ready, Mark::Live, heading, words.into_iter().chain(elsewhere))
}

/// Returns whether the computer's own streaming software shows its screen (CN-11).
pub(super) fn is_external(shown: &GuestLinkView) -> bool {
    shown.connection.as_deref() == Some("external")
}

/// Says why the guest's last connection ended (GA-44).
fn how_it_ended(reason: SessionEndReason, shown: &GuestLinkView) -> String {
    let GuestLinkView { computer, team, .. } = shown;
    match reason {
        SessionEndReason::Left => "Your last connection has ended.".to_owned(),
        SessionEndReason::Kicked => format!("Somebody of {team} has disconnected you."),
        SessionEndReason::WindowEnded => "Your time was over, and was made longer.".to_owned(),
        SessionEndReason::Cancelled => "Your invite was withdrawn.".to_owned(),
        SessionEndReason::PermissionsChanged => {
            "What you may use has changed, and counts from the next connection.".to_owned()
        }
        SessionEndReason::AccessOff => {
            format!("Guest access on {computer} was turned off, and is on again.")
        }
        SessionEndReason::RightsLost => "The right to connect was lost meanwhile.".to_owned(),
        SessionEndReason::Moved => format!("Your invite was moved, and is for {computer} now."),
        SessionEndReason::ComputerRemoved => "The computer was removed.".to_owned(),
        SessionEndReason::ComputerLost => format!("The connection to {computer} was lost."),
        SessionEndReason::Replaced => "You had connected from elsewhere.".to_owned(),
        SessionEndReason::ProtocolError => {
            "Something was sent that does not belong into a connection, and it was cut.".to_owned()
        }
        SessionEndReason::TicketUnused => {
            "Your last connection did not come about within 30 seconds.".to_owned()
        }
        SessionEndReason::ServerStopped => "The server was restarted.".to_owned(),
    }
}

const OVER: &str = "The time of this invite is over";

const ASK: &str = "Ask whoever invited you for a new invite if you still need one.";

/// Computers tell nobody but those who see them when they come and go.
const LOOK_AGAIN: u32 = 5;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use guest_app::view::EndedView;
    use serde_json::json;

    use super::*;

    #[test]
    fn ga_42_each_refusal_has_words_of_its_own() {
        check(&shown("scheduled", "unauthenticated"), Stance::SignIn, "Sign in");
        check(&shown("open", "kept_out"), Stance::Refused, "You were put out of studio-1");
        check(&shown("scheduled", "too_early"), Stance::Waiting, "Your time has not begun yet");
        check(&shown("open", "window_over"), Stance::Refused, OVER);
        check(
            &shown("open", "forbidden"),
            Stance::Refused,
            "You may no longer invite yourself to studio-1",
        );
        check(
            &shown("open", "guest_access_off"),
            Stance::Refused,
            "studio-1 takes no guests at the moment",
        );
        check(&shown("open", "computer_offline"), Stance::Refused, "studio-1 is offline");
        let wrong =
            GuestLinkView { you: "wrong".to_owned(), ..shown("cancelled", "wrong_account") };
        check(&wrong, Stance::WrongAccount, "This invite is for another account");
    }

    #[test]
    fn ga_42_how_an_invite_ended_goes_before_what_else_is_in_the_way() {
        check(&shown("expired", "invite_ended"), Stance::Refused, OVER);
        check(&shown("cancelled", "unauthenticated"), Stance::Refused, "This invite was withdrawn");
        check(
            &shown("void", "invite_ended"),
            Stance::Refused,
            "This invite does not hold any more",
        );
        let reasons =
            ["cancelled", "rights_lost", "user_revoked", "computer_removed", "host_login_changed"];
        let why = |reason: &str| {
            let ended = EndedView {
                at: "2026-12-01T09:00:00Z".parse().unwrap(),
                reason: reason.to_owned(),
            };
            Panel::of(&GuestLinkView { ended: Some(ended), ..shown("void", "invite_ended") }).words
        };
        let words: BTreeSet<_> = reasons.into_iter().map(why).collect();
        assert_eq!(words.len(), reasons.len(), "{words:?}");
        assert!(words.iter().all(|words| words.len() == 2 && words[1] == ASK), "{words:?}");
    }

    #[test]
    fn ga_44_each_end_of_a_connection_has_words_of_its_own() {
        let shown = GuestLinkView { obstacle: None, ..shown("open", "") };
        let words: BTreeSet<_> =
            SessionEndReason::ALL.iter().map(|reason| how_it_ended(*reason, &shown)).collect();
        assert_eq!(words.len(), SessionEndReason::ALL.len(), "{words:?}");
        check(&shown, Stance::Ready, "You can connect now");
    }

    #[test]
    fn cn_11_where_the_screen_is_shown_elsewhere_the_guest_is_sent_there() {
        let external = || GuestLinkView {
            obstacle: None,
            connection: Some("external".to_owned()),
            ..shown("open", "")
        };
        let ready = Panel::of(&external());
        assert!(ready.words.concat().contains("go on there"), "{ready:?}");
        let connected = Panel::of(&GuestLinkView { phase: "connected".to_owned(), ..external() });
        assert!(connected.words.concat().starts_with("Go on in the streaming software"));
        let relayed =
            Panel::of(&GuestLinkView { connection: Some("relay".to_owned()), ..external() });
        assert_eq!(relayed.words, Vec::<String>::new());
    }

    #[test]
    fn ga_4_a_page_watches_for_a_computer_that_is_away() {
        assert_eq!(Panel::of(&shown("open", "computer_offline")).look_again, LOOK_AGAIN);
        assert_eq!(Panel::of(&shown("open", "guest_access_off")).look_again, LOOK_AGAIN);
        assert_eq!(Panel::of(&shown("open", "kept_out")).look_again, 0);
    }

    #[track_caller]
    fn check(shown: &GuestLinkView, stance: Stance, heading: &str) {
        let panel = Panel::of(shown);
        assert_eq!((panel.stance, panel.heading.as_str()), (stance, heading));
    }

    /// An invite in this phase, with this in the way.
    fn shown(phase: &str, obstacle: &str) -> GuestLinkView {
        let shown = json!({
            "title": "Usability study",
            "team": "Acme",
            "computer": "studio-1",
            "window": {
                "start": "2026-12-01T08:00:00Z",
                "end": "2026-12-01T12:00:00Z",
                "time_zone": "Etc/UTC",
                "start_local": "2026-12-01T08:00",
                "end_local": "2026-12-01T12:00",
            },
            "window_ignored": false,
            "permissions": ["keyboard"],
            "phase": phase,
            "you": "right",
            "obstacle": obstacle,
        });
        serde_json::from_value(shown).unwrap()
    }
}
