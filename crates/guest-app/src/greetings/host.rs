//! The host's side of the relay: any Administrator of the team (OR-21).

use guest_core::{
    DeviceId, DeviceName, DevicePublicKey, Greeting, GreetingEnd, GreetingId, GreetingMessage,
    GreetingRefusal, InputError, MemberInvite, MemberInviteId, MemberInviteRefusal,
    MemberInviteState, NewGreeting, Opening, PersonName, Profile, PublicKey, Right, Side, Tag,
    User, UserId,
};
use serde::{Deserialize, Serialize};

use super::view::read_bytes;
use super::{GreetingStep, HostGreetingView, OpeningAsked};
use crate::access::Actor;
use crate::input::Reading;
use crate::joining::{NewDevice, NewUser, join};
use crate::member_invites::{carry_out, require};
use crate::people::Sight;
use crate::record::{find, row};
use crate::users::UserView;
use crate::work::{By, Work};
use crate::{App, Call, Denied, Fault, Pending, View};

/// A host who begins to greet.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GreetDraft {
    /// 16 random bytes as base64url, drawn by the device for this beginning.
    pub opening: String,
    /// The version of the protocol.
    pub version: u32,
    /// The host's public key of step 0.
    pub key: String,
}

/// A step that the host says.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct HostStepDraft {
    /// The beginning that it belongs to.
    pub opening: String,
    /// The step.
    pub said: GreetingStep,
}

/// How the host ends an attempt.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct HostEndDraft {
    /// The beginning that it belongs to.
    pub opening: String,
    /// `cancelled_by_host`, `wrong_code_host`, `no_matching_code`, `bad_commitment` or
    /// `bad_message`.
    pub reason: String,
}

/// Whom the host makes a user: the details that the guest has sealed, and a profile.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GreetingAcceptance {
    /// The beginning that it belongs to.
    pub opening: String,
    /// What the guest is called.
    pub name: String,
    /// What their device is called.
    pub device_name: String,
    /// Their device's public key, as base64url.
    pub device_key: String,
    /// What proves to the guest that the host saw what they sealed.
    pub tag: String,
    /// `external`, `member` or `administrator`; there is no default.
    pub profile: String,
}

/// Who has joined.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GreetingAccepted {
    /// The user.
    pub user: UserView,
}

impl App {
    /// Shows a greeting to its host.
    pub fn host_greeting(
        &self,
        call: &Call,
        team: &str,
        id: MemberInviteId,
        asked: &OpeningAsked,
    ) -> Pending<HostGreetingView> {
        let (call, team, opening) = (call.clone(), team.to_owned(), asked.read());
        self.read(move |view, _| {
            let actor = Actor::with(view, &call, &team, Right::Greet)?;
            let invite = require(view, actor.team.id, id)?;
            let host = actor.person(view)?.id;
            HostGreetingView::of(view, &invite, host, opening.clone()?)
        })
    }

    /// Begins to greet who waits; the host's own older attempt gives way (OR-22, OR-23).
    pub fn greet(
        &self,
        call: &Call,
        team: &str,
        id: MemberInviteId,
        draft: &GreetDraft,
    ) -> Pending<HostGreetingView> {
        let (asking, team, draft) = (call.clone(), team.to_owned(), draft.clone());
        self.write(call, move |work| {
            let (actor, invite, host) = place(work, &asking, &team, id)?;
            let (opening, key) = draft.read()?;
            let before: Option<Greeting> = work.find(&row![invite.team, invite.id, host])?;
            if let Some(same) = before.as_ref().filter(|before| before.host_opening == opening) {
                let first = GreetingMessage::HostKey { version: draft.version, key };
                same.relay(Side::Host, &first, work.now)?;
            } else {
                let waiting = invite.greet(work.now)?;
                let greeting = Greeting::begin(
                    NewGreeting {
                        team: invite.team,
                        invitation: invite.id,
                        host,
                        id: work.ids.next(GreetingId::from_bits),
                        host_opening: opening,
                        guest_opening: waiting.opening,
                        version: draft.version,
                        key,
                    },
                    work.now,
                )?;
                work.save(&greeting)?;
                let detail = serde_json::json!({ "attempt": greeting.id });
                let by = By::actor(&actor);
                work.audit(invite.team, &by, "greeting.begin", invite.id, &detail)?;
            }
            HostGreetingView::of(work.tx, &invite, host, Some(opening))
        })
    }

