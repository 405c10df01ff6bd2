//! Lists of email addresses as they come with a request (GA-11).

use std::collections::BTreeSet;

use crate::text::{excerpt, number};
use crate::{Email, EmailRefusal, Facts, InputError, Refusal, RefusalKind, VALIDATION};

/// One or more addresses, each once, in the order given (GA-11).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EmailList(Vec<Email>);

impl EmailList {
    /// How many addresses one request may have.
    pub const MOST: usize = 100;

    /// Reads a comma-delimited text (GA-11); positions count what stands between commas.
    ///
    /// # Errors
    ///
    /// Returns everything that is wrong with the addresses.
    pub fn parse_text(text: &str) -> Result<Self, EmailListRefusal> {
        Self::collect(&text.split(','))
    }

    /// Reads a list of addresses (GA-11).
    ///
    /// # Errors
    ///
    /// Returns everything that is wrong with the addresses.
    pub fn parse_items(items: &[impl AsRef<str>]) -> Result<Self, EmailListRefusal> {
        Self::collect(&items.iter().map(AsRef::as_ref))
    }

    /// Returns how many there are, at least one.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a list is never empty")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Yields the addresses in the order given.
    pub fn iter(&self) -> core::slice::Iter<'_, Email> {
        self.0.iter()
    }

    /// Drops blanks, collapses repeats, and judges the rest.
    fn collect<'a>(
        items: &(impl Iterator<Item = &'a str> + Clone),
    ) -> Result<Self, EmailListRefusal> {
        let given =
            || items.clone().map(str::trim).enumerate().filter(|(_, item)| !item.is_empty());
        let size: usize = given().map(|(_, item)| item.len()).sum();
        let count = given().count();
        if count > Self::MOST && size > MOST_TYPED_LIST {
            return Err(EmailListRefusal::TooMany { count });
        }

        let mut seen = BTreeSet::new();
        let mut emails = Vec::new();
        let mut bad = Vec::new();
        for (position, text) in given() {
            match Email::parse(text) {
                Ok(email) if seen.insert(email.key().to_owned()) => emails.push(email),
                Ok(_) => {} // The first spelling wins.
                Err(refusal) => {
                    let text = excerpt(text, EXCERPT).into();
                    bad.push(BadEmail { position, text, refusal });
                }
            }
        }
        let count = emails.len() + bad.len();
        if count > Self::MOST {
            return Err(EmailListRefusal::TooMany { count });
        }
        if !bad.is_empty() {
            return Err(EmailListRefusal::Bad(bad));
        }
        if emails.is_empty() { Err(EmailListRefusal::Empty) } else { Ok(Self(emails)) }
    }
}

impl IntoIterator for EmailList {
    type Item = Email;
    type IntoIter = std::vec::IntoIter<Email>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a EmailList {
    type Item = &'a Email;
    type IntoIter = core::slice::Iter<'a, Email>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Why a list of addresses is not acceptable (GA-11).
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EmailListRefusal {
    /// There is no address.
    #[error("at least one email address is needed")]
    Empty,
    /// There are more than [`EmailList::MOST`] addresses.
    #[error("{count} email addresses are more than the 100 that one request may have")]
    TooMany {
        /// How many there are without blanks and repeats.
        ///
        /// Repeats count where the request is so large that it is not looked into.
        count: usize,
    },
    /// Some are no addresses; never empty, in the order given.
    #[error("{}", counted(.0.len()))]
    Bad(Vec<BadEmail>),
}

impl EmailListRefusal {
    /// Returns everything that is wrong, where `pointer` is the list's place in the request.
    ///
    /// A bad address is placed at its position, such as `/emails/3`.
    #[must_use]
    pub fn errors(&self, pointer: &str) -> Vec<InputError> {
        match self {
            Self::Empty | Self::TooMany { .. } => vec![InputError::at(pointer, self)],
            Self::Bad(bad) => bad
                .iter()
                .map(|bad| InputError {
                    detail: format!("{:?}: {}", bad.text, bad.refusal),
                    ..InputError::at(format!("{pointer}/{}", bad.position), &bad.refusal)
                })
                .collect(),
        }
    }
}

impl Refusal for EmailListRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty | Self::Bad(_) => VALIDATION,
            Self::TooMany { .. } => "too_many_emails",
        }
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Invalid
    }

    fn facts(&self) -> Facts {
        match self {
            Self::Empty | Self::Bad(_) => Facts::new(),
            Self::TooMany { count } => {
                vec![("count", number(*count)), ("most", number(EmailList::MOST))]
            }
        }
    }
}

