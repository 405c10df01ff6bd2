//! The stream of events: what happened, for those who may see it (IF-6).

use chrono::{DateTime, Utc};
use guest_core::{Right, TeamId};
use serde::{Deserialize, Serialize};

use crate::access::Actor;
use crate::config::Config;
use crate::people::Sight;
use crate::record::{Audience, Event, Range, list, row};
use crate::table::Value;
use crate::users::UserView;
use crate::workspaces::is_in;
use crate::{App, Call, Fault, Pending, StoreError, View, tables};

/// Events in their order, as far as the caller may see them.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Events {
    /// The events.
    pub events: Vec<EventView>,
    /// How far the stream was read: what to ask for the events after these with.
    ///
    /// It moves past events that the caller may not see, too. Once it does not
    /// move, there are no more for now.
    pub last: u64,
}

/// Something that happened.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventView {
    /// Names the event, in the stream and elsewhere.
    pub id: String,
    /// What sort of thing happened, such as `invite.created`.
    #[serde(rename = "type")]
    pub name: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The team.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub team: TeamId,
    /// The thing as the API shows it, without links.
    pub data: serde_json::Value,
}

impl EventView {
    /// What an event's id starts with, before its number.
    pub const PREFIX: &'static str = "evt_";

    /// Reads the number of an event from its id, as `Last-Event-ID` gives it back.
    #[must_use]
    pub fn number(id: &str) -> Option<u64> {
        id.strip_prefix(Self::PREFIX)?.parse().ok()
    }

    /// Shows an event as somebody with this sight sees it: other users are pseudonyms to some (OR-3).
    fn of(event: Event, sight: Sight, config: &Config) -> Result<Self, Fault> {
        let data = match event.audience {
            Audience::Users => serde_json::from_str(&event.data)
                .map(|user: UserView| user.seen(event.team, sight, config))
                .and_then(serde_json::to_value),
            Audience::Invites
            | Audience::Computers
            | Audience::Credits
            | Audience::Workspaces
            | Audience::Invitations
            | Audience::JoinRequests => serde_json::from_str(&event.data),
        };
        let data = data.map_err(|error| StoreError::new("reading an event", error))?;
        Ok(Self {
            id: format!("{}{}", Self::PREFIX, event.seq),
            name: event.name,
            at: event.at,
            team: event.team,
            data,
        })
    }
}

impl App {
    /// Returns what happened in a team after an event, or with `None` nothing but where to go on.
    ///
    /// At most `limit` events are looked at. Each call asks anew what the
    /// caller may see, so that a stream ends with their rights (OR-9).
    pub fn events_after(
        &self,
        call: &Call,
        team: &str,
        after: Option<u64>,
        limit: usize,
    ) -> Pending<Events> {
        let (call, team) = (call.clone(), team.to_owned());
        self.read(move |view, config| {
            let actor = Actor::with(view, &call, &team, Right::ReadEvents)?;
            let Some(after) = after else {
                return Ok(Events { events: Vec::new(), last: newest(view)? });
            };
            let found = found_after(view, actor.team.id, after, limit)?;
            let last = found.last().map_or(after, |event| event.seq);
            let sight = Sight::of(&actor);
            let mut events = Vec::new();
            for event in found {
                if is_seen(view, &actor, &event)? {
                    events.push(EventView::of(event, sight, config)?);
                }
            }
            Ok(Events { events, last })
        })
    }

    /// Returns the number of the latest event of all teams, 0 if there is none.
    pub fn last_event(&self) -> Pending<u64> {
        self.read(|view, _| newest(view))
    }
}

/// Returns whether somebody may see an event: as what it is about (GA-3, IF-6, OR-41).
fn is_seen(view: &mut dyn View, actor: &Actor, event: &Event) -> Result<bool, Fault> {
    let reaches = |owner| actor.id() == Some(owner) || actor.may(Right::ReachPersonal);
    if !actor.may(event.audience.right()) || !event.owner.is_none_or(reaches) {
        return Ok(false);
    }
    event.workspace.map_or(Ok(true), |workspace| is_in(view, actor, workspace))
}

fn found_after(
    view: &mut dyn View,
    team: TeamId,
    after: u64,
    limit: usize,
) -> Result<Vec<Event>, Fault> {
    let Ok(next) = i64::try_from(after.saturating_add(1)) else { return Ok(Vec::new()) };
    let prefix = row![team];
    let (index, from) = (Some(&tables::EVENT_TEAM), Some(Value::Int(next)));
    Ok(list(view, &Range { index, prefix: &prefix, from, limit, ..Range::default() })?)
}

fn newest(view: &mut dyn View) -> Result<u64, Fault> {
    let range = Range { backwards: true, limit: 1, ..Range::default() };
    let newest: Vec<Event> = list(view, &range)?;
    Ok(newest.first().map_or(0, |event| event.seq))
}
