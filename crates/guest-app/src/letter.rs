//! Mails on their way out: everything a letter needs, and the ports that write and carry it.

use guest_core::{
    ComputerName, Delivery, Email, GuestNews, Instant, InviteId, JoinAnswer, MailId, Message,
    Permissions, SenderNews, TeamName, Title, Window, Zone,
};

/// A mail with everything that its words need.
///
/// Links and codes are in it: it lives in memory only, between the outbox and the mail server.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Names the intended mail: a retry has the same, and so the same `Message-ID`.
    pub id: MailId,
    /// Who gets it.
    pub to: Email,
    /// Whose name stands as the sender: the team's, or the product's for codes.
    pub from_name: String,
    /// Who gets the answers (`Reply-To`); the server's sender address if nobody.
    pub reply_to: Option<Email>,
    /// What the product is called.
    pub brand: String,
    /// When it was intended, for the `Date` header.
    pub made_at: Instant,
    /// What it says.
    pub content: Content,
}

/// What a [`Letter`] says.
#[derive(Clone, Debug)]
pub enum Content {
    /// Something about an invite, to its guest.
    Guest {
        /// What about it.
        news: GuestNews,
        /// The invite.
        about: InviteFacts,
    },
    /// Something about an invite, to its sender.
    Sender {
        /// What about it.
        news: SenderNews,
        /// The invite.
        about: InviteFacts,
        /// The guest.
        guest: Email,
    },
    /// A code to sign in with.
    SignIn {
        /// Six digits.
        code: String,
        /// When it ceases to work.
        expires_at: Instant,
        /// The page that signs in with it by one button.
        link: String,
    },
    /// The credits run low (CR-32).
    LowBalance {
        /// The team.
        team: TeamName,
        /// What is left.
        balance: u64,
        /// The mark it fell under.
        mark: u32,
        /// Where to buy more.
        link: String,
    },
    /// Somebody is invited to join (OR-20).
    Invitation {
        /// The team.
        team: TeamName,
        /// Who invites them.
        invited_by: String,
        /// The address to open.
        link: String,
        /// When the invitation expires.
        expires_at: Instant,
        /// The team's zone, in which that is told.
        zone: Zone,
    },
    /// An invitation was cancelled by three wrong codes (OR-24).
    Strikes {
        /// The team.
        team: TeamName,
        /// Who was invited.
        invited: Email,
        /// Where invitations are.
        link: String,
    },
    /// A request to join was answered (OR-34).
    JoinRequest {
        /// The team.
        team: TeamName,
        /// How.
        answer: JoinAnswer,
        /// The team's page for those who are users now, else the page to ask again.
        link: String,
    },
    /// One's user was revoked (OR-10).
    Revoked {
        /// The team.
        team: TeamName,
    },
}

/// What a letter tells of an invite.
#[derive(Clone, Debug)]
pub struct InviteFacts {
    /// The invite; the calendar entry's UID comes from it.
    pub id: InviteId,
    /// The team.
    pub team: TeamName,
    /// What the guest is invited to.
    pub title: Title,
    /// What the sender says.
    pub message: Message,
    /// The computer.
    pub computer: ComputerName,
    /// When the guest may connect.
    pub window: Window,
    /// Whether the window means nothing, since the guest is the sender (GA-43).
    pub window_ignored: bool,
    /// What the guest may use.
    pub permissions: Permissions,
    /// Who invites, as the recipient may know them.
    pub sender: String,
    /// The address to open: the guest's link in mails to guests, the invite on its team's page in
    /// mails to senders.
    pub link: String,
}

/// A letter in words.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rendered {
    /// The subject line.
    pub subject: String,
    /// The plain part.
    pub text: String,
    /// The HTML part, with the same content.
    pub html: String,
    /// The calendar part, if there is one.
    pub calendar: Option<Calendar>,
}

/// A calendar part (RFC 5545, RFC 6047).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Calendar {
    /// `REQUEST` or `CANCEL`.
    pub method: &'static str,
    /// The `text/calendar` body.
    pub body: String,
}

/// Puts letters into words; a pure function behind a port.
pub trait Render: Send + Sync + 'static {
    /// Writes the letter.
    fn render(&self, letter: &Letter) -> Rendered;
}

/// What came of trying a letter, to be settled with the outbox.
#[derive(Clone, Debug)]
pub struct Tried {
    /// The mail.
    pub id: MailId,
    /// What came of it.
    pub delivery: Delivery,
}
