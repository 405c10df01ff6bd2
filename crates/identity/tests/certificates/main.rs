//! Certificates, and requests signed with their keys (OR-33).
#![expect(clippy::unwrap_used, reason = "fixtures of tests")]

mod pki;

use std::net::Ipv4Addr;

use guest_core::Unverified;
use guest_identity::x509::{self, Roots, SigningKey};
use rcgen::{
    BasicConstraints, CidrSubnet, CustomExtension, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, KeyPair, KeyUsagePurpose, NameConstraints,
    SanType, date_time_ymd,
};

use pki::{Made, authority, day, person, roots};

#[test]
fn or_33_a_chain_leads_to_a_root_and_says_who_it_is() {
    let (root, middle, nova) = trio();
    let roots = roots(&[&root], &[]);
    let certified = verify(&[&nova, &middle], &roots).unwrap();
    assert_eq!(certified.email.as_str(), "nova@acme.example");
    assert_eq!(certified.name.as_deref(), Some("Nova Stern"));
    assert_eq!(certified.subject, "O=Acme, CN=Nova Stern");
    assert_eq!(certified.issuer, "O=Acme, CN=Acme People");
    assert_eq!(certified.serial, "07");
    assert_eq!(certified.not_after.to_string(), "2027-01-01 00:00:00 UTC");
    // In any order, with the root or without.
    assert_eq!(verify(&[&nova, &root, &middle], &roots), Ok(certified.clone()));
    let direct = root.issue(person("nova@acme.example"));
    assert_eq!(verify(&[&direct], &roots).unwrap().root, certified.root);
}

#[test]
fn or_33_a_chain_that_leads_elsewhere_is_none() {
    let (root, middle, nova) = trio();
    let other = Made::root("Other Root");
    let namesake = Made::root("Acme Root");
    check(&[&nova, &middle], &roots(&[&other], &[]), Unverified::UnknownRoot);
    check(&[&nova, &middle], &roots(&[&namesake], &[]), Unverified::ChainBroken);
    check(&[&nova], &roots(&[&root], &[]), Unverified::UnknownRoot);
    check(&[&middle, &nova], &roots(&[&root], &[]), Unverified::WrongUsage);
    check(&[], &roots(&[&root], &[]), Unverified::Unreadable);
    // A certificate cannot vouch for itself.
    let own = Made::root_with("Own", |params| {
        params.subject_alt_names = vec![san("nova@acme.example")];
    });
    check(&[&own], &roots(&[&root], &[]), Unverified::UnknownRoot);
    let _ = verify(&[&nova, &middle], &roots(&[&other, &namesake, &root], &[])).unwrap();
}

#[test]
fn or_33_a_chain_has_eight_certificates_at_most() {
    let root = Made::root("Acme Root");
    for (intermediates, expected) in [(6, None), (7, Some(Unverified::ChainTooLong))] {
        let mut chain = vec![];
        for depth in 0..intermediates {
            let above = chain.last().unwrap_or(&root);
            let below = above.issue(authority(&format!("Acme {depth}")));
            chain.push(below);
        }
        let nova = chain.last().unwrap().issue(person("nova@acme.example"));
        let whole: Vec<&Made> = [&nova].into_iter().chain(&chain).collect();
        assert_eq!(verify(&whole, &roots(&[&root], &[])).err(), expected);
    }
    let nova = root.issue(person("nova@acme.example"));
    check(&[&nova; 9], &roots(&[&root], &[]), Unverified::ChainTooLong);
}

#[test]
fn or_33_every_certificate_of_the_chain_is_valid_now() {
    let (root, middle, nova) = trio();
    let roots = roots(&[&root], &[]);
    let on = |date: &str| x509::verify(&ders(&[&nova, &middle]), &roots, day(date)).err();
    assert_eq!(on("2026-06-01"), None);
    assert_eq!(on("2025-12-31"), Some(Unverified::NotYetValid));
    assert_eq!(on("2027-01-02"), Some(Unverified::Expired));
    let short = root.issue({
        let mut params = authority("Acme Short");
        params.not_after = date_time_ymd(2026, 2, 1);
        params
    });
    let nova = short.issue(person("nova@acme.example"));
    check(&[&nova, &short], &roots, Unverified::Expired);
    let late = root.issue({
        let mut params = authority("Acme Late");
        params.not_before = date_time_ymd(2030, 1, 1);
        params
    });
    let nova = late.issue(person("nova@acme.example"));
    check(&[&nova, &late], &roots, Unverified::NotYetValid);
    let old = Made::root_with("Old", |params| params.not_after = date_time_ymd(2026, 2, 1));
    let nova = old.issue(person("nova@acme.example"));
    check(&[&nova], &pki::roots(&[&old], &[]), Unverified::Expired);
}

