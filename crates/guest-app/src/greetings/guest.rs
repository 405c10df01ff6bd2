//! The guest's side of the relay: whoever has the link of an invitation (OR-20, OR-21).
//!
//! Nobody is signed in here, and the link proves nothing but that somebody has it: it is the
//! codes that tell the invited person from a thief of their mail.

use guest_core::{
    Context, DeviceId, DeviceRefusal, DeviceSignature, Email, Greeting, GreetingId,
    GreetingMessage, InputError, MemberInvite, MemberInviteRefusal, MemberInviteState, MemberLink,
    Opening, Proof, Purpose, Secret, Side, TeamId, User, acknowledgement,
};
use serde::{Deserialize, Serialize};

use super::host::{both, read_end, read_opening, under};
use super::{GreetingStep, GuestGreetingView, InvitationLinkView, OpeningAsked};
use crate::config::Config;
use crate::devices::devices_of;
use crate::member_invites::{carry_out, greetings};
use crate::record::{find, row};
use crate::sign_in::sign_in_to;
use crate::work::{By, Work};
use crate::{App, Call, Denied, Fault, Pending, View};

/// The invited person, who is there and wants to be greeted.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WaitDraft {
    /// 16 random bytes as base64url, drawn by the device for this beginning.
    pub opening: String,
}

/// A step that the guest says.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GuestStepDraft {
    /// The beginning that it belongs to.
    pub opening: String,
    /// The attempt.
    pub attempt: String,
    /// The step.
    pub said: GreetingStep,
}

/// How the guest ends an attempt, or ceases to wait.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LeaveDraft {
    /// The beginning that it belongs to.
    pub opening: String,
    /// The attempt; without one the guest ceases to wait, and all their attempts end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<String>,
    /// With an attempt: `cancelled_by_guest`, `wrong_code_guest`, `no_matching_code` or
    /// `bad_message`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// That the guest knows that they have joined, signed by their device.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AcknowledgementDraft {
    /// The beginning that it belongs to.
    pub opening: String,
    /// The attempt.
    pub attempt: String,
    /// The device's signature, as base64url.
    pub signature: String,
}

/// Somebody who has joined, and is signed in on the device with which they did.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Welcomed {
    /// The device.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub device_id: DeviceId,
    /// The team.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub team: TeamId,
    /// The account.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub email: Email,
    /// What the browser keeps; not part of the answer's body.
    #[serde(skip)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub cookie: Secret,
}

impl App {
    /// Returns what the link of an invitation is for; looking changes nothing (OR-20).
    pub fn invitation_link(&self, token: &str) -> Pending<InvitationLinkView> {
        let link = opened(token, &self.config);
        self.read(move |view, _| {
            let invite = behind(view, link?)?;
            InvitationLinkView::of(view, &invite)
        })
    }

    /// Shows a greeting to the invited person.
    pub fn guest_greeting(&self, token: &str, asked: &OpeningAsked) -> Pending<GuestGreetingView> {
        let (link, opening) = (opened(token, &self.config), asked.read());
        self.read(move |view, _| {
            let invite = behind(view, link?)?;
            GuestGreetingView::of(view, &invite, opening.clone()?)
        })
    }

    /// Records that the invited person is there and waits; all Administrators see it (OR-21).
    ///
    /// Said again it goes on; another device of theirs takes over (OR-23).
    pub fn wait_for_greeting(
        &self,
        call: &Call,
        token: &str,
        draft: &WaitDraft,
    ) -> Pending<GuestGreetingView> {
        let (link, opening) = (opened(token, &self.config), read_opening(&draft.opening));
        self.write(call, move |work| {
            let invite = behind(work.tx, link?)?;
            let opening = opening.clone()?;
            let is_new = invite.waiting_at(work.now).is_none();
            let step = invite.wait(opening, work.now)?;
            let invite = carry_out(work, step)?;
            if is_new {
                let detail = serde_json::json!({});
                work.audit(invite.team, &By::nobody(), "greeting.wait", invite.id, &detail)?;
            }
            GuestGreetingView::of(work.tx, &invite, Some(opening))
        })
    }

    /// Relays what the guest says (OR-23).
    pub fn guest_says(
        &self,
        call: &Call,
        token: &str,
        draft: &GuestStepDraft,
    ) -> Pending<GuestGreetingView> {
        let (link, draft) = (opened(token, &self.config), draft.clone());
        self.write(call, move |work| {
            let invite = behind(work.tx, link?)?;
            let opening = read_opening(&draft.opening);
            let said = under("/said", draft.said.read());
            let (opening, said) = both(opening, said)?;
            if let GreetingMessage::Acknowledged { .. } = said {
                let own = "a device acknowledges in a request of its own";
                return Err(InputError::invalid("/said/step", own).into());
            }
            let greeting = attempt(work.tx, &invite, opening, &draft.attempt)?;
            if let Some(next) = greeting.relay(Side::Guest, &said, work.now)? {
                work.save(&next)?;
            }
            GuestGreetingView::of(work.tx, &invite, Some(opening))
        })
    }

