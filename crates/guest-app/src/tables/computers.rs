//! Computers and their keys.

use super::{at, blob, int, opt, text};
use crate::table::{Column, Index, Only, Table};

/// Computers, removed ones too.
pub static COMPUTER: Table = Table {
    name: "computer",
    columns: COMPUTER_COLUMNS,
    key: 2,
    sequence: false,
    indexes: &[COMPUTER_NAME, COMPUTER_AGENT, COMPUTER_TOKEN, COMPUTER_DUE],
};

const COMPUTER_COLUMNS: &[Column] = &[
    text("team"),
    blob("id"),
    text("name"),
    text("name_key"),
    opt(text("agent_name")),
    opt(blob("computer_key")),
    opt(blob("owner")),
    opt(blob("token")),
    text("connection"),
    int("guest_access"),
    int("login_known"),
    opt(text("login")),
    opt(int("last_seen")),
    opt(int("heard_since")),
    opt(int("heard_before")),
    int("announced"),
    int("created_at"),
    opt(int("removed_at")),
    int("version"),
    opt(int("due")),
];

/// Computers that are not removed by name; unique in a team (GA-1).
pub const COMPUTER_NAME: Index = Index {
    name: "computer_name",
    columns: &[at(COMPUTER_COLUMNS, "team"), at(COMPUTER_COLUMNS, "name_key")],
    only: Only::Null(at(COMPUTER_COLUMNS, "removed_at")),
    unique: true,
};

/// Team computers by key and what their agents call them, removed ones too.
pub const COMPUTER_AGENT: Index = Index {
    name: "computer_agent",
    columns: &[at(COMPUTER_COLUMNS, "computer_key"), at(COMPUTER_COLUMNS, "agent_name")],
    only: Only::NotNull(at(COMPUTER_COLUMNS, "computer_key")),
    unique: false,
};

/// Personal computers by their agent's token.
pub const COMPUTER_TOKEN: Index = Index {
    name: "computer_token",
    columns: &[at(COMPUTER_COLUMNS, "token")],
    only: Only::NotNull(at(COMPUTER_COLUMNS, "token")),
    unique: true,
};

/// Computers by when silence will have lasted too long.
pub const COMPUTER_DUE: Index = Index {
    name: "computer_due",
    columns: &[at(COMPUTER_COLUMNS, "due")],
    only: Only::NotNull(at(COMPUTER_COLUMNS, "due")),
    unique: false,
};

/// Keys with which agents provision team computers.
pub static COMPUTER_KEY: Table = Table {
    name: "computer_key",
    columns: KEY_COLUMNS,
    key: 2,
    sequence: false,
    indexes: &[COMPUTER_KEY_HASH],
};

const KEY_COLUMNS: &[Column] =
    &[text("team"), blob("id"), text("name"), blob("hash"), int("created_at")];

/// Computer keys by what is kept of them.
pub const COMPUTER_KEY_HASH: Index = Index {
    name: "computer_key_hash",
    columns: &[at(KEY_COLUMNS, "hash")],
    only: Only::All,
    unique: true,
};
