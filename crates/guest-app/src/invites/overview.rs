//! The Guest Access page of a team: its computers, and who is or will be on each (WB-2).

use std::collections::BTreeMap;

use chrono::TimeDelta;
use guest_core::{Computer, Instant, Invite, InviteId, Phase, Right, Session, Team, User};

use crate::access::Actor;
use crate::paging::{Paging, page};
use crate::people::Sight;
use crate::record::{Range, find, list, row};
use crate::table::Value;
use crate::view::{ComputerView, InviteView};
use crate::work::{credit_account, live_sessions};
use crate::{App, Call, Fault, Pending, View, tables};

/// What the Guest Access page of a team shows (WB-2).
#[derive(Clone, Debug)]
pub struct GuestAccess {
    /// When this was so.
    pub now: Instant,
    /// The zone of the team.
    pub time_zone: String,
    /// How many credits there are, for those who may see it.
    pub balance: Option<u64>,
    /// The computers whose guests the caller may manage, by name.
    pub hosts: Vec<HostView>,
    /// Invites whose guests ask for more time (GA-48).
    pub asking: Vec<InviteView>,
    /// What to ask the next computers with.
    pub next_cursor: Option<String>,
}

/// A computer, and who is or will be on it.
#[derive(Clone, Debug)]
pub struct HostView {
    /// The computer.
    pub computer: ComputerView,
    /// Whose own computer it is, if it is not the caller's.
    pub owner: Option<String>,
    /// How many guests are on it now.
    pub connected: usize,
    /// Its invites that count now: whoever is connected first, then by start, then what ended
    /// within the last day; at most twenty.
    pub invites: Vec<InviteView>,
    /// Whether there are more of them.
    pub more: bool,
}

impl App {
    /// Shows the computers of a team with their invites (WB-2).
    ///
    /// With `search` only computers whose name contains it with all of their invites, and of the
    /// others the live invites whose guest's address begins with it.
    pub fn guest_access(
        &self,
        call: &Call,
        team: &str,
        search: &str,
        paging: &Paging,
    ) -> Pending<GuestAccess> {
        let (call, team, paging) = (call.clone(), team.to_owned(), paging.clone());
        let search = search.trim().to_lowercase();
        self.read(move |view, config| {
            let actor = Actor::with(view, &call, &team, Right::ReadInvites)?;
            actor.require(Right::ReadComputers)?;
            let paged = paging.parse()?;
            let prefix = row![actor.team.id];
            let range =
                Range { index: Some(&tables::COMPUTER_NAME), prefix: &prefix, ..Range::default() };
            let mut recent = recent(view, &actor.team)?;
            let mut asking = Vec::new();
            let hosts = page(view, &range, &paged, |view, computer: Computer| {
                if !computer.is_hosted_by(actor.id(), actor.role) {
                    return Ok(None);
                }
                let ended = recent.remove(&computer.id).unwrap_or_default();
                let Some(found) = Found::on(view, &computer, ended, &search)? else {
                    return Ok(None);
                };
                let asked = found.invites.iter().filter(|invite| invite.time_asked.is_some());
                asking.extend(
                    asked
                        .filter(|invite| invite.is_live())
                        .map(|invite| found.show(invite, &computer, view.now())),
                );
                let owner = owner_told(view, &actor, &computer, config)?;
                Ok(Some(found.into_view(&computer, owner, view.now())))
            })?;
            let balance = if actor.may(Right::ReadBalance) {
                Some(credit_account(view, actor.team.id)?.balance)
            } else {
                None
            };
            Ok(GuestAccess {
                now: view.now(),
                time_zone: actor.team.zone.name().to_owned(),
                balance,
                hosts: hosts.data,
                asking,
                next_cursor: hosts.next_cursor,
            })
        })
    }
}

/// What was found of a computer's invites.
struct Found {
    sessions: BTreeMap<InviteId, Session>,
    invites: Vec<Invite>,
    more: bool,
}

