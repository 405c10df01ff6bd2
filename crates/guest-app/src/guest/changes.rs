//! What a guest's page is told of the invite and its sessions.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use guest_core::{Invite, TeamId};
use serde::{Deserialize, Serialize};

use super::{GuestLinkView, GuestSessionView, Place, guest_of, opened};
use crate::events::EventView;
use crate::record::{Event, IntoValue, Range, list, row};
use crate::view::SessionView;
use crate::{App, Call, Fault, Pending, View, tables};

/// Changes of an invite and its sessions, for its guest.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GuestChanges {
    /// The changes, in their order.
    pub events: Vec<GuestChange>,
    /// How far the stream was read: what to ask for the next ones with.
    ///
    /// It moves past what is not the guest's business, too. Once it does not
    /// move, there is no more for now.
    pub last: u64,
}

/// A change of an invite or of one of its sessions, for its guest.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GuestChange {
    /// Names the change, the same as in the team's events: `evt_` and a number.
    pub id: String,
    /// What happened, such as `invite.updated` or `session.ended`.
    #[serde(rename = "type")]
    pub name: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The invite as it is now; of a session's change with that session.
    pub data: GuestLinkView,
}

impl App {
    /// Returns the changes after number `after`, or only how far they go now, for the guest alone.
    ///
    /// Each call asks again whether the link is current and the account the
    /// invited one. Mail, and that the computer is not ready yet, is none of
    /// the guest's business and left out.
    pub fn guest_changes(
        &self,
        call: &Call,
        token: &str,
        after: Option<u64>,
    ) -> Pending<GuestChanges> {
        let (call, link) = (call.clone(), opened(token, &self.config));
        let relay = Arc::clone(&self.relay);
        self.read(move |view, config| {
            let (invite, _) = guest_of(view, &call, link?)?;
            let Some(after) = after else {
                let last = last_number(view, invite.team)?;
                return Ok(GuestChanges { events: Vec::new(), last });
            };
            let (found, last) = changes_after(view, &invite, after)?;
            if found.is_empty() {
                return Ok(GuestChanges { events: Vec::new(), last });
            }
            let place = Place::find(view, &invite, &*relay)?;
            let shown = GuestLinkView::of(view, &place, Ok(()), config)?;
            let events = found.into_iter().map(|event| change(event, &shown)).collect();
            Ok(GuestChanges { events, last })
        })
    }
}

fn change(event: Event, now: &GuestLinkView) -> GuestChange {
    let mut data = now.clone();
    if event.name.starts_with("session.")
        && let Ok(session) = serde_json::from_str::<SessionView>(&event.data)
    {
        data.session = Some(GuestSessionView::from(session));
    }
    let id = format!("{}{}", EventView::PREFIX, event.seq);
    GuestChange { id, name: event.name, at: event.at, data }
}

/// Returns the changes that concern a guest, and how far was looked.
fn changes_after(
    view: &mut dyn View,
    invite: &Invite,
    mut after: u64,
) -> Result<(Vec<Event>, u64), Fault> {
    let prefix = row![invite.team];
    let index = Some(&tables::EVENT_TEAM);
    let mut found = Vec::new();
    for _ in 0..PARTS_MOST {
        let from = Some(after.saturating_add(1).value());
        let part = Range { index, prefix: &prefix, from, limit: PART, ..Range::default() };
        let events: Vec<Event> = list(view, &part)?;
        let is_end = events.len() < PART;
        after = events.last().map_or(after, |event| event.seq);
        let concerns = |event: &Event| {
            event.invite == Some(invite.id)
                && !event.name.starts_with("invite.mail_")
                && event.name != "invite.not_ready"
        };
        found.extend(events.into_iter().filter(concerns));
        if is_end || found.len() >= PART {
            break;
        }
    }
    Ok((found, after))
}

fn last_number(view: &mut dyn View, team: TeamId) -> Result<u64, Fault> {
    let prefix = row![team];
    let index = Some(&tables::EVENT_TEAM);
    let range = Range { index, prefix: &prefix, backwards: true, limit: 1, ..Range::default() };
    let last: Option<Event> = list(view, &range)?.pop();
    Ok(last.map_or(0, |event| event.seq))
}

impl From<SessionView> for GuestSessionView {
    fn from(session: SessionView) -> Self {
        Self {
            id: session.id,
            state: session.state,
            end_reason: session.end_reason,
            permissions: session.permissions,
            opened_at: session.opened_at,
            closes_at: session.closes_at,
            ended_at: session.ended_at,
        }
    }
}

/// How many events are read at once.
const PART: usize = 200;

/// How many parts one call reads, so that a busy team's events hold up nobody.
const PARTS_MOST: usize = 20;
