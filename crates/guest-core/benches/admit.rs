//! QU-2: deciding whether a guest may connect, in the core alone.
//!
//! Measures the time of a decision over a mix of admissions and refusals, and
//! counts what one allocates.
#![expect(clippy::print_stdout, reason = "the figures are the output")]
#![expect(clippy::unwrap_used, reason = "a benchmark may stop where it likes")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::hint::black_box;
use std::time::Instant as Timer;

use guest_core::{
    Attempt, Computer, ComputerId, ComputerName, Connection, Email, HostLoginState, Instant,
    Invite, InviteId, Kind, MailId, Message, NewInvite, Permissions, Provision, Sender, TeamId,
    Title, UserId, Window, Zone,
};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

fn main() {
    let case = Case::new();
    let allocated = {
        let _profiler = dhat::Profiler::builder().testing().build();
        let before = dhat::HeapStats::get().total_blocks;
        decide(&case, 100_000);
        dhat::HeapStats::get().total_blocks - before
    };
    decide(&case, 1_000_000); // Warm up.
    let mut best = f64::MAX;
    for _ in 0..5 {
        let start = Timer::now();
        decide(&case, DECISIONS);
        best = best.min(start.elapsed().as_secs_f64() * 1e9 / f64::from(DECISIONS));
    }
    let met = if best < 200.0 && allocated == 0 { "ok" } else { "missed" };
    println!(
        "RESULT\tQU-2\tdeciding whether a guest may connect\t{best:.1} ns, {allocated} allocations\
         \t-\t-\tunder 200 ns, none\t{met}"
    );
}

/// Asks for decisions, each of another kind than the one before.
fn decide(case: &Case, times: u32) {
    for turn in 0..times {
        let attempt = Attempt {
            link: u32::from(turn % 11 == 3),
            account: if turn % 7 == 2 { Some(&case.other) } else { Some(&case.invite.guest) },
            computer: &case.computer,
            sender_may_invite: true,
            reached: true,
        };
        let now = if turn % 5 == 1 { case.early } else { case.now };
        let _ = black_box(black_box(&case.invite).admit(black_box(attempt), black_box(now)));
    }
}

struct Case {
    invite: Invite,
    computer: Computer,
    other: Email,
    now: Instant,
    early: Instant,
}

impl Case {
    fn new() -> Self {
        let at = |text: &str| text.parse::<Instant>().unwrap();
        let team = TeamId::parse("acme").unwrap();
        let now = at("2026-12-01T10:00:00Z");
        let new = NewInvite {
            team,
            id: InviteId::from_bits(1),
            mail: MailId::from_bits(2),
            computer: ComputerId::from_bits(3),
            host_login: None,
            guest: Email::parse("lin@example.org").unwrap(),
            kind: Kind::Outside,
            sender: Sender {
                user: UserId::from_bits(4),
                email: Email::parse("cory@acme.example").unwrap(),
            },
            window: Window::new(
                at("2026-12-01T09:00:00Z"),
                at("2026-12-01T17:00:00Z"),
                Zone::parse("Europe/Paris").unwrap(),
            )
            .unwrap(),
            permissions: Permissions::FULL,
            title: Title::parse("Usability study").unwrap(),
            message: Message::parse("").unwrap(),
        };
        let early = at("2026-12-01T08:00:00Z");
        let computer = Computer {
            team,
            id: ComputerId::from_bits(3),
            name: ComputerName::parse("studio-1").unwrap(),
            agent_name: None,
            provision: Provision::Team { key: None },
            connection: Connection::External,
            guest_access: true,
            login: HostLoginState::Unknown,
            last_seen: Some(now),
            heard_since: Some(early),
            heard_before: None,
            announced: true,
            created_at: early,
            removed_at: None,
            version: 1,
        };
        let invite = Invite::make(new, early).next;
        Self { invite, computer, other: Email::parse("sam@example.net").unwrap(), now, early }
    }
}

const DECISIONS: u32 = 5_000_000;
