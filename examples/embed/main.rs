//! The rules alone, in a plain `main`: no store, no application, no server (IF-30).
//!
//! The core is values and functions. The program around it brings ids and the
//! time, keeps the values wherever it keeps its own, and does what the rules
//! say is to be done. Here the time is made up, so every run prints the same.

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;
use std::num::NonZeroU32;

use guest_core::{
    Attempt, Computer, ComputerId, ComputerName, Connection, CreditAccount, Email, EntryId,
    GrantNote, GuestKind, HostLogin, Instant, Invite, InviteEffect, InviteId, Inviting,
    LoginReport, MailId, Message, NewInvite, Peripheral, Permissions, Posting, Provision,
    Refusal as _, Sender, SenderPolicy, TeamId, Title, UserId, Window, charge,
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut studio = Studio::open(at("2026-12-01T07:00:00Z")?)?;
    let mut invite = studio.invite("lin@example.org", at("2026-12-01T07:30:00Z")?)?;

    println!("\nMay they connect?");
    let (lin, sam) = (Email::parse("lin@example.org")?, Email::parse("sam@example.net")?);
    studio.ask(&invite, None, at("2026-12-01T08:00:00Z")?);
    studio.ask(&invite, Some(&sam), at("2026-12-01T08:00:00Z")?);
    studio.ask(&invite, Some(&lin), at("2026-12-01T07:59:59Z")?);
    studio.ask(&invite, Some(&lin), at("2026-12-01T08:00:00Z")?);
    studio.ask(&invite, Some(&lin), at("2026-12-01T16:29:59Z")?);
    studio.ask(&invite, Some(&lin), at("2026-12-01T16:30:00Z")?);

    println!("\nNobody came. What does the clock ask for?");
    while let Some(due) = invite.due() {
        let Some(step) = invite.handle_due(&studio.computer, due) else { break };
        println!("{due}:");
        invite = step.next;
        studio.carry_out(&invite, &step.effects, due)?;
    }
    println!("\nThe invite is {}, the balance is {}.", invite.life.name(), studio.account.balance);
    Ok(())
}

/// Everything the program keeps: a computer and an account.
struct Studio {
    computer: Computer,
    account: CreditAccount,
    ada: Sender,
    /// Ids are numbers that nobody else uses; real programs draw them.
    ids: u128,
}

impl Studio {
    /// Has one team computer, and one credit.
    fn open(now: Instant) -> Result<Self, Box<dyn Error>> {
        let team = TeamId::parse("acme")?;
        let name = ComputerName::parse("studio-1")?;
        let provision = Provision::Team { key: None };
        let computer = Computer::register(team, ComputerId::from_bits(1), name, provision, now);
        let first =
            Posting::grant(EntryId::from_bits(2), now, NonZeroU32::MIN, GrantNote::parse("hello")?);
        Ok(Self {
            computer: Computer { guest_access: true, ..computer },
            account: CreditAccount::new(team).post(first)?.account,
            ada: Sender { user: UserId::from_bits(3), email: Email::parse("ada@acme.example")? },
            ids: 4,
        })
    }

    /// Makes an invite, if the rules have nothing against it, and pays for it.
    fn invite(&mut self, guest: &str, now: Instant) -> Result<Invite, Box<dyn Error>> {
        // Local times in a named zone, as a person types them; all that is wrong is told at once.
        let window = Window::parse("2026-12-01T09:00", "2026-12-01T17:30", "Europe/Paris", "")
            .map_err(|errors| {
                errors.into_iter().map(|e| e.detail).collect::<Vec<_>>().join("; ")
            })?;
        let guest = GuestKind::of(Email::parse(guest)?, &self.ada.email, false);
        let guests = [guest.clone()];
        let (computer, sender) = (&self.computer, self.ada.user);
        Inviting { computer, guests: &guests, sender, policy: SenderPolicy::Team }.check(now)?;
        let cost = charge(&guests, &self.account)?;

        let step = Invite::make(
            NewInvite {
                team: self.computer.team,
                id: InviteId::from_bits(self.next_id()),
                mail: MailId::from_bits(self.next_id()),
                computer: self.computer.id,
                host_login: self.computer.known_login(),
                guest: guest.guest.clone(),
                kind: guest.kind,
                sender: self.ada.clone(),
                window,
                permissions: Permissions::NONE.with(Peripheral::Keyboard).with(Peripheral::Mouse),
                title: Title::parse("Usability study")?,
                message: Message::parse("See you there.")?,
            },
            now,
        );
        let invite = step.next;
        println!("{} is invited for {cost} credit: {}", guest.guest, invite.window.start_local());
        if cost > 0 {
            let id = EntryId::from_bits(self.next_id());
            let by = self.ada.email.clone();
            self.post(Posting::invite(id, now, invite.id, guest.guest, by))?;
        }
        self.carry_out(&invite, &step.effects, now)?;
        Ok(invite)
    }

    /// Asks whether somebody with the current link may connect.
    fn ask(&self, invite: &Invite, account: Option<&Email>, now: Instant) {
        // The computer's agent is heard all the time.
        let login =
            HostLogin::parse("kiosk").map_or(LoginReport::Unmentioned, LoginReport::LoggedIn);
        let (computer, _) = self.computer.heard(login, None, Connection::External, now);
        let attempt = Attempt {
            link: invite.link,
            account,
            computer: &computer,
            sender_may_invite: true,
            reached: true,
        };
        let who = account.map_or("somebody", Email::as_str);
        match invite.admit(attempt, now) {
            Ok(admission) => println!("{now} {who}: yes, with {:?}", admission.permissions),
            Err(refusal) => println!("{now} {who}: no, {} ({refusal})", refusal.code()),
        }
    }

    /// Does what follows from a change of an invite.
    fn carry_out(
        &mut self,
        invite: &Invite,
        effects: &[InviteEffect],
        now: Instant,
    ) -> Result<(), Box<dyn Error>> {
        for effect in effects {
            match effect {
                InviteEffect::Mail(intent) => println!("    to be mailed: {intent:?}"),
                InviteEffect::Tell(news) => println!("    to be told: {news:?}"),
                InviteEffect::EndSession(reason) => println!("    any session ends: {reason:?}"),
                InviteEffect::RetimeSession => println!("    any session takes the new end"),
                InviteEffect::Refund(reason) => {
                    let id = EntryId::from_bits(self.next_id());
                    let (guest, sender) = (invite.guest.clone(), invite.sender.email.clone());
                    self.post(Posting::refund(id, now, *reason, invite.id, guest, sender, None))?;
                }
            }
        }
        Ok(())
    }

    /// Books one entry; a real program keeps it, and the account, in one transaction.
    fn post(&mut self, posting: Posting) -> Result<(), Box<dyn Error>> {
        let posted = self.account.post(posting)?;
        let (amount, reason) = (posted.entry.amount, posted.entry.reason);
        println!("    booked: {amount:+} ({reason}), the balance is {}", posted.account.balance);
        self.account = posted.account;
        Ok(())
    }

    fn next_id(&mut self) -> u128 {
        self.ids += 1;
        self.ids
    }
}

fn at(text: &str) -> Result<Instant, chrono::ParseError> {
    text.parse()
}
