//! The team computers that the members of a workspace use together (OR-43).

use guest_core::{
    Computer, ComputerId, InputError, Right, SharedComputer, WorkspaceId, WorkspaceRole,
};
use serde::{Deserialize, Serialize};

use super::Inside;
use crate::paging::page;
use crate::record::{Range, erase, find, list, row};
use crate::view::Page;
use crate::work::Work;
use crate::{App, Call, Denied, Fault, Paging, Pending, View};

/// A team computer that the members of a workspace use together.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SharedComputerView {
    /// The computer.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: ComputerId,
    /// What people call it.
    pub name: String,
    /// Whether it was heard from in the last half minute.
    pub online: bool,
}

impl App {
    /// Lists the team computers that the members of a workspace use together.
    pub fn workspace_computers(
        &self,
        call: &Call,
        team: &str,
        id: WorkspaceId,
        paging: &Paging,
    ) -> Pending<Page<SharedComputerView>> {
        let (call, team, paged) = (call.clone(), team.to_owned(), paging.parse());
        self.read(move |view, _| {
            let inside = Inside::of(view, &call, &team, Right::ReadWorkspaces, id)?;
            let paged = paged.clone()?;
            let prefix = row![inside.workspace.team, id];
            let range = Range { prefix: &prefix, ..Range::default() };
            page(view, &range, &paged, |view, shared: SharedComputer| {
                let computer: Option<Computer> = find(view, &row![shared.team, shared.computer])?;
                let computer = computer.filter(|computer| !computer.is_removed());
                Ok(computer.map(|computer| SharedComputerView::of(&computer, view)))
            })
        })
    }

    /// Puts a team computer on the list of those that the members use together.
    ///
    /// That is for Contributors and up who may see computers at all; what is there stays.
    pub fn share_computer(
        &self,
        call: &Call,
        team: &str,
        id: WorkspaceId,
        computer: ComputerId,
    ) -> Pending<SharedComputerView> {
        let (asking, team) = (call.clone(), team.to_owned());
        self.write(call, move |work| {
            let mut inside = Inside::of(work.tx, &asking, &team, Right::UseWorkspaces, id)?;
            inside.member.role.require(WorkspaceRole::Contributor)?;
            inside.actor.require(Right::ReadComputers)?;
            let team = inside.workspace.team;
            let known: Option<Computer> = work.find(&row![team, computer])?;
            // Personal computers are their users' own.
            let known = known.filter(|known| !known.is_removed() && known.owner().is_none());
            let known = known.ok_or(Denied::NotFound("computer"))?;
            let shared = SharedComputer { team, workspace: id, computer };
            if work.find::<SharedComputer>(&row![team, id, computer])?.is_none() {
                require_place(work, &shared)?;
                work.save(&shared)?;
                inside.tell_of(work, "workspace.computer.add", &known)?;
            }
            Ok(SharedComputerView::of(&known, work.tx))
        })
    }

    /// Takes a computer off the list; one that is not on it stays off.
    pub fn unshare_computer(
        &self,
        call: &Call,
        team: &str,
        id: WorkspaceId,
        computer: ComputerId,
    ) -> Pending<()> {
        let (asking, team) = (call.clone(), team.to_owned());
        self.write(call, move |work| {
            let mut inside = Inside::of(work.tx, &asking, &team, Right::UseWorkspaces, id)?;
            inside.member.role.require(WorkspaceRole::Contributor)?;
            let team = inside.workspace.team;
            let known: Option<Computer> = work.find(&row![team, computer])?;
            let known = known.ok_or(Denied::NotFound("computer"))?;
            let key = row![team, id, computer];
            if work.find::<SharedComputer>(&key)?.is_some() {
                erase::<SharedComputer>(work.tx, &key)?;
                inside.tell_of(work, "workspace.computer.remove", &known)?;
            }
            Ok(())
        })
    }
}

impl Inside {
    fn tell_of(
        &mut self,
        work: &mut Work<'_>,
        action: &str,
        computer: &Computer,
    ) -> Result<(), Fault> {
        self.changed(work, "computers")?;
        let detail =
            serde_json::json!({ "computer": computer.name.as_str(), "computer_id": computer.id });
        self.audit(work, action, self.workspace.id, &detail)
    }
}

impl SharedComputerView {
    fn of(computer: &Computer, view: &dyn View) -> Self {
        let name = computer.name.as_str().to_owned();
        Self { id: computer.id, name, online: computer.is_online(view.now()) }
    }
}

fn require_place(work: &mut Work<'_>, shared: &SharedComputer) -> Result<(), Fault> {
    let prefix = row![shared.team, shared.workspace];
    let range = Range { prefix: &prefix, limit: COMPUTERS_MOST, ..Range::default() };
    if list::<SharedComputer>(work.tx, &range)?.len() < COMPUTERS_MOST {
        return Ok(());
    }
    let words = format!("a workspace has at most {COMPUTERS_MOST} computers");
    Err(InputError::invalid("", words).into())
}

/// How many computers a workspace has at most: more than people use together.
const COMPUTERS_MOST: usize = 200;
