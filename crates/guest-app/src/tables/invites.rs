//! Invites and their sessions.

use super::{at, blob, int, opt, text};
use crate::table::{Column, Index, Only, Table};

/// Invites.
pub static INVITE: Table = Table {
    name: "invite",
    columns: INVITE_COLUMNS,
    key: 2,
    sequence: false,
    indexes: &[INVITE_LIVE, INVITE_ENDED, INVITE_DUE],
};

const INVITE_COLUMNS: &[Column] = &[
    text("team"),
    blob("id"),
    blob("computer"),
    text("guest"),
    text("guest_key"),
    text("kind"),
    blob("sender"),
    text("sender_email"),
    int("starts"),
    int("ends"),
    text("time_zone"),
    int("permissions"),
    text("title"),
    text("message"),
    opt(text("host_login")),
    int("link"),
    opt(int("used_at")),
    int("kept_out"),
    int("heralded"),
    opt(int("reminded_at")),
    int("warned"),
    text("credit"),
    opt(int("asked_at")),
    opt(int("asked_minutes")),
    opt(text("asked_note")),
    blob("mail"),
    text("mail_state"),
    opt(text("mail_detail")),
    int("mail_told"),
    text("state"),
    opt(int("ended_at")),
    opt(text("end_reason")),
    opt(int("due")),
    int("created_at"),
    int("version"),
];

/// Live invites by computer and guest.
pub const INVITE_LIVE: Index = Index {
    name: "invite_live",
    columns: &[
        at(INVITE_COLUMNS, "team"),
        at(INVITE_COLUMNS, "computer"),
        at(INVITE_COLUMNS, "guest_key"),
    ],
    only: Only::Null(at(INVITE_COLUMNS, "ended_at")),
    unique: false,
};

/// Invites that have ended by computer and start; making one does not touch it (WB-11).
pub const INVITE_ENDED: Index = Index {
    name: "invite_ended",
    columns: &[
        at(INVITE_COLUMNS, "team"),
        at(INVITE_COLUMNS, "computer"),
        at(INVITE_COLUMNS, "starts"),
    ],
    only: Only::NotNull(at(INVITE_COLUMNS, "ended_at")),
    unique: false,
};

/// Invites by when the clock next means something to them.
pub const INVITE_DUE: Index = Index {
    name: "invite_due",
    columns: &[at(INVITE_COLUMNS, "due")],
    only: Only::NotNull(at(INVITE_COLUMNS, "due")),
    unique: false,
};

/// Sessions.
pub static SESSION: Table = Table {
    name: "session",
    columns: SESSION_COLUMNS,
    key: 2,
    sequence: false,
    indexes: &[SESSION_ID, SESSION_INVITE, SESSION_LIVE, SESSION_DUE],
};

const SESSION_COLUMNS: &[Column] = &[
    text("team"),
    blob("id"),
    blob("invite"),
    blob("computer"),
    text("guest"),
    opt(blob("ticket")),
    opt(int("taken_at")),
    int("permissions"),
    int("opened_at"),
    opt(int("used_at")),
    opt(int("closes_at")),
    text("origin"),
    opt(int("ended_at")),
    opt(text("end_reason")),
    opt(int("bytes_in")),
    opt(int("bytes_out")),
    opt(int("refused_input")),
    opt(int("due")),
];

/// Sessions by id alone: a guest who leaves names no team.
pub const SESSION_ID: Index = Index {
    name: "session_id",
    columns: &[at(SESSION_COLUMNS, "id")],
    only: Only::All,
    unique: true,
};

/// Sessions by invite.
pub const SESSION_INVITE: Index = Index {
    name: "session_invite",
    columns: &[
        at(SESSION_COLUMNS, "team"),
        at(SESSION_COLUMNS, "invite"),
        at(SESSION_COLUMNS, "id"),
    ],
    only: Only::All,
    unique: false,
};

/// Live sessions by computer and invite; one for each invite (GA-36).
pub const SESSION_LIVE: Index = Index {
    name: "session_live",
    columns: &[
        at(SESSION_COLUMNS, "team"),
        at(SESSION_COLUMNS, "computer"),
        at(SESSION_COLUMNS, "invite"),
    ],
    only: Only::Null(at(SESSION_COLUMNS, "ended_at")),
    unique: true,
};

/// Relayed sessions by when their ticket will have been left too long (CN-3).
pub const SESSION_DUE: Index = Index {
    name: "session_due",
    columns: &[at(SESSION_COLUMNS, "due")],
    only: Only::NotNull(at(SESSION_COLUMNS, "due")),
    unique: false,
};
