//! What is relayed, as it is sent and shown.

use guest_core::{
    Greeting, GreetingEnd, GreetingId, GreetingMessage as Message, InputError, MemberInvite,
    MemberInviteId, Opening, Team, TeamId, User, UserId,
};
use serde::{Deserialize, Serialize};

use crate::input::Reading;
use crate::member_invites::greetings;
use crate::record::{find, row};
use crate::{Fault, View};

/// Whose view is asked for: which beginning of a side.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct OpeningAsked {
    /// The 16 random bytes, as base64url, that the device of this side drew when it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening: Option<String>,
}

impl OpeningAsked {
    pub(super) fn read(&self) -> Result<Option<Opening>, Vec<InputError>> {
        let mut reading = Reading::default();
        let read = self.opening.as_deref().map(|text| read_bytes(&mut reading, "/opening", text));
        match read {
            None => Ok(None),
            Some(opening) => reading.done(opening).map(Some),
        }
    }
}

/// One step of a greeting, as `docs/greeting-protocol.md` has it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GreetingStep {
    /// `host_key`, `guest_key`, `guest_commitment`, `host_nonce`, `guest_nonce`,
    /// `guest_confirmed`, `host_confirmed`, `details`, `accepted` or `acknowledged`.
    pub step: String,
    /// The protocol, with the keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// A public key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The hash that binds the guest to a nonce.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// A nonce.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// What proves that whoever says it has the agreed key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The sealed details.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<String>,
    /// A signature by the guest's device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

impl From<&Message> for GreetingStep {
    fn from(message: &Message) -> Self {
        let step = Self { step: message.name().to_owned(), ..Self::default() };
        match message {
            Message::HostKey { version, key } | Message::GuestKey { version, key } => {
                Self { version: Some(*version), key: Some(key.to_string()), ..step }
            }
            Message::GuestCommitment { hash } => Self { hash: Some(hash.to_string()), ..step },
            Message::HostNonce { nonce } | Message::GuestNonce { nonce } => {
                Self { nonce: Some(nonce.to_string()), ..step }
            }
            Message::GuestConfirmed { tag }
            | Message::HostConfirmed { tag }
            | Message::Accepted { tag } => Self { tag: Some(tag.to_string()), ..step },
            Message::Details { nonce, sealed } => {
                Self { nonce: Some(nonce.to_string()), sealed: Some(sealed.to_string()), ..step }
            }
            Message::Acknowledged { signature } => {
                Self { signature: Some(signature.to_string()), ..step }
            }
        }
    }
}

impl TryFrom<&GreetingStep> for Message {
    type Error = Vec<InputError>;

    fn try_from(step: &GreetingStep) -> Result<Self, Vec<InputError>> {
        step.read()
    }
}

impl GreetingStep {
    /// Reads the step, with everything that is wrong with it.
    pub(super) fn read(&self) -> Result<Message, Vec<InputError>> {
        let mut reading = Reading::default();
        let message = self.message(&mut reading);
        let mut errors = match reading.done(message) {
            Ok(message) if Self::from(&message) == *self => return Ok(message),
            Ok(_) => Vec::new(),
            Err(errors) => errors,
        };
        if errors.is_empty() {
            errors.push(InputError::invalid("", "this step has fields that are not its own"));
        }
        Err(errors)
    }

    fn message(&self, reading: &mut Reading) -> Option<Message> {
        let names = STEPS.split(' ').collect::<Vec<_>>();
        match self.step.as_str() {
            "host_key" => {
                let (version, key) = (version(reading, self.version), self.key(reading));
                Some(Message::HostKey { version: version?, key: key? })
            }
            "guest_key" => {
                let (version, key) = (version(reading, self.version), self.key(reading));
                Some(Message::GuestKey { version: version?, key: key? })
            }
            "guest_commitment" => Some(Message::GuestCommitment {
                hash: field(reading, "/hash", self.hash.as_deref())?,
            }),
            "host_nonce" => {
                Some(Message::HostNonce { nonce: field(reading, "/nonce", self.nonce.as_deref())? })
            }
            "guest_nonce" => Some(Message::GuestNonce {
                nonce: field(reading, "/nonce", self.nonce.as_deref())?,
            }),
            "guest_confirmed" => {
                Some(Message::GuestConfirmed { tag: field(reading, "/tag", self.tag.as_deref())? })
            }
            "host_confirmed" => {
                Some(Message::HostConfirmed { tag: field(reading, "/tag", self.tag.as_deref())? })
            }
            "details" => {
                let nonce = field(reading, "/nonce", self.nonce.as_deref());
                let sealed = field(reading, "/sealed", self.sealed.as_deref());
                Some(Message::Details { nonce: nonce?, sealed: sealed? })
            }
            "accepted" => {
                Some(Message::Accepted { tag: field(reading, "/tag", self.tag.as_deref())? })
            }
            "acknowledged" => {
                let signature = field(reading, "/signature", self.signature.as_deref())?;
                Some(Message::Acknowledged { signature })
            }
            _ => reading.one_of("/step", None, &names),
        }
    }

    fn key(&self, reading: &mut Reading) -> Option<guest_core::PublicKey> {
        field(reading, "/key", self.key.as_deref())
    }
}

fn version(reading: &mut Reading, version: Option<u32>) -> Option<u32> {
    if version.is_none() {
        reading.wrong("/version", "say which version of the protocol");
    }
    version
}

