//! Devices: what users sign in with besides mailed codes (OR-8, OR-35).
//!
//! A device is enrolled where its user is signed in, or with a link that was made there. No single
//! one is ever taken away: revoking a user takes all of them (OR-9).

use std::fmt;

use chrono::{DateTime, Utc};
use guest_core::{
    Challenge, DEVICE_LINK_LIFE, DEVICES_MOST, Device, DeviceId, DeviceName, DevicePublicKey,
    DeviceRefusal, DeviceSignature, Email, InputError, Proof, Purpose, Right, Secret, SecretHash,
    TeamId, User, UserId,
};
use serde::{Deserialize, Serialize};

use crate::access::{self, Actor};
use crate::input::Reading;
use crate::once::Replay;
use crate::paging::page;
use crate::people::MyTeam;
use crate::record::{DeviceLink, Range, SpentChallenge, erase, find, list, row};
use crate::sign_in::{SignedIn, sign_in_to};
use crate::view::Page;
use crate::work::{By, Work};
use crate::{App, Call, Caller, Denied, Fault, Paging, Pending, View, tables};

/// A device of one's own.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceView {
    /// Names the device.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: DeviceId,
    /// What one calls it.
    pub name: String,
    /// When it was enrolled.
    pub enrolled_at: DateTime<Utc>,
    /// When it last signed in; null if it never has.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Whether this session was proven with it.
    pub current: bool,
}

impl Replay for DeviceView {}

/// The browser that asks, to be enrolled as a device.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DeviceDraft {
    /// What one calls it, at most 80 characters.
    pub name: String,
    /// Its public key: the 65 bytes of an uncompressed point of P-256, as base64url.
    pub public_key: String,
}

/// A link with which another browser is enrolled.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceLinkMade {
    /// The address to open there, once; null when the answer is given again.
    pub link: Option<String>,
    /// When it ceases to work.
    pub expires_at: DateTime<Utc>,
}

impl fmt::Debug for DeviceLinkMade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceLinkMade")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

impl Replay for DeviceLinkMade {
    fn scrub(&mut self) {
        self.link = None;
    }
}

/// A browser that has opened a link, to be enrolled as a device.
#[derive(Clone, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LinkedDevice {
    /// What stands in the link after the `#`.
    pub token: String,
    /// What one calls it, at most 80 characters.
    pub name: String,
    /// Its public key: the 65 bytes of an uncompressed point of P-256, as base64url.
    pub public_key: String,
}

impl fmt::Debug for LinkedDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LinkedDevice").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A browser that was enrolled with a link, and is signed in.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceEnrolled {
    /// The device.
    pub device: DeviceView,
    /// The team that it is for.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub team: TeamId,
    /// The account.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub email: Email,
    /// The teams that it reaches.
    pub teams: Vec<MyTeam>,
    /// What the browser keeps; not part of the answer's body.
    #[serde(skip)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub cookie: Secret,
}

/// Something for a device to sign.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChallengeView {
    /// To be sent back as it is.
    pub challenge: String,
    /// What stands around it in what is signed: the server's address, on a line of its own.
    pub server: String,
    /// When it ceases to count.
    pub expires_at: DateTime<Utc>,
}

/// What a device says of itself to sign in.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DeviceTry {
    /// Which device it is.
    pub device_id: String,
    /// The challenge.
    pub challenge: String,
    /// Its signature of the challenge: 64 bytes, r and s, as base64url.
    pub signature: String,
}

impl App {
    /// Lists the caller's own devices, the oldest first (OR-8).
    pub fn devices(&self, call: &Call, team: &str, paging: &Paging) -> Pending<Page<DeviceView>> {
        let (call, team, paged) = (call.clone(), team.to_owned(), paging.parse());
        self.read(move |view, _| {
            let actor = Actor::with(view, &call, &team, Right::OwnDevices)?;
            let paged = paged.clone()?;
            let user = actor.person(view)?;
            let current = device_of(view, &call)?;
            let prefix = row![user.team, user.id];
            let index = Some(&tables::DEVICE_USER);
            let range = Range { index, prefix: &prefix, ..Range::default() };
            page(view, &range, &paged, |_, device: Device| {
                Ok(Some(DeviceView::of(&device, current)))
            })
        })
    }

