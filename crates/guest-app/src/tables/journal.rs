//! What goes out, what happened, and what was answered.

use super::{at, blob, int, opt, text};
use crate::table::{Column, Index, Only, Table};

/// The outbox: intended mails, and what became of them.
pub static MAIL: Table =
    Table { name: "mail", columns: MAIL_COLUMNS, key: 1, sequence: false, indexes: &[MAIL_NEXT] };

const MAIL_COLUMNS: &[Column] = &[
    blob("id"),
    opt(text("team")),
    text("recipient"),
    text("intent"),
    text("state"),
    int("attempts"),
    int("made_at"),
    int("deadline"),
    opt(int("next_at")),
    opt(text("detail")),
];

/// Mails that still want something by when they want it.
pub const MAIL_NEXT: Index = Index {
    name: "mail_next",
    columns: &[at(MAIL_COLUMNS, "next_at")],
    only: Only::NotNull(at(MAIL_COLUMNS, "next_at")),
    unique: false,
};

/// What those who follow events are told, for a day.
pub static EVENT: Table =
    Table { name: "event", columns: EVENT_COLUMNS, key: 1, sequence: true, indexes: &[EVENT_TEAM] };

const EVENT_COLUMNS: &[Column] = &[
    int("seq"),
    text("team"),
    int("at"),
    text("type"),
    text("audience"),
    opt(blob("owner")),
    opt(blob("invite")),
    opt(blob("workspace")),
    text("data"),
];

/// Events by team, in their order.
pub const EVENT_TEAM: Index = Index {
    name: "event_team",
    columns: &[at(EVENT_COLUMNS, "team"), at(EVENT_COLUMNS, "seq")],
    only: Only::All,
    unique: false,
};

/// The audit log, append-only.
pub static AUDIT: Table =
    Table { name: "audit", columns: AUDIT_COLUMNS, key: 1, sequence: true, indexes: &[AUDIT_TEAM] };

const AUDIT_COLUMNS: &[Column] = &[
    int("seq"),
    text("team"),
    int("at"),
    text("actor"),
    text("action"),
    text("subject"),
    opt(text("origin")),
    text("detail"),
];

/// Audit entries by team, in their order.
pub const AUDIT_TEAM: Index = Index {
    name: "audit_team",
    columns: &[at(AUDIT_COLUMNS, "team"), at(AUDIT_COLUMNS, "seq")],
    only: Only::All,
    unique: false,
};

/// What came of requests that carried an idempotency key, for a day.
pub static IDEMPOTENCY: Table = Table {
    name: "idempotency",
    columns: IDEMPOTENCY_COLUMNS,
    key: 2,
    sequence: false,
    indexes: &[IDEMPOTENCY_AT],
};

const IDEMPOTENCY_COLUMNS: &[Column] =
    &[text("caller"), text("token"), blob("fingerprint"), int("at"), text("outcome")];

/// Recorded outcomes by age, so that old ones can be swept.
pub const IDEMPOTENCY_AT: Index = Index {
    name: "idempotency_at",
    columns: &[at(IDEMPOTENCY_COLUMNS, "at")],
    only: Only::All,
    unique: false,
};