fn field<T: std::str::FromStr<Err = guest_core::BadBytes>>(
    reading: &mut Reading,
    pointer: &str,
    text: Option<&str>,
) -> Option<T> {
    if let Some(text) = text {
        read_bytes(reading, pointer, text)
    } else {
        reading.wrong(pointer, "is needed in this step");
        None
    }
}

/// Reads bytes from their text.
pub(super) fn read_bytes<T: std::str::FromStr<Err = guest_core::BadBytes>>(
    reading: &mut Reading,
    pointer: &str,
    text: &str,
) -> Option<T> {
    text.parse().map_err(|no| reading.wrong(pointer, no)).ok()
}

/// An attempt at a greeting, as far as it has come.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttemptView {
    /// Names the attempt.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: GreetingId,
    /// Whether it was begun by the device that asks; another one has nothing to say in it.
    pub yours: bool,
    /// What was said, in its order.
    pub said: Vec<GreetingStep>,
    /// How it ended before anybody had joined: `cancelled_by_host`, `cancelled_by_guest`,
    /// `wrong_code_host`, `wrong_code_guest`, `no_matching_code`, `bad_commitment`, `bad_message`,
    /// `superseded`, `finished_elsewhere`, `host_revoked` or `timed_out`.
    pub end: Option<String>,
}

impl AttemptView {
    fn of(greeting: &Greeting, yours: bool) -> Self {
        Self {
            id: greeting.id,
            yours,
            said: greeting.said.iter().map(GreetingStep::from).collect(),
            end: greeting.end.map(|end| GreetingEnd::name(end).to_owned()),
        }
    }
}

/// A greeting as its host sees it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HostGreetingView {
    /// The team.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub team: TeamId,
    /// The invitation.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub invitation: MemberInviteId,
    /// `pending`, `finished`, `cancelled` or `expired`.
    pub state: String,
    /// Whether the invited person is there to be greeted.
    pub waiting: bool,
    /// The host's own attempt; null until they begin one.
    pub attempt: Option<AttemptView>,
}

impl HostGreetingView {
    pub(super) fn of(
        view: &mut dyn View,
        invite: &MemberInvite,
        host: UserId,
        opening: Option<Opening>,
    ) -> Result<Self, Fault> {
        let greeting: Option<Greeting> = find(view, &row![invite.team, invite.id, host])?;
        let attempt = greeting
            .map(|greeting| AttemptView::of(&greeting, opening == Some(greeting.host_opening)));
        Ok(Self {
            team: invite.team,
            invitation: invite.id,
            state: invite.state.name().to_owned(),
            waiting: invite.waiting_at(view.now()).is_some(),
            attempt,
        })
    }
}

/// What whoever has the link of an invitation may know (OR-20).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationLinkView {
    /// The team, as addresses and the greeting name it.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub team: TeamId,
    /// What the team is called.
    pub team_name: String,
    /// Who invites, as they are called.
    pub invited_by: String,
    /// The invitation.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub invitation: MemberInviteId,
    /// `pending`, `finished`, `cancelled` or `expired`.
    pub state: String,
    /// When it expires.
    pub expires_at: chrono::DateTime<chrono::Utc>,
}

impl InvitationLinkView {
    pub(super) fn of(view: &mut dyn View, invite: &MemberInvite) -> Result<Self, Fault> {
        let team: Option<Team> = find(view, &row![invite.team])?;
        let inviter: Option<User> = find(view, &row![invite.team, invite.invited_by])?;
        let is_late = invite.is_pending() && invite.expires_at <= view.now();
        let state = if is_late { "expired" } else { invite.state.name() };
        Ok(Self {
            team: invite.team,
            team_name: team.map(|team| team.name.to_string()).unwrap_or_default(),
            invited_by: inviter.map(|user| user.name.to_string()).unwrap_or_default(),
            invitation: invite.id,
            state: state.to_owned(),
            expires_at: invite.expires_at,
        })
    }
}

/// A greeting as the invited person sees it: nothing of who greets (OR-20).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GuestGreetingView {
    /// `pending`, `finished`, `cancelled` or `expired`.
    pub state: String,
    /// `you` if the device that asks waits, `elsewhere` if another one does, `nobody`.
    pub waiting: String,
    /// The attempts with this device, each with another host.
    pub attempts: Vec<AttemptView>,
}

impl GuestGreetingView {
    pub(super) fn of(
        view: &mut dyn View,
        invite: &MemberInvite,
        opening: Option<Opening>,
    ) -> Result<Self, Fault> {
        let mut all = greetings(view, invite)?;
        all.retain(|greeting| Some(greeting.guest_opening) == opening);
        all.sort_by_key(|greeting| greeting.id);
        let waiting = match invite.waiting_at(view.now()) {
            Some(waiting) if Some(waiting.opening) == opening => "you",
            Some(_) => "elsewhere",
            None => "nobody",
        };
        Ok(Self {
            state: invite.state.name().to_owned(),
            waiting: waiting.to_owned(),
            attempts: all.iter().map(|greeting| AttemptView::of(greeting, true)).collect(),
        })
    }
}

const STEPS: &str = "host_key guest_key guest_commitment host_nonce guest_nonce guest_confirmed \
     host_confirmed details accepted acknowledged";
