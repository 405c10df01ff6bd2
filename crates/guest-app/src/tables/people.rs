//! Users, how they came, and what they sign in with.

use super::{at, blob, int, opt, text};
use crate::table::{Column, Index, Only, Table};

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
