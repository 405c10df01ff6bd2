//! Changing an invite that is live: window, permissions, link, who is kept out.

use chrono::TimeDelta;

use crate::{
    Edge, EndedRefusal, Facts, GuestNews, Heralded, InputError, Instant, Invite, InviteEffect,
    InviteNews, LocalTime, Permissions, Refusal, RefusalKind, SessionEndReason, Step, Window,
    WindowRefusal, Zone,
};

/// A change of an invite's window, permissions or both.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Edit {
    /// The new window.
    pub window: Option<Window>,
    /// The new permissions.
    pub permissions: Option<Permissions>,
}

/// The parts of a window that are to change (GA-33).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct WindowEdit {
    /// The new start, told in the new zone.
    pub start: Option<LocalTime>,
    /// The new end, told in the new zone.
    pub end: Option<LocalTime>,
    /// The new zone.
    pub zone: Option<Zone>,
}

impl WindowEdit {
    /// Applies the parts to a window; a part not given keeps its instant (GA-33).
    ///
    /// The length is judged only where an instant changes, so that the zone
    /// alone can always be changed. An end before the start that is not even
    /// after `now` is called past rather than reversed.
    ///
    /// # Errors
    ///
    /// Returns everything that is wrong, with its place under `pointer`.
    pub fn apply(
        self,
        window: Window,
        pointer: &str,
        now: Instant,
    ) -> Result<Window, Vec<InputError>> {
        let zone = self.zone.unwrap_or(window.zone());
        let part = |part: Option<LocalTime>, edge, kept, name| match part {
            None => Ok(kept),
            Some(local) => zone
                .resolve(local, edge)
                .map_err(|no| InputError::at(format!("{pointer}/{name}"), &no)),
        };
        let start = part(self.start, Edge::Start, window.start(), "start");
        let end = part(self.end, Edge::End, window.end(), "end");
        match (start, end) {
            (Ok(start), Ok(end)) if (start, end) == (window.start(), window.end()) => {
                Ok(window.retell(zone))
            }
            (Ok(start), Ok(end)) => Window::new(start, end, zone).map_err(|no| {
                vec![if no == WindowRefusal::Reversed && end <= now {
                    InputError::at(format!("{pointer}/end"), &WindowRefusal::InPast { now })
                } else {
                    InputError::at(pointer, &no)
                }]
            }),
            (start, end) => Err([start.err(), end.err()].into_iter().flatten().collect()),
        }
    }
}

impl Invite {
    /// Changes window and permissions (GA-33, GA-34).
    ///
    /// An edit that changes nothing does nothing. A connected guest keeps
    /// their permissions until they reconnect.
    ///
    /// # Errors
    ///
    /// Returns why the invite cannot be changed like this at `now`.
    pub fn edit(&self, edit: Edit, now: Instant) -> Result<Step<Self, InviteEffect>, EditRefusal> {
        self.require_live()?;
        let window = edit.window.unwrap_or(self.window);
        let permissions = edit.permissions.unwrap_or(self.permissions);
        let (moved, altered) = (window != self.window, permissions != self.permissions);
        if !moved && !altered {
            return Ok(Step::quiet(self.clone()));
        }
        let mut next = Self { window, permissions, version: self.version + 1, ..self.clone() };
        let mut effects = Vec::new();
        if moved {
            self.check_move(window, now)?;
            if window.start() != self.window.start() {
                next.heralded = Heralded::at(window, now);
                next.reminded_at = None;
            }
            if self.window.end() < window.end() {
                next.time_asked = None; // Answered.
            }
            let (old, sequence) = (self.window, next.version);
            effects.push(self.mail_guest(GuestNews::WindowChanged { old, new: window, sequence }));
            effects.push(InviteEffect::RetimeSession);
        }
        effects.push(InviteEffect::Tell(InviteNews::Updated));
        Ok(Step::to(next, effects))
    }

    fn check_move(&self, window: Window, now: Instant) -> Result<(), EditRefusal> {
        if self.used_at.is_some() && window.start() != self.window.start() {
            return Err(EditRefusal::StartLocked);
        }
        if window.end() != self.window.end() || !self.ignores_window() {
            window.check_end(now)?;
        }
        if window.start() != self.window.start() {
            window.check_start(now)?;
        }
        Ok(())
    }

