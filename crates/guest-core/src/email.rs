//! Email addresses (GA-11).

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};

use crate::text::{Caseless, text_form};
use crate::{Refusal, RefusalKind, VALIDATION};

/// An email address by RFC 5321 and RFC 5322, without comments or quoted local parts (GA-11).
///
/// The domain is in lower case and in its ASCII form, the local part as typed.
/// Addresses are compared without case.
///
/// ```
/// # use guest_core::Email;
/// let email = Email::parse("Lin@Bücher.Example")?;
/// assert_eq!(email.as_str(), "Lin@xn--bcher-kva.example");
/// assert_eq!(email, Email::parse("lin@bücher.example")?);
/// # Ok::<(), guest_core::EmailRefusal>(())
/// ```
#[derive(Clone)]
pub struct Email(Caseless);

impl Email {
    /// The greatest length of an address in its ASCII form, in octets (RFC 5321, errata 1690).
    pub const MOST: usize = 254;

    /// The greatest length of what stands before the `@`, in octets (RFC 5321, 4.5.3.1.1).
    pub const MOST_LOCAL: usize = 64;

    /// Reads an address (GA-11), whatever a stranger sends (QU-33); blanks around it are dropped.
    ///
    /// # Errors
    ///
    /// Returns the first reason why `text` is not an address.
    pub fn parse(text: &str) -> Result<Self, EmailRefusal> {
        let text = text.trim();
        if text.is_empty() {
            return Err(EmailRefusal::Empty);
        }
        if text.len() > MOST_TYPED {
            return Err(EmailRefusal::TooLong);
        }
        check_form(text)?;
        let (local, domain) = text.split_once('@').ok_or(EmailRefusal::NoAt)?;
        if domain.contains('@') {
            return Err(EmailRefusal::ManyAt);
        }
        check_local(local)?;
        let domain = ascii_domain(domain)?;
        if local.len() + 1 + domain.len() > Self::MOST {
            return Err(EmailRefusal::TooLong);
        }
        Ok(Self(Caseless::new(format!("{local}@{domain}"))))
    }

    /// Returns the address as it is kept: domain in lower case, local part as typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.text()
    }

    /// Returns what addresses are compared by: the address in lower case.
    #[must_use]
    pub fn key(&self) -> &str {
        self.0.key()
    }

    /// Returns what stands after the `@`, in lower case.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.as_str().split_once('@').map_or("", |(_, domain)| domain)
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq for Email {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Email {}

impl PartialOrd for Email {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Email {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(other.key())
    }
}

impl Hash for Email {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

text_form!(Email, EmailRefusal, as_str);

/// Why a text is not an email address that is accepted (GA-11).
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EmailRefusal {
    /// There is nothing.
    #[error("the address is empty")]
    Empty,
    /// It is longer than mail servers accept.
    #[error("the address has more than 254 characters")]
    TooLong,
    /// It has a display name or angle brackets.
    #[error("give the address alone, without a name and angle brackets")]
    NotBare,
    /// The local part is quoted.
    #[error("quoted names before the @ are not supported")]
    Quoted,
    /// It has a comment.
    #[error("comments in parentheses are not supported")]
    Comment,
    /// There is no `@`.
    #[error("the address has no @")]
    NoAt,
    /// There is more than one `@`.
    #[error("the address has more than one @")]
    ManyAt,
    /// Nothing stands before the `@`.
    #[error("there is nothing before the @")]
    LocalEmpty,
    /// What stands before the `@` is too long.
    #[error("there are more than 64 characters before the @")]
    LocalTooLong,
    /// What stands before the `@` is not ASCII, which mail servers accept only by SMTPUTF8.
    #[error("letters outside ASCII before the @ are not supported")]
    LocalNotAscii,
    /// What stands before the `@` begins or ends with a dot, or has two in a row.
    #[error("dots before the @ must stand singly between other characters")]
    LocalDots,
    /// What stands before the `@` holds a character that may not be there.
    #[error("the character {0:?} must not stand before the @")]
    LocalCharacter(char),
    /// Nothing stands after the `@`.
    #[error("there is nothing after the @")]
    DomainEmpty,
    /// An IP address stands after the `@`.
    #[error("an IP address after the @ is not supported")]
    DomainAddress,
    /// The domain is a single label.
    #[error("the domain after the @ needs a dot, as in example.org")]
    DomainOneLabel,
    /// The domain is no host name.
    #[error("the domain after the @ is not a valid host name")]
    DomainInvalid,
}

impl Refusal for EmailRefusal {
    fn code(&self) -> &'static str {
        VALIDATION
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Invalid
    }
}

/// Recognizes forms of RFC 5322 that are valid elsewhere, to say so rather than name a character.
fn check_form(text: &str) -> Result<(), EmailRefusal> {
    if text.ends_with('>') {
        return Err(EmailRefusal::NotBare);
    }
    if text.starts_with('"') {
        return Err(EmailRefusal::Quoted);
    }
    if text.contains(['(', ')']) {
        return Err(EmailRefusal::Comment);
    }
    Ok(())
}

/// Accepts a dot-atom (RFC 5322, 3.2.3).
fn check_local(local: &str) -> Result<(), EmailRefusal> {
    if local.is_empty() {
        return Err(EmailRefusal::LocalEmpty);
    }
    let odd =
        |found: &char| !found.is_ascii_alphanumeric() && !".!#$%&'*+-/=?^_`{|}~".contains(*found);
    match local.chars().find(odd) {
        None => {}
        Some(letter) if !letter.is_ascii() => return Err(EmailRefusal::LocalNotAscii),
        Some(other) => return Err(EmailRefusal::LocalCharacter(other)),
    }
    if local.len() > Email::MOST_LOCAL {
        return Err(EmailRefusal::LocalTooLong);
    }
    if local.split('.').any(str::is_empty) {
        return Err(EmailRefusal::LocalDots);
    }
    Ok(())
}

/// Returns the host name in lower case and in its ASCII form (RFC 5890).
fn ascii_domain(domain: &str) -> Result<String, EmailRefusal> {
    if domain.is_empty() {
        return Err(EmailRefusal::DomainEmpty);
    }
    if domain.starts_with('[') {
        return Err(EmailRefusal::DomainAddress);
    }
    // Registered names exist with hyphens in the third and fourth place, so only the ends are looked at.
    let (names, hyphens) = (AsciiDenyList::STD3, Hyphens::CheckFirstLast);
    let domain = Uts46::new()
        .to_ascii(domain.as_bytes(), names, hyphens, DnsLength::Verify)
        .map_err(|_| EmailRefusal::DomainInvalid)?;
    match domain.rsplit_once('.') {
        None => Err(EmailRefusal::DomainOneLabel),
        // No top-level domain is a number; an IPv4 address ends in one.
        Some((_, top)) if top.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err(EmailRefusal::DomainAddress)
        }
        Some(_) => Ok(domain.into_owned()),
    }
}

