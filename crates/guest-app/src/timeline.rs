//! Computers against time: who is or will be on which of them, and when nobody is (WB-11).

mod occupancy;
mod span;

pub use self::span::{Span, Zoom};

use std::collections::BTreeMap;

use guest_core::{Computer, Instant, Invite, InviteId, Right, Session};

use self::occupancy::{Bars, free};
use crate::access::Actor;
use crate::invites::owner_told;
use crate::paging::{Paging, page};
use crate::record::{IntoValue, Range, list, row};
use crate::request::WindowDraft;
use crate::view::{ComputerView, InviteView};
use crate::work::live_sessions;
use crate::{App, Call, Fault, Pending, View, tables};

/// Which part of the picture is asked for.
#[derive(Clone, Debug, Default)]
pub struct TimelineQuery {
    /// How much of it.
    pub zoom: Zoom,
    /// The day on which it begins, such as `2026-12-01`; today unless given.
    pub day: Option<String>,
}

/// Computers against time (WB-11).
#[derive(Clone, Debug)]
pub struct Timeline {
    /// When this was so.
    pub now: Instant,
    /// The stretch of time, on the clock of the team.
    pub span: Span,
    /// The computers whose guests the caller may manage, by name.
    pub rows: Vec<TimelineRow>,
    /// What to ask the next computers with.
    pub next_cursor: Option<String>,
}

/// A computer, and the invites to it.
#[derive(Clone, Debug)]
pub struct TimelineRow {
    /// The computer.
    pub computer: ComputerView,
    /// Whose own computer it is, if it is not the caller's.
    pub owner: Option<String>,
    /// Its invites in this time, by start.
    pub bars: Vec<Bar>,
    /// How many lanes they take, so that none covers another.
    pub lanes: usize,
    /// When nobody is invited, and the caller may invite somebody.
    pub free: Vec<FreeSlot>,
    /// Whether there are more invites than are shown.
    pub more: bool,
}

/// An invite in the picture.
#[derive(Clone, Debug)]
pub struct Bar {
    /// The invite.
    pub invite: InviteView,
    /// Its lane, from 0.
    pub lane: usize,
    /// Whether another live invite to the computer is for some of the same time.
    pub clashes: bool,
}

/// A stretch of time in which nobody is invited to a computer.
#[derive(Clone, Debug)]
pub struct FreeSlot {
    /// When it begins.
    pub start: Instant,
    /// When it ends.
    pub end: Instant,
    /// The same as a window to invite for, in the team's zone.
    pub window: WindowDraft,
}

impl App {
    /// Shows the computers that the caller manages the guests of against time (WB-11).
    ///
    /// A page holds [`TimelineRow`]s of at most 20 computers, with at most 100 invites each.
    pub fn timeline(
        &self,
        call: &Call,
        team: &str,
        query: &TimelineQuery,
        cursor: Option<&str>,
    ) -> Pending<Timeline> {
        let (call, team, query) = (call.clone(), team.to_owned(), query.clone());
        let paging = Paging { limit: COMPUTERS, cursor: cursor.map(str::to_owned) };
        self.read(move |view, config| {
            let actor = Actor::with(view, &call, &team, Right::ReadInvites)?;
            actor.require(Right::ReadComputers)?;
            let paged = paging.parse()?;
            let span = Span::read(&query, actor.team.zone, view.now())?;
            let prefix = row![actor.team.id];
            let index = Some(&tables::COMPUTER_NAME);
            let range = Range { index, prefix: &prefix, ..Range::default() };
            let rows = page(view, &range, &paged, |view, computer: Computer| {
                if !computer.is_hosted_by(actor.id(), actor.role) {
                    return Ok(None);
                }
                let owner = owner_told(view, &actor, &computer, config)?;
                let found = Found::on(view, &computer, &span)?;
                Ok(Some(found.into_row(&actor, &computer, owner, &span, view.now())))
            })?;
            let (now, next_cursor) = (view.now(), rows.next_cursor);
            Ok(Timeline { now, span, rows: rows.data, next_cursor })
        })
    }
}

/// The invites to a computer in a stretch of time.
struct Found {
    sessions: BTreeMap<InviteId, Session>,
    live: Vec<Invite>,
    ended: Vec<Invite>,
    /// Whether not all could be read.
    more: bool,
}

impl Found {
    fn on(view: &mut dyn View, computer: &Computer, span: &Span) -> Result<Self, Fault> {
        let sessions = live_sessions(view, computer.team, computer.id)?;
        let prefix = row![computer.team, computer.id];
        let index = Some(&tables::INVITE_LIVE);
        let range = Range { index, prefix: &prefix, limit: LIVE_READ, ..Range::default() };
        let mut live: Vec<Invite> = list(view, &range)?;
        let range = Range {
            index: Some(&tables::INVITE_ENDED),
            prefix: &prefix,
            from: Some(span.earliest_start().value()),
            until: Some(span.until.value()),
            limit: ENDED_READ,
            ..Range::default()
        };
        let mut ended: Vec<Invite> = list(view, &range)?;
        let more = live.len() == LIVE_READ || ended.len() == ENDED_READ;
        live.retain(|invite| span.shows(&invite.window));
        ended.retain(|invite| span.shows(&invite.window));
        let sessions = sessions.into_iter().map(|session| (session.invite, session)).collect();
        Ok(Self { sessions, live, ended, more })
    }

    fn into_row(
        self,
        actor: &Actor,
        computer: &Computer,
        owner: Option<String>,
        span: &Span,
        now: Instant,
    ) -> TimelineRow {
        let bars = Bars::of(self.live, self.ended);
        let may_invite = actor.may(Right::WriteInvites)
            && computer.guest_access
            && (computer.owner().is_none() || computer.owner() == actor.id());
        let free = if may_invite { free(&bars.busy, span, now) } else { Vec::new() };
        let shown = |bar: occupancy::Placed| Bar {
            invite: InviteView::of(&bar.invite, self.sessions.get(&bar.invite.id), now),
            lane: bar.lane,
            clashes: bar.clashes,
        };
        TimelineRow {
            computer: ComputerView::of(computer, now),
            owner,
            lanes: bars.lanes,
            more: self.more || bars.more,
            bars: bars.placed.into_iter().map(shown).collect(),
            free,
        }
    }
}

/// How many computers a page shows: some screens full.
const COMPUTERS: u32 = 20;

/// How many live invites of a computer are read: far more than one is shared by at a time.
///
/// They are found by computer alone, so that making one costs no further index.
const LIVE_READ: usize = 500;

/// How many invites that have ended are read for a computer: more than a picture can show.
const ENDED_READ: usize = 200;
