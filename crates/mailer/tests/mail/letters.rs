//! Letters that the tests send.

use chrono::{TimeDelta, TimeZone as _, Utc};
use guest_app::letter::{Content, InviteFacts, Letter};
use guest_core::{
    Email, GuestNews, Instant, InviteId, JoinAnswer, MailId, Message, NotReady, Note, Permissions,
    SenderNews, Title, VoidCause, Window, Zone,
};
use guest_mailer::Origin;

pub(crate) fn origin() -> Origin {
    Origin::new("guest.acme.example", email("noreply@acme.example"))
}

/// The invite mail.
pub(crate) fn invite() -> Letter {
    to_guest(GuestNews::Invited { sequence: 0 }, about())
}

/// The invite mail, to somebody else.
pub(crate) fn invite_to(name: &str, number: u128) -> Letter {
    Letter {
        id: MailId::from_bits(number),
        to: email(&format!("{name}@guests.example")),
        ..invite()
    }
}

/// One letter of each kind there is, by name.
pub(crate) fn all() -> Vec<(&'static str, Letter)> {
    let new = window("2026-12-01T13:00:00Z", "2026-12-02T16:30:00Z", "America/New_York");
    let changed = GuestNews::WindowChanged { old: about().window, new, sequence: 1 };
    let void = |cause, refunded| to_sender(SenderNews::Void { cause, refunded }, about());
    let asked = |minutes, note| {
        to_sender(SenderNews::TimeAsked { minutes, note: Note::parse(note).unwrap() }, about())
    };
    let not_ready = |reason| to_sender(SenderNews::NotReady { reason }, about());
    let oneself = || InviteFacts {
        window_ignored: true,
        permissions: Permissions::FULL,
        message: Message::default(),
        ..about()
    };
    let look_only = InviteFacts { permissions: Permissions::NONE, ..about() };
    vec![
        ("invited", invite()),
        ("invited_to_look_only", to_guest(GuestNews::Invited { sequence: 0 }, look_only)),
        ("invited_oneself", to_guest(GuestNews::Invited { sequence: 0 }, oneself())),
        ("window_changed", to_guest(changed, about())),
        ("moved", to_guest(GuestNews::Moved { sequence: 1 }, about())),
        ("reminder", to_guest(GuestNews::Reminder, about())),
        ("cancelled", to_guest(GuestNews::Cancelled { sequence: 2 }, about())),
        ("void_by_login", void(VoidCause::OtherLogin, true)),
        ("void_by_logout", void(VoidCause::LoggedOut, true)),
        ("void_by_removal", void(VoidCause::ComputerRemoved, false)),
        ("time_asked", asked(30, "Nearly done,\nonly one task is left.")),
        ("time_asked_without_note", asked(1, "")),
        ("not_ready_offline", not_ready(NotReady::Offline)),
        ("not_ready_access_off", not_ready(NotReady::AccessOff)),
        ("not_ready_logged_out", not_ready(NotReady::LoggedOut)),
        ("never_reachable", to_sender(SenderNews::NeverReachable { refunded: true }, about())),
        (
            "never_reachable_free",
            to_sender(SenderNews::NeverReachable { refunded: false }, about()),
        ),
        ("sign_in", sign_in()),
        ("low_balance", low_balance()),
        (
            "invitation",
            about_account(Content::Invitation {
                team: "Acme".parse().unwrap(),
                invited_by: "Ada Owner".to_owned(),
                link: MEMBER_LINK.to_owned(),
                expires_at: made_at() + TimeDelta::days(14),
                zone: Zone::parse("Europe/Paris").unwrap(),
            }),
        ),
        (
            "strikes",
            about_account(Content::Strikes {
                team: "Acme".parse().unwrap(),
                invited: email("nina@guests.example"),
                link: "https://guest.acme.example/t/acme/invitations".to_owned(),
            }),
        ),
        ("join_request_accepted", join_request(JoinAnswer::Accepted)),
        ("join_request_rejected", join_request(JoinAnswer::Rejected)),
        ("revoked", about_account(Content::Revoked { team: "Acme".parse().unwrap() })),
    ]
}

fn join_request(answer: JoinAnswer) -> Letter {
    about_account(Content::JoinRequest {
        team: "Acme".parse().unwrap(),
        answer,
        link: "https://guest.acme.example/join/acme".to_owned(),
    })
}

/// The code to sign in.
pub(crate) fn sign_in() -> Letter {
    let expires_at = made_at() + TimeDelta::minutes(10);
    Letter {
        from_name: "Guest".to_owned(),
        reply_to: None,
        ..about_account(Content::SignIn {
            code: "042137".to_owned(),
            expires_at,
            link: "https://guest.acme.example/sign-in/code?email=lin@example.org#042137".to_owned(),
        })
    }
}