/// How many bytes an address may have as typed: letters of other scripts take more of them than
/// their ASCII form.
const MOST_TYPED: usize = 4 * Email::MOST;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ga_11_the_domain_is_lower_cased_and_the_local_part_kept() {
        accepts("lin@example.org", "lin@example.org");
        accepts(" Lin.Chen+tag@EXAMPLE.Org\t", "Lin.Chen+tag@example.org");
        accepts("!#$%&'*+-/=?^_`{|}~@a.b", "!#$%&'*+-/=?^_`{|}~@a.b");
        accepts("x@r3---sn.example.org", "x@r3---sn.example.org");
        accepts("x@1.example", "x@1.example");
    }

    #[test]
    fn ga_11_international_domains_become_ascii() {
        accepts("lin@BÜCHER.example", "lin@xn--bcher-kva.example");
        accepts("lin@xn--bcher-kva.example", "lin@xn--bcher-kva.example");
        accepts("lin@例え。jp", "lin@xn--r8jz45g.jp");
        refuses("lin@xn--a.example", EmailRefusal::DomainInvalid);
    }

    #[test]
    fn ga_11_addresses_are_compared_without_case() {
        let [one, other] =
            ["Lin@example.org", "lin@EXAMPLE.org"].map(|text| Email::parse(text).unwrap());
        assert_eq!(one, other);
        assert_eq!(one.cmp(&other), Ordering::Equal);
        assert_eq!(BTreeSet::from([one.clone(), other]).len(), 1);
        assert_eq!((one.key(), one.domain()), ("lin@example.org", "example.org"));
    }

    #[test]
    fn ga_11_each_bad_form_has_its_reason() {
        refuses("", EmailRefusal::Empty);
        refuses(" \n", EmailRefusal::Empty);
        refuses("Lin <lin@example.org>", EmailRefusal::NotBare);
        refuses("\"lin chen\"@example.org", EmailRefusal::Quoted);
        refuses("lin(home)@example.org", EmailRefusal::Comment);
        refuses("lin@example.org(work)", EmailRefusal::Comment);
        refuses("lin.example.org", EmailRefusal::NoAt);
        refuses("lin@chen@example.org", EmailRefusal::ManyAt);
        refuses("@example.org", EmailRefusal::LocalEmpty);
        refuses("jörg@example.org", EmailRefusal::LocalNotAscii);
        refuses("lin chen@example.org", EmailRefusal::LocalCharacter(' '));
        refuses("lin\r\nBcc:x@example.org", EmailRefusal::LocalCharacter('\r'));
        for local in [".lin", "lin.", "lin..chen"] {
            refuses(&format!("{local}@example.org"), EmailRefusal::LocalDots);
        }
        refuses("lin@", EmailRefusal::DomainEmpty);
        refuses("lin@[192.0.2.1]", EmailRefusal::DomainAddress);
        refuses("lin@192.0.2.1", EmailRefusal::DomainAddress);
        refuses("lin@localhost", EmailRefusal::DomainOneLabel);
        for domain in
            ["example.org.", ".org", "a..org", "-a.org", "a-.org", "a_b.org", "a b.org", "a.org/x"]
        {
            refuses(&format!("lin@{domain}"), EmailRefusal::DomainInvalid);
        }
    }

    #[test]
    fn ga_11_lengths_are_those_of_rfc_5321() {
        let (local, label) = ("x".repeat(64), "y".repeat(63));
        let domain = format!("{label}.{label}.{}", "z".repeat(61));
        accepts(&format!("{local}@{domain}"), &format!("{local}@{domain}"));
        refuses(&format!("{local}@{domain}z"), EmailRefusal::TooLong);
        refuses(&format!("x{local}@a.org"), EmailRefusal::LocalTooLong);
        refuses(&format!("x@y{label}.org"), EmailRefusal::DomainInvalid);
        refuses(&"x".repeat(1 << 20), EmailRefusal::TooLong);
    }

    #[track_caller]
    fn accepts(text: &str, kept: &str) {
        assert_eq!(Email::parse(text).as_ref().map(Email::as_str), Ok(kept));
    }

    #[track_caller]
    fn refuses(text: &str, refusal: EmailRefusal) {
        assert_eq!(Email::parse(text), Err(refusal));
    }
}
