//! How requests to join are written and shown.

use chrono::{DateTime, Utc};
use guest_core::{
    DeviceId, DeviceName, DevicePublicKey, Email, InputError, JoinLink, JoinRequest, JoinRequestId,
    JoinState, Team, UserId, Voucher,
};
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::input::Reading;
use crate::vouching::{CertificateProof, JoinWays};

/// What a stranger is told who opens a team's join link (OR-30).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JoinPageView {
    /// Names the team in addresses.
    pub team: String,
    /// What it is called.
    pub team_name: String,
    /// In which ways one can show who one is.
    #[serde(flatten)]
    pub ways: JoinWays,
}

/// A request to join that is signed with the key of a certificate (OR-33).
///
/// What is signed is written down in `docs/join-requests.md`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct JoinDraft {
    /// Names the request: `jrq_` and 128 random bits, drawn by the person and used once.
    pub id: String,
    /// The browser that they want to sign in with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<JoinDeviceDraft>,
    /// Their certificate, and what its key has signed.
    pub proof: CertificateProof,
}

/// A browser that is to be enrolled with its user.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct JoinDeviceDraft {
    /// What its user calls it.
    pub name: String,
    /// Its public key: 65 bytes, a point of P-256, in base64url.
    pub key: String,
}

/// A request that was submitted, for the person.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Joined {
    /// Names the request.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: JoinRequestId,
    /// `submitted`.
    pub state: String,
    /// What opens the request for its person, `jr_…`: as a bearer token, or at the end of `link`.
    pub token: String,
    /// Where the person sees what becomes of it.
    pub link: String,
    /// What names the browser once it is enrolled.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub device_id: Option<DeviceId>,
}

/// What became of a request, for the person (OR-30).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JoinStatusView {
    /// Names the request.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: JoinRequestId,
    /// Names the team in addresses.
    pub team: String,
    /// What it is called.
    pub team_name: String,
    /// The address that was vouched for.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub email: Email,
    /// `submitted`, `accepted`, `rejected` or `cancelled`.
    pub state: String,
    /// Whether a newer request took its place.
    pub replaced: bool,
    /// Whether its certificate has lapsed, so that it has to be sent again.
    pub lapsed: bool,
    /// What names the browser that was to be enrolled.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub device_id: Option<DeviceId>,
    /// When it was submitted.
    pub submitted_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}

/// A request to join, for Administrators (OR-34).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JoinRequestView {
    /// Names the request.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: JoinRequestId,
    /// `submitted`, `accepted`, `rejected` or `cancelled`.
    pub state: String,
    /// What the person is called; to be confirmed.
    pub name: String,
    /// Their address, which cannot be changed.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub email: Email,
    /// What was vouched for.
    pub vouched: VouchedView,
    /// What they call the browser that is to be enrolled.
    pub device: Option<String>,
    /// Whether the certificate has lapsed since: it can be rejected, or sent again, not accepted.
    pub lapsed: bool,
    /// The user that it made.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub user_id: Option<UserId>,
    /// The request that took its place.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub replaced_by: Option<JoinRequestId>,
    /// When it was submitted.
    pub submitted_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}

/// What was vouched for when a request was submitted (OR-34).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VouchedView {
    /// How it was verified: `sso` or `certificate`.
    pub how: String,
    /// Who vouches: what the provider is called, or who issued the certificate.
    pub by: String,
    /// Who says so: the provider's address, or what names the root.
    pub issuer: String,
    /// What the person is to them: the provider's name for them, or whom the certificate names.
    pub subject: String,
    /// The assurance that the provider gave.
    pub assurance: Option<String>,
    /// The number of the certificate.
    pub serial: Option<String>,
    /// From when the certificates are valid.
    pub not_before: Option<DateTime<Utc>>,
    /// Until when the certificates are valid.
    pub not_after: Option<DateTime<Utc>>,
}

