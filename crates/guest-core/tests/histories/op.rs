//! What can happen.

use guest_core::{CancelReason, MailState, Permissions};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// Something that happens. An invite is named by its place, counted around.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    /// The operator grants credits.
    Grant(u32),
    /// Ada invites.
    Make(Request),
    /// Somebody follows a link.
    Knock(usize, Door),
    /// The guest follows the link, opens the stream and sees a picture.
    Enter(usize),
    /// The guest's page shows a ticket for the stream of its last session, the right one or not.
    Take(usize, bool),
    /// A session shows its first picture.
    Picture(usize),
    /// The guest leaves.
    Leave(usize),
    /// The guest is kicked, perhaps to be kept out.
    Kick(usize, bool),
    /// The guest is readmitted.
    Readmit(usize),
    /// Window and permissions are edited.
    Edit(usize, Change),
    /// The invite is moved to a computer.
    Move(usize, Which),
    /// Changed permissions are applied now.
    Apply(usize),
    /// The link is replaced.
    NewLink(usize),
    /// The invite is mailed again.
    Resend(usize),
    /// The guest asks for so many minutes more.
    AskTime(usize, u32),
    /// So many minutes are granted.
    Extend(usize, u32),
    /// The invite is cancelled.
    Cancel(usize, CancelReason),
    /// Its latest mail gets on.
    Mail(usize, MailState),
    /// The agent of a computer speaks up, with or without a login.
    Agent(Which, Option<Login>),
    /// The agent of a computer falls silent.
    Silence(Which),
    /// Guest access is switched.
    Switch(Which, bool),
    /// A computer is removed, and another provisioned in its place.
    Remove(Which),
    /// Ada may invite, or may not any more.
    Rights(bool),
    /// So many seconds pass; the timer may sleep through them.
    Elapse(i64, Timer),
    /// Time passes until exactly the next moment that means something.
    Await(Timer),
    /// The clock is set back by so many seconds.
    SetBack(i64),
}

/// What Ada asks for.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) computer: Which,
    pub(crate) guests: Vec<Guest>,
    /// In minutes from now.
    pub(crate) start: i64,
    /// In minutes.
    pub(crate) length: i64,
    pub(crate) paris: bool,
    pub(crate) permissions: Permissions,
}

