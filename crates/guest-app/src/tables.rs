//! Every table of the product, as data.
//!
//! Ids are blobs of 16 bytes, moments are microseconds, flags are 0 and 1,
//! emails are kept as typed beside the key they are compared by. Indexes are
//! few, since each costs every write.

use crate::table::{Column, Index, Kind, Only, Table};

/// Every table, in a fixed order.
pub static ALL: &[&Table] = &[
    &TEAM,
    &CREDIT_ACCOUNT,
    &CREDIT_ENTRY,
    &CREDIT_QUOTE,
    &CREDIT_ORDER,
    &TEAM_USER,
    &USER_GROUP,
    &GROUP_MEMBER,
    &COMPUTER,
    &COMPUTER_KEY,
    &API_KEY,
    &LOGIN,
    &SIGN_IN,
    &INVITE,
    &SESSION,
    &MAIL,
    &EVENT,
    &AUDIT,
    &IDEMPOTENCY,
];

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

/// The balance of each team.
pub static CREDIT_ACCOUNT: Table = Table {
    name: "credit_account",
    columns: &[text("team"), int("balance"), int("entries"), opt(int("low_mark"))],
    key: 1,
    sequence: false,
    indexes: &[],
};

/// The entries behind each balance, append-only.
pub static CREDIT_ENTRY: Table = Table {
    name: "credit_entry",
    columns: &[
        text("team"),
        int("seq"),
        blob("id"),
        int("at"),
        int("amount"),
        int("balance"),
        text("reason"),
        opt(text("administrator")),
        opt(text("guest")),
        opt(blob("invite")),
        opt(blob("purchase")),
        opt(text("note")),
    ],
    key: 2,
    sequence: false,
    indexes: &[],
};

/// Prices that were shown.
pub static CREDIT_QUOTE: Table = Table {
    name: "credit_quote",
    columns: &[text("team"), blob("id"), text("body")],
    key: 2,
    sequence: false,
    indexes: &[],
};

/// Purchases of credits.
pub static CREDIT_ORDER: Table = Table {
    name: "credit_order",
    columns: &[text("team"), blob("id"), text("body")],
    key: 2,
    sequence: false,
    indexes: &[],
};

/// Users of teams, revoked ones too.
pub static TEAM_USER: Table = Table {
    name: "team_user",
    columns: USER_COLUMNS,
    key: 2,
    sequence: false,
    indexes: &[USER_EMAIL],
};

const USER_COLUMNS: &[Column] = &[
    text("team"),
    blob("id"),
    text("email"),
    text("email_key"),
    text("name"),
    text("profile"),
    int("owner"),
    int("coordinator"),
    int("joined_at"),
    opt(int("revoked_at")),
    int("version"),
];

/// Active users by email; unique in a team (OR-1).
pub const USER_EMAIL: Index = Index {
    name: "team_user_email",
    columns: &[at(USER_COLUMNS, "email_key"), at(USER_COLUMNS, "team")],
    only: Only::Null(at(USER_COLUMNS, "revoked_at")),
    unique: true,
};

/// Named sets of users.
pub static USER_GROUP: Table = Table {
    name: "user_group",
    columns: &[text("team"), blob("id"), text("name"), int("coordinator")],
    key: 2,
    sequence: false,
    indexes: &[],
};

/// Who is in which group.
pub static GROUP_MEMBER: Table = Table {
    name: "group_member",
    columns: &[text("team"), blob("member"), blob("grp")],
    key: 3,
    sequence: false,
    indexes: &[],
};

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
    indexes: &[LOGIN_SINCE],
};

const LOGIN_COLUMNS: &[Column] = &[blob("hash"), text("email"), int("since")];

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

/// Invites.
pub static INVITE: Table = Table {
    name: "invite",
    columns: INVITE_COLUMNS,
    key: 2,
    sequence: false,
    indexes: &[INVITE_LIVE, INVITE_DUE],
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

const fn int(name: &'static str) -> Column {
    Column { name, kind: Kind::Int, nullable: false }
}

const fn text(name: &'static str) -> Column {
    Column { name, kind: Kind::Text, nullable: false }
}

const fn blob(name: &'static str) -> Column {
    Column { name, kind: Kind::Blob, nullable: false }
}

const fn opt(column: Column) -> Column {
    Column { nullable: true, ..column }
}

/// Returns the position of a column, when compiling.
#[expect(clippy::panic, clippy::indexing_slicing, reason = "a wrong name does not compile")]
const fn at(columns: &[Column], name: &str) -> usize {
    let mut position = 0;
    while position < columns.len() {
        if same(columns[position].name.as_bytes(), name.as_bytes()) {
            return position;
        }
        position += 1;
    }
    panic!("no such column")
}

#[expect(clippy::indexing_slicing, reason = "evaluated when compiling")]
const fn same(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let mut position = 0;
    while position < left.len() {
        if left[position] != right[position] {
            return false;
        }
        position += 1;
    }
    true
}