    /// Relays what the host says (OR-23).
    pub fn host_says(
        &self,
        call: &Call,
        team: &str,
        id: MemberInviteId,
        draft: &HostStepDraft,
    ) -> Pending<HostGreetingView> {
        let (asking, team, draft) = (call.clone(), team.to_owned(), draft.clone());
        self.write(call, move |work| {
            let (_, invite, host) = place(work, &asking, &team, id)?;
            let opening = read_opening(&draft.opening);
            let said = under("/said", draft.said.read());
            let (opening, said) = both(opening, said)?;
            let greeting = attempt(work.tx, &invite, host, opening)?;
            if let Some(next) = greeting.relay(Side::Host, &said, work.now)? {
                work.save(&next)?;
            }
            HostGreetingView::of(work.tx, &invite, host, Some(opening))
        })
    }

    /// Ends the host's attempt (OR-24).
    pub fn host_ends(
        &self,
        call: &Call,
        team: &str,
        id: MemberInviteId,
        draft: &HostEndDraft,
    ) -> Pending<()> {
        let (asking, team, draft) = (call.clone(), team.to_owned(), draft.clone());
        self.write(call, move |work| {
            let (actor, invite, host) = place(work, &asking, &team, id)?;
            let opening = read_opening(&draft.opening);
            let (opening, reason) = both(opening, read_end(Side::Host, &draft.reason))?;
            let greeting = attempt(work.tx, &invite, host, opening)?;
            super::end(work, &invite, &greeting, Side::Host, reason, &By::actor(&actor))
        })
    }

    /// Makes the user, in the transaction that finishes the invitation (OR-22).
    ///
    /// The address is the invited one, always.
    pub fn accept_greeting(
        &self,
        call: &Call,
        team: &str,
        id: MemberInviteId,
        draft: &GreetingAcceptance,
    ) -> Pending<GreetingAccepted> {
        let (asking, team, draft) = (call.clone(), team.to_owned(), draft.clone());
        self.write(call, move |work| {
            let (actor, invite, host) = place(work, &asking, &team, id)?;
            let accepted = draft.read()?;
            let greeting = attempt(work.tx, &invite, host, accepted.opening)?;
            let Some(next) = greeting.accept(accepted.tag, work.now)? else {
                return already(work, &actor, &invite);
            };
            let user = work.ids.next(UserId::from_bits);
            let step = invite.finish(user, work.now)?;
            work.save(&next)?;
            carry_out(work, step)?;
            let by = By::actor(&actor);
            let device = NewDevice {
                id: work.ids.next(DeviceId::from_bits),
                name: accepted.device_name,
                key: accepted.device_key,
            };
            let new = NewUser {
                id: user,
                email: invite.email.clone(),
                name: accepted.name,
                profile: accepted.profile,
                device: Some(device),
                identity: None,
            };
            let user = join(work, invite.team, new, &by)?;
            let detail = serde_json::json!({ "email": user.email, "user": user.id });
            work.audit(invite.team, &by, "invitation.finish", invite.id, &detail)?;
            Ok(shown(work, &actor, &user))
        })
    }
}

/// Returns what was answered to the same acceptance before.
fn already(
    work: &mut Work<'_>,
    actor: &Actor,
    invite: &MemberInvite,
) -> Result<GreetingAccepted, Fault> {
    let user = match invite.state {
        MemberInviteState::Finished { user, .. } => work.find::<User>(&row![invite.team, user])?,
        MemberInviteState::Pending
        | MemberInviteState::Cancelled { .. }
        | MemberInviteState::Expired { .. } => None,
    };
    let user = user.ok_or(Denied::NotFound("user"))?;
    Ok(shown(work, actor, &user))
}

fn shown(work: &Work<'_>, actor: &Actor, user: &User) -> GreetingAccepted {
    GreetingAccepted { user: UserView::of(user, false, Sight::of(actor), work.config) }
}

