//! What the tests of invites are about: one day, one guest, two computers.

use crate::{
    CancelReason, Computer, ComputerId, ComputerName, Connection, Email, GuestNews, HostLogin,
    HostLoginState, Instant, Invite, InviteEffect, InviteId, Kind, MailId, MailIntent, Message,
    NewInvite, Permissions, Provision, RefundPolicy, RefundReason, SecretHash, Sender, SenderNews,
    TeamId, Title, UserId, Window, Zone,
};

/// Who invites, and whose the personal computer is.
pub(super) const ADA: UserId = UserId::from_bits(1);

/// A live invite, made at 08:00 for 10:00 to 12:00.
pub(crate) fn invite(kind: Kind) -> Invite {
    made(kind, window("10:00", "12:00"), "08:00")
}

/// The same, used at 10:05.
pub(super) fn used(kind: Kind) -> Invite {
    Invite { used_at: Some(at("10:05")), ..invite(kind) }
}

pub(super) fn made(kind: Kind, window: Window, now: &str) -> Invite {
    Invite::make(new(kind, window), at(now)).next
}

pub(super) fn new(kind: Kind, window: Window) -> NewInvite {
    NewInvite {
        team: TeamId::parse("acme").unwrap(),
        id: InviteId::from_bits(7),
        mail: MailId::from_bits(8),
        computer: ComputerId::from_bits(9),
        host_login: Some(login("kiosk")),
        guest: if kind == Kind::Oneself { ada() } else { lin() },
        kind,
        sender: Sender { user: ADA, email: ada() },
        window,
        permissions: Permissions::NONE.with(crate::Peripheral::Mouse),
        title: Title::parse("the usability study").unwrap(),
        message: Message::parse("See you there.").unwrap(),
    }
}

/// An invite in each way of having ended.
pub(crate) fn ended(kind: Kind) -> [Invite; 5] {
    let cancelled =
        |reason| invite(kind).cancel(reason, RefundPolicy::UnusedOnly, at("09:00")).unwrap().next;
    [
        invite(kind).expire(&team_computer(), at("12:00")).next,
        cancelled(CancelReason::Asked),
        cancelled(CancelReason::RightsLost),
        invite(kind).lose_computer(RefundPolicy::UnusedOnly, at("09:00")).unwrap().next,
        invite(kind).see_login(&HostLoginState::Nobody, at("09:00")).unwrap().next,
    ]
}

/// A team computer with guest access, last heard at 10:30.
pub(super) fn team_computer() -> Computer {
    Computer {
        team: TeamId::parse("acme").unwrap(),
        id: ComputerId::from_bits(9),
        name: ComputerName::parse("studio-1").unwrap(),
        agent_name: None,
        provision: Provision::Team { key: None },
        connection: Connection::External,
        guest_access: true,
        login: HostLoginState::Known(login("kiosk")),
        last_seen: Some(at("10:30")),
        heard_since: Some(at("10:30")),
        heard_before: None,
        announced: true,
        created_at: at("08:00"),
        removed_at: None,
        version: 1,
    }
}

/// The same, heard just now.
pub(super) fn heard_at(now: &str) -> Computer {
    Computer { last_seen: Some(at(now)), heard_since: Some(at(now)), ..team_computer() }
}

/// Ada's own computer, otherwise the same.
pub(super) fn personal_computer() -> Computer {
    let token = SecretHash::from_bytes([0; 32]);
    Computer { provision: Provision::Personal { user: ADA, token }, ..team_computer() }
}

/// The mails to the guest among `effects`.
pub(super) fn guest_mails(effects: &[InviteEffect]) -> Vec<GuestNews> {
    let mails = effects.iter().filter_map(|effect| match effect {
        InviteEffect::Mail(MailIntent::Guest { news, .. }) => Some(*news),
        InviteEffect::Mail(_)
        | InviteEffect::EndSession(_)
        | InviteEffect::RetimeSession
        | InviteEffect::Refund(_)
        | InviteEffect::Tell(_) => None,
    });
    mails.collect()
}

/// The mails to the sender among `effects`.
pub(super) fn sender_mails(effects: &[InviteEffect]) -> Vec<SenderNews> {
    let mails = effects.iter().filter_map(|effect| match effect {
        InviteEffect::Mail(MailIntent::Sender { news, .. }) => Some(news.clone()),
        InviteEffect::Mail(_)
        | InviteEffect::EndSession(_)
        | InviteEffect::RetimeSession
        | InviteEffect::Refund(_)
        | InviteEffect::Tell(_) => None,
    });
    mails.collect()
}

/// The refunds among `effects`.
pub(super) fn refunds(effects: &[InviteEffect]) -> Vec<RefundReason> {
    let refunds = effects.iter().filter_map(|effect| match effect {
        InviteEffect::Refund(reason) => Some(*reason),
        InviteEffect::Mail(_)
        | InviteEffect::EndSession(_)
        | InviteEffect::RetimeSession
        | InviteEffect::Tell(_) => None,
    });
    refunds.collect()
}

/// A window on the day of the tests.
pub(super) fn window(start: &str, end: &str) -> Window {
    Window::new(at(start), at(end), Zone::UTC).unwrap()
}

pub(super) fn paris() -> Zone {
    Zone::parse("Europe/Paris").unwrap()
}

pub(super) fn login(name: &str) -> HostLogin {
    HostLogin::parse(name).unwrap()
}

pub(super) fn ada() -> Email {
    Email::parse("ada@acme.example").unwrap()
}

pub(super) fn lin() -> Email {
    Email::parse("lin@example.org").unwrap()
}

/// A time of the day of the tests, in UTC, such as `09:59:59.999999`.
pub(crate) fn at(clock: &str) -> Instant {
    let seconds = if clock.len() == 5 { ":00" } else { "" };
    format!("2026-12-01T{clock}{seconds}Z").parse().unwrap()
}
