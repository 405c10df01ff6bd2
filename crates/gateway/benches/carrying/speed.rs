//! QU-5 and QU-6: how much goes through, and how long a movement takes to be seen.

use std::time::Duration;

use crate::computer::Computer;
use crate::figures::{Figure, median, megabytes, millis, within};
use crate::guest::Guest;
use crate::relay::Relay;

pub(crate) async fn measure() {
    let computer = Computer::start().await;
    let mut relays = Relay::all(&computer, GUESTS).await;
    for guests in [1, GUESTS] {
        let down = async |mut guest: Guest, _| {
            let rate = guest.watch(WHILE).await;
            (guest, rate)
        };
        throughput(&mut relays, "to the guest", guests, down).await;
        let up = async |mut guest: Guest, _| {
            let rate = guest.type_and_paste(WHILE).await;
            (guest, rate)
        };
        throughput(&mut relays, "to the computer", guests, up).await;
        round_trips(&mut relays, guests).await;
    }
}

/// QU-5: how many bytes go through a second, of all guests together.
async fn throughput<Doing>(
    relays: &mut [Relay; 4],
    direction: &str,
    guests: usize,
    what: impl Fn(Guest, usize) -> Doing + Copy,
) where
    Doing: Future<Output = (Guest, f64)> + Send + 'static,
{
    let rounds = in_turn(relays, guests, what).await;
    let rates: [Vec<f64>; 4] =
        rounds.map(|rounds| rounds.into_iter().map(|each| each.into_iter().sum()).collect());
    let ratio = median(rates[0].iter().zip(&rates[1]).map(|(ours, bare)| ours / bare).collect());
    let [ours, bare, websockify, direct] = rates.map(median).map(megabytes);
    Figure {
        rule: "QU-5",
        what: &format!("throughput {direction}, {}", sessions(guests)),
        measured: &ours,
        yardstick: &format!(
            "{bare} by the bare relay, {websockify} by websockify, {direct} direct"
        ),
        ratio: Some(ratio),
        target: "at least 0.8",
        met: ratio >= 0.8,
    }
    .tell();
}

/// QU-6: 60 movements a second for each guest, spread over the sixtieth.
async fn round_trips(relays: &mut [Relay; 4], guests: usize) {
    let apart = Duration::from_secs(1) / (60 * u32::try_from(guests).unwrap_or(1));
    let move_about = |mut guest: Guest, number| async move {
        let phase = apart * u32::try_from(number).unwrap_or_default();
        let times = guest.move_about(phase, MOVEMENTS).await;
        (guest, times)
    };
    let rounds = in_turn(relays, guests, move_about).await;
    let times = rounds.map(|rounds| {
        let sorted = rounds.into_iter().map(|round| {
            let mut times: Vec<_> = round.into_iter().flatten().collect();
            times.sort();
            times
        });
        sorted.collect::<Vec<_>>()
    });
    for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
        // A moment in which the machine was busy with something else spoils a round, not all.
        let [ours, bare, websockify, direct] = times.each_ref().map(|rounds| {
            let each = rounds.iter().map(|times| within(times, share).as_secs_f64());
            Duration::from_secs_f64(median(each.collect()))
        });
        let ratio = ours.as_secs_f64() / bare.as_secs_f64();
        let last = guests == GUESTS && name == "p99";
        let no_worse = !last || ours <= websockify;
        let target = "at most 1.25";
        Figure {
            rule: "QU-6",
            what: &format!("a movement and its picture, 60 a second, {}, {name}", sessions(guests)),
            measured: &millis(ours),
            yardstick: &format!(
                "{} by the bare relay, {} by websockify, {} direct",
                millis(bare),
                millis(websockify),
                millis(direct)
            ),
            ratio: Some(ratio),
            target: &if last {
                format!("{target}, no worse than websockify")
            } else {
                target.into()
            },
            met: ratio <= 1.25 && no_worse,
        }
        .tell();
    }
}

/// Has the first guests of each relay do something, relay by relay, several times, so that what else
/// goes on hits all alike. Returns what came of it by relay, round and guest.
async fn in_turn<T: Send + 'static, Doing>(
    relays: &mut [Relay; 4],
    guests: usize,
    what: impl Fn(Guest, usize) -> Doing + Copy,
) -> [Vec<Vec<T>>; 4]
where
    Doing: Future<Output = (Guest, T)> + Send + 'static,
{
    let mut rounds: [Vec<_>; 4] = Default::default();
    for _ in 0..ROUNDS {
        for (at, rounds) in rounds.iter_mut().enumerate() {
            relays.iter_mut().for_each(Relay::breathe);
            rounds.push(relays[at].together(guests, what).await);
        }
    }
    rounds
}

fn sessions(guests: usize) -> String {
    if guests == 1 { "1 session".to_owned() } else { format!("{guests} sessions") }
}

const GUESTS: usize = 50;

/// How often each is measured.
const ROUNDS: usize = 5;

/// How long throughput is measured each time.
const WHILE: Duration = Duration::from_secs(1);

/// How often a guest moves in a round: for three seconds.
const MOVEMENTS: u32 = 180;