/// Returns who greets, and by which invitation.
fn place(
    work: &mut Work<'_>,
    asking: &Call,
    team: &str,
    id: MemberInviteId,
) -> Result<(Actor, MemberInvite, UserId), Fault> {
    let actor = work.actor(asking, team, Right::Greet)?;
    let invite = require(work.tx, actor.team.id, id)?;
    let host = actor.person(work.tx)?.id;
    Ok((actor, invite, host))
}

/// Returns the host's attempt, if it is the one that this device began.
fn attempt(
    view: &mut dyn View,
    invite: &MemberInvite,
    host: UserId,
    opening: Opening,
) -> Result<Greeting, Fault> {
    let greeting: Option<Greeting> = find(view, &row![invite.team, invite.id, host])?;
    let greeting = greeting.ok_or(GreetingRefusal::NobodyWaiting)?;
    if greeting.host_opening == opening {
        Ok(greeting)
    } else {
        Err(MemberInviteRefusal::Elsewhere.into())
    }
}

/// An [`GreetingAcceptance`], understood.
struct Accepted {
    opening: Opening,
    name: PersonName,
    device_name: DeviceName,
    device_key: DevicePublicKey,
    tag: Tag,
    profile: Profile,
}

impl GreetingAcceptance {
    fn read(&self) -> Result<Accepted, Vec<InputError>> {
        let mut reading = Reading::default();
        let opening = read_bytes(&mut reading, "/opening", &self.opening);
        let name = reading.read("/name", PersonName::parse(&self.name));
        let device_name = reading.read("/device_name", DeviceName::parse(&self.device_name));
        let device_key = reading.read("/device_key", DevicePublicKey::parse(&self.device_key));
        let tag = read_bytes(&mut reading, "/tag", &self.tag);
        let profile = Profile::named(&self.profile);
        let profile = reading.one_of("/profile", profile, &Profile::ALL.map(Profile::name));
        let all = opening.zip(name).zip(device_name).zip(device_key).zip(tag).zip(profile);
        reading.done(all.map(|(((((opening, name), device_name), device_key), tag), profile)| {
            Accepted { opening, name, device_name, device_key, tag, profile }
        }))
    }
}

impl GreetDraft {
    fn read(&self) -> Result<(Opening, PublicKey), Vec<InputError>> {
        let mut reading = Reading::default();
        let opening = read_bytes(&mut reading, "/opening", &self.opening);
        let key = read_bytes(&mut reading, "/key", &self.key);
        reading.done(opening.zip(key))
    }
}

/// Reads the beginning that something belongs to.
pub(super) fn read_opening(text: &str) -> Result<Opening, Vec<InputError>> {
    let mut reading = Reading::default();
    let opening = read_bytes(&mut reading, "/opening", text);
    reading.done(opening)
}

/// Reads why a side ends an attempt; it can say only what is its own to say.
pub(super) fn read_end(side: Side, reason: &str) -> Result<GreetingEnd, Vec<InputError>> {
    let mut reading = Reading::default();
    let own = GreetingEnd::ALL.into_iter().filter(|end| end.may_come_from(side));
    let names: Vec<_> = own.map(GreetingEnd::name).collect();
    let end = GreetingEnd::named(reason).filter(|end| end.may_come_from(side));
    let end = reading.one_of("/reason", end, &names);
    reading.done(end)
}

/// Places what is wrong inside a field.
pub(super) fn under<T>(
    field: &str,
    read: Result<T, Vec<InputError>>,
) -> Result<T, Vec<InputError>> {
    read.map_err(|errors| {
        let place = |error: InputError| InputError {
            pointer: format!("{field}{}", error.pointer),
            ..error
        };
        errors.into_iter().map(place).collect()
    })
}

/// Returns both, or everything that is wrong with either.
pub(super) fn both<A, B>(
    one: Result<A, Vec<InputError>>,
    other: Result<B, Vec<InputError>>,
) -> Result<(A, B), Vec<InputError>> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (one, other) => Err(one.err().into_iter().chain(other.err()).flatten().collect()),
    }
}
