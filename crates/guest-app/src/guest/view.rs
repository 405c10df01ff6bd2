//! What is shown to guests and asked by them.

use chrono::{DateTime, Utc};
use guest_core::{
    Carrier, ConnectRefusal, Connection, InputError, Instant, Invite, Note, Permissions, Refusal,
    Right, Secret, Session, SessionId, TimeRequest, TimeRequestRefusal,
};
use serde::{Deserialize, Serialize};

use super::Place;
use crate::access::{role_of, user_by_email};
use crate::config::Config;
use crate::once::Replay;
use crate::people::Sight;
use crate::record::{Range, list, row};
use crate::view::{EndedView, TimeRequestView, WindowView};
use crate::work::live_session;
use crate::{Fault, View, tables};

/// What a link shows (GA-41): nobody's address, and to others than the guest no more than needed.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GuestLinkView {
    /// What the guest is invited to.
    pub title: String,
    /// The team that invites.
    pub team: String,
    /// The computer.
    pub computer: String,
    /// When the guest may connect.
    pub window: WindowView,
    /// Whether the window means nothing, since the guest is the sender.
    pub window_ignored: bool,
    /// What the guest may use in a session opened now.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub permissions: Permissions,
    /// `scheduled`, `open`, `connected`, `expired`, `cancelled` or `void`.
    pub phase: String,
    /// Whether the signed-in account is the invited one: `right`, `wrong` or `signed_out`.
    pub you: String,
    /// In how many seconds the window starts; null once it has.
    pub opens_in_seconds: Option<i64>,
    /// In how many seconds the window ends; null once it has, or if it does not.
    pub closes_in_seconds: Option<i64>,
    /// The code of the problem that connecting would meet now; null if there is none.
    pub obstacle: Option<String>,
    /// Who invites, as the guest may know them; for the guest only, as all that follows.
    pub invited_by: Option<String>,
    /// What they say to the guest; empty if nothing.
    pub message: Option<String>,
    /// Who carries the connection: `relay`, the server, or `external`, the computer's own streaming
    /// software, where the guest goes on.
    pub connection: Option<String>,
    /// The live session, or else the last one.
    pub session: Option<GuestSessionView>,
    /// More time that was asked for and not yet answered.
    pub time_request: Option<TimeRequestView>,
    /// When and why the invite ended.
    pub ended: Option<EndedView>,
}

/// A session, as its guest sees it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GuestSessionView {
    /// Names the session.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: SessionId,
    /// `live` or `ended`.
    pub state: String,
    /// Why it ended.
    pub end_reason: Option<String>,
    /// What the guest may use in it.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub permissions: Permissions,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// When the window ends it.
    pub closes_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}

/// An open session.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Connected {
    /// Names the session.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub session_id: SessionId,
    /// What the guest may use.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub permissions: Permissions,
    /// When the window ends it; null if it does not.
    pub closes_at: Option<DateTime<Utc>>,
    /// What opens the stream, once and within 30 s; null where the computer's own software carries
    /// the session.
    pub ticket: Option<String>,
    /// Where the stream is opened, with `?ticket=` added; null where there is none.
    pub stream_url: Option<String>,
}

/// A guest's wish for more time (GA-48).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TimeDraft {
    /// How many minutes more: 1 to five days' worth.
    pub minutes: i64,
    /// What the guest says about it, at most 500 characters.
    #[serde(default)]
    pub note: Option<String>,
}

impl GuestLinkView {
    /// Shows an invite to somebody with its current link, as far as `standing` lets them see it.
    pub(super) fn of(
        view: &mut dyn View,
        place: &Place,
        standing: Result<(), ConnectRefusal>,
        config: &Config,
    ) -> Result<Self, Fault> {
        let (now, invite) = (view.now(), &place.invite);
        let live = live_session(view, invite)?;
        let shown = Self::shown(place, live.is_some(), now);
        let you = match standing {
            Ok(()) => "right",
            Err(ConnectRefusal::SignedOut) => "signed_out",
            Err(
                ConnectRefusal::LinkUnknown
                | ConnectRefusal::WrongAccount
                | ConnectRefusal::Ended(_)
                | ConnectRefusal::KeptOut
                | ConnectRefusal::TooEarly { .. }
                | ConnectRefusal::WindowOver
                | ConnectRefusal::RightsLost
                | ConnectRefusal::AccessOff
                | ConnectRefusal::ComputerOffline,
            ) => "wrong",
        };
        if let Err(refusal) = standing {
            let obstacle = Some(refusal.code().to_owned());
            return Ok(Self { you: you.to_owned(), obstacle, ..shown });
        }
        let obstacle = place.admit(view, invite.link, Some(&invite.guest)).err();
        let asked = invite.time_asked.as_ref();
        let session = match live {
            Some(session) => Some(session),
            None => last_session(view, invite)?,
        };
        Ok(Self {
            you: you.to_owned(),
            obstacle: obstacle.map(|refusal| refusal.code().to_owned()),
            invited_by: sender_name(view, place, config)?,
            message: Some(invite.message.as_str().to_owned()),
            connection: Some(Connection::name(place.computer.connection).to_owned()),
            session: session.as_ref().map(GuestSessionView::of),
            time_request: asked.map(|asked| TimeRequestView {
                at: asked.at,
                minutes: asked.minutes,
                note: asked.note.as_str().to_owned(),
            }),
            ended: invite
                .life
                .ended()
                .map(|(at, reason)| EndedView { at, reason: reason.to_owned() }),
            ..shown
        })
    }

