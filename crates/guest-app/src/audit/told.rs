//! The audit log for people: with what its lines are about, by name (WB-11).

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use guest_core::{
    Computer, ComputerId, Email, Instant, Invite, InviteId, Right, User, UserId, Zone,
};
use serde_json::Value;

use super::{AuditFilter, AuditView, lines};
use crate::access::Actor;
use crate::record::{find, row};
use crate::work::computer;
use crate::{App, Call, Fault, Paging, Pending, View};

/// A page of the audit log, the newest line first.
#[derive(Clone, Debug)]
pub struct AuditLog {
    /// When this was so.
    pub now: Instant,
    /// The zone of the team.
    pub zone: Zone,
    /// The lines.
    pub lines: Vec<AuditLine>,
    /// What to ask the next page with.
    pub next_cursor: Option<String>,
}

/// A line, and what it is about.
#[derive(Clone, Debug)]
pub struct AuditLine {
    /// The line.
    pub view: AuditView,
    /// The computer that acts, if one does.
    pub agent: Option<Seen>,
    /// The invite, by its guest.
    pub invite: Option<Seen>,
    /// The computer.
    pub computer: Option<Seen>,
    /// The user, by their email.
    pub user: Option<Seen>,
}

/// Something that a line is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Seen {
    /// Names it in addresses.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Whether it is there, and whoever reads the line may open it.
    pub can_be_opened: bool,
}

impl App {
    /// Shows the audit log with what its lines are about (QU-35, WB-11).
    ///
    /// It is [`audit`](Self::audit) for people: the same lines to the same readers.
    pub fn audit_log(
        &self,
        call: &Call,
        team: &str,
        filter: &AuditFilter,
        paging: &Paging,
    ) -> Pending<AuditLog> {
        let (call, team) = (call.clone(), team.to_owned());
        let (filter, paging) = (filter.clone(), paging.clone());
        self.read(move |view, _| {
            let actor = Actor::with(view, &call, &team, Right::ReadAudit)?;
            let page = lines(view, &actor, &filter, &paging)?;
            let mut known = Known::default();
            let lines = page.data.into_iter().map(|line| known.line(view, &actor, line));
            Ok(AuditLog {
                lines: lines.collect::<Result<_, Fault>>()?,
                now: view.now(),
                zone: actor.team.zone,
                next_cursor: page.next_cursor,
            })
        })
    }
}

/// What was met on the page, so that each is looked up once.
#[derive(Default)]
struct Known {
    invites: BTreeMap<InviteId, Option<(Email, ComputerId)>>,
    computers: BTreeMap<ComputerId, Option<Computer>>,
    users: BTreeMap<UserId, Option<User>>,
}

impl Known {
    fn line(
        &mut self,
        view: &mut dyn View,
        actor: &Actor,
        line: AuditView,
    ) -> Result<AuditLine, Fault> {
        let told = |name: &str| line.detail.get(name).and_then(Value::as_str);
        // A session is shown with its invite.
        let invite = line.subject.parse().ok().or_else(|| told("invite")?.parse().ok());
        let host = line.subject.parse().ok().or_else(|| told("computer")?.parse().ok());
        let user = line.subject.parse().ok().or_else(|| told("user_id")?.parse().ok());
        let agent = line.actor.parse().ok();
        let (invite, its_host) = self.invite(view, actor, invite)?.unzip();
        let host = host.or(its_host);
        Ok(AuditLine {
            agent: self.seen_computer(view, actor, agent)?,
            computer: self.seen_computer(view, actor, host)?,
            user: self.user(view, actor, user)?,
            invite,
            view: line,
        })
    }

    /// Returns an invite, and the computer it is to now.
    fn invite(
        &mut self,
        view: &mut dyn View,
        actor: &Actor,
        id: Option<InviteId>,
    ) -> Result<Option<(Seen, ComputerId)>, Fault> {
        let Some(id) = id else { return Ok(None) };
        let known = match self.invites.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let invite: Option<Invite> = find(view, &row![actor.team.id, id])?;
                unknown.insert(invite.map(|invite| (invite.guest, invite.computer)))
            }
        };
        let Some((guest, host)) = known.clone() else { return Ok(None) };
        let host_known = self.computer(view, actor, host)?;
        let can_be_opened =
            host_known.is_some_and(|host| host.is_hosted_by(actor.id(), actor.role));
        let seen = Seen { id: id.to_string(), name: guest.to_string(), can_be_opened };
        Ok(Some((seen, host)))
    }

    fn seen_computer(
        &mut self,
        view: &mut dyn View,
        actor: &Actor,
        id: Option<ComputerId>,
    ) -> Result<Option<Seen>, Fault> {
        let Some(id) = id else { return Ok(None) };
        let known = self.computer(view, actor, id)?;
        Ok(known.map(|computer| Seen {
            id: id.to_string(),
            name: computer.name.to_string(),
            can_be_opened: !computer.is_removed() && computer.is_hosted_by(actor.id(), actor.role),
        }))
    }

    fn computer(
        &mut self,
        view: &mut dyn View,
        actor: &Actor,
        id: ComputerId,
    ) -> Result<Option<&Computer>, Fault> {
        let known = match self.computers.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(computer(view, actor.team.id, id)?),
        };
        Ok(known.as_ref())
    }

    fn user(
        &mut self,
        view: &mut dyn View,
        actor: &Actor,
        id: Option<UserId>,
    ) -> Result<Option<Seen>, Fault> {
        let Some(id) = id else { return Ok(None) };
        let known: &mut Option<User> = match self.users.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(find(view, &row![actor.team.id, id])?),
        };
        Ok(known.as_ref().map(|user| Seen {
            id: id.to_string(),
            name: user.email.to_string(),
            can_be_opened: user.is_active(),
        }))
    }
}
