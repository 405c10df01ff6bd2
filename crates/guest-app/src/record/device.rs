//! Devices, identities, and what is spent in signing in with them, as rows.

use guest_core::{
    Device, DeviceId, DevicePublicKey, Identity, Instant, SecretHash, TeamId, UserId,
};

use super::{Reader, Record, row};
use crate::table::{Row, Table};
use crate::tables;

impl Record for Device {
    const TABLE: &'static Table = &tables::DEVICE;

    fn to_row(&self) -> Row {
        row![
            self.id,
            self.team,
            self.user,
            self.name.as_str(),
            self.key.as_bytes().as_slice(),
            self.enrolled_at,
            self.last_used_at,
        ]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            id: row.id(DeviceId::from_bits)?,
            team: row.parsed()?,
            user: row.id(UserId::from_bits)?,
            name: row.parsed()?,
            key: DevicePublicKey::from_bytes(&row.bytes::<{ DevicePublicKey::LEN }>()?).ok()?,
            enrolled_at: row.instant()?,
            last_used_at: row.opt(Reader::instant)?,
        })
    }
}

/// An identity with which a user signs in.
#[derive(Clone, Debug)]
pub(crate) struct BoundIdentity {
    pub(crate) team: TeamId,
    pub(crate) user: UserId,
    pub(crate) identity: Identity,
    pub(crate) at: Instant,
}

impl Record for BoundIdentity {
    const TABLE: &'static Table = &tables::USER_IDENTITY;

    fn to_row(&self) -> Row {
        let Identity { issuer, subject } = &self.identity;
        row![self.team, issuer.as_str(), subject.as_str(), self.user, self.at]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            team: row.parsed()?,
            identity: Identity { issuer: row.text()?, subject: row.text()? },
            user: row.id(UserId::from_bits)?,
            at: row.instant()?,
        })
    }
}

/// A link with which a user enrols one more device.
#[derive(Clone, Debug)]
pub(crate) struct DeviceLink {
    /// What is kept of its secret.
    pub(crate) hash: SecretHash,
    pub(crate) team: TeamId,
    pub(crate) user: UserId,
    pub(crate) made_at: Instant,
}

impl Record for DeviceLink {
    const TABLE: &'static Table = &tables::DEVICE_LINK;

    fn to_row(&self) -> Row {
        row![self.hash, self.team, self.user, self.made_at]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            hash: SecretHash::from_bytes(row.bytes()?),
            team: row.parsed()?,
            user: row.id(UserId::from_bits)?,
            made_at: row.instant()?,
        })
    }
}

/// A challenge that a device has answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SpentChallenge {
    pub(crate) nonce: [u8; 16],
    pub(crate) at: Instant,
}

impl Record for SpentChallenge {
    const TABLE: &'static Table = &tables::SPENT_CHALLENGE;

    fn to_row(&self) -> Row {
        row![self.nonce.as_slice(), self.at]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self { nonce: row.bytes()?, at: row.instant()? })
    }
}