    /// Replaces the link; the one before opens nothing any more (GA-19).
    ///
    /// # Errors
    ///
    /// Returns how the invite ended, if it has.
    pub fn new_link(&self) -> Result<Step<Self, InviteEffect>, EndedRefusal> {
        self.require_live()?;
        let next = Self { link: self.link + 1, version: self.version + 1, ..self.clone() };
        Ok(Step::to(next, [InviteEffect::Tell(InviteNews::Updated)]))
    }

    /// Mails the invite again, with the current link (GA-19).
    ///
    /// # Errors
    ///
    /// Returns how the invite ended, if it has.
    pub fn resend(&self) -> Result<InviteEffect, EndedRefusal> {
        self.require_live()?;
        Ok(self.mail_guest(GuestNews::Invited { sequence: self.version }))
    }

    /// Ends the session; with `keep_out` the guest stays out until readmitted (GA-45).
    ///
    /// Without a session it succeeds as well.
    ///
    /// # Errors
    ///
    /// Returns how the invite ended, if its guest is to be kept out of it.
    pub fn kick(&self, keep_out: bool) -> Result<Step<Self, InviteEffect>, EndedRefusal> {
        let end = InviteEffect::EndSession(SessionEndReason::Kicked);
        if !keep_out || self.kept_out {
            return Ok(Step::to(self.clone(), [end]));
        }
        self.require_live()?;
        let next = Self { kept_out: true, version: self.version + 1, ..self.clone() };
        Ok(Step::to(next, [end, InviteEffect::Tell(InviteNews::Updated)]))
    }

    /// Lets a guest back in who was kept out (GA-45).
    ///
    /// # Errors
    ///
    /// Returns how the invite ended, if it has.
    pub fn readmit(&self) -> Result<Step<Self, InviteEffect>, EndedRefusal> {
        self.require_live()?;
        if !self.kept_out {
            return Ok(Step::quiet(self.clone()));
        }
        let next = Self { kept_out: false, version: self.version + 1, ..self.clone() };
        Ok(Step::to(next, [InviteEffect::Tell(InviteNews::Updated)]))
    }

    /// Has a connected guest reconnect with the invite's permissions (GA-34).
    ///
    /// # Errors
    ///
    /// Returns how the invite ended, if it has.
    pub fn apply_permissions(&self) -> Result<InviteEffect, EndedRefusal> {
        self.require_live()?;
        Ok(InviteEffect::EndSession(SessionEndReason::PermissionsChanged))
    }
}

/// Why an invite cannot be changed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EditRefusal {
    /// It has ended.
    #[error(transparent)]
    Ended(#[from] EndedRefusal),
    /// It has been used, which fixes its start.
    #[error("the start cannot be changed once the invite has been used")]
    StartLocked,
    /// The new window is not acceptable.
    #[error(transparent)]
    Window(#[from] WindowRefusal),
}

impl Refusal for EditRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Ended(ended) => ended.code(),
            Self::StartLocked => "start_locked",
            Self::Window(window) => window.code(),
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Ended(ended) => ended.kind(),
            Self::StartLocked => RefusalKind::Conflict,
            Self::Window(window) => window.kind(),
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::Ended(ended) => ended.facts(),
            Self::StartLocked => Facts::new(),
            Self::Window(window) => window.facts(),
        }
    }
}

/// Five days, the longest a window can be.
pub(super) const MINUTES_MAX: u32 = 5 * 24 * 60;

/// Returns `minutes` as a span of time, if it is one that can be asked for.
pub(super) fn span(minutes: u32) -> Result<TimeDelta, BadMinutes> {
    if (1..=MINUTES_MAX).contains(&minutes) {
        Ok(TimeDelta::minutes(i64::from(minutes)))
    } else {
        Err(BadMinutes)
    }
}

/// An amount of time is none that can be asked for or granted.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("minutes must be between 1 and {}", MINUTES_MAX)]
pub(super) struct BadMinutes;

#[cfg(test)]
mod tests;
