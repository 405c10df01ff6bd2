//! The invite as an entry for its guest's calendar.

use std::sync::Arc;

use super::{guest_of, opened};
use crate::letter::Calendar;
use crate::outbox::guest_letter;
use crate::{App, Call, Pending};

impl App {
    /// Returns the calendar entry of an invite, for its guest alone: the one of the mails (GA-14).
    ///
    /// `None` if mails are written without one. An invite that has ended has no entry any more.
    pub fn guest_calendar(&self, call: &Call, token: &str) -> Pending<Option<Calendar>> {
        let (call, link) = (call.clone(), opened(token, &self.config));
        let words = Arc::clone(&self.words);
        let read = self.read(move |view, config| {
            let (invite, _) = guest_of(view, &call, link?)?;
            invite.require_live()?;
            guest_letter(view, &invite, config)
        });
        // Writing needs no transaction.
        read.then(move |letter| Ok(words.render(&letter).calendar))
    }
}
