//! Sign-in codes and browsers' sessions as rows.

use guest_core::{DeviceId, Instant, Login, Proof, SecretHash, SignIn};

use super::credit::json;
use super::{Reader, Record, row};
use crate::table::{Row, Table};
use crate::tables;

impl Record for SignIn {
    const TABLE: &'static Table = &tables::SIGN_IN;

    fn to_row(&self) -> Row {
        row![
            self.email.key(),
            &self.email,
            json(&self.asked.iter().map(Instant::timestamp_micros).collect::<Vec<_>>()),
            self.nonce.as_slice(),
            u32::from(self.wrong),
            self.used,
            self.asked.last().copied().unwrap_or_default(),
        ]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        row.skip(); // The key of the email.
        Some(Self {
            email: row.parsed()?,
            asked: {
                let asked: Vec<i64> = serde_json::from_str(&row.text()?).ok()?;
                asked.into_iter().map(Instant::from_timestamp_micros).collect::<Option<_>>()?
            },
            nonce: row.bytes()?,
            wrong: row.number()?,
            used: row.flag()?,
        })
    }
}

impl Record for Login {
    const TABLE: &'static Table = &tables::LOGIN;

    fn to_row(&self) -> Row {
        let device = match self.proof {
            Proof::Device { device, .. } => Some(device),
            Proof::Code | Proof::Link | Proof::Sso { .. } => None,
        };
        row![
            self.hash,
            &self.email,
            self.email.key(),
            self.since,
            self.proof.name(),
            self.proof.team(),
            device,
        ]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            hash: SecretHash::from_bytes(row.bytes()?),
            email: {
                let email = row.parsed()?;
                row.skip(); // Its key.
                email
            },
            since: row.instant()?,
            proof: {
                let name = row.text()?;
                let team = row.opt(Reader::parsed)?;
                let device = row.opt(|row| row.id(DeviceId::from_bits))?;
                match (name.as_str(), team, device) {
                    ("code", None, None) => Proof::Code,
                    ("link", None, None) => Proof::Link,
                    ("device", Some(team), Some(device)) => Proof::Device { team, device },
                    ("sso", Some(team), None) => Proof::Sso { team },
                    _ => return None,
                }
            },
        })
    }
}
