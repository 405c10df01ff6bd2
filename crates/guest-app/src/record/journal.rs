//! Events, audit entries and recorded outcomes as rows.

use guest_core::{Instant, InviteId, Right, TeamId, UserId, WorkspaceId};

use super::{Reader, Record, row};
use crate::table::{Row, Table};
use crate::tables;

/// Something that those who may see it are told (IF-6).
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// Its place in the order of commits; 0 until it is stored.
    pub(crate) seq: u64,
    pub(crate) team: TeamId,
    pub(crate) at: Instant,
    pub(crate) name: String,
    pub(crate) audience: Audience,
    /// The user whose personal computer it is about; others need to reach it.
    pub(crate) owner: Option<UserId>,
    pub(crate) invite: Option<InviteId>,
    /// The workspace it is about; others need to be in it.
    pub(crate) workspace: Option<WorkspaceId>,
    /// The thing as the API shows it, as JSON.
    pub(crate) data: String,
}

/// Who may see an [`Event`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Audience {
    Invites,
    Computers,
    Credits,
    Users,
    Workspaces,
    Invitations,
    JoinRequests,
}

impl Audience {
    const ALL: [Self; 7] = [
        Self::Invites,
        Self::Computers,
        Self::Credits,
        Self::Users,
        Self::Workspaces,
        Self::Invitations,
        Self::JoinRequests,
    ];

    /// Returns the right that lets one see such events.
    pub(crate) const fn right(self) -> Right {
        match self {
            Self::Invites => Right::ReadInvites,
            Self::Computers => Right::ReadComputers,
            Self::Credits => Right::ReadBalance,
            Self::Users => Right::ListUsers,
            Self::Workspaces => Right::ReadWorkspaces,
            Self::Invitations => Right::ReadInvitations,
            Self::JoinRequests => Right::ReadJoinRequests,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Invites => "invites",
            Self::Computers => "computers",
            Self::Credits => "credits",
            Self::Users => "users",
            Self::Workspaces => "workspaces",
            Self::Invitations => "invitations",
            Self::JoinRequests => "join_requests",
        }
    }
}

impl Record for Event {
    const TABLE: &'static Table = &tables::EVENT;

    fn to_row(&self) -> Row {
        row![
            self.seq,
            self.team,
            self.at,
            self.name.as_str(),
            self.audience.name(),
            self.owner,
            self.invite,
            self.workspace,
            self.data.as_str(),
        ]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            seq: row.number()?,
            team: row.parsed()?,
            at: row.instant()?,
            name: row.text()?,
            audience: {
                let name = row.text()?;
                Audience::ALL.into_iter().find(|audience| audience.name() == name)?
            },
            owner: row.opt(|row| row.id(UserId::from_bits))?,
            invite: row.opt(|row| row.id(InviteId::from_bits))?,
            workspace: row.opt(|row| row.id(WorkspaceId::from_bits))?,
            data: row.text()?,
        })
    }
}

/// One line of the audit log (QU-35).
#[derive(Clone, Debug)]
pub(crate) struct AuditEntry {
    /// Its place in the order of commits; 0 until it is stored.
    pub(crate) seq: u64,
    pub(crate) team: TeamId,
    pub(crate) at: Instant,
    pub(crate) actor: String,
    pub(crate) action: String,
    pub(crate) subject: String,
    pub(crate) origin: Option<String>,
    /// More about it, as a JSON object.
    pub(crate) detail: String,
}

impl Record for AuditEntry {
    const TABLE: &'static Table = &tables::AUDIT;

    fn to_row(&self) -> Row {
        row![
            self.seq,
            self.team,
            self.at,
            self.actor.as_str(),
            self.action.as_str(),
            self.subject.as_str(),
            self.origin.as_deref(),
            self.detail.as_str(),
        ]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            seq: row.number()?,
            team: row.parsed()?,
            at: row.instant()?,
            actor: row.text()?,
            action: row.text()?,
            subject: row.text()?,
            origin: row.opt(Reader::text)?,
            detail: row.text()?,
        })
    }
}

/// What came of a request that carried an idempotency key (QU-23).
#[derive(Clone, Debug)]
#[expect(clippy::struct_field_names, reason = "what came of it is its outcome")]
pub(crate) struct Outcome {
    pub(crate) caller: String,
    pub(crate) token: String,
    pub(crate) fingerprint: [u8; 32],
    pub(crate) at: Instant,
    /// The answer as JSON, without secrets.
    pub(crate) outcome: String,
}

impl Record for Outcome {
    const TABLE: &'static Table = &tables::IDEMPOTENCY;

    fn to_row(&self) -> Row {
        row![
            self.caller.as_str(),
            self.token.as_str(),
            self.fingerprint.as_slice(),
            self.at,
            self.outcome.as_str(),
        ]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            caller: row.text()?,
            token: row.text()?,
            fingerprint: row.bytes()?,
            at: row.instant()?,
            outcome: row.text()?,
        })
    }
}
