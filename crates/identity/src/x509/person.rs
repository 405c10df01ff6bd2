//! Whom a certificate names.

use guest_core::{Email, Unverified};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::x509::X509Name;

/// Returns the first address among the alternative names, or else the one in the subject (OR-33).
pub(super) fn email(certificate: &X509Certificate<'_>) -> Result<Email, Unverified> {
    let others = certificate.subject_alternative_name().map_err(|_| Unverified::Unreadable)?;
    let names = others.iter().flat_map(|one| &one.value.general_names);
    let alternative = names.filter_map(|name| match name {
        GeneralName::RFC822Name(address) => Some(*address),
        GeneralName::OtherName(..)
        | GeneralName::DNSName(_)
        | GeneralName::X400Address(_)
        | GeneralName::DirectoryName(_)
        | GeneralName::EDIPartyName(_)
        | GeneralName::URI(_)
        | GeneralName::IPAddress(_)
        | GeneralName::RegisteredID(_)
        | GeneralName::Invalid(..) => None,
    });
    let in_subject = certificate.subject().iter_email().filter_map(|one| one.as_str().ok());
    let address = alternative.chain(in_subject).next().ok_or(Unverified::NoEmail)?;
    Email::parse(address).map_err(|_| Unverified::NoEmail)
}

/// Returns the common name.
pub(super) fn name(certificate: &X509Certificate<'_>) -> Option<String> {
    let name = certificate.subject().iter_common_name().find_map(|one| one.as_str().ok());
    name.map(plain).filter(|name| !name.trim().is_empty())
}

/// Returns a directory name as people read it.
pub(super) fn told(name: &X509Name<'_>) -> String {
    plain(&name.to_string())
}

/// Returns a text without what could disturb where it is shown, and not too long.
fn plain(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(TOLD_MOST).collect()
}

/// As much of a name as is shown; most have a tenth of it.
const TOLD_MOST: usize = 300;
