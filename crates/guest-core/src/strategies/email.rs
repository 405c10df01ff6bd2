use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::text::edited;
use crate::{Email, EmailList};

/// Yields addresses; a few come often, so that the same person is met again.
pub fn email() -> impl Strategy<Value = Email> {
    email_text().prop_filter_map("an address", |text| Email::parse(&text).ok())
}

/// Yields the text of addresses that are accepted, in any spelling.
pub fn email_text() -> impl Strategy<Value = String> {
    let known = select(
        &["ada@acme.example", "cory@acme.example", "lin@example.org", "Lin@EXAMPLE.org"][..],
    );
    let local = r"[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]{1,10}(\.[a-zA-Z0-9+_-]{1,8}){0,2}";
    let label = prop_oneof![
        8 => "[a-zA-Z0-9]{1,12}(-[a-z0-9]{1,4})?",
        1 => select(&["bücher", "例え", "xn--bcher-kva", "faß"][..]).prop_map(str::to_owned),
    ];
    let domain = (vec(label, 1..3), "[a-zA-Z]{2,8}")
        .prop_map(|(labels, top)| format!("{}.{top}", labels.join(".")));
    prop_oneof![
        1 => known.prop_map(str::to_owned),
        3 => (local, domain).prop_map(|(local, domain)| format!("{local}@{domain}")),
    ]
}

/// Yields texts that are addresses but for a character or two, and some that are.
pub fn near_email_text() -> impl Strategy<Value = String> {
    let marks = "@.,;<>()\"[]\\ \t\n\r\0é字-_a0";
    (
        email_text(),
        vec((any::<Index>(), any::<bool>(), select(marks.chars().collect::<Vec<_>>())), 0..3),
    )
        .prop_map(|(text, edits)| edited(&text, &edits))
}

/// Yields lists of addresses, mostly short ones.
pub fn email_list() -> impl Strategy<Value = EmailList> {
    let length = prop_oneof![9 => 1..5_usize, 1 => 5..=EmailList::MOST];
    length.prop_flat_map(|length| vec(email(), length)).prop_filter_map("a list", |emails| {
        let texts: Vec<_> = emails.iter().map(Email::as_str).collect();
        EmailList::parse_items(&texts).ok()
    })
}
