//! Computers, from the side of those who manage and use them.

use std::fmt;

use guest_core::{
    Computer, ComputerId, ComputerName, InputError, Provision, Purpose, Right, SessionEndReason,
    TeamId,
};
use serde::{Deserialize, Serialize};

use crate::access::Actor;
use crate::consequences;
use crate::input::Reading;
use crate::once::Replay;
use crate::paging::page;
use crate::record::{Range, first, row};
use crate::view::{ComputerView, Page};
use crate::work::{By, Work, computer, live_sessions};
use crate::{App, Call, Denied, Fault, Paging, Pending, View, tables};

/// A computer to be registered by hand.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ComputerDraft {
    /// What people call it, 1 to 64 characters; unique in the team regardless of case.
    pub name: String,
    /// `team`, or `personal` for one's own.
    pub provision: String,
}

/// A change of a computer; what is absent stays.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ComputerChange {
    /// What people call it; its agent goes on calling it as before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether guests are allowed; turning it off ends their sessions at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guest_access: Option<bool>,
}

/// A computer that was registered.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComputerMade {
    /// The computer.
    #[serde(flatten)]
    pub computer: ComputerView,
    /// The token of a personal computer's agent, shown this once.
    pub secret: Option<String>,
}

impl fmt::Debug for ComputerMade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ComputerMade").field("computer", &self.computer).finish_non_exhaustive()
    }
}

impl Replay for ComputerMade {
    fn scrub(&mut self) {
        self.secret = None;
    }
}

impl App {
    /// Lists the computers that the caller may know of, by name (GA-3).
    pub fn computers(
        &self,
        call: &Call,
        team: &str,
        paging: &Paging,
    ) -> Pending<Page<ComputerView>> {
        let (call, team, paging) = (call.clone(), team.to_owned(), paging.clone());
        self.read(move |view, _| {
            let actor = Actor::with(view, &call, &team, Right::ReadComputers)?;
            let paged = paging.parse()?;
            let (prefix, index) = (row![actor.team.id], Some(&tables::COMPUTER_NAME));
            let range = Range { index, prefix: &prefix, ..Range::default() };
            page(view, &range, &paged, |view, computer: Computer| {
                let seen = computer.is_seen_by(actor.id(), actor.role);
                Ok(seen.then(|| ComputerView::of(&computer, view.now())))
            })
        })
    }

    /// Shows a computer (GA-3).
    pub fn computer(&self, call: &Call, team: &str, id: ComputerId) -> Pending<ComputerView> {
        let (call, team) = (call.clone(), team.to_owned());
        self.read(move |view, _| {
            let actor = Actor::with(view, &call, &team, Right::ReadComputers)?;
            let computer = seen(view, &actor, id)?;
            Ok(ComputerView::of(&computer, view.now()))
        })
    }

    /// Registers a computer by hand (GA-1); a personal one belongs to the caller.
    pub fn register_computer(
        &self,
        call: &Call,
        team: &str,
        draft: &ComputerDraft,
    ) -> Pending<ComputerMade> {
        let (caller, name, draft) = (call.clone(), team.to_owned(), draft.read());
        let token = self.secret(Purpose::AgentToken);
        self.write_once(call, team, move |work| {
            let actor = match &draft {
                Ok(NewComputer { personal: false, .. }) => Right::ManageComputers,
                Ok(NewComputer { personal: true, .. }) | Err(_) => Right::OwnComputers,
            };
            let actor = work.actor(&caller, &name, actor)?;
            let NewComputer { name, personal } = draft.clone()?;
            refuse_taken(work.tx, actor.team.id, &name, None)?;
            let provision = if personal {
                Provision::Personal { user: actor.person(work.tx)?.id, token: token.hash() }
            } else {
                Provision::Team { key: None }
            };
            let id = work.ids.next(ComputerId::from_bits);
            let computer = Computer::register(actor.team.id, id, name, provision, work.now);
            work.save(&computer)?;
            work.tell_computer(&computer, "computer.updated")?;
            let detail = serde_json::json!({
                "name": computer.name.as_str(),
                "provision": if personal { "personal" } else { "team" },
            });
            work.audit(computer.team, &By::actor(&actor), "computer.register", id, &detail)?;
            Ok(ComputerMade {
                computer: ComputerView::of(&computer, work.now),
                secret: personal.then(|| token.expose().to_owned()),
            })
        })
    }