    /// Ends the guest's attempt, or their waiting (OR-24).
    pub fn guest_ends(&self, call: &Call, token: &str, draft: &LeaveDraft) -> Pending<()> {
        let (link, draft) = (opened(token, &self.config), draft.clone());
        self.write(call, move |work| {
            let invite = behind(work.tx, link?)?;
            let opening = read_opening(&draft.opening);
            let Some(id) = &draft.attempt else {
                let left = invite.leave(opening?);
                return left.map_or(Ok(()), |step| carry_out(work, step).map(drop));
            };
            let reason = draft.reason.as_deref().unwrap_or_default();
            let (opening, reason) = both(opening, read_end(Side::Guest, reason))?;
            let greeting = attempt(work.tx, &invite, opening, id)?;
            super::end(work, &invite, &greeting, Side::Guest, reason, &By::nobody())
        })
    }

    /// Takes the acknowledgement of a device that has joined, and signs it in (OR-22).
    ///
    /// Who has only the link is not signed in: the key is the one that the host confirmed.
    pub fn acknowledge_greeting(
        &self,
        call: &Call,
        token: &str,
        draft: &AcknowledgementDraft,
    ) -> Pending<Welcomed> {
        let cookie = self.secret(Purpose::SignIn);
        let (link, draft) = (opened(token, &self.config), draft.clone());
        self.write(call, move |work| {
            let invite = behind(work.tx, link?)?;
            let (opening, signature) = both(read_opening(&draft.opening), draft.signature())?;
            let greeting = attempt(work.tx, &invite, opening, &draft.attempt)?;
            let (user, device) = proven(work, &invite, &greeting, &signature)?;
            if let Some(next) = greeting.acknowledge(signature, work.now)? {
                work.save(&next)?;
            }
            let proof = Proof::Device { team: invite.team, device };
            let signed_in = sign_in_to(work, user.email, proof, &cookie)?;
            let (device_id, team) = (device, invite.team);
            Ok(Welcomed { device_id, team, email: signed_in.email, cookie: signed_in.cookie })
        })
    }
}

impl AcknowledgementDraft {
    fn signature(&self) -> Result<guest_core::Signature, Vec<InputError>> {
        self.signature.parse().map_err(|no| vec![InputError::invalid("/signature", no)])
    }
}

/// Returns who has joined, if it was their device that signed.
fn proven(
    work: &mut Work<'_>,
    invite: &MemberInvite,
    greeting: &Greeting,
    signature: &guest_core::Signature,
) -> Result<(User, DeviceId), Fault> {
    let MemberInviteState::Finished { user, .. } = invite.state else {
        return Err(DeviceRefusal::NotProven.into());
    };
    let user: Option<User> = work.find(&row![invite.team, user])?;
    let user = user.filter(User::is_active).ok_or(DeviceRefusal::NotProven)?;
    let tag = greeting.accepted().ok_or(DeviceRefusal::NotProven)?;
    let context = Context { team: invite.team, invitation: invite.id };
    let message = acknowledgement(&context, &tag);
    let signature = DeviceSignature::from_bytes(*signature.as_bytes());
    let devices = devices_of(work.tx, user.team, user.id)?;
    let device = devices.iter().find(|device| device.key.has_signed(&message, &signature));
    let device = device.ok_or(DeviceRefusal::NotProven)?;
    Ok((user, device.id))
}

/// Returns an attempt with the device of `opening`.
fn attempt(
    view: &mut dyn View,
    invite: &MemberInvite,
    opening: Opening,
    id: &str,
) -> Result<Greeting, Fault> {
    let id = id.parse::<GreetingId>().map_err(|_| Denied::NotFound("attempt"))?;
    let all = greetings(view, invite)?;
    let found = all.into_iter().find(|greeting| greeting.id == id);
    let found = found.ok_or(Denied::NotFound("attempt"))?;
    if found.guest_opening == opening {
        Ok(found)
    } else {
        Err(MemberInviteRefusal::Elsewhere.into())
    }
}

fn opened(token: &str, config: &Config) -> Result<MemberLink, MemberInviteRefusal> {
    MemberLink::open(token, &config.key).ok_or(MemberInviteRefusal::LinkUnknown)
}

fn behind(view: &mut dyn View, link: MemberLink) -> Result<MemberInvite, Fault> {
    let invite = find(view, &row![link.team, link.invitation])?;
    invite.ok_or_else(|| MemberInviteRefusal::LinkUnknown.into())
}