#[test]
fn or_33_of_two_ways_the_valid_one_counts() {
    let root = Made::root("Acme Root");
    let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap().serialize_pem();
    let mut expired = authority("Acme People");
    expired.not_after = date_time_ymd(2026, 2, 1);
    let algorithm = &rcgen::PKCS_ECDSA_P256_SHA256;
    let expired = root.issue_to(expired, &key, algorithm);
    let renewed = root.issue_to(authority("Acme People"), &key, algorithm);
    let nova = renewed.issue(person("nova@acme.example"));
    let roots = roots(&[&root], &[]);
    assert!(verify(&[&nova, &expired, &renewed], &roots).is_ok());
    check(&[&nova, &expired], &roots, Unverified::Expired);
}

#[test]
fn or_33_revoked_certificates_are_refused() {
    let (root, middle, nova) = trio();
    let with = |lists: &[Vec<u8>]| verify(&[&nova, &middle], &roots(&[&root], lists)).err();
    assert_eq!(with(&[middle.revoke(&[9], 2030)]), None);
    assert_eq!(with(&[middle.revoke(&[7], 2030)]), Some(Unverified::Revoked));
    // The list is about another authority's certificates, or by one of the same name.
    assert_eq!(with(&[root.revoke(&[7], 2030)]), None);
    assert_eq!(with(&[Made::root("Acme People").revoke(&[7], 2030)]), None);
    // An intermediate one.
    assert_eq!(with(&[root.revoke(&[5], 2030)]), Some(Unverified::Revoked));
    // A list that is out of date tells who was revoked, but not who was not.
    let day = day("2026-06-01");
    let old = middle.revoke(&[9], 2025);
    let found =
        x509::verify(&ders(&[&nova, &middle]), &roots(&[&root], std::slice::from_ref(&old)), day);
    assert_eq!(found.err(), Some(Unverified::RevocationUnknown));
    assert_eq!(with(&[old, middle.revoke(&[9], 2030)]), None);
    assert_eq!(with(&[middle.revoke(&[7], 2025)]), Some(Unverified::Revoked));
}

#[test]
fn or_33_authorities_vouch_for_the_names_they_may() {
    let email = |base: &str| GeneralSubtree::Rfc822Name(base.to_owned());
    let permitted =
        |trees| NameConstraints { permitted_subtrees: trees, excluded_subtrees: vec![] };
    let excluded = |trees| NameConstraints { permitted_subtrees: vec![], excluded_subtrees: trees };
    let no = Some(Unverified::NameConstraints);
    check_names(permitted(vec![email("acme.example")]), None);
    check_names(permitted(vec![email("other.example"), email("acme.example")]), None);
    check_names(permitted(vec![email("other.example")]), no);
    check_names(permitted(vec![email(".acme.example")]), no);
    check_names(permitted(vec![email("nova@acme.example")]), None);
    check_names(excluded(vec![email("acme.example")]), no);
    check_names(excluded(vec![email("other.example")]), None);
    // What is about other kinds of names does not matter.
    check_names(permitted(vec![GeneralSubtree::DnsName("other.example".to_owned())]), None);
    let range = CidrSubnet::from_addr_prefix(Ipv4Addr::LOCALHOST.into(), 8);
    check_names(permitted(vec![GeneralSubtree::IpAddress(range)]), None);
    // Directory names are compared part by part.
    let organization = |name: &str| {
        let mut base = DistinguishedName::new();
        base.push(DnType::OrganizationName, name);
        GeneralSubtree::DirectoryName(base)
    };
    check_names(permitted(vec![organization("acme")]), None);
    check_names(permitted(vec![organization("Other")]), no);
    check_names(excluded(vec![organization("Acme")]), no);
}

