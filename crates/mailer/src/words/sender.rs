//! What senders are told about invites they made.

use guest_app::letter::InviteFacts;
use guest_core::{Edge, Email, Note, VoidReason};

use super::{Draft, count};
use crate::page::Page;

/// Says why an invite is void, whether the credit is back, and how to send it again (GA-31).
pub(super) fn void(
    about: &InviteFacts,
    guest: &Email,
    reason: VoidReason,
    refunded: bool,
) -> Draft {
    let InviteFacts { title, team, computer, .. } = about;
    let (why, again) = match reason {
        VoidReason::HostLoginChanged => (
            format!(
                "Another account is logged in on {computer}, or nobody is. The invite was for \
                 the login it had, so {guest} cannot connect with it any more."
            ),
            format!(
                "log in on {computer} with the account the guest is to see, then open the page \
                 below and choose Invite again"
            ),
        ),
        VoidReason::ComputerRemoved => (
            format!("{computer} was removed, so {guest} cannot connect to it any more."),
            "open the page below, choose Invite again and another computer".to_owned(),
        ),
    };
    let credit = if refunded {
        format!("The credit is back in the balance of {team}.")
    } else {
        "It had cost no credit, so none comes back.".to_owned()
    };
    let page = Page::new(format!("An invite is void: {title}"))
        .paragraph(why)
        .facts(facts(about, guest))
        .paragraph(credit)
        .paragraph(format!("To send it again: {again}. The guest has been told."))
        .link("Open the invites", &about.link);
    Draft { subject: format!("Void: the invite of {guest} to {title}"), page }
}

/// Says who asks for more time on which computer, with one link to grant it (GA-48).
pub(super) fn time_asked(about: &InviteFacts, guest: &Email, minutes: u32, note: &Note) -> Draft {
    let more = count(u64::from(minutes), "more minute");
    let page = Page::new(format!("{guest} asks for {more}"))
        .paragraph(format!(
            "{guest} is invited to {} on {} and asks for {more}.",
            about.title, about.computer
        ))
        .facts(facts(about, guest))
        .link("Grant more time", &about.link)
        .quote(format!("What {guest} says"), note.as_str());
    Draft { subject: format!("{guest} asks for {more}: {}", about.title), page }
}

fn facts(about: &InviteFacts, guest: &Email) -> Vec<(&'static str, String)> {
    vec![
        ("Guest", guest.to_string()),
        ("Computer", about.computer.to_string()),
        ("Starts", about.window.told(Edge::Start)),
        ("Ends", about.window.told(Edge::End)),
    ]
}
