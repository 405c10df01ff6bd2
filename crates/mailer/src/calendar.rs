//! Calendar parts (RFC 5545, RFC 5546).

use guest_app::letter::{Calendar, InviteFacts, Letter};
use guest_core::{Edge, Window};
use icalendar::{Component as _, Event, EventLike as _, EventStatus, Property};

use crate::Origin;

/// An invite as an entry in its guest's calendar; the same entry through all its mails.
pub(crate) struct Entry<'a> {
    pub(crate) letter: &'a Letter,
    pub(crate) about: &'a InviteFacts,
    pub(crate) origin: &'a Origin,
}

impl Entry<'_> {
    /// Puts the entry into the calendar, or moves it there.
    pub(crate) fn request(&self, window: &Window, sequence: u32) -> Calendar {
        let InviteFacts { sender, team, computer, link, .. } = self.about;
        let description = format!(
            "{sender} ({team}) lets you connect to the computer {computer}.\n\n\
             From {}\nto {}.\n\nOpen the invite:\n{link}\n",
            window.told(Edge::Start),
            window.told(Edge::End),
        );
        let mut event = self.event(window, sequence);
        event.status(EventStatus::Confirmed).description(&description).url(link);
        written("REQUEST", event)
    }

    /// Takes the entry out of the calendar.
    pub(crate) fn cancel(&self, window: &Window, sequence: u32) -> Calendar {
        let mut event = self.event(window, sequence);
        event.status(EventStatus::Cancelled).description("This invite was withdrawn.");
        written("CANCEL", event)
    }

    fn event(&self, window: &Window, sequence: u32) -> Event {
        let Self { letter, about, origin } = self;
        let mut organizer = Property::new("ORGANIZER", format!("mailto:{}", origin.sender()));
        organizer.add_parameter("CN", &parameter(&letter.from_name));
        let mut attendee = Property::new("ATTENDEE", format!("mailto:{}", letter.to));
        attendee
            .add_parameter("ROLE", "REQ-PARTICIPANT")
            .add_parameter("PARTSTAT", "NEEDS-ACTION")
            .add_parameter("RSVP", "FALSE");
        let mut event = Event::with_uid(&origin.unique(about.id));
        event
            .timestamp(letter.made_at)
            .starts(window.start())
            .ends(window.end())
            .summary(&format!("Connect to {} through {}", about.title, letter.brand))
            .sequence(sequence)
            .append_property(organizer)
            .append_multi_property(attendee);
        event
    }
}

fn written(method: &'static str, event: Event) -> Calendar {
    let mut calendar = icalendar::Calendar::empty();
    for (name, value) in
        [("VERSION", "2.0"), ("PRODID", PRODUCT), ("CALSCALE", "GREGORIAN"), ("METHOD", method)]
    {
        calendar.append_property((name, value));
    }
    calendar.push(event);
    Calendar { method, body: calendar.to_string() }
}

/// Makes a text fit for a parameter: the format knows no quotation mark in one (RFC 5545, 3.1).
fn parameter(text: &str) -> String {
    let fit = |letter: char| match letter {
        '"' => '\'',
        letter if letter.is_control() => ' ',
        letter => letter,
    };
    text.chars().map(fit).collect()
}

/// Who wrote the calendar (RFC 5545, 3.7.3).
const PRODUCT: &str = "-//Guest//Guest access//EN";
