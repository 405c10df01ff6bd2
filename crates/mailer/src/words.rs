//! The words of every mail.

mod account;
mod guest;
mod sender;

use guest_app::letter::{Calendar, Content, Letter, Render, Rendered};
use guest_core::{GuestNews, SenderNews};

use crate::page::Page;
use crate::{Origin, calendar};

/// Puts letters into words: a subject, a plain and an HTML part with the same content, a calendar part.
///
/// Titles, names, messages and notes are shown as typed in both parts, and are
/// never markup (GA-15, GA-16).
#[derive(Clone, Debug)]
pub struct Words {
    origin: Origin,
}

impl Words {
    /// Writes mails for a server that sends from `origin`.
    #[must_use]
    pub const fn new(origin: Origin) -> Self {
        Self { origin }
    }

    fn calendar(&self, letter: &Letter) -> Option<Calendar> {
        let Content::Guest { news, about } = &letter.content else {
            return None;
        };
        let entry = calendar::Entry { letter, about, origin: &self.origin };
        match news {
            GuestNews::Invited { sequence } => Some(entry.request(&about.window, *sequence)),
            GuestNews::WindowChanged { new, sequence, .. } => Some(entry.request(new, *sequence)),
            GuestNews::Moved { sequence } => Some(entry.request(&about.window, *sequence)),
            GuestNews::Reminder => None,
            GuestNews::Cancelled { sequence } => Some(entry.cancel(&about.window, *sequence)),
        }
    }
}

impl Render for Words {
    fn render(&self, letter: &Letter) -> Rendered {
        let Draft { subject, page } = draft(letter);
        Rendered {
            text: page.text(),
            html: page.html(&subject),
            calendar: self.calendar(letter),
            subject,
        }
    }
}

/// A subject and what to say under it.
struct Draft {
    subject: String,
    page: Page,
}

fn draft(letter: &Letter) -> Draft {
    match &letter.content {
        Content::Guest { news, about } => match news {
            GuestNews::Invited { .. } => guest::invited(letter, about),
            GuestNews::WindowChanged { old, new, .. } => guest::window_changed(about, old, new),
            GuestNews::Moved { .. } => guest::moved(about),
            GuestNews::Reminder => guest::reminder(letter, about),
            GuestNews::Cancelled { .. } => guest::cancelled(letter, about),
        },
        Content::Sender { news, about, guest } => match news {
            SenderNews::Void { cause, refunded } => sender::void(about, guest, *cause, *refunded),
            SenderNews::TimeAsked { minutes, note } => {
                sender::time_asked(about, guest, *minutes, note)
            }
            SenderNews::NotReady { reason } => sender::not_ready(about, guest, *reason),
            SenderNews::NeverReachable { refunded } => {
                sender::never_reachable(about, guest, *refunded)
            }
        },
        Content::SignIn { code, expires_at, link } => {
            account::sign_in(letter, code, *expires_at, link)
        }
        Content::LowBalance { team, balance, mark, link } => {
            account::low_balance(team, *balance, *mark, link)
        }
        Content::JoinRequest { team, answer, link } => account::join_request(team, *answer, link),
        Content::Revoked { team } => account::revoked(team),
        Content::Invitation { team, invited_by, link, expires_at, zone } => {
            let expires_at = zone.wall(*expires_at).format("%a %-d %B %Y, %H:%M");
            let until = format!("{expires_at} ({})", zone.name());
            account::invitation(letter, team, invited_by, link, &until)
        }
        Content::Strikes { team, invited, link } => account::strikes(team, invited, link),
    }
}

/// Counts things: `1 credit`, `2 credits`.
fn count(number: u64, one: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {one}{plural}")
}
