//! From intents to letters: everything their words need, as it is now.

use guest_core::{
    Computer, Email, GuestNews, Instant, Invite, JoinAnswer, Link, MailIntent, MemberInvite,
    MemberInviteId, Profile, SenderNews, Team, User, pseudonym, sign_in_code,
};

use crate::access::user_by_email;
use crate::config::Config;
use crate::letter::{Content, InviteFacts, Letter};
use crate::record::{Mail, find, row};
use crate::work::computer;
use crate::{Denied, Fault, View};

/// Writes the letter of a mail; `None` if what it is about does not exist.
pub(super) fn write(
    view: &mut dyn View,
    mail: &Mail,
    about: Option<&Invite>,
    config: &Config,
) -> Result<Option<Letter>, Fault> {
    let team: Option<Team> = match mail.team {
        Some(team) => find(view, &row![team])?,
        None => None,
    };
    let content = match &mail.intent {
        MailIntent::SignIn { nonce, expires_at } => {
            let code = sign_in_code(&config.key, &mail.to, nonce);
            let link = config.sign_in_page(&mail.to, &code);
            let content = Content::SignIn { code, expires_at: *expires_at, link };
            return Ok(Some(frame(mail, config.brand.clone(), None, content, config)));
        }
        MailIntent::Guest { news, .. } => {
            let Some(known) = About::find(view, team, about)? else { return Ok(None) };
            return known.guest_letter(view, mail, *news, config).map(Some);
        }
        MailIntent::Sender { news, .. } => {
            let Some(known) = About::find(view, team, about)? else { return Ok(None) };
            return Ok(Some(known.sender_letter(mail, news.clone(), config)));
        }
        MailIntent::LowBalance { balance, mark } => {
            let Some(team) = &team else { return Ok(None) };
            let link = config.team_page(team.id);
            let (team, balance, mark) = (team.name.clone(), *balance, *mark);
            Content::LowBalance { team, balance, mark, link }
        }
        MailIntent::Invitation { invitation, expires_at } => {
            return invitation_letter(view, mail, team, *invitation, *expires_at, config);
        }
        MailIntent::Strikes { invitation } => {
            let Some(team) = &team else { return Ok(None) };
            let invite: Option<MemberInvite> = find(view, &row![team.id, *invitation])?;
            let Some(invite) = invite else { return Ok(None) };
            let link = config.invitations_page(team.id);
            Content::Strikes { team: team.name.clone(), invited: invite.email, link }
        }
        MailIntent::JoinRequest { answer } => {
            let Some(team) = &team else { return Ok(None) };
            let link = match answer {
                JoinAnswer::Accepted => config.team_page(team.id),
                JoinAnswer::Rejected => config.join_page(team.id),
            };
            Content::JoinRequest { team: team.name.clone(), answer: *answer, link }
        }
        MailIntent::Revoked => {
            let Some(team) = &team else { return Ok(None) };
            Content::Revoked { team: team.name.clone() }
        }
    };
    Ok(team.map(|team| frame(mail, team.name.to_string(), team.reply_to, content, config)))
}

/// Writes the invite mail of an invite, which need not be stored (GA-20).
pub(crate) fn guest_letter(
    view: &mut dyn View,
    invite: &Invite,
    config: &Config,
) -> Result<Letter, Fault> {
    let team: Option<Team> = find(view, &row![invite.team])?;
    let known = About::find(view, team, Some(invite))?.ok_or(Denied::NotFound("computer"))?;
    let news = GuestNews::Invited { sequence: invite.version };
    let now = view.now();
    let intent = MailIntent::Guest { invite: invite.id, news };
    let mail = Mail {
        id: invite.mail.id,
        team: Some(invite.team),
        to: invite.guest.clone(),
        state: invite.mail.state,
        attempts: 0,
        made_at: now,
        deadline: intent.deadline_about(invite, now),
        next_at: None,
        detail: None,
        intent,
    };
    known.guest_letter(view, &mail, news, config)
}

