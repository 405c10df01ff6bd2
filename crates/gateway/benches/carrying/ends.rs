//! QU-7 and QU-8: how soon a session is over, and what one weighs, among a thousand.

use std::time::{Duration, Instant};

use chrono::{DateTime, SecondsFormat, SubsecRound as _, TimeDelta, Utc};
use tokio::task::JoinHandle;
use tokio::time;

use crate::computer::Computer;
use crate::figures::{Figure, millis, within};
use crate::place::{Invited, Place};
use crate::relay::Gateway;

pub(crate) async fn measure() {
    let mut computer = Computer::start().await;
    let gateway = Gateway::start(&computer, SESSIONS);
    time::sleep(SETTLING).await;
    let before = (gateway.server.resident(), gateway.agents.resident());
    let guests = gateway.place.connect_all().await;
    time::sleep(SETTLING).await;
    let after = (gateway.server.resident(), gateway.agents.resident());
    weigh(after.0 - before.0, after.1 - before.1);

    let mut live =
        gateway.place.invited.iter().zip(guests).enumerate().map(|(number, (invited, guest))| {
            Live {
                number: u32::try_from(number).unwrap_or_default(),
                invited,
                closed: tokio::spawn(guest.closed()),
            }
        });
    let kicked = live.by_ref().take(ENDED).collect();
    let kicked = kick(&gateway.place, &mut computer, kicked).await;
    tell("a kick", kicked);
    let ending = live.by_ref().take(ENDED).collect();
    let ended = let_end(&gateway.place, &mut computer, ending).await;
    tell("a window's end", ended);
    // All the others are live until here.
    drop(live.collect::<Vec<_>>());
}

/// QU-8: what all sessions weigh together, in the server and in the agents.
fn weigh(server: u64, agents: u64) {
    let each = |bytes: u64| format!("{} KiB", bytes / SESSIONS as u64 / 1024);
    Figure {
        rule: "QU-8",
        what: &format!("memory of an idle live session, {SESSIONS} of them"),
        measured: &each(server),
        yardstick: &format!("{} more in its agent", each(agents)),
        ratio: None,
        target: "under 64 KiB",
        met: server < 64 * 1024 * SESSIONS as u64,
    }
    .tell();
}

/// QU-7: how long it takes until both sockets are closed.
fn tell(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let p99 = within(&times, 0.99);
    Figure {
        rule: "QU-7",
        what: &format!("{what} at {SESSIONS} live sessions, until both sockets are closed, p99"),
        measured: &millis(p99),
        yardstick: &format!("p50 {}", millis(within(&times, 0.5))),
        ratio: None,
        target: "at most 100 ms",
        met: p99 <= Duration::from_millis(100),
    }
    .tell();
}

/// A session that goes on.
struct Live<'a> {
    number: u32,
    invited: &'a Invited,
    /// When the guest's socket is closed.
    closed: JoinHandle<Instant>,
}

impl Live<'_> {
    /// Waits until both ends of it are closed, and returns how long after `moment` that was.
    async fn over(self, computer: &mut Computer, moment: Instant) -> Duration {
        let agent = computer.gone(self.number).await;
        let guest = self.closed.await.unwrap();
        agent.max(guest).saturating_duration_since(moment)
    }
}

/// Kicks one after the other.
async fn kick(place: &Place, computer: &mut Computer, live: Vec<Live<'_>>) -> Vec<Duration> {
    let mut times = Vec::new();
    for live in live {
        let moment = Instant::now();
        place.kick(live.invited).await;
        times.push(live.over(computer, moment).await);
    }
    times
}

/// Has the windows end, each second a few of them.
async fn let_end(place: &Place, computer: &mut Computer, live: Vec<Live<'_>>) -> Vec<Duration> {
    let first = (Utc::now() + TimeDelta::seconds(5)).trunc_subsecs(0);
    let mut ends = Vec::new();
    for (number, live) in (0..).zip(live) {
        let end = first + TimeDelta::seconds(number / TOGETHER);
        place.move_end(live.invited, &end.to_rfc3339_opts(SecondsFormat::Secs, true)).await;
        ends.push((live, end));
    }
    assert!(Utc::now() < first, "the windows have begun to end before all are set");
    let mut times = Vec::new();
    for (live, end) in ends {
        times.push(live.over(computer, moment(end)).await);
    }
    times
}

/// Returns when it is, or was, as late as this.
fn moment(at: DateTime<Utc>) -> Instant {
    let (now, wall) = (Instant::now(), Utc::now());
    match (at - wall).to_std() {
        Ok(ahead) => now + ahead,
        Err(_) => now.checked_sub((wall - at).to_std().unwrap_or_default()).unwrap(),
    }
}

const SESSIONS: usize = 1000;

/// How many of them end each way.
const ENDED: usize = 100;

/// How many windows end in the same second.
const TOGETHER: i64 = 10;

/// How long what was done last is given to come to rest.
const SETTLING: Duration = Duration::from_secs(3);
