//! Tables for trying stores out.

use chrono::DateTime;
use guest_app::{Column, Index, Kind, Only, Table};
use guest_core::Instant;

/// Tables of every make: one with a composite key and many indexes, one that
/// numbers its rows, and one that is all key.
pub static TABLES: &[&Table] = &[&DOCS, &LOG, &PAIRS];

/// Has a composite key and an index of every make.
pub static DOCS: Table = Table {
    name: "doc",
    columns: &[
        column("owner", Kind::Blob, false),
        column("name", Kind::Text, false),
        column("size", Kind::Int, false),
        column("order", Kind::Int, true),
        column("label", Kind::Text, true),
        column("digest", Kind::Blob, true),
    ],
    key: 2,
    sequence: false,
    indexes: &[
        Index { name: "doc_by_size", columns: &[2], only: Only::All, unique: false },
        Index { name: "doc_by_label", columns: &[4, 3], only: Only::All, unique: false },
        Index { name: "doc_ordered", columns: &[3], only: Only::NotNull(3), unique: false },
        Index { name: "doc_unlabelled", columns: &[0, 2], only: Only::Null(4), unique: false },
        Index { name: "doc_digest", columns: &[5], only: Only::NotNull(5), unique: true },
        Index { name: "doc_unordered", columns: &[1, 4], only: Only::Null(3), unique: true },
    ],
};

/// Numbers its rows.
pub static LOG: Table = Table {
    name: "log",
    columns: &[
        column("number", Kind::Int, false),
        column("topic", Kind::Text, false),
        column("body", Kind::Blob, true),
    ],
    key: 1,
    sequence: true,
    indexes: &[Index { name: "log_by_topic", columns: &[1], only: Only::All, unique: false }],
};

/// Is all key.
pub static PAIRS: Table = Table {
    name: "pair",
    columns: &[column("left", Kind::Int, false), column("right", Kind::Text, false)],
    key: 2,
    sequence: false,
    indexes: &[Index { name: "pair_by_right", columns: &[1], only: Only::All, unique: false }],
};

/// Returns an instant for stores to begin at: 2026-01-05 09:00 UTC, a Monday.
#[must_use]
pub fn epoch() -> Instant {
    DateTime::from_timestamp(1_767_603_600, 0).unwrap_or_default()
}

const fn column(name: &'static str, kind: Kind, nullable: bool) -> Column {
    Column { name, kind, nullable }
}
