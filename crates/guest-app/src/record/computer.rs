//! Computers and their keys as rows.

use guest_core::{
    Computer, ComputerId, ComputerKey, ComputerKeyId, Connection, HostLoginState, Provision,
    SecretHash, UserId,
};

use super::{Reader, Record, row};
use crate::table::{Row, Table};
use crate::tables;

impl Record for Computer {
    const TABLE: &'static Table = &tables::COMPUTER;

    fn to_row(&self) -> Row {
        let (key, owner, token) = match &self.provision {
            Provision::Team { key } => (*key, None, None),
            Provision::Personal { user, token } => (None, Some(*user), Some(*token)),
        };
        let (known, login) = match &self.login {
            HostLoginState::Unknown => (false, None),
            HostLoginState::Nobody => (true, None),
            HostLoginState::Known(login) => (true, Some(login.as_str())),
        };
        row![
            self.team,
            self.id,
            self.name.as_str(),
            self.name.key(),
            self.agent_name.as_ref().map(guest_core::ComputerName::as_str),
            key,
            owner,
            token,
            self.connection.name(),
            self.guest_access,
            known,
            login,
            self.last_seen,
            self.heard_since,
            self.heard_before,
            self.announced,
            self.created_at,
            self.removed_at,
            self.version,
            self.due(),
        ]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            team: row.parsed()?,
            id: row.id(ComputerId::from_bits)?,
            name: {
                let name = row.parsed()?;
                row.skip(); // Its key.
                name
            },
            agent_name: row.opt(Reader::parsed)?,
            provision: {
                let key = row.opt(|row| row.id(ComputerKeyId::from_bits))?;
                let owner = row.opt(|row| row.id(UserId::from_bits))?;
                let token = row.opt(|row| row.bytes().map(SecretHash::from_bytes))?;
                match (owner, token) {
                    (Some(user), Some(token)) => Provision::Personal { user, token },
                    (None, None) => Provision::Team { key },
                    (Some(_), None) | (None, Some(_)) => return None,
                }
            },
            connection: Connection::named(&row.text()?)?,
            guest_access: row.flag()?,
            login: {
                let known = row.flag()?;
                match (known, row.opt(Reader::parsed)?) {
                    (_, Some(login)) => HostLoginState::Known(login),
                    (true, None) => HostLoginState::Nobody,
                    (false, None) => HostLoginState::Unknown,
                }
            },
            last_seen: row.opt(Reader::instant)?,
            heard_since: row.opt(Reader::instant)?,
            heard_before: row.opt(Reader::instant)?,
            announced: row.flag()?,
            created_at: row.instant()?,
            removed_at: row.opt(Reader::instant)?,
            version: row.number()?,
        })
    }
}

impl Record for ComputerKey {
    const TABLE: &'static Table = &tables::COMPUTER_KEY;

    fn to_row(&self) -> Row {
        row![self.team, self.id, self.name.as_str(), self.hash, self.created_at]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            team: row.parsed()?,
            id: row.id(ComputerKeyId::from_bits)?,
            name: row.parsed()?,
            hash: SecretHash::from_bytes(row.bytes()?),
            created_at: row.instant()?,
        })
    }
}
