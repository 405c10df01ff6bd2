use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::{
    ComputerName, GroupName, HostLogin, KeyName, Message, Note, Permissions, PersonName, TeamId,
    TeamName, Title,
};

/// Yields titles, markup and other scripts among them.
pub fn title() -> impl Strategy<Value = Title> {
    name_text(Title::MOST).prop_filter_map("a title", |text| Title::parse(&text).ok())
}

/// Yields messages, the empty one among them.
pub fn message() -> impl Strategy<Value = Message> {
    lines().prop_filter_map("a message", |text| Message::parse(&text).ok())
}

/// Yields notes, the empty one among them.
pub fn note() -> impl Strategy<Value = Note> {
    lines().prop_filter_map("a note", |text| Note::parse(&text).ok())
}

/// Yields slugs of teams; one comes often.
pub fn team_id() -> impl Strategy<Value = TeamId> {
    prop_oneof![Just("acme".to_owned()), "[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?"]
        .prop_filter_map("a slug", |text| TeamId::parse(&text).ok())
}

/// Yields names of teams.
pub fn team_name() -> impl Strategy<Value = TeamName> {
    name_text(TeamName::MOST).prop_filter_map("a name", |text| TeamName::parse(&text).ok())
}

/// Yields names of people.
pub fn person_name() -> impl Strategy<Value = PersonName> {
    name_text(PersonName::MOST).prop_filter_map("a name", |text| PersonName::parse(&text).ok())
}

/// Yields names of groups.
pub fn group_name() -> impl Strategy<Value = GroupName> {
    name_text(GroupName::MOST).prop_filter_map("a name", |text| GroupName::parse(&text).ok())
}

/// Yields names of keys.
pub fn key_name() -> impl Strategy<Value = KeyName> {
    name_text(KeyName::MOST).prop_filter_map("a name", |text| KeyName::parse(&text).ok())
}

/// Yields names of computers; a few come often, in more than one spelling.
pub fn computer_name() -> impl Strategy<Value = ComputerName> {
    let known = select(&["studio-1", "Studio-1", "studio-2"][..]).prop_map(str::to_owned);
    prop_oneof![known, name_text(ComputerName::MOST)]
        .prop_filter_map("a name", |text| ComputerName::parse(&text).ok())
}

/// Yields host logins; a few come often.
pub fn host_login() -> impl Strategy<Value = HostLogin> {
    let known = select(&["ada", "kiosk", HostLogin::SERVICE][..]).prop_map(str::to_owned);
    prop_oneof![3 => known, 1 => name_text(HostLogin::MOST)]
        .prop_filter_map("a login", |text| HostLogin::parse(&text).ok())
}

/// Yields every set of permissions.
pub fn permissions() -> impl Strategy<Value = Permissions> {
    (0..=Permissions::FULL.bits()).prop_filter_map("bits", Permissions::from_bits)
}

/// Yields visible lines of at most `most` characters, mostly short ones.
pub fn name_text(most: usize) -> impl Strategy<Value = String> {
    let short = most.min(12);
    let letter = prop_oneof![
        6 => proptest::char::range('!', '~'),
        1 => select(&[' ', '<', '>', '&', '"', 'é', 'ß', '字', '\u{202e}', '\u{1f3a8}'][..]),
    ];
    prop_oneof![
        4 => vec(letter.clone(), 1..=short),
        1 => vec(letter, 1..=most),
    ]
    .prop_map(String::from_iter)
    .prop_filter("a visible line", |text| !text.trim().is_empty())
}

/// Yields texts around what names of at most `most` characters may be: blank, too long, of
/// several lines, with control characters, and good ones.
pub fn near_text(most: usize) -> impl Strategy<Value = String> {
    let marks = select(&[' ', '\n', '\r', '\t', '\0', '\u{7f}', '\u{85}', '\u{2028}', 'a'][..]);
    prop_oneof![
        1 => "[ \t\n]{0,3}",
        1 => (0..4_usize, any::<char>())
            .prop_map(move |(more, letter)| core::iter::repeat_n(letter, most - 1 + more).collect()),
        3 => (name_text(most), vec((any::<Index>(), any::<bool>(), marks), 0..3))
            .prop_map(|(text, edits)| edited(&text, &edits)),
    ]
}

/// Replaces characters of `text`, or inserts them, at places given as indices.
pub(super) fn edited(text: &str, edits: &[(Index, bool, char)]) -> String {
    let mut letters: Vec<_> = text.chars().collect();
    for (place, replace, letter) in edits {
        let place = place.index(letters.len() + 1);
        let end = (place + usize::from(*replace)).min(letters.len());
        letters.splice(place..end, [*letter]);
    }
    letters.into_iter().collect()
}

fn lines() -> impl Strategy<Value = String> {
    let line = prop_oneof![4 => name_text(60), 1 => Just(String::new())];
    (vec(line, 0..5), select(&["\n", "\r\n", "\n\t"][..])).prop_map(|(lines, end)| lines.join(end))
}
