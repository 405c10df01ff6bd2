//! What is shown of things: the shapes of the API, the same for every adapter.

use chrono::{DateTime, Utc};
use guest_core::{
    Computer, ComputerId, Connection, Email, HostLoginState, Instant, Invite, InviteId, Link,
    Permissions, Session, SessionId, UserId, Window,
};
use serde::{Deserialize, Serialize};

use crate::config::Config;

/// One page of a list.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The things on the page.
    pub data: Vec<T>,
    /// What to ask the next page with; null on the last.
    pub next_cursor: Option<String>,
}

/// An invite.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InviteView {
    /// Names the invite.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: InviteId,
    /// Rises with each change by people; the `ETag`.
    pub version: u32,
    /// The computer.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub computer_id: ComputerId,
    /// The account it is for.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub guest_email: Email,
    /// `outside`, `team` or `oneself`.
    pub kind: String,
    /// `live`, `expired`, `cancelled` or `void`.
    pub state: String,
    /// `scheduled`, `open`, `connected`, `expired`, `cancelled` or `void`.
    pub phase: String,
    /// When it was first used.
    pub used_at: Option<DateTime<Utc>>,
    /// Whether its guest is barred until readmitted.
    pub kept_out: bool,
    /// Whether the window means nothing, since the guest is the sender.
    pub window_ignored: bool,
    /// When the guest may connect.
    pub window: WindowView,
    /// What the guest may use: of `keyboard`, `mouse`, `gamepad`, `copy`, `paste`.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub permissions: Permissions,
    /// What the guest is invited to.
    pub title: String,
    /// What the sender says to the guest.
    pub message: String,
    /// `free`, `debited` or `refunded`.
    pub credit: String,
    /// The address the guest opens, for those who may edit the invite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Who made it.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub invited_by: Email,
    /// The live session.
    pub session: Option<SessionView>,
    /// The latest mail to the guest about it.
    pub mail: MailView,
    /// More time that the guest has asked for and nobody has answered.
    pub time_request: Option<TimeRequestView>,
    /// When the guest was reminded of the start, unless that was moved since.
    pub reminded_at: Option<DateTime<Utc>>,
    /// Why the guest could not be let in now, from an hour before the start and once the sender was
    /// told: `offline`, `access_off` or `logged_out`.
    pub not_ready: Option<String>,
    /// When and why it ended.
    pub ended: Option<EndedView>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// A window.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WindowView {
    /// When it starts.
    pub start: DateTime<Utc>,
    /// The first moment after it.
    pub end: DateTime<Utc>,
    /// The zone it is told in.
    pub time_zone: String,
    /// The start on the zone's clock, in the form in which windows are given.
    pub start_local: String,
    /// The end on the zone's clock, in the form in which windows are given.
    pub end_local: String,
}

/// Where the latest mail to a guest stands.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MailView {
    /// `queued`, `sent`, `retrying`, `undeliverable` or `withdrawn`.
    pub state: String,
    /// What the mail server said, if that is of interest.
    pub detail: Option<String>,
}

/// More time asked for.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TimeRequestView {
    /// When it was asked for.
    pub at: DateTime<Utc>,
    /// How many minutes more.
    pub minutes: u32,
    /// What the guest says about it.
    pub note: String,
}

/// When and why something ended.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EndedView {
    /// When.
    pub at: DateTime<Utc>,
    /// `window_ended`, `cancelled`, `rights_lost`, `user_revoked`, `computer_removed` or
    /// `host_login_changed`.
    pub reason: String,
}

/// A session.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionView {
    /// Names the session.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: SessionId,
    /// The invite.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub invite_id: InviteId,
    /// The computer.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub computer_id: ComputerId,
    /// The guest.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub guest_email: Email,
    /// `live` or `ended`.
    pub state: String,
    /// Why it ended.
    pub end_reason: Option<String>,
    /// What the guest may use in it.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub permissions: Permissions,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// When it was seen to work.
    pub used_at: Option<DateTime<Utc>>,
    /// When the window ends it.
    pub closes_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// The address the guest came from.
    pub from: String,
    /// Bytes that came from the guest.
    pub bytes_in: u64,
    /// Bytes that went to the guest.
    pub bytes_out: u64,
    /// Input events of the guest that were refused.
    pub refused_input: u64,
}