/// The same letter in which everything that people type attacks.
pub(crate) fn hostile(letter: &Letter) -> Letter {
    let content = match letter.content.clone() {
        Content::Guest { news, about } => Content::Guest { news, about: hostile_facts(about) },
        Content::Sender { news, about, guest } => {
            let news = match news {
                SenderNews::TimeAsked { minutes, note } if !note.is_empty() => {
                    SenderNews::TimeAsked { minutes, note: Note::parse(HOSTILE_TEXT).unwrap() }
                }
                SenderNews::TimeAsked { .. }
                | SenderNews::Void { .. }
                | SenderNews::NotReady { .. }
                | SenderNews::NeverReachable { .. } => news,
            };
            Content::Sender { news, about: hostile_facts(about), guest }
        }
        Content::SignIn { code, expires_at, link } => Content::SignIn { code, expires_at, link },
        Content::LowBalance { balance, mark, link, .. } => {
            Content::LowBalance { team: HOSTILE_LINE.parse().unwrap(), balance, mark, link }
        }
        Content::Invitation { link, expires_at, zone, .. } => Content::Invitation {
            team: HOSTILE_LINE.parse().unwrap(),
            invited_by: HOSTILE_LINE.to_owned(),
            link,
            expires_at,
            zone,
        },
        Content::Strikes { invited, link, .. } => {
            Content::Strikes { team: HOSTILE_LINE.parse().unwrap(), invited, link }
        }
        Content::JoinRequest { answer, link, .. } => {
            Content::JoinRequest { team: HOSTILE_LINE.parse().unwrap(), answer, link }
        }
        Content::Revoked { .. } => Content::Revoked { team: HOSTILE_LINE.parse().unwrap() },
    };
    let from_name = "Acme\"\r\nBcc: everybody@acme.example\r\n\r\n<b>".to_owned();
    Letter { content, from_name, brand: HOSTILE_LINE.to_owned(), ..letter.clone() }
}

fn hostile_facts(about: InviteFacts) -> InviteFacts {
    let message = if about.message.is_empty() { "" } else { HOSTILE_TEXT };
    InviteFacts {
        title: Title::parse(HOSTILE_LINE).unwrap(),
        message: Message::parse(message).unwrap(),
        computer: HOSTILE_LINE.parse().unwrap(),
        team: HOSTILE_LINE.parse().unwrap(),
        sender: HOSTILE_LINE.to_owned(),
        ..about
    }
}

/// What attacks on one line.
pub(crate) const HOSTILE_LINE: &str = "<b onclick=\"x()\">T</b> &amp; {{ 7 * 7 }}; a,b\\n '";

/// What attacks on many lines.
pub(crate) const HOSTILE_TEXT: &str = "<script>alert('x')</script>\n\n</pre><img src=x>\t&lt;b&gt;\n\
    .\nBcc: everybody@acme.example\nBEGIN:VEVENT";

/// An invite to studio-1.
pub(crate) fn about() -> InviteFacts {
    InviteFacts {
        id: InviteId::from_bits(7),
        team: "Acme".parse().unwrap(),
        title: Title::parse("the usability study").unwrap(),
        message: Message::parse("Hello Lin,\n\nplease have your notes ready.\n  -- Ada").unwrap(),
        computer: "studio-1".parse().unwrap(),
        window: window("2026-12-01T08:00:00Z", "2026-12-01T16:30:00Z", "Europe/Paris"),
        window_ignored: false,
        permissions: Permissions::parse_all(&["keyboard", "mouse"]).unwrap(),
        sender: "Ada".to_owned(),
        link: GUEST_LINK.to_owned(),
    }
}

pub(crate) fn to_guest(news: GuestNews, about: InviteFacts) -> Letter {
    about_account(Content::Guest { news, about })
}

fn to_sender(news: SenderNews, about: InviteFacts) -> Letter {
    let about = InviteFacts { link: SENDER_LINK.to_owned(), ..about };
    let content = Content::Sender { news, about, guest: email("lin@example.org") };
    Letter { to: email("ada@acme.example"), reply_to: None, ..about_account(content) }
}

fn low_balance() -> Letter {
    about_account(Content::LowBalance {
        team: "Acme".parse().unwrap(),
        balance: 1,
        mark: 10,
        link: "https://guest.acme.example/t/acme".to_owned(),
    })
}

fn about_account(content: Content) -> Letter {
    Letter {
        id: MailId::from_bits(42),
        to: email("lin@example.org"),
        from_name: "Acme".to_owned(),
        reply_to: Some(email("ada@acme.example")),
        brand: "Guest".to_owned(),
        made_at: made_at(),
        content,
    }
}

pub(crate) fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

fn window(start: &str, end: &str, zone: &str) -> Window {
    Window::new(start.parse().unwrap(), end.parse().unwrap(), Zone::parse(zone).unwrap()).unwrap()
}

fn made_at() -> Instant {
    Utc.with_ymd_and_hms(2026, 11, 30, 17, 5, 9).unwrap()
}

/// The link of an invitation to join.
pub(crate) const MEMBER_LINK: &str = "https://guest.acme.example/j/AAAAAAAAAAAAAAAA";

/// A guest's link, too long for a line of a mail as some programs would break it.
pub(crate) const GUEST_LINK: &str = "https://guest.acme.example/g/\
    AAAAAAAAAAAAAAAAAAAABwAAAAAx8Wc3n0hbq5o2dGpYz4kHs1Vt7QeLrXuJmCiB9aT6f2FhY21l";

const SENDER_LINK: &str = "https://guest.acme.example/t/acme#inv_00000000000000000000000007";