    /// Enrols the browser that asks, in which its user is signed in (OR-8).
    pub fn enrol_device(
        &self,
        call: &Call,
        team: &str,
        draft: &DeviceDraft,
    ) -> Pending<DeviceView> {
        let (asking, name, new) = (call.clone(), team.to_owned(), draft.read());
        self.write_once(call, team, move |work| {
            // A program's key is no way to sign in, and must not become one.
            if let Caller::ApiKey(_) | Caller::Operator { .. } = asking.caller {
                return Err(Denied::PeopleOnly.into());
            }
            let actor = work.actor(&asking, &name, Right::OwnDevices)?;
            let user = actor.person(work.tx)?;
            let device = new.clone()?.enrol(work, &user)?;
            Ok(DeviceView::of(&device, None))
        })
    }

    /// Makes a link with which another browser is enrolled as the caller's device (OR-8).
    ///
    /// The operator of the server makes one for whom they act as.
    pub fn make_device_link(&self, call: &Call, team: &str) -> Pending<DeviceLinkMade> {
        let secret = self.secret(Purpose::Enrolment);
        let (asking, name) = (call.clone(), team.to_owned());
        self.write_once(call, team, move |work| {
            if let Caller::ApiKey(_) = asking.caller {
                return Err(Denied::PeopleOnly.into());
            }
            let actor = work.actor(&asking, &name, Right::OwnDevices)?;
            let user = actor.person(work.tx)?;
            require_room(work.tx, &user)?;
            let made_at = work.now;
            work.save(&DeviceLink {
                hash: secret.hash(),
                team: user.team,
                user: user.id,
                made_at,
            })?;
            let by = By::actor(&actor);
            work.audit(user.team, &by, "device.link", user.id, &serde_json::json!({}))?;
            let link = Some(work.config.device_page(&secret));
            Ok(DeviceLinkMade { link, expires_at: made_at + DEVICE_LINK_LIFE })
        })
    }

    /// Enrols a browser with a link that was made where its user is signed in, and signs in (OR-8).
    pub fn enrol_with_link(&self, call: &Call, draft: &LinkedDevice) -> Pending<DeviceEnrolled> {
        let cookie = self.secret(Purpose::SignIn);
        let link = Secret::parse(Purpose::Enrolment, &draft.token).map(|token| token.hash());
        let new = draft.read();
        self.write(call, move |work| {
            let new = new.clone()?;
            let user = follow(work, link)?.ok_or(DeviceRefusal::LinkUnknown)?;
            let device = new.enrol(work, &user)?.used(work.now);
            work.save(&device)?;
            let proof = Proof::Device { team: user.team, device: device.id };
            let SignedIn { email, teams, cookie } = sign_in_to(work, user.email, proof, &cookie)?;
            let team = user.team;
            let device = DeviceView::of(&device, Some(device.id));
            Ok(DeviceEnrolled { device, team, email, teams, cookie })
        })
    }

    /// Gives a device something to sign (OR-35); nothing is kept of it.
    pub fn device_challenge(&self) -> Pending<ChallengeView> {
        let mut nonce = [0; 16];
        self.entropy.fill(&mut nonce);
        self.read(move |view, config| {
            let challenge = Challenge::new(nonce, view.now());
            Ok(ChallengeView {
                challenge: challenge.text(&config.key),
                server: config.public_url.clone(),
                expires_at: challenge.expires_at,
            })
        })
    }

    /// Signs in as the user of a device that has signed a challenge (OR-35).
    pub fn sign_in_by_device(&self, call: &Call, attempt: &DeviceTry) -> Pending<SignedIn> {
        let cookie = self.secret(Purpose::SignIn);
        let attempt = attempt.read();
        self.write(call, move |work| {
            let Attempt { device, challenge, signature } = attempt.clone()?;
            let nonce = Challenge::open(&challenge, &work.config.key, work.now)?.nonce;
            let device: Device = work.find(&row![device])?.ok_or(DeviceRefusal::NotProven)?;
            device.prove(&work.config.public_url, &challenge, &signature)?;
            if work.find::<SpentChallenge>(&row![nonce.as_slice()])?.is_some() {
                return Err(DeviceRefusal::NotProven.into());
            }
            work.save(&SpentChallenge { nonce, at: work.now })?;
            let user: Option<User> = work.find(&row![device.team, device.user])?;
            let user = user.filter(User::is_active).ok_or(DeviceRefusal::NotProven)?;
            work.save(&device.used(work.now))?;
            let proof = Proof::Device { team: device.team, device: device.id };
            sign_in_to(work, user.email, proof, &cookie)
        })
    }
}

