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
    &JOIN_REQUEST,
    &MEMBER_INVITE,
    &GREETING,
    &USER_GROUP,
    &GROUP_MEMBER,
    &DEVICE,
    &USER_IDENTITY,
    &DEVICE_LINK,
    &SPENT_CHALLENGE,
    &COMPUTER,
    &COMPUTER_KEY,
    &API_KEY,
    &LOGIN,
    &SIGN_IN,
    &WORKSPACE,
    &WORKSPACE_MEMBER,
    &WORKSPACE_COMPUTER,
    &SHARED_FILE,
    &FILE_VERSION,
    &CONTENT_PART,
    &BLOB,
    &LOOSE_BLOB,
    &TEAM_STORAGE,
    &UPLOAD,
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

/// Invitations to join a team, ended ones too.
pub static MEMBER_INVITE: Table = Table {
    name: "member_invite",
    columns: MEMBER_INVITE_COLUMNS,
    key: 2,
    sequence: false,
    indexes: &[MEMBER_INVITE_PENDING, MEMBER_INVITE_WAITING, MEMBER_INVITE_DUE],
};

const MEMBER_INVITE_COLUMNS: &[Column] = &[
    text("team"),
    blob("id"),
    text("email"),
    text("email_key"),
    blob("invited_by"),
    text("state"),
    opt(int("ended_at")),
    opt(blob("user_id")),
    int("by_strikes"),
    opt(blob("opening")),
    opt(int("waiting_since")),
    opt(int("heard_at")),
    int("strikes"),
    blob("mail"),
    text("mail_state"),
    opt(text("mail_detail")),
    int("mail_told"),
    int("created_at"),
    int("expires_at"),
    opt(int("due")),
];

/// Pending invitations by address; one for each (OR-20).
pub const MEMBER_INVITE_PENDING: Index = Index {
    name: "member_invite_pending",
    columns: &[at(MEMBER_INVITE_COLUMNS, "team"), at(MEMBER_INVITE_COLUMNS, "email_key")],
    only: Only::Null(at(MEMBER_INVITE_COLUMNS, "ended_at")),
    unique: true,
};

/// Invitations by since when somebody waits to be greeted.
pub const MEMBER_INVITE_WAITING: Index = Index {
    name: "member_invite_waiting",
    columns: &[at(MEMBER_INVITE_COLUMNS, "team"), at(MEMBER_INVITE_COLUMNS, "waiting_since")],
    only: Only::NotNull(at(MEMBER_INVITE_COLUMNS, "waiting_since")),
    unique: false,
};

/// Invitations by when the clock next means something to them.
pub const MEMBER_INVITE_DUE: Index = Index {
    name: "member_invite_due",
    columns: &[at(MEMBER_INVITE_COLUMNS, "due")],
    only: Only::NotNull(at(MEMBER_INVITE_COLUMNS, "due")),
    unique: false,
};

/// Attempts at greetings, the latest of each host for an invitation (OR-23).
pub static GREETING: Table = Table {
    name: "greeting",
    columns: GREETING_COLUMNS,
    key: 3,
    sequence: false,
    indexes: &[GREETING_DUE],
};

const GREETING_COLUMNS: &[Column] = &[
    text("team"),
    blob("invitation"),
    blob("host"),
    blob("id"),
    blob("host_opening"),
    blob("guest_opening"),
    text("said"),
    int("heard_at"),
    opt(text("end_reason")),
    opt(int("due")),
];

/// Attempts by when they will have been idle for too long.
pub const GREETING_DUE: Index = Index {
    name: "greeting_due",
    columns: &[at(GREETING_COLUMNS, "due")],
    only: Only::NotNull(at(GREETING_COLUMNS, "due")),
    unique: false,
};

/// Requests to join, also those that have ended: their ids are never used again (OR-30).
pub static JOIN_REQUEST: Table = Table {
    name: "join_request",
    columns: JOIN_REQUEST_COLUMNS,
    key: 2,
    sequence: false,
    indexes: &[JOIN_REQUEST_WAITING, JOIN_REQUEST_IDENTITY],
};

const JOIN_REQUEST_COLUMNS: &[Column] = &[
    text("team"),
    blob("id"),
    text("identity"),
    int("submitted_at"),
    text("state"),
    opt(int("ended_at")),
    opt(blob("user_id")),
    opt(blob("replaced_by")),
    text("vouched"),
    opt(text("device")),
];

