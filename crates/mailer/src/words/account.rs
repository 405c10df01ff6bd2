//! What people are told about their accounts and teams.

use guest_app::letter::Letter;
use guest_core::{Email, Instant, JoinAnswer, TeamName};

use super::{Draft, count};
use crate::page::Page;

/// Mails a code to sign in with, and a link that does it by one button (QU-31, WB-1).
///
/// The code is the only number of six digits.
pub(super) fn sign_in(letter: &Letter, code: &str, expires_at: Instant, link: &str) -> Draft {
    let seconds = (expires_at - letter.made_at).num_seconds().max(1);
    let minutes = count(seconds.unsigned_abs().div_ceil(60), "minute");
    let page = Page::new("Your sign-in code")
        .code(code)
        .paragraph(format!("Type it to sign in to {}. It works once, for {minutes}.", letter.brand))
        .link("Or sign in with one click", link)
        .paragraph(
            "If you did not ask for it, ignore this mail: nobody can sign in without the code. \
             Do not pass it on to anybody.",
        );
    Draft { subject: format!("Your sign-in code for {}", letter.brand), page }
}

/// Says that the balance fell under the team's mark (CR-32).
pub(super) fn low_balance(team: &TeamName, balance: u64, mark: u32, link: &str) -> Draft {
    let left = count(balance, "credit");
    let page = Page::new(format!("{team} has {left} left"))
        .paragraph(format!(
            "That is less than {mark}, the mark under which the owners are told. \
             Each invite of somebody outside the team costs one credit; \
             without credits only members of the team can be invited."
        ))
        .link("Buy credits", link);
    Draft { subject: format!("Credits are low: {team} has {left} left"), page }
}

/// Invites somebody to join a team, by a greeting for which both are there (OR-20).
pub(super) fn invitation(
    letter: &Letter,
    team: &TeamName,
    invited_by: &str,
    link: &str,
    until: &str,
) -> Draft {
    let heading = format!("{invited_by} invites you to join {team}");
    let page = Page::new(&heading)
        .paragraph(format!("{team} uses {} to share computers.", letter.brand))
        .steps(
            "How it works",
            vec![
                format!(
                    "Call {invited_by}, or somebody else who runs {team}: you greet each other."
                ),
                "While you speak, open the link below on the device you want to use.".to_owned(),
                "Each of you reads out a code of four letters, and the other picks it.".to_owned(),
            ],
        )
        .link("Join", link)
        .paragraph(format!(
            "The codes show that nobody is between you. The link works until {until}."
        ))
        .paragraph("If you did not expect this, ignore this mail: nothing happens without you.");
    Draft { subject: heading, page }
}

/// Says that an invitation was cancelled by three wrong codes (OR-24).
pub(super) fn strikes(team: &TeamName, invited: &Email, link: &str) -> Draft {
    let page = Page::new("Three wrong codes")
        .paragraph(format!(
            "While {invited} was greeted to join {team}, a code was wrong three times. The \
             invitation was cancelled."
        ))
        .paragraph(
            "It may have been a mishearing. It may also have been somebody else with the mail, or \
             somebody between the two. Ask the person, over a channel you trust, before you invite \
             them again.",
        )
        .link("See the invitations", link);
    Draft { subject: format!("The invitation of {invited} was cancelled"), page }
}

/// Says how a request to join was answered (OR-34).
pub(super) fn join_request(team: &TeamName, answer: JoinAnswer, link: &str) -> Draft {
    let heading = match answer {
        JoinAnswer::Accepted => format!("You have joined {team}"),
        JoinAnswer::Rejected => format!("{team} has not accepted your request to join"),
    };
    let page = match answer {
        JoinAnswer::Accepted => Page::new(&heading)
            .paragraph(format!(
                "Your request to join {team} was accepted. Sign in in the way in which you showed \
                 who you are, or with the browser that you asked from."
            ))
            .link("Open the team", link),
        JoinAnswer::Rejected => Page::new(&heading)
            .paragraph(format!(
                "An administrator of {team} has rejected your request. If you think that this is \
                 a mistake, talk to them, and ask again."
            ))
            .link("Ask again", link),
    };
    Draft { subject: heading, page }
}

/// Says that one is no longer a user (OR-10).
pub(super) fn revoked(team: &TeamName) -> Draft {
    let heading = format!("Your access to {team} has ended");
    let page = Page::new(&heading)
        .paragraph(format!(
            "You are no longer a user of {team}. Your sessions, devices and keys have ceased to \
             work, and invites for you there were withdrawn."
        ))
        .paragraph(format!("If this surprises you, ask an owner of {team}."));
    Draft { subject: heading, page }
}
