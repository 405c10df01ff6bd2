//! What people are told about their accounts and teams.

use guest_app::letter::Letter;
use guest_core::{Instant, TeamName};

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