#[test]
fn or_33_an_address_in_the_subject_is_held_to_the_same_names() {
    let root = Made::root_with("Acme Root", |params| {
        let base = GeneralSubtree::Rfc822Name("acme.example".to_owned());
        params.name_constraints =
            Some(NameConstraints { permitted_subtrees: vec![base], excluded_subtrees: vec![] });
    });
    let issue = |address: &str| {
        let mut params = person(address);
        params.subject_alt_names.clear();
        let email = DnType::from_oid(&[1, 2, 840, 113_549, 1, 9, 1]);
        let address = rcgen::DnValue::Ia5String(address.try_into().unwrap());
        params.distinguished_name.push(email, address);
        root.issue(params)
    };
    let roots = roots(&[&root], &[]);
    let certified = verify(&[&issue("nova@acme.example")], &roots).unwrap();
    assert_eq!(certified.email.as_str(), "nova@acme.example");
    check(&[&issue("nova@other.example")], &roots, Unverified::NameConstraints);
}

#[test]
fn or_33_authorities_are_made_for_it() {
    let root = Made::root("Acme Root");
    let roots = roots(&[&root], &[]);
    let under = |change: fn(&mut rcgen::CertificateParams)| {
        let mut params = authority("Acme People");
        change(&mut params);
        let middle = root.issue(params);
        let nova = middle.issue(person("nova@acme.example"));
        verify(&[&nova, &middle], &roots).err()
    };
    let no = Some(Unverified::NotAnAuthority);
    assert_eq!(under(|_| {}), None);
    assert_eq!(under(|params| params.is_ca = IsCa::NoCa), no);
    assert_eq!(under(|params| params.is_ca = IsCa::ExplicitNoCa), no);
    assert_eq!(under(|params| params.key_usages = vec![KeyUsagePurpose::CrlSign]), no);
    let server_only = |params: &mut rcgen::CertificateParams| {
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    };
    assert_eq!(under(server_only), no);
    // One that may issue no other authorities has none under it.
    let last = root.issue({
        let mut params = authority("Acme Last");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params
    });
    assert!(verify(&[&last.issue(person("nova@acme.example")), &last], &roots).is_ok());
    let below = last.issue(authority("Acme Below"));
    let nova = below.issue(person("nova@acme.example"));
    check(&[&nova, &below, &last], &roots, Unverified::NotAnAuthority);
}

#[test]
fn or_33_the_certificate_is_for_signatures_by_clients_and_names_an_address() {
    let root = Made::root("Acme Root");
    let roots = roots(&[&root], &[]);
    let with = |change: fn(&mut rcgen::CertificateParams)| {
        let mut params = person("nova@acme.example");
        change(&mut params);
        verify(&[&root.issue(params)], &roots).err()
    };
    let usage = Some(Unverified::WrongUsage);
    assert_eq!(with(|_| {}), None);
    assert_eq!(with(|params| params.extended_key_usages.clear()), None);
    assert_eq!(with(|params| params.key_usages.clear()), usage);
    assert_eq!(with(|params| params.key_usages = vec![KeyUsagePurpose::KeyEncipherment]), usage);
    let server = |params: &mut rcgen::CertificateParams| {
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    };
    assert_eq!(with(server), usage);
    assert_eq!(with(|params| params.subject_alt_names.clear()), Some(Unverified::NoEmail));
    let odd = |params: &mut rcgen::CertificateParams| {
        params.subject_alt_names = vec![san("nova at acme")];
    };
    assert_eq!(with(odd), Some(Unverified::NoEmail));
    let critical = |params: &mut rcgen::CertificateParams| {
        let mut extension = CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
        extension.set_criticality(true);
        params.custom_extensions.push(extension);
    };
    assert_eq!(with(critical), Some(Unverified::UnknownCritical));
}

#[test]
fn or_33_each_kind_of_key_signs_a_request() {
    let root = Made::root("Acme Root");
    let roots = roots(&[&root], &[]);
    let made = |algorithm| KeyPair::generate_for(algorithm).unwrap().serialize_pem();
    let rsa = include_str!("rsa.pem").to_owned();
    for (key, algorithm, name) in [
        (made(&rcgen::PKCS_ECDSA_P256_SHA256), &rcgen::PKCS_ECDSA_P256_SHA256, "ecdsa-sha256"),
        (made(&rcgen::PKCS_ECDSA_P384_SHA384), &rcgen::PKCS_ECDSA_P384_SHA384, "ecdsa-sha384"),
        (made(&rcgen::PKCS_ED25519), &rcgen::PKCS_ED25519, "ed25519"),
        (rsa, &rcgen::PKCS_RSA_SHA256, "rsa-pss-sha256"),
    ] {
        let nova = root.issue_to(person("nova@acme.example"), &key, algorithm);
        assert!(verify(&[&nova], &roots).is_ok(), "{name}");
        let (signed_by, signature) =
            SigningKey::read(nova.pem().as_bytes()).unwrap().sign(b"a request").unwrap();
        assert_eq!(signed_by, name);
        let signed = |algorithm: &str, message: &[u8], signature: &[u8]| {
            x509::has_signed(&nova.der, algorithm, message, signature)
        };
        assert_eq!(signed(name, b"a request", &signature), Ok(()));
        let wrong = Err(Unverified::WrongSignature);
        assert_eq!(signed(name, b"another request", &signature), wrong);
        assert_eq!(signed("rsa-pkcs1-sha512", b"a request", &signature), wrong);
        assert_eq!(signed("none", b"a request", &signature), wrong);
        assert_eq!(signed(name, b"a request", &[]), wrong);
        let other = root.issue(person("nova@acme.example"));
        assert_eq!(x509::has_signed(&other.der, name, b"a request", &signature), wrong);
    }
}

