//! More time: the guest asks, the host grants.

use super::edit::span;
use crate::{
    Edge, Edit, EditRefusal, EndedRefusal, Facts, InputError, Instant, Invite, InviteEffect,
    InviteNews, LocalTime, MailIntent, Note, Refusal, RefusalKind, SenderNews, Step, Window,
    WindowEdit,
};

/// More time that a guest has asked for (GA-48).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TimeAsked {
    /// When they asked.
    pub at: Instant,
    /// How many minutes more.
    pub minutes: u32,
    /// What they say about it.
    pub note: Note,
}

/// A guest's wish for more time.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TimeRequest {
    /// How many minutes more, 1 to five days' worth.
    pub minutes: u32,
    /// What they say about it.
    pub note: Note,
}

/// By how much an invite is extended (GA-48).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ExtendBy {
    /// So many minutes, added to the present end.
    Minutes(u32),
    /// Up to another end, told in the invite's zone.
    To(LocalTime),
}

impl Invite {
    /// Asks for more time on behalf of the guest (GA-48).
    ///
    /// # Errors
    ///
    /// Returns why none can be asked for at `now`.
    pub fn request_time(
        &self,
        request: TimeRequest,
        now: Instant,
    ) -> Result<Step<Self, InviteEffect>, TimeRequestRefusal> {
        self.require_live()?;
        span(request.minutes).map_err(|_| TimeRequestRefusal::Minutes)?;
        let end = self.closes_at().ok_or(TimeRequestRefusal::Endless)?;
        if end <= now {
            return Err(TimeRequestRefusal::WindowOver);
        }
        let TimeRequest { minutes, note } = request;
        let asked = TimeAsked { at: now, minutes, note: note.clone() };
        let mail =
            MailIntent::Sender { invite: self.id, news: SenderNews::TimeAsked { minutes, note } };
        let effects = [InviteEffect::Mail(mail), InviteEffect::Tell(InviteNews::TimeRequested)];
        Ok(Step::to(Self { time_asked: Some(asked), ..self.clone() }, effects))
    }

    /// Returns the window that results from extending this one (GA-48, GA-12).
    ///
    /// # Errors
    ///
    /// Returns why it cannot be extended like this: a problem of the invite, or
    /// input errors with their places.
    pub fn extended(&self, by: ExtendBy) -> Result<Edit, Result<EditRefusal, Vec<InputError>>> {
        let window = match by {
            ExtendBy::Minutes(minutes) => {
                let end = self.window.end() + span(minutes).map_err(Ok)?;
                Window::new(self.window.start(), end, self.window.zone())
                    .map_err(|no| Ok(no.into()))?
            }
            ExtendBy::To(local) => {
                let zone = self.window.zone();
                zone.resolve(local, Edge::End)
                    .map_err(|no| Err(vec![InputError::at("/end", &no)]))?;
                let edit = WindowEdit { end: Some(local), ..WindowEdit::default() };
                edit.apply(self.window, "").map_err(Err)?
            }
        };
        Ok(Edit { window: Some(window), permissions: None })
    }
}

/// Why no more time can be asked for.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TimeRequestRefusal {
    /// The invite has ended.
    #[error(transparent)]
    Ended(#[from] EndedRefusal),
    /// Its window has ended.
    #[error("the time of this invite is over")]
    WindowOver,
    /// It has no end (GA-43).
    #[error("an invite for oneself does not end")]
    Endless,
    /// The amount is not one that can be asked for.
    #[error("minutes must be between 1 and {}", super::edit::MINUTES_MAX)]
    Minutes,
}

impl Refusal for TimeRequestRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Ended(ended) => ended.code(),
            Self::WindowOver => "window_over",
            Self::Endless | Self::Minutes => crate::VALIDATION,
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Ended(ended) => ended.kind(),
            Self::WindowOver => RefusalKind::Conflict,
            Self::Endless | Self::Minutes => RefusalKind::Invalid,
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::Ended(ended) => ended.facts(),
            Self::WindowOver | Self::Endless | Self::Minutes => Facts::new(),
        }
    }
}