/// Requests that wait by when they were submitted.
pub const JOIN_REQUEST_WAITING: Index = Index {
    name: "join_request_waiting",
    columns: &[at(JOIN_REQUEST_COLUMNS, "team"), at(JOIN_REQUEST_COLUMNS, "submitted_at")],
    only: Only::Null(at(JOIN_REQUEST_COLUMNS, "ended_at")),
    unique: false,
};

/// Requests of each identity (OR-31).
pub const JOIN_REQUEST_IDENTITY: Index = Index {
    name: "join_request_identity",
    columns: &[
        at(JOIN_REQUEST_COLUMNS, "team"),
        at(JOIN_REQUEST_COLUMNS, "identity"),
        at(JOIN_REQUEST_COLUMNS, "submitted_at"),
    ],
    only: Only::All,
    unique: false,
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

/// Enrolled ways of signing in, of active users (OR-8).
pub static DEVICE: Table = Table {
    name: "device",
    columns: DEVICE_COLUMNS,
    key: 1,
    sequence: false,
    indexes: &[DEVICE_USER],
};

const DEVICE_COLUMNS: &[Column] = &[
    blob("id"),
    text("team"),
    blob("user_id"),
    text("name"),
    blob("public_key"),
    int("enrolled_at"),
    opt(int("last_used_at")),
];

/// Devices by user, in the order in which they were enrolled.
pub const DEVICE_USER: Index = Index {
    name: "device_user",
    columns: &[at(DEVICE_COLUMNS, "team"), at(DEVICE_COLUMNS, "user_id"), at(DEVICE_COLUMNS, "id")],
    only: Only::All,
    unique: false,
};

/// Identities with which active users sign in (OR-35).
pub static USER_IDENTITY: Table = Table {
    name: "user_identity",
    columns: IDENTITY_COLUMNS,
    key: 3,
    sequence: false,
    indexes: &[IDENTITY_USER],
};

const IDENTITY_COLUMNS: &[Column] =
    &[text("team"), text("issuer"), text("subject"), blob("user_id"), int("at")];

/// Identities by user.
pub const IDENTITY_USER: Index = Index {
    name: "user_identity_user",
    columns: &[at(IDENTITY_COLUMNS, "team"), at(IDENTITY_COLUMNS, "user_id")],
    only: Only::All,
    unique: false,
};

/// Links with which users enrol one more device, for some minutes.
pub static DEVICE_LINK: Table = Table {
    name: "device_link",
    columns: LINK_COLUMNS,
    key: 1,
    sequence: false,
    indexes: &[DEVICE_LINK_MADE],
};

const LINK_COLUMNS: &[Column] = &[blob("hash"), text("team"), blob("user_id"), int("made_at")];

/// Links to enrol with by age, so that old ones can be swept.
pub const DEVICE_LINK_MADE: Index = Index {
    name: "device_link_made",
    columns: &[at(LINK_COLUMNS, "made_at")],
    only: Only::All,
    unique: false,
};

/// Challenges that devices have answered, for as long as they would count.
pub static SPENT_CHALLENGE: Table = Table {
    name: "spent_challenge",
    columns: CHALLENGE_COLUMNS,
    key: 1,
    sequence: false,
    indexes: &[SPENT_CHALLENGE_AT],
};

const CHALLENGE_COLUMNS: &[Column] = &[blob("nonce"), int("at")];

/// Answered challenges by age, so that old ones can be swept.
pub const SPENT_CHALLENGE_AT: Index = Index {
    name: "spent_challenge_at",
    columns: &[at(CHALLENGE_COLUMNS, "at")],
    only: Only::All,
    unique: false,
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

/// What a few people of a team share.
pub static WORKSPACE: Table = Table {
    name: "workspace",
    columns: &[text("team"), blob("id"), text("name"), int("created_at"), int("version")],
    key: 2,
    sequence: false,
    indexes: &[],
};

/// Who is in which workspace, as what.
pub static WORKSPACE_MEMBER: Table = Table {
    name: "workspace_member",
    columns: WORKSPACE_MEMBER_COLUMNS,
    key: 3,
    sequence: false,
    indexes: &[WORKSPACE_OF],
};

const WORKSPACE_MEMBER_COLUMNS: &[Column] =
    &[text("team"), blob("workspace"), blob("member"), text("role")];

/// The workspaces of each user.
pub const WORKSPACE_OF: Index = Index {
    name: "workspace_of",
    columns: &[
        at(WORKSPACE_MEMBER_COLUMNS, "team"),
        at(WORKSPACE_MEMBER_COLUMNS, "member"),
        at(WORKSPACE_MEMBER_COLUMNS, "workspace"),
    ],
    only: Only::All,
    unique: true,
};

/// Which team computers the members of a workspace use together.
pub static WORKSPACE_COMPUTER: Table = Table {
    name: "workspace_computer",
    columns: &[text("team"), blob("workspace"), blob("computer")],
    key: 3,
    sequence: false,
    indexes: &[],
};

/// Files of workspaces.
pub static SHARED_FILE: Table = Table {
    name: "shared_file",
    columns: SHARED_FILE_COLUMNS,
    key: 2,
    sequence: false,
    indexes: &[SHARED_FILE_NAME],
};

const SHARED_FILE_COLUMNS: &[Column] = &[
    text("team"),
    blob("id"),
    blob("workspace"),
    text("name"),
    text("name_key"),
    int("latest"),
    int("created_at"),
];

/// Files by name; unique in a workspace (OR-43).
pub const SHARED_FILE_NAME: Index = Index {
    name: "shared_file_name",
    columns: &[
        at(SHARED_FILE_COLUMNS, "team"),
        at(SHARED_FILE_COLUMNS, "workspace"),
        at(SHARED_FILE_COLUMNS, "name_key"),
    ],
    only: Only::All,
    unique: true,
};

/// What files held, version by version.
pub static FILE_VERSION: Table = Table {
    name: "file_version",
    columns: &[
        text("team"),
        blob("file"),
        int("number"),
        blob("content"),
        blob("hash"),
        int("size"),
        blob("author"),
        int("at"),
    ],
    key: 3,
    sequence: false,
    indexes: &[],
};

/// The parts of each content, in their order.
pub static CONTENT_PART: Table = Table {
    name: "content_part",
    columns: &[
        text("team"),
        blob("content"),
        int("position"),
        blob("blob"),
        blob("hash"),
        int("size"),
    ],
    key: 3,
    sequence: false,
    indexes: &[],
};

/// Parts that are kept in the blob port, once for each team and hash.
pub static BLOB: Table = Table {
    name: "blob",
    columns: &[text("team"), blob("hash"), blob("id"), int("size"), int("refs")],
    key: 2,
    sequence: false,
    indexes: &[],
};

/// What the blob port may hold that no content needs.
pub static LOOSE_BLOB: Table = Table {
    name: "loose_blob",
    columns: LOOSE_COLUMNS,
    key: 2,
    sequence: false,
    indexes: &[LOOSE_BLOB_DUE],
};

const LOOSE_COLUMNS: &[Column] = &[text("team"), blob("id"), blob("hash"), int("due")];

/// What no content needs by when it is to be deleted.
pub const LOOSE_BLOB_DUE: Index = Index {
    name: "loose_blob_due",
    columns: &[at(LOOSE_COLUMNS, "due")],
    only: Only::All,
    unique: false,
};

/// How many bytes each team stores.
pub static TEAM_STORAGE: Table = Table {
    name: "team_storage",
    columns: &[text("team"), int("used")],
    key: 1,
    sequence: false,
    indexes: &[],
};

/// Uploads on their way, and for a day what became of them.
pub static UPLOAD: Table = Table {
    name: "upload",
    columns: UPLOAD_COLUMNS,
    key: 2,
    sequence: false,
    indexes: &[UPLOAD_IN, UPLOAD_TOUCHED],
};

const UPLOAD_COLUMNS: &[Column] = &[
    text("team"),
    blob("id"),
    blob("workspace"),
    text("name"),
    opt(int("size")),
    opt(blob("expected")),
    blob("author"),
    int("received"),
    blob("state"),
    int("touched_at"),
    opt(blob("file")),
    opt(int("version")),
];

/// Uploads by workspace.
pub const UPLOAD_IN: Index = Index {
    name: "upload_in",
    columns: &[
        at(UPLOAD_COLUMNS, "team"),
        at(UPLOAD_COLUMNS, "workspace"),
        at(UPLOAD_COLUMNS, "id"),
    ],
    only: Only::All,
    unique: true,
};

/// Uploads by age, so that those that were left can be swept.
pub const UPLOAD_TOUCHED: Index = Index {
    name: "upload_touched",
    columns: &[at(UPLOAD_COLUMNS, "touched_at")],
    only: Only::All,
    unique: false,
};

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