/// A computer.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComputerView {
    /// Names the computer.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: ComputerId,
    /// Rises with each change by people; the `ETag`.
    pub version: u32,
    /// What people call it.
    pub name: String,
    /// `team` or `personal`.
    pub provision: String,
    /// `relay` or `external`.
    pub connection: String,
    /// Whether guests are allowed.
    pub guest_access: bool,
    /// Whether its agent has been heard within 30 s.
    pub online: bool,
    /// When its agent was last heard.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// Who is logged in there.
    pub host_login: Option<String>,
    /// Whose own computer it is.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub user_id: Option<UserId>,
}

impl InviteView {
    /// Shows an invite, without its link.
    pub(crate) fn of(invite: &Invite, session: Option<&Session>, now: Instant) -> Self {
        let asked = invite.time_asked.as_ref();
        Self {
            id: invite.id,
            version: invite.version,
            computer_id: invite.computer,
            guest_email: invite.guest.clone(),
            kind: invite.kind.name().to_owned(),
            state: invite.life.name().to_owned(),
            phase: invite.phase(session.is_some(), now).name().to_owned(),
            used_at: invite.used_at,
            kept_out: invite.kept_out,
            window_ignored: invite.ignores_window(),
            window: WindowView::of(&invite.window),
            permissions: invite.permissions,
            title: invite.title.as_str().to_owned(),
            message: invite.message.as_str().to_owned(),
            credit: invite.credit.name().to_owned(),
            link: None,
            invited_by: invite.sender.email.clone(),
            session: session.map(SessionView::of),
            mail: MailView {
                state: invite.mail.state.shown().to_owned(),
                detail: invite.mail.detail.clone(),
            },
            time_request: asked.map(|asked| TimeRequestView {
                at: asked.at,
                minutes: asked.minutes,
                note: asked.note.as_str().to_owned(),
            }),
            reminded_at: invite.reminded_at,
            not_ready: None,
            ended: invite
                .life
                .ended()
                .map(|(at, reason)| EndedView { at, reason: reason.to_owned() }),
            created_at: invite.created_at,
        }
    }

    /// Adds what keeps the guest from its computer now (GA-60).
    pub(crate) fn on(mut self, invite: &Invite, computer: &Computer, now: Instant) -> Self {
        self.not_ready = invite.not_ready(computer, now).map(|reason| reason.name().to_owned());
        self
    }

    /// Adds the link, for those who may edit the invite (GA-19).
    pub(crate) fn with_link(mut self, invite: &Invite, config: &Config) -> Self {
        let link = Link { team: invite.team, invite: invite.id, counter: invite.link };
        self.link = Some(config.guest_link(link));
        self
    }
}

impl WindowView {
    /// Shows a window.
    #[must_use]
    pub fn of(window: &Window) -> Self {
        Self {
            start: window.start(),
            end: window.end(),
            time_zone: window.zone().name().to_owned(),
            start_local: window.start_local(),
            end_local: window.end_local(),
        }
    }
}

impl SessionView {
    pub(crate) fn of(session: &Session) -> Self {
        let traffic = session.traffic.unwrap_or_default();
        Self {
            id: session.id,
            invite_id: session.invite,
            computer_id: session.computer,
            guest_email: session.guest.clone(),
            state: if session.is_live() { "live" } else { "ended" }.to_owned(),
            end_reason: session.ended.map(|end| end.reason.name().to_owned()),
            permissions: session.permissions,
            opened_at: session.opened_at,
            used_at: session.used_at,
            closes_at: session.closes_at,
            ended_at: session.ended.map(|end| end.at),
            from: session.from.clone(),
            bytes_in: traffic.bytes_in,
            bytes_out: traffic.bytes_out,
            refused_input: traffic.refused_input,
        }
    }
}

impl ComputerView {
    pub(crate) fn of(computer: &Computer, now: Instant) -> Self {
        let login = match &computer.login {
            HostLoginState::Unknown | HostLoginState::Nobody => None,
            HostLoginState::Known(login) => Some(login.as_str().to_owned()),
        };
        Self {
            id: computer.id,
            version: computer.version,
            name: computer.name.as_str().to_owned(),
            provision: if computer.owner().is_none() { "team" } else { "personal" }.to_owned(),
            connection: Connection::name(computer.connection).to_owned(),
            guest_access: computer.guest_access,
            online: computer.is_online(now),
            last_seen_at: computer.last_seen,
            host_login: login,
            user_id: computer.owner(),
        }
    }
}
