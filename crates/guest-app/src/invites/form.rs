//! What a form to invite guests begins with (WB-3).

use chrono::{Days, NaiveDateTime, NaiveTime, TimeDelta, Timelike as _};
use guest_core::{
    Computer, ComputerId, Instant, Invite, InviteId, Peripheral, Right, Window, Zone,
};

use super::reach;
use crate::access::Actor;
use crate::record::{Range, list, row};
use crate::request::{EmailsDraft, InviteDraft, WindowDraft};
use crate::view::ComputerView;
use crate::work::computer;
use crate::{App, Call, Fault, Pending, View, tables};

/// What a form to invite guests is to begin with; nothing of it has to be known.
#[derive(Clone, Debug, Default)]
pub struct FormRequest {
    /// The computer.
    pub computer_id: String,
    /// An invite to be made again.
    pub again: Option<InviteId>,
    /// The zone of the window, that of the team unless there is such a zone.
    pub time_zone: String,
    /// When the window starts and ends, on the clock of the zone; that of now unless it is one.
    pub window: Option<(String, String)>,
}

/// What a form to invite guests begins with (WB-3).
#[derive(Clone, Debug)]
pub struct InviteForm {
    /// Tells this form from every other, so that what is sent twice is done once (QU-23).
    pub once: String,
    /// What is filled in; no guests, unless an invite is to be made again (GA-33).
    pub draft: InviteDraft,
    /// The computers that the caller may invite to, by name (GA-2, GA-5).
    pub computers: Vec<ComputerView>,
    /// Windows that are often wanted.
    pub quick: [QuickWindow; 2],
}

/// A window that is often wanted.
#[derive(Clone, Debug)]
pub struct QuickWindow {
    /// Names it in the form.
    pub name: &'static str,
    /// What people call it.
    pub words: &'static str,
    /// What it is.
    pub window: WindowDraft,
}

impl App {
    /// Fills in a form to invite guests (WB-3).
    pub fn invite_form(&self, call: &Call, team: &str, about: &FormRequest) -> Pending<InviteForm> {
        let (call, team, about) = (call.clone(), team.to_owned(), about.clone());
        let once = format!("{:032x}", self.entropy.id());
        self.read(move |view, _| {
            let actor = Actor::with(view, &call, &team, Right::WriteInvites)?;
            let zone = Zone::parse(&about.time_zone).unwrap_or(actor.team.zone);
            let chosen = about.computer_id.parse().ok();
            let computers = invitable(view, &actor, chosen)?;
            let quick = quick(zone, view.now());
            let draft = if let Some(id) = about.again {
                again(&reach(view, &actor, id)?.0, view.now())
            } else {
                let [now, _] = &quick;
                let window = about.wanted(zone).unwrap_or_else(|| now.window.clone());
                fresh(&computers, chosen, window)
            };
            Ok(InviteForm { once: once.clone(), draft, computers, quick })
        })
    }
}

impl FormRequest {
    /// Returns the window that is asked for, if it is one.
    fn wanted(&self, zone: Zone) -> Option<WindowDraft> {
        let (start, end) = self.window.as_ref()?;
        let window = Window::parse(start, end, zone.name(), "").ok()?;
        Some(WindowDraft {
            start: window.start_local(),
            end: window.end_local(),
            time_zone: zone.name().to_owned(),
        })
    }
}

/// Returns the computers that somebody may invite to, the chosen one also where there are many.
fn invitable(
    view: &mut dyn View,
    actor: &Actor,
    chosen: Option<ComputerId>,
) -> Result<Vec<ComputerView>, Fault> {
    let prefix = row![actor.team.id];
    let index = Some(&tables::COMPUTER_NAME);
    let range = Range { index, prefix: &prefix, limit: COMPUTERS, ..Range::default() };
    let mut computers: Vec<Computer> = list(view, &range)?;
    if let Some(chosen) = chosen
        && !computers.iter().any(|computer| computer.id == chosen)
        && let Some(chosen) = computer(view, actor.team.id, chosen)?
    {
        computers.push(chosen);
    }
    computers.retain(|computer| {
        let is_ours = computer.owner().is_none() || computer.owner() == actor.id();
        let is_there = computer.guest_access && !computer.is_removed();
        is_there && is_ours && computer.is_hosted_by(actor.id(), actor.role)
    });
    Ok(computers.iter().map(|computer| ComputerView::of(computer, view.now())).collect())
}