    /// Renames a computer, or switches guest access on it (GA-1, GA-2).
    ///
    /// Turning guest access off ends the sessions there and leaves the invites.
    pub fn change_computer(
        &self,
        call: &Call,
        team: &str,
        id: ComputerId,
        change: &ComputerChange,
        based_on: Option<u32>,
    ) -> Pending<ComputerView> {
        let (caller, team, name) = (call.clone(), team.to_owned(), change.read());
        let guest_access = change.guest_access;
        self.write(call, move |work| {
            let (actor, before) = target(work, &caller, &team, id, based_on)?;
            let name = name.clone()?;
            if let Some(name) = &name {
                refuse_taken(work.tx, before.team, name, Some(id))?;
            }
            let renamed = name.and_then(|name| before.rename(name));
            let switched = |from: &Computer| guest_access.and_then(|on| from.switch(on));
            let after = match renamed {
                Some(renamed) => Some(switched(&renamed).unwrap_or(renamed)),
                None => switched(&before),
            };
            if let Some(after) = &after {
                changed(work, &before, after, &By::actor(&actor))?;
            }
            Ok(ComputerView::of(after.as_ref().unwrap_or(&before), work.now))
        })
    }

    /// Removes a computer, with its invites and sessions (GA-7).
    pub fn remove_computer(
        &self,
        call: &Call,
        team: &str,
        id: ComputerId,
        based_on: Option<u32>,
    ) -> Pending<()> {
        let (caller, team) = (call.clone(), team.to_owned());
        self.write(call, move |work| {
            let (actor, computer) = target(work, &caller, &team, id, based_on)?;
            consequences::remove_computer(work, &computer, &By::actor(&actor)).map(drop)
        })
    }
}

/// A computer to be registered, read.
#[derive(Clone, Debug)]
struct NewComputer {
    name: ComputerName,
    personal: bool,
}

impl ComputerDraft {
    fn read(&self) -> Result<NewComputer, Vec<InputError>> {
        let mut reading = Reading::default();
        let name = reading.read("/name", ComputerName::parse(&self.name));
        let personal = match self.provision.as_str() {
            "team" => Some(false),
            "personal" => Some(true),
            _ => None,
        };
        let personal = reading.one_of("/provision", personal, &["team", "personal"]);
        reading.done(name.zip(personal).map(|(name, personal)| NewComputer { name, personal }))
    }
}

impl ComputerChange {
    fn read(&self) -> Result<Option<ComputerName>, InputError> {
        let name = self.name.as_deref().map(ComputerName::parse).transpose();
        name.map_err(|no| InputError::at("/name", &no))
    }
}

/// Returns a computer that the actor may know of (GA-3).
pub(crate) fn seen(view: &mut dyn View, actor: &Actor, id: ComputerId) -> Result<Computer, Fault> {
    computer(view, actor.team.id, id)?
        .filter(|computer| computer.is_seen_by(actor.id(), actor.role))
        .ok_or_else(|| Denied::NotFound("computer").into())
}

/// Returns who changes which computer: somebody who may, based on what is current (OR-2, GA-40).
fn target(
    work: &mut Work<'_>,
    call: &Call,
    team: &str,
    id: ComputerId,
    based_on: Option<u32>,
) -> Result<(Actor, Computer), Fault> {
    let actor = work.actor(call, team, Right::OwnComputers)?;
    let computer = seen(work.tx, &actor, id)?;
    computer.require_manager(actor.id(), actor.role)?;
    match based_on {
        Some(version) if version != computer.version => {
            Err(Denied::Stale { current: computer.version }.into())
        }
        Some(_) | None => Ok((actor, computer)),
    }
}

/// Stores a change of a computer, and what follows from it (GA-2).
fn changed(work: &mut Work<'_>, before: &Computer, after: &Computer, by: &By) -> Result<(), Fault> {
    work.save(after)?;
    if !after.guest_access {
        for session in live_sessions(work.tx, after.team, after.id)? {
            work.end_session(&session, SessionEndReason::AccessOff, by)?;
        }
    }
    work.tell_computer(after, "computer.updated")?;
    let mut detail = serde_json::Map::new();
    if before.name != after.name {
        detail.insert("name".to_owned(), after.name.as_str().into());
        detail.insert("name_before".to_owned(), before.name.as_str().into());
    }
    if before.guest_access != after.guest_access {
        detail.insert("guest_access".to_owned(), after.guest_access.into());
    }
    work.audit(after.team, by, "computer.change", after.id, &detail.into())
}

/// Returns the computer that holds a name, regardless of case.
pub(crate) fn holder(
    view: &mut dyn View,
    team: TeamId,
    name: &ComputerName,
) -> Result<Option<Computer>, Fault> {
    Ok(first(view, &tables::COMPUTER_NAME, &row![team, name.key()])?)
}

fn refuse_taken(
    view: &mut dyn View,
    team: TeamId,
    name: &ComputerName,
    but: Option<ComputerId>,
) -> Result<(), Fault> {
    match holder(view, team, name)? {
        Some(other) if Some(other.id) != but => Err(Denied::NameTaken.into()),
        Some(_) | None => Ok(()),
    }
}
