//! Teams, users, groups and API keys as rows.

use guest_core::{
    ApiKey, ApiKeyId, EmailSignIn, Group, GroupId, Profile, Scopes, SecretHash, SenderPolicy, Team,
    TeamId, User, UserId, Zone,
};

use super::{Reader, Record, row};
use crate::table::{Row, Table};
use crate::tables;

impl Record for Team {
    const TABLE: &'static Table = &tables::TEAM;

    fn to_row(&self) -> Row {
        row![
            self.id,
            self.name.as_str(),
            self.zone.name(),
            self.reply_to.as_ref(),
            self.personal_computers.name(),
            self.email_sign_in.name(),
            self.sso_required,
            self.created_at,
        ]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            id: row.parsed()?,
            name: row.parsed()?,
            zone: Zone::parse(&row.text()?).ok()?,
            reply_to: row.opt(Reader::parsed)?,
            personal_computers: SenderPolicy::named(&row.text()?)?,
            email_sign_in: EmailSignIn::named(&row.text()?)?,
            sso_required: row.flag()?,
            created_at: row.instant()?,
        })
    }
}

impl Record for User {
    const TABLE: &'static Table = &tables::TEAM_USER;

    fn to_row(&self) -> Row {
        row![
            self.team,
            self.id,
            &self.email,
            self.email.key(),
            self.name.as_str(),
            self.profile.name(),
            self.owner,
            self.coordinator,
            self.joined_at,
            self.revoked_at,
            self.version,
        ]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            team: row.parsed()?,
            id: row.id(UserId::from_bits)?,
            email: {
                let email = row.parsed()?;
                row.skip(); // Its key.
                email
            },
            name: row.parsed()?,
            profile: Profile::named(&row.text()?)?,
            owner: row.flag()?,
            coordinator: row.flag()?,
            joined_at: row.instant()?,
            revoked_at: row.opt(Reader::instant)?,
            version: row.number()?,
        })
    }
}

impl Record for Group {
    const TABLE: &'static Table = &tables::USER_GROUP;

    fn to_row(&self) -> Row {
        row![self.team, self.id, self.name.as_str(), self.coordinator]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            team: row.parsed()?,
            id: row.id(GroupId::from_bits)?,
            name: row.parsed()?,
            coordinator: row.flag()?,
        })
    }
}

/// That a user is in a group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Membership {
    pub(crate) team: TeamId,
    pub(crate) user: UserId,
    pub(crate) group: GroupId,
}

impl Record for Membership {
    const TABLE: &'static Table = &tables::GROUP_MEMBER;

    fn to_row(&self) -> Row {
        row![self.team, self.user, self.group]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            team: row.parsed()?,
            user: row.id(UserId::from_bits)?,
            group: row.id(GroupId::from_bits)?,
        })
    }
}

impl Record for ApiKey {
    const TABLE: &'static Table = &tables::API_KEY;

    fn to_row(&self) -> Row {
        row![
            self.team,
            self.id,
            self.name.as_str(),
            self.user,
            u32::from(self.scopes.bits()),
            self.hash,
            self.created_at,
        ]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            team: row.parsed()?,
            id: row.id(ApiKeyId::from_bits)?,
            name: row.parsed()?,
            user: row.id(UserId::from_bits)?,
            scopes: Scopes::from_bits(row.number()?),
            hash: SecretHash::from_bytes(row.bytes()?),
            created_at: row.instant()?,
        })
    }
}
