//! Calendar parts.

use guest_app::letter::{Calendar, Letter, Render as _};
use guest_core::GuestNews;
use guest_mailer::Words;

use crate::letters::{HOSTILE_LINE, about, all, hostile, invite, origin, to_guest};

#[test]
fn ga_33_an_entry_keeps_its_uid_and_counts_its_changes() {
    let window = about().window;
    let lines: Vec<_> = [
        GuestNews::Invited { sequence: 0 },
        GuestNews::WindowChanged { old: window, new: window, sequence: 1 },
        GuestNews::Moved { sequence: 2 },
        GuestNews::Cancelled { sequence: 3 },
    ]
    .into_iter()
    .map(|news| calendar(&to_guest(news, about())).body)
    .collect();
    for (sequence, body) in lines.iter().enumerate() {
        assert_eq!(value(body, "UID"), format!("{}@guest.acme.example", about().id));
        assert_eq!(value(body, "SEQUENCE"), sequence.to_string());
        assert_eq!(value(body, "DTSTAMP"), "20261130T170509Z");
        assert_eq!(value(body, "DTSTART"), "20261201T080000Z");
        assert_eq!(value(body, "DTEND"), "20261201T163000Z");
        assert_eq!(value(body, "ORGANIZER;CN=Acme"), "mailto:noreply@acme.example");
    }
    let states = lines.iter().map(|body| (value(body, "METHOD"), value(body, "STATUS")));
    let states: Vec<_> = states.collect();
    let both = |method: &str, status: &str| (method.to_owned(), status.to_owned());
    let confirmed = both("REQUEST", "CONFIRMED");
    assert_eq!(
        states,
        [confirmed.clone(), confirmed.clone(), confirmed, both("CANCEL", "CANCELLED")]
    );
}

#[test]
fn ga_16_what_people_type_cannot_leave_its_property() {
    let body = calendar(&hostile(&invite())).body;
    let escaped = HOSTILE_LINE.replace('\\', "\\\\").replace(',', "\\,").replace(';', "\\;");
    assert_eq!(value(&body, "SUMMARY"), format!("Connect to {escaped} through {escaped}"));
    assert_eq!(
        value(&body, "ORGANIZER;CN=\"Acme'  Bcc"),
        " everybody@acme.example    <b>\":mailto:noreply@acme.example"
    );
    let names = |body: &str| -> Vec<String> {
        let lines = unfolded(body);
        lines.lines().map(|line| line.split([':', ';']).next().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&body), names(&calendar(&invite()).body));
}

#[test]
fn lines_end_in_crlf_and_are_folded_at_75_octets() {
    for (name, letter) in
        all().into_iter().flat_map(|(name, it)| [(name, hostile(&it)), (name, it)])
    {
        let Some(Calendar { body, .. }) = Words::new(origin()).render(&letter).calendar else {
            continue;
        };
        assert!(body.ends_with("END:VCALENDAR\r\n"), "{name}");
        for line in body.split_inclusive("\r\n") {
            let content = line.strip_suffix("\r\n").unwrap();
            assert!(content.len() <= 75, "{name}: {content}");
            assert!(!content.contains(char::is_control), "{name}: {content}");
        }
    }
}

fn calendar(letter: &Letter) -> Calendar {
    Words::new(origin()).render(letter).calendar.unwrap()
}

fn value(body: &str, name: &str) -> String {
    let lines = unfolded(body);
    let mut values = lines.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let value = values.next().unwrap_or_else(|| panic!("no {name} in {lines}"));
    assert_eq!(values.next(), None, "{name} twice");
    value.to_owned()
}

fn unfolded(body: &str) -> String {
    body.replace("\r\n ", "")
}