impl Found {
    /// Looks for the invites to a computer; `None` if the search is for something else.
    fn on(
        view: &mut dyn View,
        computer: &Computer,
        ended: Vec<Invite>,
        search: &str,
    ) -> Result<Option<Self>, Fault> {
        let is_named = computer.name.as_str().to_lowercase().contains(search);
        let guest = if is_named { "" } else { search };
        let sessions: BTreeMap<_, _> = live_sessions(view, computer.team, computer.id)?
            .into_iter()
            .map(|session| (session.invite, session))
            .collect();
        let mut invites = Vec::new();
        for id in sessions.keys() {
            invites.extend(find::<Invite>(view, &row![computer.team, *id])?);
        }
        let prefix = row![computer.team, computer.id];
        let range = Range {
            index: Some(&tables::INVITE_LIVE),
            prefix: &prefix,
            from: Some(Value::Text(guest.to_owned())),
            limit: READ_MOST,
            ..Range::default()
        };
        let live: Vec<Invite> = list(view, &range)?;
        let more = live.len() == READ_MOST
            && live.last().is_some_and(|last| last.guest.key().starts_with(guest));
        invites.extend(live.into_iter().filter(|invite| !sessions.contains_key(&invite.id)));
        invites.extend(ended);
        invites.retain(|invite| invite.guest.key().starts_with(guest));
        Ok((is_named || !invites.is_empty()).then_some(Self { sessions, invites, more }))
    }

    fn show(&self, invite: &Invite, computer: &Computer, now: Instant) -> InviteView {
        InviteView::of(invite, self.sessions.get(&invite.id), now).on(invite, computer, now)
    }

    fn into_view(mut self, computer: &Computer, owner: Option<String>, now: Instant) -> HostView {
        self.invites.sort_by_key(|invite| {
            let phase = invite.phase(self.sessions.contains_key(&invite.id), now);
            let order = match phase {
                Phase::Connected => 0,
                Phase::Open => 1,
                Phase::Scheduled => 2,
                Phase::Expired | Phase::Cancelled | Phase::Void => 3,
            };
            (order, invite.window.start(), invite.id)
        });
        let shown = self.invites.iter().take(SHOWN_MOST);
        HostView {
            computer: ComputerView::of(computer, now),
            owner,
            connected: self.sessions.len(),
            invites: shown.map(|invite| self.show(invite, computer, now)).collect(),
            more: self.more || self.invites.len() > SHOWN_MOST,
        }
    }
}

/// Returns those of the latest invites that ended within the last day, by computer.
fn recent(
    view: &mut dyn View,
    team: &Team,
) -> Result<BTreeMap<guest_core::ComputerId, Vec<Invite>>, Fault> {
    let (now, prefix) = (view.now(), row![team.id]);
    let range = Range { prefix: &prefix, backwards: true, limit: RECENT_MOST, ..Range::default() };
    let latest: Vec<Invite> = list(view, &range)?;
    let mut recent: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for invite in latest {
        if invite.life.ended().is_some_and(|(at, _)| now - at < RECENT) {
            recent.entry(invite.computer).or_default().push(invite);
        }
    }
    Ok(recent)
}

/// Returns whose own computer it is, if it is somebody else's.
pub(crate) fn owner_told(
    view: &mut dyn View,
    actor: &Actor,
    computer: &Computer,
    config: &crate::Config,
) -> Result<Option<String>, Fault> {
    let Some(owner) = computer.owner().filter(|owner| actor.id() != Some(*owner)) else {
        return Ok(None);
    };
    let user: Option<User> = find(view, &row![computer.team, owner])?;
    Ok(user.map(|user| Sight::of(actor).see(&user, config).0))
}

/// How many invites of a computer are shown: what fits a screen; the others are a search away.
const SHOWN_MOST: usize = 20;

/// How many live invites of a computer are read for that, so that no page takes long.
const READ_MOST: usize = 200;

/// How many of the latest invites are looked at for those that have just ended.
const RECENT_MOST: usize = 200;

/// How long an invite that has ended stays in view.
const RECENT: TimeDelta = TimeDelta::days(1);