/// Which requests to list.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams, utoipa::ToSchema))]
pub struct JoinFilter {
    /// `submitted` (the default), `accepted`, `rejected`, `cancelled` or `all`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

/// What a person asks for, understood.
#[derive(Clone, Debug)]
pub(crate) struct Asking {
    pub(crate) id: JoinRequestId,
    pub(crate) device: Option<(DeviceName, DevicePublicKey)>,
}

impl JoinDraft {
    pub(super) fn read(&self) -> Result<(Asking, CertificateProof), Vec<InputError>> {
        let asking = Asking::read(&self.id, self.device.as_ref())?;
        Ok((asking, self.proof.clone()))
    }
}

impl Asking {
    /// Reads what a person asks for.
    pub(crate) fn read(
        id: &str,
        device: Option<&JoinDeviceDraft>,
    ) -> Result<Self, Vec<InputError>> {
        let mut reading = Reading::default();
        let id = id.parse().map_err(|error: guest_core::BadId| reading.wrong("/id", error)).ok();
        let device = match device {
            None => Some(None),
            Some(device) => {
                let name = reading.read("/device/name", DeviceName::parse(&device.name));
                let key = DevicePublicKey::parse(&device.key);
                let key = key.map_err(|error| reading.wrong("/device/key", error)).ok();
                name.zip(key).map(Some)
            }
        };
        reading.done(id.zip(device).map(|(id, device)| Self { id, device }))
    }
}

impl JoinFilter {
    /// Reads the state to list; `None` for any.
    pub(super) fn read(&self) -> Result<Option<String>, Vec<InputError>> {
        let names = ["submitted", "accepted", "rejected", "cancelled", "all"];
        let state = self.state.as_deref().unwrap_or("submitted");
        let mut reading = Reading::default();
        let known = names.into_iter().find(|name| *name == state);
        let known = reading.one_of("/state", known, &names);
        let known = reading.done(known)?;
        Ok((known != "all").then(|| known.to_owned()))
    }
}

impl JoinPageView {
    pub(super) fn of(team: &Team, ways: JoinWays) -> Self {
        Self { team: team.id.to_string(), team_name: team.name.as_str().to_owned(), ways }
    }
}

impl Joined {
    pub(super) fn of(request: &JoinRequest, config: &Config) -> Self {
        let link = JoinLink { team: request.team, request: request.id };
        let token = link.token(&config.key).expose().to_owned();
        Self {
            id: request.id,
            state: request.state.name().to_owned(),
            link: config.join_request_page(&token),
            token,
            device_id: request.device.as_ref().map(|device| device.id),
        }
    }
}

impl JoinStatusView {
    pub(super) fn of(request: &JoinRequest, team: &Team, now: DateTime<Utc>) -> Self {
        let replaced = matches!(request.state, JoinState::Cancelled { replaced_by: Some(_), .. });
        Self {
            id: request.id,
            team: team.id.to_string(),
            team_name: team.name.as_str().to_owned(),
            email: request.vouched.email.clone(),
            state: request.state.name().to_owned(),
            replaced,
            lapsed: is_lapsed(request, now),
            device_id: request.device.as_ref().map(|device| device.id),
            submitted_at: request.submitted_at,
            ended_at: request.state.ended_at(),
        }
    }
}

impl JoinRequestView {
    pub(super) fn of(request: &JoinRequest, now: DateTime<Utc>) -> Self {
        let (user_id, replaced_by) = match request.state {
            JoinState::Accepted { user, .. } => (Some(user), None),
            JoinState::Cancelled { replaced_by, .. } => (None, replaced_by),
            JoinState::Submitted | JoinState::Rejected { .. } => (None, None),
        };
        Self {
            id: request.id,
            state: request.state.name().to_owned(),
            name: request.vouched.called(),
            email: request.vouched.email.clone(),
            vouched: VouchedView::of(request),
            device: request.device.as_ref().map(|device| device.name.as_str().to_owned()),
            lapsed: is_lapsed(request, now),
            user_id,
            replaced_by,
            submitted_at: request.submitted_at,
            ended_at: request.state.ended_at(),
        }
    }
}

impl VouchedView {
    fn of(request: &JoinRequest) -> Self {
        let identity = &request.vouched.identity;
        let bare = Self {
            how: String::new(),
            by: String::new(),
            issuer: identity.issuer.clone(),
            subject: identity.subject.clone(),
            assurance: None,
            serial: None,
            not_before: None,
            not_after: None,
        };
        match &request.vouched.by {
            Voucher::Provider { name, assurance } => Self {
                how: "sso".to_owned(),
                by: name.clone(),
                assurance: assurance.clone(),
                ..bare
            },
            Voucher::Certificate { subject, issuer, serial, not_before, not_after, .. } => Self {
                how: "certificate".to_owned(),
                by: issuer.clone(),
                subject: subject.clone(),
                serial: Some(serial.clone()),
                not_before: Some(*not_before),
                not_after: Some(*not_after),
                ..bare
            },
        }
    }
}

/// Returns whether a request that waits cannot be accepted any more.
fn is_lapsed(request: &JoinRequest, now: DateTime<Utc>) -> bool {
    request.state == JoinState::Submitted && request.vouched.has_lapsed(now)
}