/// Writes the mail to somebody who is invited to join, in the name of who invited them (OR-20).
fn invitation_letter(
    view: &mut dyn View,
    mail: &Mail,
    team: Option<Team>,
    invitation: MemberInviteId,
    expires_at: Instant,
    config: &Config,
) -> Result<Option<Letter>, Fault> {
    let Some(team) = team else { return Ok(None) };
    let invite: Option<MemberInvite> = find(view, &row![team.id, invitation])?;
    let Some(invite) = invite else { return Ok(None) };
    let inviter: Option<User> = find(view, &row![team.id, invite.invited_by])?;
    let Some(inviter) = inviter else { return Ok(None) };
    let content = Content::Invitation {
        team: team.name.clone(),
        invited_by: inviter.name.to_string(),
        link: config.member_link(team.id, invitation),
        expires_at,
        zone: team.zone,
    };
    Ok(Some(frame(mail, team.name.to_string(), Some(inviter.email), content, config)))
}

/// An invite with what it belongs to.
struct About<'a> {
    invite: &'a Invite,
    team: Team,
    computer: Computer,
    sender: Option<User>,
}

impl<'a> About<'a> {
    fn find(
        view: &mut dyn View,
        team: Option<Team>,
        invite: Option<&'a Invite>,
    ) -> Result<Option<Self>, Fault> {
        let (Some(team), Some(invite)) = (team, invite) else { return Ok(None) };
        let sender: Option<User> = find(view, &row![invite.team, invite.sender.user])?;
        let computer = computer(view, invite.team, invite.computer)?;
        Ok(computer.map(|computer| Self { invite, team, computer, sender }))
    }

    /// Writes to the guest, who as an External user learns nobody's name or address (OR-3).
    fn guest_letter(
        self,
        view: &mut dyn View,
        mail: &Mail,
        news: GuestNews,
        config: &Config,
    ) -> Result<Letter, Fault> {
        let invite = self.invite;
        let recipient = user_by_email(view, invite.team, &mail.to)?;
        let (sender, reply_to) = match recipient {
            Some(user) if user.profile == Profile::External => {
                let pseudonym = pseudonym(&config.key, invite.team, invite.sender.user);
                (pseudonym, self.team.reply_to.clone())
            }
            Some(_) | None => (self.sender_name(), Some(invite.sender.email.clone())),
        };
        let link = Link { team: invite.team, invite: invite.id, counter: invite.link };
        let from_name = self.team.name.to_string();
        let about = self.facts(sender, config.guest_link(link));
        Ok(frame(mail, from_name, reply_to, Content::Guest { news, about }, config))
    }

    fn sender_letter(self, mail: &Mail, news: SenderNews, config: &Config) -> Letter {
        let (from_name, guest) = (self.team.name.to_string(), self.invite.guest.clone());
        let reply_to = Some(self.invite.sender.email.clone());
        let link = config.invite_page(self.team.id, self.invite.id);
        let sender = self.sender_name();
        let about = self.facts(sender, link);
        frame(mail, from_name, reply_to, Content::Sender { news, about, guest }, config)
    }

    fn sender_name(&self) -> String {
        match &self.sender {
            Some(sender) => sender.name.to_string(),
            None => self.invite.sender.email.to_string(),
        }
    }

    fn facts(self, sender: String, link: String) -> InviteFacts {
        let Self { invite, team, computer, .. } = self;
        InviteFacts {
            id: invite.id,
            team: team.name,
            title: invite.title.clone(),
            message: invite.message.clone(),
            computer: computer.name,
            window: invite.window,
            window_ignored: invite.ignores_window(),
            permissions: invite.permissions,
            sender,
            link,
        }
    }
}

fn frame(
    mail: &Mail,
    from_name: String,
    reply_to: Option<Email>,
    content: Content,
    config: &Config,
) -> Letter {
    Letter {
        id: mail.id,
        to: mail.to.clone(),
        from_name,
        reply_to,
        brand: config.brand.clone(),
        made_at: mail.made_at,
        content,
    }
}
