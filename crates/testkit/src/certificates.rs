//! Certificates made by a test, and requests to join that are signed with their keys.

#![expect(clippy::expect_used, reason = "a test without its certificates should fail")]

use data_encoding::BASE64;
use guest_app::CertificateProof;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName,
    DnType, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SanType,
    SerialNumber, date_time_ymd,
};

/// A root, which issues certificates to people. They are valid in the years 2026 to 2030.
pub struct Authority {
    params: CertificateParams,
    key: KeyPair,
    der: Vec<u8>,
}

/// Somebody with a certificate.
pub struct Certified {
    der: Vec<u8>,
    key: KeyPair,
}

impl Authority {
    /// Makes a root of this name.
    ///
    /// # Panics
    ///
    /// Panics if this machine cannot make keys.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let mut params = named(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)
            .expect("a test makes certificates");
        let der = params.self_signed(&key).expect("a test makes certificates").der().to_vec();
        Self { params, key, der }
    }

    /// Returns the root's certificate, in DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Issues a certificate of this number to somebody, valid until the first day of a year.
    ///
    /// # Panics
    ///
    /// Panics if the address has other letters than ASCII.
    #[must_use]
    pub fn issue(&self, name: &str, address: &str, number: u8, until: i32) -> Certified {
        let mut params = named(name);
        params.serial_number = Some(SerialNumber::from_slice(&[number]));
        params.subject_alt_names =
            vec![SanType::Rfc822Name(address.try_into().expect("a test makes certificates"))];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.not_after = date_time_ymd(until, 1, 1);
        let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)
            .expect("a test makes certificates");
        let issuer = Issuer::from_params(&self.params, &self.key);
        let der =
            params.signed_by(&key, &issuer).expect("a test makes certificates").der().to_vec();
        Certified { der, key }
    }

    /// Lists certificates of these numbers as revoked, in DER.
    ///
    /// # Panics
    ///
    /// Panics if this machine cannot sign.
    #[must_use]
    pub fn revoke(&self, numbers: &[u8]) -> Vec<u8> {
        let revoked = numbers.iter().map(|number| RevokedCertParams {
            serial_number: SerialNumber::from_slice(&[*number]),
            revocation_time: date_time_ymd(2026, 1, 1),
            reason_code: None,
            invalidity_date: None,
        });
        let params = CertificateRevocationListParams {
            this_update: date_time_ymd(2026, 1, 1),
            next_update: date_time_ymd(2030, 1, 1),
            crl_number: SerialNumber::from_slice(&[1]),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let issuer = Issuer::from_params(&self.params, &self.key);
        params.signed_by(&issuer).expect("a test makes certificates").der().to_vec()
    }
}

impl Certified {
    /// Signs a message, as a request to join shows it.
    ///
    /// # Panics
    ///
    /// Panics if this machine cannot sign.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> CertificateProof {
        let signature =
            rcgen::SigningKey::sign(&self.key, message).expect("a test makes certificates");
        CertificateProof {
            chain: vec![BASE64.encode(&self.der)],
            algorithm: "ecdsa-sha256".to_owned(),
            signature: BASE64.encode(&signature),
        }
    }

    /// Returns the certificate and its key, in PEM.
    #[must_use]
    pub fn pem(&self) -> (String, String) {
        let certificate = BASE64.encode(&self.der);
        let lines: Vec<_> =
            certificate.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
        let body = lines.join("\n");
        let pem = format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
        (pem, self.key.serialize_pem())
    }
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2030, 1, 1);
    params
}
