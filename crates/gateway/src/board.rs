//! Which sessions go on here, who is told when one ends, and where its two sides meet.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::ws::WebSocket;
use guest_app::{App, Relayed};
use guest_core::{InviteId, Seat, SessionBook, SessionEndReason, SessionId};
use tokio::sync::{Notify, oneshot, watch};
use tokio::time::{self, Instant as Moment};

use crate::Clock;

/// The sessions that go on here (GA-44, CN-7).
pub(crate) struct Board {
    state: Mutex<State>,
    clock: Clock,
    /// Rings when the earliest end may have changed.
    changed: Notify,
    /// Rings when a session has been carried to its end.
    emptied: watch::Sender<usize>,
}

#[derive(Default)]
struct State {
    book: SessionBook,
    guests: BTreeMap<SessionId, Guest>,
    streams: BTreeMap<SessionId, Stream>,
}

/// A guest who is carried, or waits for the agent's stream.
struct Guest {
    invite: InviteId,
    /// Asked of the store before this, its answer says nothing about the session.
    since: Moment,
    until: Option<guest_core::Instant>,
    /// Tells whoever carries the guest that it is over.
    end: Option<oneshot::Sender<SessionEndReason>>,
    /// Gives them the agent's stream.
    stream: Option<oneshot::Sender<WebSocket>>,
}

/// An agent's stream whose guest has not come yet.
struct Stream {
    socket: WebSocket,
    since: Moment,
}

/// What carries a session waits for.
pub(crate) struct Place {
    /// Says when the session is over, and why.
    pub(crate) end: oneshot::Receiver<SessionEndReason>,
    /// Has the agent's stream, once it is there.
    pub(crate) stream: oneshot::Receiver<WebSocket>,
}

impl Board {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            state: Mutex::default(),
            clock,
            changed: Notify::new(),
            emptied: watch::Sender::new(0),
        }
    }

    /// Gives a guest a place; one who has the invite's place already is replaced (GA-36).
    pub(crate) fn seat(&self, relayed: &Relayed) -> Place {
        let (end_to, end) = oneshot::channel();
        let (stream_to, stream) = oneshot::channel();
        let mut state = self.state();
        let seat =
            Seat { invite: relayed.invite, computer: relayed.computer, until: relayed.closes_at };
        state.book.handle_open(relayed.session, seat);
        let mut guest = Guest {
            invite: relayed.invite,
            since: Moment::now(),
            until: relayed.closes_at,
            end: Some(end_to),
            stream: Some(stream_to),
        };
        if let Some(waiting) = state.streams.remove(&relayed.session) {
            guest.take(waiting.socket);
        }
        state.guests.insert(relayed.session, guest);
        state.tell_ends();
        self.emptied.send_replace(state.guests.len());
        drop(state);
        self.changed.notify_one();
        Place { end, stream }
    }

    /// Gives up the place of a session that has been carried to its end.
    pub(crate) fn leave(&self, session: SessionId) {
        let mut state = self.state();
        state.book.handle_closed(session);
        state.guests.remove(&session);
        self.emptied.send_replace(state.guests.len());
    }

    /// Brings an agent's stream to the guest of a session, who may come a little later.
    pub(crate) fn bring(&self, session: SessionId, socket: WebSocket) {
        let mut state = self.state();
        match state.guests.get_mut(&session) {
            Some(guest) => guest.take(socket),
            None => {
                state.streams.insert(session, Stream { socket, since: Moment::now() });
            }
        }
    }

    /// Ends every session.
    pub(crate) fn end_all(&self, reason: SessionEndReason) {
        let mut state = self.state();
        for session in state.guests.keys().copied().collect::<Vec<_>>() {
            state.book.handle_end(session, reason);
        }
        state.streams.clear();
        state.tell_ends();
    }

    /// Waits until no session is left.
    pub(crate) async fn emptied(&self) {
        let _ = self.emptied.subscribe().wait_for(|left| *left == 0).await;
    }

    /// Ends sessions at the end of their windows; never returns (GA-30, CN-7, CN-13).
    ///
    /// It looks at the clock at least twice a second: a wall clock that steps, or a machine that
    /// slept, moves the moment at which a sleep ought to end.
    pub(crate) async fn keep_time(&self) {
        loop {
            let next = {
                let mut state = self.state();
                let now = (self.clock)();
                state.book.handle_timeout(now);
                state.tell_ends();
                state.book.poll_timeout().map(|end| (end - now).to_std().unwrap_or_default())
            };
            let pause = next.map_or(GLANCE, |next| next.min(GLANCE));
            tokio::select! {
                () = time::sleep(pause) => {}
                () = self.changed.notified() => {}
            }
        }
    }

    /// Ends sessions that the store has ended, and retimes those it has retimed; never returns.
    pub(crate) async fn follow(&self, app: &App, mut commits: watch::Receiver<()>) {
        loop {
            let asked = Moment::now();
            match app.relayed_sessions().await {
                Ok(live) => self.compare(app, &live, asked).await,
                Err(fault) => tracing::warn!(%fault, "live sessions cannot be compared"),
            }
            // Commits that come together are looked at together. Others may write to the same store,
            // and are noticed within a second.
            time::sleep(GATHER).await;
            let _ = time::timeout(GLANCE, commits.changed()).await;
        }
    }

    async fn compare(&self, app: &App, live: &[Relayed], asked: Moment) {
        let live: BTreeMap<SessionId, &Relayed> =
            live.iter().map(|live| (live.session, live)).collect();
        let gone = {
            let mut state = self.state();
            state.streams.retain(|id, stream| stream.since > asked || live.contains_key(id));
            let moved = state.guests.iter_mut().filter_map(|(id, guest)| {
                let until = live.get(id)?.closes_at;
                let moves = guest.since < asked && guest.until != until;
                guest.until = until;
                moves.then_some((guest.invite, until))
            });
            for (invite, until) in moved.collect::<Vec<_>>() {
                state.book.handle_retime(invite, until);
            }
            let gone = |(id, guest): &(&SessionId, &Guest)| {
                guest.since < asked && guest.end.is_some() && !live.contains_key(id)
            };
            state.guests.iter().filter(gone).map(|(id, _)| *id).collect::<Vec<_>>()
        };
        if !gone.is_empty() {
            match app.session_ends(gone).await {
                Ok(ends) => {
                    let mut state = self.state();
                    for (session, reason) in ends {
                        state.book.handle_end(session, reason);
                    }
                    state.tell_ends();
                }
                // They are asked for again soon.
                Err(fault) => tracing::warn!(%fault, "the ends of sessions cannot be read"),
            }
        }
        self.changed.notify_one();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn tell_ends(&mut self) {
        while let Some((session, reason)) = self.book.poll_end() {
            let guest = self.guests.get_mut(&session);
            if let Some(end) = guest.and_then(|guest| guest.end.take()) {
                let _ = end.send(reason); // Whoever carries it may have ended it as well.
            }
        }
    }
}

impl Guest {
    /// Takes the agent's stream; a second one is dropped, and so closed.
    fn take(&mut self, socket: WebSocket) {
        if let Some(stream) = self.stream.take() {
            let _ = stream.send(socket);
        }
    }
}

/// How long the store is left alone between two looks: little of the 100 ms of CN-7.
const GATHER: Duration = Duration::from_millis(10);

/// How often the clock and the store are looked at though nothing rings.
const GLANCE: Duration = Duration::from_millis(500);