    /// Shows what everybody with the link may see.
    fn shown(place: &Place, connected: bool, now: Instant) -> Self {
        let invite = &place.invite;
        let counts = |seconds: Option<i64>| seconds.filter(|_| invite.is_live());
        Self {
            title: invite.title.as_str().to_owned(),
            team: place.team.name.as_str().to_owned(),
            computer: place.computer.name.as_str().to_owned(),
            window: WindowView::of(&invite.window),
            window_ignored: invite.ignores_window(),
            permissions: invite.session_permissions(),
            phase: invite.phase(connected, now).name().to_owned(),
            you: String::new(),
            opens_in_seconds: counts(invite.opens_in(now)),
            closes_in_seconds: counts(invite.closes_in(now)),
            obstacle: None,
            invited_by: None,
            message: None,
            connection: None,
            session: None,
            time_request: None,
            ended: None,
        }
    }
}

impl GuestSessionView {
    pub(super) fn of(session: &Session) -> Self {
        Self {
            id: session.id,
            state: if session.is_live() { "live" } else { "ended" }.to_owned(),
            end_reason: session.ended.map(|end| end.reason.name().to_owned()),
            permissions: session.permissions,
            opened_at: session.opened_at,
            closes_at: session.closes_at,
            ended_at: session.ended.map(|end| end.at),
        }
    }
}

impl Connected {
    pub(super) fn of(session: &Session, ticket: &Secret, config: &Config) -> Self {
        let (ticket, stream_url) = match session.carrier {
            Carrier::External => (None, None),
            Carrier::Relay { .. } => {
                (Some(ticket.expose().to_owned()), Some(config.stream_url(session.id)))
            }
        };
        Self {
            session_id: session.id,
            permissions: session.permissions,
            closes_at: session.closes_at,
            ticket,
            stream_url,
        }
    }
}

impl Replay for Connected {
    /// Takes out the ticket: whoever lost the answer connects again (IF-5).
    fn scrub(&mut self) {
        self.ticket = None;
    }
}

impl TimeDraft {
    /// Reads the wish, with everything that is wrong.
    pub(super) fn parse(&self) -> Result<TimeRequest, Vec<InputError>> {
        let minutes = u32::try_from(self.minutes)
            .map_err(|_| InputError::at("/minutes", &TimeRequestRefusal::Minutes));
        let note = Note::parse(self.note.as_deref().unwrap_or_default())
            .map_err(|no| InputError::invalid("/note", no));
        match (minutes, note) {
            (Ok(minutes), Ok(note)) => Ok(TimeRequest { minutes, note }),
            (minutes, note) => Err([minutes.err(), note.err()].into_iter().flatten().collect()),
        }
    }
}

/// Returns who invites, whom an External user knows by pseudonym only (OR-3).
fn sender_name(
    view: &mut dyn View,
    place: &Place,
    config: &Config,
) -> Result<Option<String>, Fault> {
    let Some(sender) = &place.sender else { return Ok(None) };
    let sight = match user_by_email(view, place.team.id, &place.invite.guest)? {
        None => Sight::Names,
        Some(guest) => match role_of(view, &guest)? {
            Some(role) if role.may(Right::SeeNames) => Sight::Names,
            Some(_) | None => Sight::Pseudonyms { own: Some(guest.id) },
        },
    };
    Ok(Some(sight.see(sender, config).0))
}

fn last_session(view: &mut dyn View, invite: &Invite) -> Result<Option<Session>, Fault> {
    let prefix = row![invite.team, invite.id];
    let index = Some(&tables::SESSION_INVITE);
    let range = Range { index, prefix: &prefix, backwards: true, limit: 1, ..Range::default() };
    Ok(list(view, &range)?.pop())
}