impl DeviceView {
    fn of(device: &Device, current: Option<DeviceId>) -> Self {
        Self {
            id: device.id,
            name: device.name.as_str().to_owned(),
            enrolled_at: device.enrolled_at,
            last_used_at: device.last_used_at,
            current: current == Some(device.id),
        }
    }
}

/// Returns the devices of a user, the oldest first.
pub(crate) fn devices_of(
    view: &mut dyn View,
    team: TeamId,
    user: UserId,
) -> Result<Vec<Device>, Fault> {
    let prefix = row![team, user];
    let index = Some(&tables::DEVICE_USER);
    Ok(list(view, &Range { index, prefix: &prefix, limit: usize::MAX, ..Range::default() })?)
}

/// Spends a link, and returns the user who made it, if it still leads to one.
fn follow(work: &mut Work<'_>, link: Option<SecretHash>) -> Result<Option<User>, Fault> {
    let Some(hash) = link else { return Ok(None) };
    let Some(link) = find::<DeviceLink>(work.tx, &row![hash])? else { return Ok(None) };
    erase::<DeviceLink>(work.tx, &row![hash])?;
    // One from the future was made before the clock was set back.
    let is_fresh = (work.now - link.made_at).abs() < DEVICE_LINK_LIFE;
    let user: Option<User> = work.find(&row![link.team, link.user])?;
    Ok(user.filter(|user| is_fresh && user.is_active()))
}

/// Returns the device with which a session was proven.
fn device_of(view: &mut dyn View, call: &Call) -> Result<Option<DeviceId>, Fault> {
    let Caller::Login(hash) = call.caller else { return Ok(None) };
    Ok(match access::login(view, hash)?.map(|login| login.proof) {
        Some(Proof::Device { device, .. }) => Some(device),
        Some(Proof::Code | Proof::Link | Proof::Sso { .. }) | None => None,
    })
}

fn require_room(view: &mut dyn View, user: &User) -> Result<(), Fault> {
    if devices_of(view, user.team, user.id)?.len() < DEVICES_MOST {
        return Ok(());
    }
    Err(InputError::invalid("", format!("a user has at most {DEVICES_MOST} devices")).into())
}

/// A device to be enrolled, understood.
#[derive(Clone)]
struct Enrolment {
    name: DeviceName,
    key: DevicePublicKey,
}

impl Enrolment {
    fn read(name: &str, key: &str) -> Result<Self, Vec<InputError>> {
        let mut reading = Reading::default();
        let name = reading.read("/name", DeviceName::parse(name));
        let key = reading.read("/public_key", DevicePublicKey::parse(key));
        reading.done(name.zip(key).map(|(name, key)| Self { name, key }))
    }

    /// Stores the device as one of the user's.
    fn enrol(self, work: &mut Work<'_>, user: &User) -> Result<Device, Fault> {
        require_room(work.tx, user)?;
        let device = Device {
            team: user.team,
            user: user.id,
            id: work.ids.next(DeviceId::from_bits),
            name: self.name,
            key: self.key,
            enrolled_at: work.now,
            last_used_at: None,
        };
        work.save(&device)?;
        let name = user.email.as_str().to_owned();
        let by = By::Actor { name, email: Some(user.email.clone()) };
        let detail = serde_json::json!({ "name": device.name, "user": device.user });
        work.audit(user.team, &by, "device.enrol", device.id, &detail)?;
        Ok(device)
    }
}

impl DeviceDraft {
    fn read(&self) -> Result<Enrolment, Vec<InputError>> {
        Enrolment::read(&self.name, &self.public_key)
    }
}

impl LinkedDevice {
    fn read(&self) -> Result<Enrolment, Vec<InputError>> {
        Enrolment::read(&self.name, &self.public_key)
    }
}

/// A [`DeviceTry`], understood.
#[derive(Clone)]
struct Attempt {
    device: DeviceId,
    challenge: String,
    signature: DeviceSignature,
}

impl DeviceTry {
    fn read(&self) -> Result<Attempt, Vec<InputError>> {
        let mut reading = Reading::default();
        let device = match self.device_id.parse() {
            Ok(device) => Some(device),
            Err(no) => {
                let no: guest_core::BadId = no;
                reading.wrong("/device_id", no);
                None
            }
        };
        let signature = reading.read("/signature", DeviceSignature::parse(&self.signature));
        let challenge = self.challenge.clone();
        let all = device.zip(signature);
        reading.done(all.map(|(device, signature)| Attempt { device, challenge, signature }))
    }
}