#[test]
fn or_33_rsa_signs_with_pkcs_1_as_well() {
    let root = Made::root("Acme Root");
    let rsa = include_str!("rsa.pem");
    let nova = root.issue_to(person("nova@acme.example"), rsa, &rcgen::PKCS_RSA_SHA256);
    let key = KeyPair::from_pem_and_sign_algo(rsa, &rcgen::PKCS_RSA_SHA256).unwrap();
    let signature = rcgen::SigningKey::sign(&key, b"a request").unwrap();
    let signed = |name| x509::has_signed(&nova.der, name, b"a request", &signature);
    assert_eq!(signed("rsa-pkcs1-sha256"), Ok(()));
    assert_eq!(signed("rsa-pss-sha256"), Err(Unverified::WrongSignature));
}

#[test]
fn qu_33_changed_bytes_never_verify_and_never_panic() {
    let (root, middle, nova) = trio();
    let roots = roots(&[&root], &[middle.revoke(&[9], 2030)]);
    for at in 0..nova.der.len() {
        for flip in [1, 0x80, 0xff] {
            let mut changed = nova.der.clone();
            changed[at] ^= flip;
            let found = x509::verify(&[changed, middle.der.clone()], &roots, day("2026-06-01"));
            assert!(found.is_err(), "byte {at}");
        }
        let cut = nova.der[..at].to_vec();
        assert!(x509::verify(&[cut], &roots, day("2026-06-01")).is_err());
    }
    assert_eq!(x509::read_chain(b""), None);
    assert_eq!(
        x509::read_chain(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"),
        None
    );
    assert!(Roots::default().add_lists(&nova.der).is_err());
    assert!(SigningKey::read(b"nothing").is_err());
}

/// Checks what becomes of a certificate under an authority with these constraints, wherever in the
/// chain they stand.
#[track_caller]
fn check_names(constraints: NameConstraints, expected: Option<Unverified>) {
    let constrained = Made::root_with("Acme Root", |params| {
        params.name_constraints = Some(constraints.clone());
    });
    let middle = constrained.issue(authority("Acme People"));
    let nova = middle.issue(person("nova@acme.example"));
    let found = verify(&[&nova, &middle], &roots(&[&constrained], &[])).err();
    assert_eq!(found, expected, "at the root");
    let root = Made::root("Acme Root");
    let mut params = authority("Acme People");
    params.name_constraints = Some(constraints);
    let middle = root.issue(params);
    let nova = middle.issue(person("nova@acme.example"));
    let found = verify(&[&nova, &middle], &roots(&[&root], &[])).err();
    assert_eq!(found, expected, "in between");
}

#[track_caller]
fn check(chain: &[&Made], roots: &Roots, expected: Unverified) {
    assert_eq!(verify(chain, roots).err(), Some(expected));
}

fn verify(chain: &[&Made], roots: &Roots) -> Result<x509::Certified, Unverified> {
    x509::verify(&ders(chain), roots, day("2026-06-01"))
}

fn ders(chain: &[&Made]) -> Vec<Vec<u8>> {
    chain.iter().map(|one| one.der.clone()).collect()
}

/// A root, an authority of number 5 under it, and a person's certificate of number 7.
fn trio() -> (Made, Made, Made) {
    let root = Made::root("Acme Root");
    let mut params = authority("Acme People");
    params.serial_number = Some(rcgen::SerialNumber::from_slice(&[5]));
    let middle = root.issue(params);
    let nova = middle.issue(person("nova@acme.example"));
    (root, middle, nova)
}

fn san(address: &str) -> SanType {
    SanType::Rfc822Name(address.try_into().unwrap())
}
