//! Lists of invites and of their sessions.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use guest_core::{
    Computer, ComputerId, Email, InputError, Invite, InviteId, Phase, Right, Session,
};
use serde::Deserialize;

use super::{reach, show};
use crate::access::Actor;
use crate::paging::{Paged, Paging, page};
use crate::record::{Range, row};
use crate::view::{InviteView, Page, SessionView};
use crate::work::computer;
use crate::{App, Call, Fault, Pending, View, tables};

/// Which invites to list, as it arrives.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InviteQuery {
    /// Those to this computer.
    pub computer_id: Option<String>,
    /// Those in this phase.
    pub phase: Option<String>,
    /// Those for this guest.
    pub guest_email: Option<String>,
    /// Those made by this person.
    pub invited_by: Option<String>,
    /// Those whose guest or title holds this, whatever its case; for pages.
    #[serde(skip)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub search: String,
}

/// Which invites to list.
#[derive(Clone, Debug, Default)]
pub struct InviteFilter {
    computer: Option<ComputerId>,
    phase: Option<Phase>,
    guest: Option<Email>,
    invited_by: Option<Email>,
    search: String,
}

impl InviteQuery {
    /// Reads the query.
    ///
    /// # Errors
    ///
    /// Returns everything that is wrong with it.
    pub fn read(&self) -> Result<InviteFilter, Vec<InputError>> {
        let mut errors = Vec::new();
        let mut email = |text: &Option<String>, pointer: &str| {
            let text = text.as_ref()?;
            Email::parse(text).map_err(|no| errors.push(InputError::invalid(pointer, no))).ok()
        };
        let guest = email(&self.guest_email, "/guest_email");
        let invited_by = email(&self.invited_by, "/invited_by");
        let computer = self.computer_id.as_ref().and_then(|id| {
            id.parse().map_err(|no| errors.push(InputError::invalid("/computer_id", no))).ok()
        });
        let phase = self.phase.as_ref().and_then(|name| {
            let phase = Phase::named(name);
            if phase.is_none() {
                let names = Phase::ALL.map(Phase::name).join(", ");
                errors.push(InputError::invalid("/phase", format!("not a phase; use {names}")));
            }
            phase
        });
        let search = self.search.trim().to_lowercase();
        let filter = InviteFilter { computer, phase, guest, invited_by, search };
        if errors.is_empty() { Ok(filter) } else { Err(errors) }
    }
}

impl InviteFilter {
    fn fits(&self, invite: &Invite) -> bool {
        self.computer.is_none_or(|computer| computer == invite.computer)
            && self.guest.as_ref().is_none_or(|guest| *guest == invite.guest)
            && self.invited_by.as_ref().is_none_or(|by| *by == invite.sender.email)
            && (invite.guest.key().contains(&self.search)
                || invite.title.as_str().to_lowercase().contains(&self.search))
            // Whether somebody is connected is asked later; the clock tells the rest.
            && self.phase.is_none_or(|phase| match phase {
                Phase::Scheduled | Phase::Open | Phase::Connected => invite.is_live(),
                Phase::Expired | Phase::Cancelled | Phase::Void => phase.name() == invite.life.name(),
            })
    }
}

impl App {
    /// Lists invites, the newest first.
    ///
    /// A page looks at a bounded number of invites, so that where few of many
    /// fit it may hold fewer than asked for and still not be the last.
    pub fn invites(
        &self,
        call: &Call,
        team: &str,
        query: &InviteQuery,
        paging: &Paging,
    ) -> Pending<Page<InviteView>> {
        let (call, team) = (call.clone(), team.to_owned());
        let (filter, paging) = (query.read(), paging.clone());
        self.read(move |view, config| {
            let actor = Actor::with(view, &call, &team, Right::ReadInvites)?;
            let (filter, paged) = both(filter.clone(), paging.parse())?;
            let prefix = row![actor.team.id];
            let range = Range { prefix: &prefix, backwards: true, ..Range::default() };
            let mut reached = Reached::default();
            page(view, &range, &paged, |view, invite: Invite| {
                if !filter.fits(&invite) || !reached.may(view, &actor, &invite)? {
                    return Ok(None);
                }
                let shown = show(view, &actor, &invite, config)?;
                Ok(Some(shown)
                    .filter(|shown| filter.phase.is_none_or(|phase| phase.name() == shown.phase)))
            })
        })
    }

    /// Lists the sessions of an invite, the newest first.
    pub fn sessions(
        &self,
        call: &Call,
        team: &str,
        id: InviteId,
        paging: &Paging,
    ) -> Pending<Page<SessionView>> {
        let (call, team, paging) = (call.clone(), team.to_owned(), paging.clone());
        self.read(move |view, _| {
            let actor = Actor::with(view, &call, &team, Right::ReadInvites)?;
            let paged = paging.parse()?;
            let (invite, _) = reach(view, &actor, id)?;
            let prefix = row![invite.team, invite.id];
            let index = Some(&tables::SESSION_INVITE);
            let range = Range { index, prefix: &prefix, backwards: true, ..Range::default() };
            page(view, &range, &paged, |_, session: Session| Ok(Some(SessionView::of(&session))))
        })
    }
}

fn both(
    filter: Result<InviteFilter, Vec<InputError>>,
    paged: Result<Paged, Vec<InputError>>,
) -> Result<(InviteFilter, Paged), Vec<InputError>> {
    match (filter, paged) {
        (Ok(filter), Ok(paged)) => Ok((filter, paged)),
        (filter, paged) => {
            let wrong = [filter.err(), paged.err()];
            Err(wrong.into_iter().flatten().flatten().collect())
        }
    }
}

/// The computers met while listing, so that each is looked up once.
#[derive(Default)]
struct Reached(BTreeMap<ComputerId, Option<Computer>>);

impl Reached {
    fn may(&mut self, view: &mut dyn View, actor: &Actor, invite: &Invite) -> Result<bool, Fault> {
        let known = match self.0.entry(invite.computer) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(computer(view, invite.team, invite.computer)?),
        };
        Ok(known.as_ref().is_some_and(|known| known.is_hosted_by(actor.id(), actor.role)))
    }
}
