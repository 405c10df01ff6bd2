//! The machine in the middle: what the server says goes in, what the streaming software is to do
//! comes out.
//!
//! It does no I/O. Its driver tells it what happens through `handle_*`, then
//! drains [`Host::poll_order`] and [`Host::poll_report`] until they are empty,
//! then waits for the next event or for [`Host::poll_timeout`]. That the server is slow, or gone, is
//! no reason to let a guest stay: the ends of windows are in the machine's own
//! book.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use chrono::TimeDelta;
use guest_app::{AgentSession, HeartbeatAnswer};
use guest_core::{
    ComputerId, Instant, InviteId, SILENCE, Seat, SessionBook, SessionEndReason, SessionId,
};

/// The sessions on one computer.
#[derive(Debug, Default)]
pub(crate) struct Host {
    book: SessionBook,
    /// INVARIANT: holds exactly the sessions that are open in the book.
    open: BTreeMap<SessionId, AgentSession>,
    /// Those that ended here, until the server lists them no more.
    over: BTreeMap<SessionId, SessionEndReason>,
    time: Option<ServerTime>,
    computer: Option<ComputerId>,
    orders: VecDeque<Order>,
    reports: VecDeque<(SessionId, SessionEndReason)>,
}

/// What the streaming software is to do.
#[derive(Clone, Debug)]
pub(crate) enum Order {
    /// Let this guest in, with these permissions.
    Open(AgentSession),
    /// The window of an open session ends at another time now; for showing.
    Retime(SessionId, Option<Instant>),
    /// Put the guest out. Why is known only where the host decided it.
    Close(SessionId, Option<SessionEndReason>),
}

impl Host {
    /// Takes the answer to a heartbeat, which came with the server's `date`.
    ///
    /// `now` is how far a clock that is never set has come, here as everywhere.
    pub(crate) fn handle_answer(&mut self, answer: HeartbeatAnswer, date: Instant, now: Duration) {
        self.time = Some(ServerTime::told(self.time, date, now));
        self.computer = Some(answer.computer_id);
        let listed: BTreeMap<SessionId, AgentSession> =
            answer.sessions.into_iter().map(|session| (session.id, session)).collect();
        self.over.retain(|id, _| listed.contains_key(id));
        let gone = self.open.keys().filter(|id| !listed.contains_key(id));
        for id in gone.copied().collect::<Vec<_>>() {
            // The server has ended it: kicked, cancelled, replaced, access turned off.
            self.book.handle_closed(id);
            self.open.remove(&id);
            self.orders.push_back(Order::Close(id, None));
        }
        for (_, session) in listed {
            self.handle_listed(session, answer.computer_id);
        }
        self.handle_timeout(now);
    }

    /// Takes that the server says this computer is none of its own any more.
    pub(crate) fn handle_refusal(&mut self) {
        self.end_all(SessionEndReason::ComputerLost);
    }

    /// Takes that a session ended here: the guest closed it, or it broke.
    pub(crate) fn handle_gone(&mut self, session: SessionId, reason: SessionEndReason) {
        self.book.handle_closed(session);
        if self.open.remove(&session).is_some() {
            self.over.insert(session, reason);
            self.reports.push_back((session, reason));
        }
    }

    /// Ends what the clock ends.
    pub(crate) fn handle_timeout(&mut self, now: Duration) {
        let Some(time) = self.time else { return };
        if time.is_old(now) {
            // The server counts this computer as lost by now, and its sessions with it.
            self.end_all(SessionEndReason::ComputerLost);
        }
        self.book.handle_timeout(time.at(now));
        self.drain();
    }

    /// Returns how far the clock will have come when [`handle_timeout`](Self::handle_timeout) is due.
    pub(crate) fn poll_timeout(&self) -> Option<Duration> {
        let time = self.time?;
        let end = self.book.poll_timeout().map(|end| time.when(end));
        let silence = (!self.open.is_empty()).then(|| time.heard + silence());
        end.into_iter().chain(silence).min()
    }

