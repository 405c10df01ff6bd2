//! How invitations to join are shown.

use chrono::{DateTime, Utc};
use guest_core::{Email, MemberInvite, MemberInviteId, MemberInviteState, Right, User, UserId};
use serde::{Deserialize, Serialize};

use crate::access::Actor;
use crate::config::Config;
use crate::once::Replay;
use crate::record::{find, row};
use crate::request::EmailsDraft;
use crate::view::MailView;
use crate::work::Work;
use crate::{Fault, View};

/// Who is to be invited to join.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MemberInvitesDraft {
    /// Their addresses, at most 100.
    pub emails: EmailsDraft,
}

/// An invitation to join.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberInviteView {
    /// Names the invitation.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: MemberInviteId,
    /// Whom it is for.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub email: Email,
    /// The user who invited them.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub invited_by: UserId,
    /// What that user is called.
    pub invited_by_name: String,
    /// `pending`, `finished`, `cancelled` or `expired`.
    pub state: String,
    /// Since when the invited person waits to be greeted; null if they do not.
    pub waiting_since: Option<DateTime<Utc>>,
    /// How often a wrong code was picked; the third cancels it.
    pub strikes: u8,
    /// Where the mail with the link stands.
    pub mail: MailView,
    /// The address that the invited person opens, for those who may invite; not in events, nor in
    /// answers given again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The user who has joined by it.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub user_id: Option<UserId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it expires.
    pub expires_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}

impl MemberInviteView {
    /// Shows an invitation without its link.
    pub(crate) fn of(view: &mut dyn View, invite: &MemberInvite) -> Result<Self, Fault> {
        let inviter: Option<User> = find(view, &row![invite.team, invite.invited_by])?;
        let now = view.now();
        let user_id = match invite.state {
            MemberInviteState::Finished { user, .. } => Some(user),
            MemberInviteState::Pending
            | MemberInviteState::Cancelled { .. }
            | MemberInviteState::Expired { .. } => None,
        };
        Ok(Self {
            id: invite.id,
            email: invite.email.clone(),
            invited_by: invite.invited_by,
            invited_by_name: inviter.map(|user| user.name.to_string()).unwrap_or_default(),
            state: invite.state.name().to_owned(),
            waiting_since: invite.waiting_at(now).map(|waiting| waiting.since),
            strikes: invite.strikes,
            mail: MailView {
                state: invite.mail.state.shown().to_owned(),
                detail: invite.mail.detail.clone(),
            },
            link: None,
            user_id,
            created_at: invite.created_at,
            expires_at: invite.expires_at,
            ended_at: invite.state.ended_at(),
        })
    }

    /// Shows an invitation, with its link to those who may send it.
    pub(crate) fn linked(
        view: &mut dyn View,
        invite: &MemberInvite,
        actor: &Actor,
        config: &Config,
    ) -> Result<Self, Fault> {
        let plain = Self::of(view, invite)?;
        let shows = actor.may(Right::InviteUsers) && invite.is_pending();
        let link = shows.then(|| config.member_link(invite.team, invite.id));
        Ok(Self { link, ..plain })
    }
}

/// What became of one address that was to be invited (OR-27).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationSent {
    /// The address, as it was given.
    pub email: String,
    /// `invited`, `sent_again`, or `refused`.
    pub outcome: String,
    /// Why it was refused: the code of the problem.
    pub code: Option<String>,
    /// Why it was refused, for people.
    pub detail: Option<String>,
    /// The invitation, unless it was refused.
    pub invitation: Option<MemberInviteView>,
}

impl InvitationSent {
    pub(super) fn sent(
        work: &mut Work<'_>,
        invite: &MemberInvite,
        outcome: &str,
        actor: &Actor,
    ) -> Result<Self, Fault> {
        let invitation = MemberInviteView::linked(work.tx, invite, actor, work.config)?;
        Ok(Self {
            email: invite.email.as_str().to_owned(),
            outcome: outcome.to_owned(),
            code: None,
            detail: None,
            invitation: Some(invitation),
        })
    }

    pub(super) fn no(email: &str, code: &str, detail: String) -> Self {
        Self {
            email: email.to_owned(),
            outcome: "refused".to_owned(),
            code: Some(code.to_owned()),
            detail: Some(detail),
            invitation: None,
        }
    }
}

/// What became of each address that was to be invited (OR-27).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationsSent {
    /// The addresses, each once; those that are none come last.
    pub data: Vec<InvitationSent>,
}

impl Replay for InvitationsSent {
    fn scrub(&mut self) {
        for sent in &mut self.data {
            if let Some(invitation) = &mut sent.invitation {
                invitation.link = None;
            }
        }
    }
}