/// Fills in what most invites are like.
fn fresh(
    computers: &[ComputerView],
    chosen: Option<ComputerId>,
    window: WindowDraft,
) -> InviteDraft {
    let computer = computers.iter().find(|computer| Some(computer.id) == chosen);
    let computer = computer.or(computers.first());
    InviteDraft {
        computer_id: computer.map(|computer| computer.id.to_string()).unwrap_or_default(),
        emails: EmailsDraft::default(),
        window,
        permissions: [Peripheral::Keyboard, Peripheral::Mouse].map(named).to_vec(),
        title: computer.map(|computer| computer.name.clone()).unwrap_or_default(),
        message: String::new(),
    }
}

/// Fills in an invite that is to be made again, at the same time of the first day on which that
/// is not over (GA-33).
fn again(invite: &Invite, now: Instant) -> InviteDraft {
    let zone = invite.window.zone();
    let (start, end) = (zone.wall(invite.window.start()), zone.wall(invite.window.end()));
    let passed = zone.wall(now) - end;
    let days = if passed < TimeDelta::zero() { 0 } else { passed.num_days() + 1 };
    let moved =
        |wall: NaiveDateTime| wall.checked_add_signed(TimeDelta::days(days)).unwrap_or(wall);
    InviteDraft {
        computer_id: invite.computer.to_string(),
        emails: EmailsDraft::Text(invite.guest.to_string()),
        window: window(moved(start), moved(end), zone),
        permissions: invite.permissions.iter().map(named).collect(),
        title: invite.title.as_str().to_owned(),
        message: invite.message.as_str().to_owned(),
    }
}

/// Returns the windows that are often wanted, on the clock of a zone.
fn quick(zone: Zone, now: Instant) -> [QuickWindow; 2] {
    let tomorrow = zone.wall(now).date().checked_add_days(Days::new(1)).unwrap_or_default();
    let at = |hour| tomorrow.and_time(NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default());
    [
        QuickWindow { name: "hour", words: "Now for 1 hour", window: hour(now, zone) },
        QuickWindow {
            name: "tomorrow",
            words: "Tomorrow 9 to 17",
            window: window(at(9), at(17), zone),
        },
    ]
}

/// Returns the hour from this minute on, also where the clock shows it twice (GA-13).
fn hour(now: Instant, zone: Zone) -> WindowDraft {
    let start = now.with_nanosecond(0).and_then(|now| now.with_second(0)).unwrap_or(now);
    let local = |at| zone.local(at).to_string();
    WindowDraft {
        start: local(start),
        end: local(start + TimeDelta::hours(1)),
        time_zone: zone.name().to_owned(),
    }
}

fn window(start: NaiveDateTime, end: NaiveDateTime, zone: Zone) -> WindowDraft {
    let local = |wall: NaiveDateTime| wall.format("%Y-%m-%dT%H:%M").to_string();
    WindowDraft { start: local(start), end: local(end), time_zone: zone.name().to_owned() }
}

fn named(peripheral: Peripheral) -> String {
    peripheral.name().to_owned()
}

/// How many computers are offered: as many as somebody may look through.
const COMPUTERS: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wb_3_quick_choices_are_told_on_the_clock_of_the_zone() {
        check("Europe/Paris", "2026-12-01T08:30:45Z", "2026-12-01T09:30", "2026-12-01T10:30");
        check("Asia/Seoul", "2026-12-01T16:00:00Z", "2026-12-02T01:00", "2026-12-02T02:00");
        // An hour over the change of the clock is an hour.
        check("Europe/Paris", "2026-03-29T00:30:00Z", "2026-03-29T01:30", "2026-03-29T03:30");
        let twice = ["2026-10-25T02:45+02:00", "2026-10-25T02:45+01:00"];
        check("Europe/Paris", "2026-10-25T00:45:00Z", twice[0], twice[1]);
    }

    #[track_caller]
    fn check(zone: &str, now: &str, start: &str, end: &str) {
        let [hour, tomorrow] = quick(Zone::parse(zone).unwrap(), now.parse().unwrap());
        assert_eq!((hour.window.start.as_str(), hour.window.end.as_str()), (start, end));
        assert!(tomorrow.window.start.ends_with("T09:00"), "{tomorrow:?}");
        assert!(tomorrow.window.end.ends_with("T17:00"), "{tomorrow:?}");
        assert!(tomorrow.window.start > hour.window.start, "{tomorrow:?}");
    }
}