    /// Returns the next thing for the streaming software to do.
    pub(crate) fn poll_order(&mut self) -> Option<Order> {
        self.orders.pop_front()
    }

    /// Returns the next session whose end the server is to be told.
    ///
    /// If the telling fails it comes again, with the next answer that lists the session.
    pub(crate) fn poll_report(&mut self) -> Option<(SessionId, SessionEndReason)> {
        self.reports.pop_front()
    }

    fn handle_listed(&mut self, session: AgentSession, computer: ComputerId) {
        let (id, until) = (session.id, session.closes_at);
        // An invite has one session at a time, and the server sees to that; the
        // agent is not told which invite it is, so each session has its own.
        let invite = InviteId::from_bits(id.to_bits());
        match (self.open.get(&id), self.over.get(&id)) {
            (Some(known), _) if known.closes_at == until => {}
            (Some(_), _) => {
                self.book.handle_retime(invite, until);
                self.orders.push_back(Order::Retime(id, until));
                self.open.insert(id, session);
            }
            // The server ends windows by itself, if perhaps a moment later.
            (None, Some(SessionEndReason::WindowEnded)) => {}
            (None, Some(reason)) => self.reports.push_back((id, *reason)),
            (None, None) => {
                self.book.handle_open(id, Seat { invite, computer, until });
                self.orders.push_back(Order::Open(session.clone()));
                self.open.insert(id, session);
            }
        }
    }

    fn end_all(&mut self, reason: SessionEndReason) {
        if let Some(computer) = self.computer {
            self.book.handle_computer_end(computer, reason);
        }
        self.drain();
    }

    fn drain(&mut self) {
        while let Some((session, reason)) = self.book.poll_end() {
            self.open.remove(&session);
            self.over.insert(session, reason);
            self.orders.push_back(Order::Close(session, Some(reason)));
        }
    }
}

/// The server's time, as far as can be told from here.
///
/// Windows are judged by the server's clock alone, so this computer's own,
/// which may be wrong, is not asked: what the server last said is carried on
/// by a clock that nobody sets.
#[derive(Clone, Copy, Debug)]
struct ServerTime {
    date: Instant,
    since: Duration,
    /// When the server was last heard.
    heard: Duration,
}

impl ServerTime {
    /// Takes a date that the server gives in whole seconds.
    fn told(before: Option<Self>, date: Instant, now: Duration) -> Self {
        let second = TimeDelta::seconds(1);
        match before {
            // It agrees, and the finer estimate is kept.
            Some(time) if (date..date + second).contains(&time.at(now)) => {
                Self { heard: now, ..time }
            }
            Some(_) | None => Self { date, since: now, heard: now },
        }
    }

    fn at(self, now: Duration) -> Instant {
        let passed = TimeDelta::from_std(now.saturating_sub(self.since)).unwrap_or(TimeDelta::MAX);
        self.date.checked_add_signed(passed).unwrap_or(Instant::MAX_UTC)
    }

    fn when(self, at: Instant) -> Duration {
        self.since + (at - self.date).to_std().unwrap_or_default()
    }

    fn is_old(self, now: Duration) -> bool {
        now.saturating_sub(self.heard) >= silence()
    }
}

