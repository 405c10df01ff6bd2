//! For whom an authority may vouch: name constraints (RFC 5280, section 4.2.1.10).

use guest_core::Unverified;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, GeneralSubtree};
use x509_parser::x509::{AttributeTypeAndValue, RelativeDistinguishedName, X509Name};

/// Requires that every name in the certificates under an authority is one it may vouch for.
pub(super) fn require_allowed(
    authority: &X509Certificate<'_>,
    under: &[&X509Certificate<'_>],
) -> Result<(), Unverified> {
    let constraints = authority.name_constraints().map_err(|_| Unverified::Unreadable)?;
    let Some(constraints) = constraints.map(|one| one.value) else { return Ok(()) };
    let permitted = constraints.permitted_subtrees.as_deref().unwrap_or_default();
    let excluded = constraints.excluded_subtrees.as_deref().unwrap_or_default();
    for certificate in under {
        for name in names(certificate)? {
            if !is_allowed(&name, permitted, excluded) {
                return Err(Unverified::NameConstraints);
            }
        }
    }
    Ok(())
}

/// Returns every name in a certificate: its subject, the addresses in it, and the alternative ones.
fn names<'c>(certificate: &'c X509Certificate<'_>) -> Result<Vec<GeneralName<'c>>, Unverified> {
    let subject = certificate.subject();
    let mut names = Vec::new();
    if subject.iter().next().is_some() {
        names.push(GeneralName::DirectoryName(subject.clone()));
    }
    for address in subject.iter_email() {
        names.push(GeneralName::RFC822Name(address.as_str().map_err(|_| Unverified::Unreadable)?));
    }
    let others = certificate.subject_alternative_name().map_err(|_| Unverified::Unreadable)?;
    names.extend(others.into_iter().flat_map(|one| one.value.general_names.iter().cloned()));
    Ok(names)
}

/// Decides about one name: not excluded, and permitted if names of its kind have to be.
fn is_allowed(
    name: &GeneralName<'_>,
    permitted: &[GeneralSubtree<'_>],
    excluded: &[GeneralSubtree<'_>],
) -> bool {
    let verdicts = |trees: &[GeneralSubtree<'_>]| -> Vec<Verdict> {
        trees.iter().map(|tree| compare(name, &tree.base)).collect()
    };
    let excluded = verdicts(excluded);
    let permitted = verdicts(permitted);
    let is_clear = |verdict: &Verdict| matches!(verdict, Verdict::Outside | Verdict::OtherKind);
    excluded.iter().all(is_clear)
        && !permitted.contains(&Verdict::Unknown)
        && (permitted.contains(&Verdict::Inside) || !permitted.contains(&Verdict::Outside))
}

/// How a name stands to the base of a constraint.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Verdict {
    Inside,
    Outside,
    /// The constraint is about names of another kind.
    OtherKind,
    /// Names of this kind are not understood here, so that they are refused where they matter.
    Unknown,
}

fn compare(name: &GeneralName<'_>, base: &GeneralName<'_>) -> Verdict {
    use GeneralName::{
        DNSName, DirectoryName, EDIPartyName, IPAddress, Invalid, OtherName, RFC822Name,
        RegisteredID, URI, X400Address,
    };
    let inside = |is_inside| if is_inside { Verdict::Inside } else { Verdict::Outside };
    match (name, base) {
        (RFC822Name(name), RFC822Name(base)) => inside(address_is_in(name, base)),
        (DNSName(name), DNSName(base)) => inside(host_is_under(name, base)),
        (DirectoryName(name), DirectoryName(base)) => inside(name_is_under(name, base)),
        (IPAddress(name), IPAddress(base)) => inside(ip_is_in(name, base)),
        (URI(name), URI(base)) => {
            host_of(name).map_or(Verdict::Unknown, |host| inside(host_is_in(host, base)))
        }
        (Invalid(..), _) | (_, Invalid(..)) => Verdict::Unknown,
        (OtherName(..), OtherName(..))
        | (X400Address(_), X400Address(_))
        | (EDIPartyName(_), EDIPartyName(_))
        | (RegisteredID(_), RegisteredID(_)) => Verdict::Unknown,
        (
            RFC822Name(_) | DNSName(_) | DirectoryName(_) | IPAddress(_) | URI(_) | OtherName(..)
            | X400Address(_) | EDIPartyName(_) | RegisteredID(_),
            _,
        ) => Verdict::OtherKind,
    }
}

/// Compares an email address with a mailbox, a host, or with what a dot begins: hosts under one.
fn address_is_in(address: &str, base: &str) -> bool {
    match (base, address.rsplit_once('@')) {
        ("", _) => true,
        (base, _) if base.contains('@') => address.eq_ignore_ascii_case(base),
        (base, Some((_, host))) => host_is_in(host, base),
        (_, None) => false,
    }
}

/// Compares a host with the base of an address: with a dot in front, only those under it count.
fn host_is_in(host: &str, base: &str) -> bool {
    if base.starts_with('.') { ends_with(host, base) } else { host.eq_ignore_ascii_case(base) }
}

/// Compares a host with the base of a host name: that host and all under it count.
fn host_is_under(host: &str, base: &str) -> bool {
    let base = base.strip_prefix('.').unwrap_or(base);
    base.is_empty() || host.eq_ignore_ascii_case(base) || ends_with(host, &format!(".{base}"))
}

fn ends_with(text: &str, end: &str) -> bool {
    let at = text.len().checked_sub(end.len());
    let tail = at.filter(|at| *at > 0).and_then(|at| text.get(at..));
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}

/// Returns the host of an address such as `https://host:443/path`; `None` if it has none.
fn host_of(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = host.split(':').next()?;
    (!host.is_empty() && !host.starts_with('[')).then_some(host)
}

/// Compares an address with a range: so many bytes of address, then as many of mask.
fn ip_is_in(address: &[u8], range: &[u8]) -> bool {
    let Some((base, mask)) = range.split_at_checked(address.len()) else { return false };
    mask.len() == base.len()
        && address.iter().zip(base).zip(mask).all(|((one, base), mask)| one & mask == base & mask)
}

/// Returns whether a directory name begins with all parts of another.
fn name_is_under(name: &X509Name<'_>, base: &X509Name<'_>) -> bool {
    let mut parts = name.iter();
    base.iter().all(|part| parts.next().is_some_and(|own| is_same_part(own, part)))
}

fn is_same_part(
    one: &RelativeDistinguishedName<'_>,
    other: &RelativeDistinguishedName<'_>,
) -> bool {
    let holds = |outer: &RelativeDistinguishedName<'_>, inner: &RelativeDistinguishedName<'_>| {
        inner.iter().all(|part| outer.iter().any(|own| is_same_value(own, part)))
    };
    holds(one, other) && holds(other, one)
}

/// Compares two values, without regard to case and the number of blanks where they are texts.
fn is_same_value(one: &AttributeTypeAndValue<'_>, other: &AttributeTypeAndValue<'_>) -> bool {
    let is_same = match (one.as_str(), other.as_str()) {
        (Ok(one), Ok(other)) => folded(one) == folded(other),
        (Ok(_), Err(_)) | (Err(_), Ok(_)) => false,
        (Err(_), Err(_)) => one.attr_value() == other.attr_value(),
    };
    is_same && one.attr_type() == other.attr_type()
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn or_33_addresses_are_compared_with_mailboxes_hosts_and_domains() {
        check(address_is_in, "nova@acme.example", "acme.example", true);
        check(address_is_in, "nova@ACME.example", "acme.EXAMPLE", true);
        check(address_is_in, "nova@lab.acme.example", "acme.example", false);
        check(address_is_in, "nova@lab.acme.example", ".acme.example", true);
        check(address_is_in, "nova@acme.example", ".acme.example", false);
        check(address_is_in, "nova@evilacme.example", ".acme.example", false);
        check(address_is_in, "nova@evilacme.example", "acme.example", false);
        check(address_is_in, "nova@acme.example", "nova@acme.example", true);
        check(address_is_in, "sam@acme.example", "nova@acme.example", false);
        check(address_is_in, "\"a@b\"@acme.example", "acme.example", true);
        check(address_is_in, "nobody", "acme.example", false);
        check(address_is_in, "nova@acme.example", "", true);
    }

    #[test]
    fn or_33_hosts_are_compared_with_those_above_them() {
        check(host_is_under, "acme.example", "acme.example", true);
        check(host_is_under, "lab.acme.example", "acme.example", true);
        check(host_is_under, "lab.acme.example", ".acme.example", true);
        check(host_is_under, "evilacme.example", "acme.example", false);
        check(host_is_under, "é.acme.example", "acme.example", true);
        for (address, host) in [
            ("https://acme.example:8443/x", Some("acme.example")),
            ("ldap://user@acme.example?x", Some("acme.example")),
            ("https://[::1]/", None),
            ("urn:x", None),
            ("https:///x", None),
        ] {
            assert_eq!(host_of(address), host, "{address}");
        }
    }

    #[test]
    fn or_33_addresses_of_machines_are_compared_with_ranges() {
        let range = [192, 0, 2, 0, 255, 255, 255, 0];
        assert!(ip_is_in(&[192, 0, 2, 7], &range));
        assert!(!ip_is_in(&[192, 0, 3, 7], &range));
        assert!(!ip_is_in(&[0; 16], &range));
        assert!(!ip_is_in(&[192, 0, 2, 7], &[192, 0, 2]));
    }

    #[track_caller]
    fn check(compare: fn(&str, &str) -> bool, name: &str, base: &str, expected: bool) {
        assert_eq!(compare(name, base), expected, "{name} in {base}");
    }
}
