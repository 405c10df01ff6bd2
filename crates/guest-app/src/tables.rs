//! Every table of the product, as data.
//!
//! Ids are blobs of 16 bytes, moments are microseconds, flags are 0 and 1,
//! emails are kept as typed beside the key they are compared by. Indexes are
//! few, since each costs every write.

mod computers;
mod credits;
mod invites;
mod journal;
mod people;
mod team;
mod workspaces;

pub use self::computers::*;
pub use self::credits::*;
pub use self::invites::*;
pub use self::journal::*;
pub use self::people::*;
pub use self::team::*;
pub use self::workspaces::*;

use crate::table::{Column, Kind, Table};

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