/// A text in a list of addresses that is none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BadEmail {
    /// Where it stands among everything given, blanks included, from 0.
    pub position: usize,
    /// The text, shortened if it is long.
    pub text: Box<str>,
    /// What is wrong with it.
    pub refusal: EmailRefusal,
}

fn counted(bad: usize) -> String {
    match bad {
        1 => "one of the email addresses is not valid".to_owned(),
        more => format!("{more} of the email addresses are not valid"),
    }
}

/// How many bytes of addresses are looked into when there are more than [`EmailList::MOST`].
const MOST_TYPED_LIST: usize = 64 * 1024;

/// How many characters of a bad address are quoted.
const EXCERPT: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Fact;

    #[test]
    fn ga_11_blanks_are_dropped_and_repeats_collapse() {
        let list = EmailList::parse_text(" Lin@example.org,, sam@example.net ,lin@EXAMPLE.org, ,")
            .unwrap();
        let texts: Vec<_> = list.iter().map(Email::as_str).collect();
        assert_eq!((texts, list.len()), (vec!["Lin@example.org", "sam@example.net"], 2));
        let items = EmailList::parse_items(&["Lin@example.org", "", "sam@example.net"]);
        assert_eq!(items, Ok(list));
    }

    #[test]
    fn ga_11_a_list_without_addresses_is_refused() {
        for blank in ["", " ", ",", " , ,"] {
            assert_eq!(EmailList::parse_text(blank), Err(EmailListRefusal::Empty));
        }
        assert_eq!(EmailList::parse_items(&[""; 0]), Err(EmailListRefusal::Empty));
        assert_eq!(EmailListRefusal::Empty.errors("/emails")[0].pointer, "/emails");
    }

    #[test]
    fn ga_11_every_bad_address_is_reported_with_position_and_reason() {
        let refusal = EmailList::parse_text("nobody, ,lin@example.org,a@b@c,nobody").unwrap_err();
        let errors = refusal.errors("/emails");
        let places: Vec<_> = errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(places, ["/emails/0", "/emails/3", "/emails/4"]);
        assert_eq!(errors[0].detail, r#""nobody": the address has no @"#);
        assert_eq!(errors[1].detail, r#""a@b@c": the address has more than one @"#);
        assert!(errors.iter().all(|error| error.code == VALIDATION));
        assert_eq!(refusal.to_string(), "3 of the email addresses are not valid");
    }

    #[test]
    fn ga_11_at_most_100_addresses_after_collapsing() {
        let addresses = |count| (0..count).map(|n| format!("u{n}@example.org")).collect::<Vec<_>>();
        assert_eq!(EmailList::parse_items(&addresses(100)).unwrap().len(), 100);
        let repeated = [addresses(100), addresses(100)].concat();
        assert_eq!(EmailList::parse_items(&repeated).unwrap().len(), 100);
        let refusal = EmailList::parse_items(&addresses(101)).unwrap_err();
        assert_eq!(refusal, EmailListRefusal::TooMany { count: 101 });
        assert_eq!((refusal.code(), refusal.kind()), ("too_many_emails", RefusalKind::Invalid));
        let facts = [("count", Fact::Number(101)), ("most", Fact::Number(100))];
        assert_eq!(refusal.errors("/emails")[0].facts, facts);
        let bad = vec!["x"; 101];
        assert_eq!(EmailList::parse_items(&bad), Err(EmailListRefusal::TooMany { count: 101 }));
    }

    #[test]
    fn ga_11_a_huge_request_is_counted_not_read() {
        let text = "u@example.org,".repeat(100_000);
        let refusal = EmailListRefusal::TooMany { count: 100_000 };
        assert_eq!(EmailList::parse_text(&text), Err(refusal));
        let Err(EmailListRefusal::Bad(bad)) = EmailList::parse_text(&"x".repeat(1 << 20)) else {
            panic!("one long text is one bad address");
        };
        assert_eq!((bad.len(), bad[0].text.len()), (1, EXCERPT));
    }
}