/// A change of an invite.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// The new start, in minutes from now.
    pub(crate) start: Option<i64>,
    /// The new end, in minutes from now.
    pub(crate) end: Option<i64>,
    pub(crate) paris: Option<bool>,
    pub(crate) permissions: Option<Permissions>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Which {
    Team,
    Personal,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Guest {
    /// Anybody else.
    Lin,
    /// A user of the team.
    Cory,
    /// The sender.
    Ada,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Door {
    Right,
    OldLink,
    SignedOut,
    WrongAccount,
}

/// What an agent says of the host login.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Login {
    Out,
    As(&'static str),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Timer {
    Rings,
    Sleeps,
}

/// Yields histories.
pub(crate) fn history() -> impl Strategy<Value = Vec<Op>> {
    vec(op(), 1..160)
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        8 => request().prop_map(Op::Make),
        30 => guests(),
        30 => hosts(),
        12 => computers(),
        20 => clock(),
    ]
}

fn guests() -> impl Strategy<Value = Op> {
    let door = prop_oneof![
        12 => Just(Door::Right),
        1 => Just(Door::OldLink),
        1 => Just(Door::SignedOut),
        1 => Just(Door::WrongAccount),
    ];
    prop_oneof![
        8 => (invite(), door).prop_map(|(invite, door)| Op::Knock(invite, door)),
        7 => invite().prop_map(Op::Enter),
        4 => (invite(), prop::bool::weighted(0.9)).prop_map(|(invite, own)| Op::Take(invite, own)),
        4 => invite().prop_map(Op::Picture),
        1 => invite().prop_map(Op::Leave),
        4 => (invite(), minutes()).prop_map(|(invite, minutes)| Op::AskTime(invite, minutes)),
    ]
}

fn hosts() -> impl Strategy<Value = Op> {
    use CancelReason::{Asked, RightsLost, UserRevoked};
    let reason = select(&[Asked, Asked, RightsLost, UserRevoked][..]);
    let state = select(MailState::ALL.to_vec());
    prop_oneof![
        2 => (0..4_u32).prop_map(Op::Grant),
        2 => (invite(), any::<bool>()).prop_map(|(invite, out)| Op::Kick(invite, out)),
        1 => invite().prop_map(Op::Readmit),
        9 => (invite(), change()).prop_map(|(invite, change)| Op::Edit(invite, change)),
        2 => (invite(), computer()).prop_map(|(invite, which)| Op::Move(invite, which)),
        1 => invite().prop_map(Op::Apply),
        1 => invite().prop_map(Op::NewLink),
        1 => invite().prop_map(Op::Resend),
        2 => (invite(), minutes()).prop_map(|(invite, minutes)| Op::Extend(invite, minutes)),
        2 => (invite(), reason).prop_map(|(invite, reason)| Op::Cancel(invite, reason)),
        5 => (invite(), state).prop_map(|(invite, state)| Op::Mail(invite, state)),
        1 => prop::bool::weighted(0.8).prop_map(Op::Rights),
    ]
}

fn computers() -> impl Strategy<Value = Op> {
    let login = prop_oneof![
        1 => Just(Login::Out),
        3 => Just(Login::As("kiosk")),
        1 => Just(Login::As("somebody")),
    ];
    prop_oneof![
        8 => (computer(), option::of(login)).prop_map(|(which, login)| Op::Agent(which, login)),
        1 => computer().prop_map(Op::Silence),
        3 => (computer(), prop::bool::weighted(0.7)).prop_map(|(which, on)| Op::Switch(which, on)),
        1 => computer().prop_map(Op::Remove),
    ]
}

fn clock() -> impl Strategy<Value = Op> {
    let seconds = prop_oneof![
        3 => 1..120_i64,
        5 => (1..60_i64).prop_map(|minutes| minutes * 60),
        2 => 3_600..50_000_i64,
    ];
    let timer = || prop_oneof![3 => Just(Timer::Rings), 1 => Just(Timer::Sleeps)];
    prop_oneof![
        9 => (seconds, timer()).prop_map(|(seconds, timer)| Op::Elapse(seconds, timer)),
        3 => timer().prop_map(Op::Await),
        1 => prop_oneof![1..90_i64, 600..7_200_i64].prop_map(Op::SetBack),
    ]
}

fn request() -> impl Strategy<Value = Request> {
    let computer = prop_oneof![3 => Just(Which::Team), 1 => Just(Which::Personal)];
    let guest = select(&[Guest::Lin, Guest::Lin, Guest::Lin, Guest::Cory, Guest::Ada][..]);
    let start = prop_oneof![
        4 => -10..40_i64,
        1 => -200..200_i64,
        1 => -10_000..10_000_i64,
        1 => 526_900..527_200_i64, // around 366 days
    ];
    let length = prop_oneof![4 => 5..90_i64, 1 => 90..1_000_i64, 1 => 7_100..7_300_i64];
    (computer, vec(guest, 1..4), start, length, any::<bool>(), permissions()).prop_map(
        |(computer, guests, start, length, paris, permissions)| Request {
            computer,
            guests,
            start,
            length,
            paris,
            permissions,
        },
    )
}

fn change() -> impl Strategy<Value = Change> {
    let start = prop_oneof![4 => -30..60_i64, 1 => -5_000..5_000_i64];
    let end = prop_oneof![4 => -10..90_i64, 1 => -5_000..9_000_i64];
    let zone = option::weighted(0.2, any::<bool>());
    (option::weighted(0.4, start), option::of(end), zone, option::weighted(0.4, permissions()))
        .prop_map(|(start, end, paris, permissions)| Change { start, end, paris, permissions })
}

/// One of the few latest invites.
fn invite() -> impl Strategy<Value = usize> {
    prop_oneof![6 => 0..4_usize, 1 => 0..40_usize]
}

fn computer() -> impl Strategy<Value = Which> {
    prop_oneof![2 => Just(Which::Team), 1 => Just(Which::Personal)]
}

fn minutes() -> impl Strategy<Value = u32> {
    prop_oneof![6 => Just(30), 2 => Just(60), 1 => 0..8_000_u32]
}

fn permissions() -> impl Strategy<Value = Permissions> {
    (0..=Permissions::FULL.bits()).prop_filter_map("bits", Permissions::from_bits)
}