/// After how long without an answer the server takes this computer to be lost.
fn silence() -> Duration {
    SILENCE.to_std().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use guest_core::{Email, Permissions};

    use super::*;

    #[test]
    fn what_the_server_lists_is_open_and_nothing_else() {
        let mut host = Host::default();
        hear(&mut host, 0, &[(1, Some(600)), (2, None)]);
        assert_eq!(orders(&mut host), ["open 1", "open 2"]);
        hear(&mut host, 10, &[(2, None), (3, Some(60))]);
        assert_eq!(orders(&mut host), ["close 1", "open 3"]);
        hear(&mut host, 20, &[(2, Some(90)), (3, Some(60))]);
        assert_eq!(orders(&mut host), ["retime 2"]);
    }

    #[test]
    fn a_window_ends_though_the_server_says_nothing() {
        let mut host = Host::default();
        hear(&mut host, 0, &[(1, Some(20))]);
        assert_eq!(host.poll_timeout(), Some(Duration::from_secs(20)));
        assert_eq!(orders(&mut host), ["open 1"]);
        host.handle_timeout(Duration::from_millis(19_999));
        assert_eq!(orders(&mut host), [""; 0]);
        host.handle_timeout(Duration::from_secs(20));
        assert_eq!(orders(&mut host), ["close 1 window_ended"]);
        // The server has not noticed yet.
        hear(&mut host, 20, &[(1, Some(20))]);
        assert_eq!(orders(&mut host), [""; 0]);
    }

    #[test]
    fn a_server_that_stays_away_loses_the_computer() {
        let mut host = Host::default();
        hear(&mut host, 0, &[(1, None)]);
        hear(&mut host, 10, &[(1, None)]);
        assert_eq!(host.poll_timeout(), Some(Duration::from_secs(40)));
        host.handle_timeout(Duration::from_secs(40));
        assert_eq!(orders(&mut host), ["open 1", "close 1 computer_lost"]);
        // It was away itself, and does not know.
        hear(&mut host, 50, &[(1, None)]);
        let report = (SessionId::from_bits(1), SessionEndReason::ComputerLost);
        assert_eq!((orders(&mut host), host.poll_report()), (vec![], Some(report)));
    }

    #[test]
    fn an_end_here_is_reported_until_the_server_has_taken_notice() {
        let mut host = Host::default();
        let (one, two) = (SessionId::from_bits(1), SessionId::from_bits(2));
        hear(&mut host, 0, &[(1, None)]);
        host.handle_gone(one, SessionEndReason::Left);
        host.handle_gone(one, SessionEndReason::ComputerLost);
        host.handle_gone(two, SessionEndReason::Left);
        let report = Some((one, SessionEndReason::Left));
        assert_eq!((host.poll_report(), host.poll_report()), (report, None));
        hear(&mut host, 10, &[(1, None)]);
        assert_eq!((host.poll_report(), host.poll_report()), (report, None));
        hear(&mut host, 20, &[]);
        assert_eq!((orders(&mut host), host.poll_report()), (vec!["open 1".to_owned()], None));
    }

    #[test]
    fn the_estimate_of_the_servers_time_gets_finer_and_follows_steps() {
        let told = |before, date, millis| {
            ServerTime::told(before, at(date), Duration::from_millis(millis))
        };
        let first = told(None, 0, 400);
        let finer = told(Some(first), 1, 1_100);
        assert_eq!(finer.at(Duration::from_millis(1_100)), at(1));
        let same = told(Some(finer), 1, 1_900);
        assert_eq!(same.at(Duration::from_millis(2_100)), at(2));
        let stepped = told(Some(same), 3_600, 3_000);
        assert_eq!(stepped.at(Duration::from_secs(4)), at(3_601));
    }

    fn hear(host: &mut Host, second: u64, sessions: &[(u128, Option<i64>)]) {
        let sessions = sessions.iter().map(|(id, until)| AgentSession {
            id: SessionId::from_bits(*id),
            guest_email: Email::parse("lin@example.org").unwrap(),
            permissions: Permissions::NONE,
            closes_at: until.map(at),
        });
        let answer = HeartbeatAnswer {
            computer_id: ComputerId::from_bits(9),
            guest_access: true,
            sessions: sessions.collect(),
        };
        host.handle_answer(answer, at(second.cast_signed()), Duration::from_secs(second));
    }

    fn orders(host: &mut Host) -> Vec<String> {
        let orders = std::iter::from_fn(|| host.poll_order());
        let shown = orders.map(|order| match order {
            Order::Open(session) => format!("open {}", session.id.to_bits()),
            Order::Retime(id, _) => format!("retime {}", id.to_bits()),
            Order::Close(id, None) => format!("close {}", id.to_bits()),
            Order::Close(id, Some(reason)) => format!("close {} {}", id.to_bits(), reason.name()),
        });
        shown.collect()
    }

    fn at(second: i64) -> Instant {
        Instant::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }
}
