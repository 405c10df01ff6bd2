//! Certificates and lists in files.

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;
use x509_parser::revocation_list::CertificateRevocationList;

/// The roots that a team believes, and the lists of what their authorities have revoked.
#[derive(Clone, Debug, Default)]
pub struct Roots {
    anchors: Vec<Vec<u8>>,
    lists: Vec<Vec<u8>>,
}

impl Roots {
    /// Adds the roots in a file, in PEM or DER.
    ///
    /// # Errors
    ///
    /// Returns that it holds none, or something that cannot be read.
    pub fn add_certificates(&mut self, file: &[u8]) -> Result<(), RootsError> {
        let found = read_chain(file).ok_or(RootsError::Certificates)?;
        self.anchors.extend(found);
        if self.anchors.len() > ROOTS_MOST { Err(RootsError::TooMany) } else { Ok(()) }
    }

    /// Adds the lists of revoked certificates in a file, in PEM or DER.
    ///
    /// # Errors
    ///
    /// Returns that it holds none, or something that cannot be read.
    pub fn add_lists(&mut self, file: &[u8]) -> Result<(), RootsError> {
        let found = each(file, |file| {
            let lists = CertificateRevocationListDer::pem_slice_iter(file);
            lists.map(|list| list.map(|list| list.to_vec()).ok()).collect()
        });
        let found = found.ok_or(RootsError::Lists)?;
        let reads = |list: &Vec<u8>| CertificateRevocationList::from_der(list).is_ok();
        if !found.iter().all(reads) {
            return Err(RootsError::Lists);
        }
        self.lists.extend(found);
        if self.lists.len() > ROOTS_MOST { Err(RootsError::TooMany) } else { Ok(()) }
    }

    /// Returns whether nobody is believed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.anchors.is_empty()
    }

    pub(super) fn anchors(&self) -> &[Vec<u8>] {
        &self.anchors
    }

    pub(super) fn lists(&self) -> &[Vec<u8>] {
        &self.lists
    }
}

/// Returns the certificates in a file, in PEM or a single one in DER; `None` if there is none, or
/// one that cannot be read.
#[must_use]
pub fn read_chain(file: &[u8]) -> Option<Vec<Vec<u8>>> {
    let found = each(file, |file| {
        let certificates = CertificateDer::pem_slice_iter(file);
        certificates.map(|one| one.map(|one| one.to_vec()).ok()).collect()
    })?;
    let reads = |der: &Vec<u8>| X509Certificate::from_der(der).is_ok();
    found.iter().all(reads).then_some(found)
}

/// Returns what a file holds: what `pem` finds, or the file itself if it is none of text.
fn each(file: &[u8], pem: impl FnOnce(&[u8]) -> Option<Vec<Vec<u8>>>) -> Option<Vec<Vec<u8>>> {
    // What DER encodes begins with a sequence.
    let found = if file.first() == Some(&0x30) { vec![file.to_vec()] } else { pem(file)? };
    (!found.is_empty()).then_some(found)
}

/// Why roots cannot be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RootsError {
    /// The file of certificates.
    #[error("it holds no certificates, or one that cannot be read")]
    Certificates,
    /// The file of lists.
    #[error("it holds no lists of revoked certificates, or one that cannot be read")]
    Lists,
    /// Too many of either.
    #[error("there are more than {ROOTS_MOST}")]
    TooMany,
}

/// How many roots, or lists, a team has at most: each is looked at with every request.
const ROOTS_MOST: usize = 100;
