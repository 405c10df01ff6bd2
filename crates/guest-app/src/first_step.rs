//! What comes next until a team has invited its first guest (WB-13).

use guest_core::{Computer, Instant, Invite, Right};

use crate::access::Actor;
use crate::record::{Range, list, row};
use crate::view::ComputerView;
use crate::{App, Call, Pending, tables};

/// What comes next until a team has invited its first guest (WB-13).
#[derive(Clone, Debug)]
pub enum FirstStep {
    /// There is no team computer yet.
    AddComputer,
    /// There is one, whose agent was never heard.
    RunAgent(ComputerView),
    /// It has been here, and guests are not allowed on it.
    AllowGuests(ComputerView),
    /// Somebody can be invited to it.
    Invite(ComputerView),
}

impl App {
    /// Returns what comes next until the team has its first invite; nothing from then on, and for
    /// those who cannot do all of it.
    pub fn first_step(&self, call: &Call, team: &str) -> Pending<Option<FirstStep>> {
        let (call, team) = (call.clone(), team.to_owned());
        self.read(move |view, _| {
            let actor = Actor::with(view, &call, &team, Right::ReadTeam)?;
            let may = actor.may(Right::ManageComputers) && actor.may(Right::WriteInvites);
            let prefix = row![actor.team.id];
            let first = Range { prefix: &prefix, limit: 1, ..Range::default() };
            if !may || !list::<Invite>(view, &first)?.is_empty() {
                return Ok(None);
            }
            let range = Range {
                index: Some(&tables::COMPUTER_NAME),
                prefix: &prefix,
                limit: COMPUTERS,
                ..Range::default()
            };
            let computers: Vec<Computer> = list(view, &range)?;
            Ok(Some(next(&computers, view.now())))
        })
    }
}

/// Returns what comes next for the computer that is nearest to a first guest.
fn next(computers: &[Computer], now: Instant) -> FirstStep {
    let ours = computers.iter().filter(|one| one.owner().is_none() && !one.is_removed());
    let Some(nearest) = ours.max_by_key(|one| (one.guest_access, one.last_seen)) else {
        return FirstStep::AddComputer;
    };
    let shown = ComputerView::of(nearest, now);
    match (nearest.last_seen, nearest.guest_access) {
        (None, _) => FirstStep::RunAgent(shown),
        (Some(_), false) => FirstStep::AllowGuests(shown),
        (Some(_), true) => FirstStep::Invite(shown),
    }
}

/// How many computers are looked at: whoever has that many knows how it goes.
const COMPUTERS: usize = 200;
