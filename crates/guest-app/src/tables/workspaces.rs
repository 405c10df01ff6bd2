//! Workspaces, files, and where their content is kept.

use super::{at, blob, int, opt, text};
use crate::table::{Column, Index, Only, Table};

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
