//! Authorities and certificates, made by the test.

use guest_core::Instant;
use guest_identity::x509::Roots;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName,
    DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    RevokedCertParams, SanType, SerialNumber, SignatureAlgorithm, date_time_ymd,
};

/// A certificate with its key.
pub(crate) struct Made {
    pub(crate) der: Vec<u8>,
    pub(crate) params: CertificateParams,
    key: String,
    algorithm: &'static SignatureAlgorithm,
}

impl Made {
    /// Makes a root of this name.
    pub(crate) fn root(name: &str) -> Self {
        Self::root_with(name, |_| {})
    }

    pub(crate) fn root_with(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let mut params = authority(name);
        change(&mut params);
        let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
        let der = params.self_signed(&key).unwrap().der().to_vec();
        let algorithm = &rcgen::PKCS_ECDSA_P256_SHA256;
        Self { der, params, key: key.serialize_pem(), algorithm }
    }

    /// Issues a certificate with another key.
    pub(crate) fn issue(&self, params: CertificateParams) -> Self {
        let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
        self.issue_to(params, &key.serialize_pem(), &rcgen::PKCS_ECDSA_P256_SHA256)
    }

    /// Issues a certificate for a key.
    pub(crate) fn issue_to(
        &self,
        params: CertificateParams,
        key: &str,
        algorithm: &'static SignatureAlgorithm,
    ) -> Self {
        let pair = KeyPair::from_pem_and_sign_algo(key, algorithm).unwrap();
        let issuer = Issuer::from_params(&self.params, self.key());
        let der = params.signed_by(&pair, &issuer).unwrap().der().to_vec();
        Self { der, params, key: key.to_owned(), algorithm }
    }

    /// Lists certificates of these numbers as revoked; up to date until the end of a year.
    pub(crate) fn revoke(&self, serials: &[u8], until: i32) -> Vec<u8> {
        let revoked = serials.iter().map(|serial| RevokedCertParams {
            serial_number: SerialNumber::from_slice(&[*serial]),
            revocation_time: date_time_ymd(2026, 1, 1),
            reason_code: None,
            invalidity_date: None,
        });
        let params = CertificateRevocationListParams {
            this_update: date_time_ymd(until.min(2026), 1, 1),
            next_update: date_time_ymd(until, 12, 31),
            crl_number: SerialNumber::from_slice(&[1]),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let issuer = Issuer::from_params(&self.params, self.key());
        params.signed_by(&issuer).unwrap().der().to_vec()
    }

    pub(crate) fn pem(&self) -> &str {
        &self.key
    }

    fn key(&self) -> KeyPair {
        KeyPair::from_pem_and_sign_algo(&self.key, self.algorithm).unwrap()
    }
}

/// What an authority's certificate says, valid in the years 2026 to 2035.
pub(crate) fn authority(name: &str) -> CertificateParams {
    let mut params = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_after = date_time_ymd(2035, 1, 1);
    params
}

/// What a person's certificate says, valid in the year 2026.
pub(crate) fn person(address: &str) -> CertificateParams {
    let mut params = named("Nova Stern");
    params.serial_number = Some(SerialNumber::from_slice(&[7]));
    params.subject_alt_names = vec![SanType::Rfc822Name(address.try_into().unwrap())];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, "Acme");
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2027, 1, 1);
    params
}

/// Believes these roots, and lists.
pub(crate) fn roots(anchors: &[&Made], lists: &[Vec<u8>]) -> Roots {
    let mut roots = Roots::default();
    for anchor in anchors {
        roots.add_certificates(&anchor.der).unwrap();
    }
    for list in lists {
        roots.add_lists(list).unwrap();
    }
    roots
}

/// Returns the noon of a day.
pub(crate) fn day(date: &str) -> Instant {
    format!("{date}T12:00:00Z").parse().unwrap()
}
