//! Which sessions must end now.
//!
//! Unlike the other rules this one is alive. Its driver tells it what happens
//! through `handle_*`, then drains [`SessionBook::poll_end`] until it is empty,
//! then sleeps until [`SessionBook::poll_timeout`] or the next event. It lives
//! where the connections are, so that a slow store cannot keep a guest in.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::{ComputerId, Instant, InviteId, SessionEndReason, SessionId};

/// The sessions open right now (GA-44).
#[derive(Debug, Default)]
pub struct SessionBook {
    open: BTreeMap<SessionId, Seat>,
    /// INVARIANT: holds `(until, id)` for exactly the open sessions that have an end.
    ends: BTreeSet<(Instant, SessionId)>,
    /// INVARIANT: holds `(invite, id)` for exactly the open sessions.
    invites: BTreeMap<InviteId, SessionId>,
    decided: VecDeque<(SessionId, SessionEndReason)>,
}

/// What an open session is, as far as ending it goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Seat {
    /// The invite that lets the guest in.
    pub invite: InviteId,
    /// The computer.
    pub computer: ComputerId,
    /// When the window ends it; never for oneself (GA-43).
    pub until: Option<Instant>,
}

impl SessionBook {
    /// Records that a session was opened; it takes over from an older one of its invite (GA-36).
    pub fn handle_open(&mut self, session: SessionId, seat: Seat) {
        self.handle_end(session, SessionEndReason::Replaced);
        if let Some(older) = self.invites.get(&seat.invite).copied() {
            self.handle_end(older, SessionEndReason::Replaced);
        }
        self.open.insert(session, seat);
        self.invites.insert(seat.invite, session);
        if let Some(until) = seat.until {
            self.ends.insert((until, session));
        }
    }

    /// Records that a session has ended without the book's doing.
    pub fn handle_closed(&mut self, session: SessionId) {
        if let Some(seat) = self.open.remove(&session) {
            self.invites.remove(&seat.invite);
            if let Some(until) = seat.until {
                self.ends.remove(&(until, session));
            }
        }
    }

    /// Ends a session for `reason`, if it is open (GA-44).
    pub fn handle_end(&mut self, session: SessionId, reason: SessionEndReason) {
        if self.open.contains_key(&session) {
            self.handle_closed(session);
            self.decided.push_back((session, reason));
        }
    }

    /// Ends every session on a computer for `reason` (GA-2, GA-7).
    pub fn handle_computer_end(&mut self, computer: ComputerId, reason: SessionEndReason) {
        let there = self.open.iter().filter(|(_, seat)| seat.computer == computer);
        for session in there.map(|(session, _)| *session).collect::<Vec<_>>() {
            self.handle_end(session, reason);
        }
    }

    /// Gives the session of an invite the end of a changed window (GA-33).
    pub fn handle_retime(&mut self, invite: InviteId, until: Option<Instant>) {
        let Some(session) = self.invites.get(&invite).copied() else { return };
        let Some(seat) = self.open.get_mut(&session) else { return };
        if let Some(old) = seat.until.take() {
            self.ends.remove(&(old, session));
        }
        seat.until = until;
        if let Some(until) = until {
            self.ends.insert((until, session));
        }
    }

    /// Ends every session whose window has ended at `now` (GA-30, GA-47).
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some((until, session)) = self.ends.first().copied()
            && until <= now
        {
            self.handle_end(session, SessionEndReason::WindowEnded);
        }
    }

    /// Returns when to call [`handle_timeout`](Self::handle_timeout) next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.ends.first().map(|(until, _)| *until)
    }

    /// Returns the next session to disconnect, and why; each once.
    pub fn poll_end(&mut self) -> Option<(SessionId, SessionEndReason)> {
        self.decided.pop_front()
    }

    /// Returns how many sessions are open.
    #[must_use]
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Returns whether no session is open.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ga_30_a_session_ends_with_its_window() {
        let mut book = SessionBook::default();
        book.handle_open(session(1), seat(1, Some(100)));
        book.handle_open(session(2), seat(2, Some(200)));
        assert_eq!(book.poll_timeout(), Some(at(100)));

        book.handle_timeout(at(99));
        assert_eq!(ends(&mut book), []);
        book.handle_timeout(at(100));
        assert_eq!(ends(&mut book), [(session(1), SessionEndReason::WindowEnded)]);
        assert_eq!(book.poll_timeout(), Some(at(200)));
    }

    #[test]
    fn ga_36_a_new_connection_takes_over() {
        let mut book = SessionBook::default();
        book.handle_open(session(1), seat(1, Some(100)));
        book.handle_open(session(2), seat(1, Some(100)));
        assert_eq!(ends(&mut book), [(session(1), SessionEndReason::Replaced)]);
        assert_eq!(book.len(), 1);
    }

    #[test]
    fn ga_44_a_session_ends_once() {
        let mut book = SessionBook::default();
        book.handle_open(session(1), seat(1, Some(100)));
        book.handle_end(session(1), SessionEndReason::Kicked);
        book.handle_timeout(at(100));
        book.handle_end(session(1), SessionEndReason::Cancelled);
        assert_eq!(ends(&mut book), [(session(1), SessionEndReason::Kicked)]);
        assert!(book.is_empty());
        assert_eq!(book.poll_timeout(), None);
    }

    #[test]
    fn ga_43_oneself_is_not_ended_by_the_clock() {
        let mut book = SessionBook::default();
        book.handle_open(session(1), seat(1, None));
        book.handle_timeout(at(1_000_000));
        assert_eq!((ends(&mut book), book.poll_timeout()), (vec![], None));
    }

    #[test]
    fn ga_33_a_changed_window_moves_the_end() {
        let mut book = SessionBook::default();
        book.handle_open(session(1), seat(1, Some(100)));
        book.handle_retime(InviteId::from_bits(1), Some(at(300)));
        book.handle_timeout(at(299));
        assert_eq!((ends(&mut book), book.poll_timeout()), (vec![], Some(at(300))));
        book.handle_retime(InviteId::from_bits(9), Some(at(1)));
        assert_eq!(book.poll_timeout(), Some(at(300)));
    }

    #[test]
    fn ga_2_everybody_on_a_computer_is_put_off() {
        let mut book = SessionBook::default();
        for n in 1..=3 {
            book.handle_open(session(n), seat(n, Some(100)));
        }
        book.handle_computer_end(ComputerId::from_bits(1), SessionEndReason::AccessOff);
        let put_off = [1, 3].map(|n| (session(n), SessionEndReason::AccessOff));
        assert_eq!(ends(&mut book), put_off);
    }

    fn ends(book: &mut SessionBook) -> Vec<(SessionId, SessionEndReason)> {
        std::iter::from_fn(|| book.poll_end()).collect()
    }

    fn session(n: u128) -> SessionId {
        SessionId::from_bits(n)
    }

    fn seat(n: u128, until: Option<i64>) -> Seat {
        Seat {
            invite: InviteId::from_bits(n),
            computer: ComputerId::from_bits(n % 2),
            until: until.map(at),
        }
    }

    fn at(second: i64) -> Instant {
        Instant::from_timestamp(second, 0).unwrap()
    }
}
