//! Figures of the whole server, for whoever watches it (IF-7).

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use guest_core::{Instant, Invite, Phase, Session, SessionEndReason};

use crate::people::all_teams;
use crate::record::{Event, Mail, Range, list, row};
use crate::table::Value;
use crate::view::SessionView;
use crate::{App, Fault, Pending, View, tables};

/// Figures of the whole server, as far as they can be counted quickly.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Figures {
    /// Live invites by phase: `scheduled`, `open` and `connected`.
    pub invites: BTreeMap<&'static str, u64>,
    /// Live sessions.
    pub sessions: u64,
    /// Mails that still have to go out.
    pub mails: u64,
    /// For how long the first of them has been due; zero if none is.
    pub mail_delay: TimeDelta,
    /// Whether there is more of something than was counted.
    pub is_partial: bool,
    /// What happened since the last time.
    pub news: News,
}

/// What happened after an event.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct News {
    /// The last event that was counted: where to go on the next time.
    pub last: u64,
    /// Events by type.
    pub events: BTreeMap<String, u64>,
    /// How long after the end of their windows sessions were ended.
    pub cuts: Vec<TimeDelta>,
}

impl App {
    /// Counts what there is, and what happened after an event.
    ///
    /// The work is bounded: of each thing some thousands are counted, and of
    /// the events so many that the next call goes on where this one stopped.
    /// With `None` nothing has happened yet.
    pub fn figures(&self, after: Option<u64>) -> Pending<Figures> {
        self.read(move |view, _| {
            let mut figures = Figures::default();
            figures.count_invites(view)?;
            figures.count_mails(view)?;
            figures.news = match after {
                Some(after) => News::after(view, after)?,
                None => News { last: newest(view)?, ..News::default() },
            };
            Ok(figures)
        })
    }
}

impl Figures {
    fn count_invites(&mut self, view: &mut dyn View) -> Result<(), Fault> {
        for phase in [Phase::Scheduled, Phase::Open, Phase::Connected] {
            self.invites.insert(phase.name(), 0);
        }
        let (mut left, now) = (COUNTED_MOST, view.now());
        for team in all_teams(view)? {
            let prefix = row![team.id];
            let range = Range { prefix: &prefix, limit: left, ..Range::default() };
            let live = Range { index: Some(&tables::SESSION_LIVE), ..range.clone() };
            let sessions: Vec<Session> = list(view, &live)?;
            self.sessions += count(&sessions);
            let connected: BTreeSet<_> = sessions.iter().map(|session| session.invite).collect();
            let live = Range { index: Some(&tables::INVITE_LIVE), ..range };
            let invites: Vec<Invite> = list(view, &live)?;
            for invite in &invites {
                let phase = invite.phase(connected.contains(&invite.id), now);
                *self.invites.entry(phase.name()).or_default() += 1;
            }
            left = left.saturating_sub(invites.len().max(sessions.len()));
            if left == 0 {
                self.is_partial = true;
                break;
            }
        }
        Ok(())
    }

    fn count_mails(&mut self, view: &mut dyn View) -> Result<(), Fault> {
        let index = Some(&tables::MAIL_NEXT);
        let mails: Vec<Mail> =
            list(view, &Range { index, limit: COUNTED_MOST, ..Range::default() })?;
        let next = mails.first().and_then(|mail| mail.next_at);
        self.mails = count(&mails);
        self.mail_delay = next.map_or(TimeDelta::zero(), |next| since(next, view.now()));
        self.is_partial |= mails.len() == COUNTED_MOST;
        Ok(())
    }
}

impl News {
    fn after(view: &mut dyn View, after: u64) -> Result<Self, Fault> {
        let mut news = Self { last: after, ..Self::default() };
        let Ok(next) = i64::try_from(after.saturating_add(1)) else { return Ok(news) };
        let from = Some(Value::Int(next));
        for event in list::<Event>(view, &Range { from, limit: COUNTED_MOST, ..Range::default() })?
        {
            news.last = event.seq;
            if event.name == "session.ended" {
                let session: Option<SessionView> = serde_json::from_str(&event.data).ok();
                news.cuts.extend(session.as_ref().and_then(lateness));
            }
            *news.events.entry(event.name).or_default() += 1;
        }
        Ok(news)
    }
}

/// Returns how long after the end of its window a session was ended.
fn lateness(session: &SessionView) -> Option<TimeDelta> {
    let by_window = session.end_reason.as_deref() == Some(SessionEndReason::WindowEnded.name());
    match (session.closes_at, session.ended_at) {
        (Some(closes), Some(ended)) if by_window => Some(since(closes, ended)),
        _ => None,
    }
}

fn since(earlier: Instant, later: Instant) -> TimeDelta {
    (later - earlier).max(TimeDelta::zero())
}

fn newest(view: &mut dyn View) -> Result<u64, Fault> {
    let range = Range { backwards: true, limit: 1, ..Range::default() };
    Ok(list::<Event>(view, &range)?.first().map_or(0, |event| event.seq))
}

fn count<T>(things: &[T]) -> u64 {
    u64::try_from(things.len()).unwrap_or(u64::MAX)
}

/// How many of each thing are counted, so that watching a large server costs it little.
const COUNTED_MOST: usize = 10_000;
