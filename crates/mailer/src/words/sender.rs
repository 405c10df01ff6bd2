//! What senders are told about invites they made.

use core::time::Duration;

use guest_app::letter::InviteFacts;
use guest_core::{Edge, Email, NotReady, Note, VoidCause};

use super::{Draft, count};
use crate::page::Page;

/// Says why an invite is void, whether the credit is back, and how to send it again (GA-31).
pub(super) fn void(about: &InviteFacts, guest: &Email, cause: VoidCause, refunded: bool) -> Draft {
    let InviteFacts { title, computer, .. } = about;
    let changed = |seen: &str| {
        let why = format!(
            "{seen}. The invite was for the account that was logged in before, so {guest} cannot \
             connect with it any more."
        );
        let again = format!(
            "log in on {computer} with the account the guest is to see, then open the page \
             below and choose Invite again"
        );
        (why, again)
    };
    let (why, again) = match cause {
        VoidCause::LoggedOut => changed(&format!("{computer} was logged out: nobody is logged in")),
        VoidCause::OtherLogin => changed(&format!("Another account has logged in on {computer}")),
        VoidCause::ComputerRemoved => (
            format!("{computer} was removed, so {guest} cannot connect to it any more."),
            "open the page below, choose Invite again and another computer".to_owned(),
        ),
    };
    let page = Page::new(format!("An invite is void: {title}"))
        .paragraph(why)
        .facts(facts(about, guest))
        .paragraph(credit(about, refunded))
        .paragraph(format!("To send it again: {again}. The guest has been told."))
        .link("Open the invite", &about.link);
    Draft { subject: format!("Void: the invite of {guest} to {title}"), page }
}

/// Says who asks for more time on which computer, until when, with one link to grant it (GA-48).
pub(super) fn time_asked(about: &InviteFacts, guest: &Email, minutes: u32, note: &Note) -> Draft {
    let more = count(u64::from(minutes), "more minute");
    let asked = about.window.end() + Duration::from_secs(60 * u64::from(minutes));
    let mut facts = facts(about, guest);
    facts.push(("Asked for, until", about.window.told_at(asked)));
    let page = Page::new(format!("{guest} asks for {more}"))
        .paragraph(format!(
            "{guest} is invited to {} on {} and asks for {more}.",
            about.title, about.computer
        ))
        .facts(facts)
        .link("Grant more time", &about.link)
        .quote(format!("What {guest} says"), note.as_str());
    Draft { subject: format!("{guest} asks for {more}: {}", about.title), page }
}

/// Says that the computer is not ready for the guest, why, and what to do (GA-60).
///
/// It tells the time and not what is left, since it may be sent late.
pub(super) fn not_ready(about: &InviteFacts, guest: &Email, reason: NotReady) -> Draft {
    let computer = &about.computer;
    let (why, next) = match reason {
        NotReady::Offline => (
            format!("{computer} is offline: its agent is not heard"),
            "Start the computer, and the agent on it",
        ),
        NotReady::AccessOff => (
            format!("Guest access is turned off on {computer}"),
            "Turn it on among the computers of the team",
        ),
        NotReady::LoggedOut => (
            format!("Nobody is logged in on {computer}"),
            "Log in there with the account the guest is to see",
        ),
    };
    let heading = format!("{computer} is not ready for {guest}");
    let page = Page::new(&heading)
        .paragraph(format!("{why}. As long as it is so, {guest} cannot connect."))
        .facts(facts(about, guest))
        .paragraph(format!(
            "{next}. There is one such mail for an invite, even if it happens again."
        ))
        .link("Open the invite", &about.link);
    Draft { subject: heading, page }
}

/// Says that the guest never had a chance, whether the credit is back, and how to send it again
/// (GA-62).
pub(super) fn never_reachable(about: &InviteFacts, guest: &Email, refunded: bool) -> Draft {
    let InviteFacts { title, computer, .. } = about;
    let page = Page::new(format!("{computer} could not be reached: {title}"))
        .paragraph(format!(
            "The time of this invite is over. {computer} was offline from its start to its end, \
             so {guest} could not connect to it at all."
        ))
        .facts(facts(about, guest))
        .paragraph(credit(about, refunded))
        .paragraph(format!(
            "To send it again: start {computer} and the agent on it, then open the page below \
             and choose Invite again."
        ))
        .link("Open the invite", &about.link);
    Draft { subject: format!("Never reachable: {computer}, for {guest}"), page }
}

fn credit(about: &InviteFacts, refunded: bool) -> String {
    if refunded {
        format!("The credit is back in the balance of {}.", about.team)
    } else {
        "It had cost no credit, so none comes back.".to_owned()
    }
}

fn facts(about: &InviteFacts, guest: &Email) -> Vec<(&'static str, String)> {
    vec![
        ("Guest", guest.to_string()),
        ("Computer", about.computer.to_string()),
        ("Starts", about.window.told(Edge::Start)),
        ("Ends", about.window.told(Edge::End)),
    ]
}
