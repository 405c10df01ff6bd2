//! Credits: balances, entries, quotes and orders.

use super::{blob, int, opt, text};
use crate::table::Table;

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
