//! What both sides derive from the agreed key, and each thing only from all that was exchanged.

use core::fmt;

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::AeadInOut;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use x25519_dalek::{PublicKey as Point, StaticSecret};
use zeroize::Zeroizing;

use super::code::GreetingCode;
use super::message::{Commitment, GREETING_VERSION, Nonce, PublicKey, SealNonce, Sealed, Tag};
use crate::{DeviceName, DevicePublicKey, MemberInviteId, PersonName, TeamId};

/// What a greeting is about; both sides know it before they begin.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Context {
    /// The team that the guest is to join.
    pub team: TeamId,
    /// The invitation.
    pub invitation: MemberInviteId,
}

/// Who the guest is, as they say it themselves (OR-22).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Details {
    /// What they are called.
    pub name: PersonName,
    /// What their device is called.
    pub device_name: DeviceName,
    /// What the device proves itself by from now on.
    pub device_key: DevicePublicKey,
}

/// A side's own key and nonce, drawn for one attempt.
pub(super) struct Own {
    secret: StaticSecret,
    pub(super) nonce: Nonce,
}

impl Own {
    pub(super) fn new(secret: [u8; 32], nonce: [u8; 32]) -> Self {
        Self { secret: StaticSecret::from(secret), nonce: Nonce::from_bytes(nonce) }
    }

    pub(super) fn public(&self) -> PublicKey {
        PublicKey::from_bytes(Point::from(&self.secret).to_bytes())
    }

    /// Agrees on a key; `None` if the other's key is one with which everybody would agree on the
    /// same.
    pub(super) fn agree(&self, other: &PublicKey) -> Option<Zeroizing<[u8; 32]>> {
        let shared = self.secret.diffie_hellman(&Point::from(*other.as_bytes()));
        shared.was_contributory().then(|| Zeroizing::new(*shared.as_bytes()))
    }
}

impl fmt::Debug for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

/// Everything public that an attempt rests on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Transcript {
    pub(super) context: Context,
    pub(super) host_key: PublicKey,
    pub(super) guest_key: PublicKey,
    pub(super) host_nonce: Nonce,
    pub(super) guest_nonce: Nonce,
}

/// The agreed key, with what it was agreed over.
pub(super) struct Agreement {
    shared: Zeroizing<[u8; 32]>,
    transcript: Transcript,
}

impl Agreement {
    pub(super) const fn new(shared: Zeroizing<[u8; 32]>, transcript: Transcript) -> Self {
        Self { shared, transcript }
    }

    /// Returns the code that the host says (OR-22).
    pub(super) fn host_code(&self) -> GreetingCode {
        GreetingCode::of(&self.derive("host code", &[]))
    }

    /// Returns the code that the guest says (OR-22).
    pub(super) fn guest_code(&self) -> GreetingCode {
        GreetingCode::of(&self.derive("guest code", &[]))
    }

    /// Returns what proves that the guest has picked the host's code.
    pub(super) fn guest_confirms(&self) -> Tag {
        Tag::from_bytes(self.derive("guest confirms", &[]))
    }

    /// Returns what proves that the host has picked the guest's code.
    pub(super) fn host_confirms(&self) -> Tag {
        Tag::from_bytes(self.derive("host confirms", &[]))
    }

    /// Returns what proves that the host saw these details and no others.
    pub(super) fn host_accepts(&self, nonce: &SealNonce, sealed: &Sealed) -> Tag {
        Tag::from_bytes(self.derive("host accepts", &[nonce.as_bytes(), sealed.as_bytes()]))
    }

    /// Seals the details for the host; `None` if they are too long, which no names are.
    pub(super) fn seal(&self, details: &Details, nonce: &SealNonce) -> Option<Sealed> {
        let mut bytes = Zeroizing::new(details.to_bytes());
        self.cipher()
            .encrypt_in_place(&(*nonce.as_bytes()).into(), &self.about(), &mut *bytes)
            .ok()?;
        Sealed::new(bytes.as_slice()).ok()
    }

