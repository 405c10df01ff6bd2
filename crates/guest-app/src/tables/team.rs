//! Teams, and what programs and browsers prove themselves with.

use super::{at, blob, int, opt, text};
use crate::table::{Column, Index, Only, Table};

/// Teams and their settings.
pub static TEAM: Table = Table {
    name: "team",
    columns: &[
        text("id"),
        text("name"),
        text("time_zone"),
        opt(text("reply_to")),
        text("personal_computers"),
        text("email_sign_in"),
        int("sso_required"),
        int("created_at"),
    ],
    key: 1,
    sequence: false,
    indexes: &[],
};

/// Programs' keys to the API.
pub static API_KEY: Table = Table {
    name: "api_key",
    columns: API_KEY_COLUMNS,
    key: 2,
    sequence: false,
    indexes: &[API_KEY_HASH],
};

const API_KEY_COLUMNS: &[Column] = &[
    text("team"),
    blob("id"),
    text("name"),
    blob("user_id"),
    int("scopes"),
    blob("hash"),
    int("created_at"),
];

/// API keys by what is kept of them.
pub const API_KEY_HASH: Index = Index {
    name: "api_key_hash",
    columns: &[at(API_KEY_COLUMNS, "hash")],
    only: Only::All,
    unique: true,
};

/// Browsers' sessions.
pub static LOGIN: Table = Table {
    name: "login",
    columns: LOGIN_COLUMNS,
    key: 1,
    sequence: false,
    indexes: &[LOGIN_SINCE, LOGIN_EMAIL],
};

const LOGIN_COLUMNS: &[Column] = &[
    blob("hash"),
    text("email"),
    text("email_key"),
    int("since"),
    text("proof"),
    opt(text("team")),
    opt(blob("device")),
];

/// Browsers' sessions by address, so that they end with a user.
pub const LOGIN_EMAIL: Index = Index {
    name: "login_email",
    columns: &[at(LOGIN_COLUMNS, "email_key")],
    only: Only::All,
    unique: false,
};

/// Browsers' sessions by age, so that old ones can be swept.
pub const LOGIN_SINCE: Index = Index {
    name: "login_since",
    columns: &[at(LOGIN_COLUMNS, "since")],
    only: Only::All,
    unique: false,
};

/// Sign-in codes by address.
pub static SIGN_IN: Table = Table {
    name: "sign_in",
    columns: SIGN_IN_COLUMNS,
    key: 1,
    sequence: false,
    indexes: &[SIGN_IN_LATEST],
};

const SIGN_IN_COLUMNS: &[Column] = &[
    text("email_key"),
    text("email"),
    text("asked"),
    blob("nonce"),
    int("wrong"),
    int("used"),
    int("latest"),
];

/// Sign-in codes by age, so that old ones can be swept.
pub const SIGN_IN_LATEST: Index = Index {
    name: "sign_in_latest",
    columns: &[at(SIGN_IN_COLUMNS, "latest")],
    only: Only::All,
    unique: false,
};