    /// Opens what the guest sealed; `None` if it is not what they sealed, or makes no sense.
    pub(super) fn open(&self, nonce: &SealNonce, sealed: &Sealed) -> Option<Details> {
        let mut bytes = Zeroizing::new(sealed.as_bytes().to_vec());
        self.cipher()
            .decrypt_in_place(&(*nonce.as_bytes()).into(), &self.about(), &mut *bytes)
            .ok()?;
        Details::from_bytes(&bytes)
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new(&self.derive("details key", &[]).into())
    }

    /// Returns what the sealing is bound to besides its key.
    fn about(&self) -> [u8; 32] {
        self.derive("details", &[])
    }

    fn derive(&self, what: &str, more: &[&[u8]]) -> [u8; 32] {
        let Transcript { context, host_key, guest_key, host_nonce, guest_nonce } = &self.transcript;
        let invitation = context.invitation.to_string();
        let mut parts: Vec<&[u8]> = vec![
            context.team.as_str().as_bytes(),
            invitation.as_bytes(),
            host_key.as_bytes(),
            guest_key.as_bytes(),
            host_nonce.as_bytes(),
            guest_nonce.as_bytes(),
        ];
        parts.extend(more);
        keyed(&self.shared, &label(what), &parts)
    }
}

impl fmt::Debug for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

impl Details {
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let (name, device) = (self.name.as_str(), self.device_name.as_str());
        for part in [name.as_bytes(), device.as_bytes(), self.device_key.as_bytes().as_slice()] {
            bytes.extend(measured(part));
        }
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (name, rest) = first_part(bytes)?;
        let (device_name, rest) = first_part(rest)?;
        let (device_key, rest) = first_part(rest)?;
        rest.is_empty().then_some(())?;
        Some(Self {
            name: PersonName::parse(core::str::from_utf8(name).ok()?).ok()?,
            device_name: DeviceName::parse(core::str::from_utf8(device_name).ok()?).ok()?,
            device_key: DevicePublicKey::from_bytes(device_key).ok()?,
        })
    }
}

/// Returns what binds a guest to a nonce (OR-22).
pub(super) fn commitment(nonce: &Nonce) -> Commitment {
    let mut hash = Sha256::new();
    for part in [label("commitment").as_slice(), nonce.as_bytes()] {
        hash.update(measured(part));
    }
    Commitment::from_bytes(hash.finalize().into())
}

/// Returns what a guest's device signs to be signed in when they have joined (OR-22).
#[must_use]
pub fn acknowledgement(context: &Context, accepted: &Tag) -> Vec<u8> {
    let invitation = context.invitation.to_string();
    let parts: [&[u8]; 4] = [
        &label("acknowledged"),
        context.team.as_str().as_bytes(),
        invitation.as_bytes(),
        accepted.as_bytes(),
    ];
    parts.into_iter().flat_map(measured).collect()
}

/// Derives 256 bits from parts, so that no two lists of parts run into the same bytes.
pub(super) fn keyed(key: &[u8; 32], label: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC pads a short key with zeros up to its block, which is 64 bytes.
    let mut block = Zeroizing::new([0; 64]);
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    let mut mac = Hmac::<Sha256>::new(&(*block).into());
    for part in [label].iter().chain(parts) {
        mac.update(&measured(part));
    }
    mac.finalize().into_bytes().into()
}

/// Returns what keeps one use apart from another, and this version from others.
pub(super) fn label(what: &str) -> Vec<u8> {
    format!("guest-greeting/{GREETING_VERSION} {what}").into_bytes()
}

/// Returns a part after its length.
fn measured(part: &[u8]) -> Vec<u8> {
    let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
    [&length.to_be_bytes(), part].concat()
}

fn first_part(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    rest.split_at_checked(usize::try_from(u64::from_be_bytes(*length)).ok()?)
}
