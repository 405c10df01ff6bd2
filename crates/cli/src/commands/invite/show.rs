//! Invites for people to read.

use std::fmt::Write as _;

use serde_json::Value;

use super::warnings;
use crate::admin::{items, text};
use crate::out::{Column, Out, plain};

/// The invites of a list.
pub(super) const INVITES: &[Column] = &[
    Column::new("ID", "/id"),
    Column::new("GUEST", "/guest_email"),
    Column::state("PHASE", "/phase"),
    Column::new("START", "/window/start_local"),
    Column::new("END", "/window/end_local"),
    Column::new("ZONE", "/window/time_zone"),
    Column::new("TITLE", "/title"),
    Column::new("INVITED BY", "/invited_by"),
    Column::state("MAIL", "/mail/state"),
];

/// One invite.
pub(super) const INVITE: &[Column] = &[
    Column::new("Id", "/id"),
    Column::new("Version", "/version"),
    Column::new("Guest", "/guest_email"),
    Column::new("Kind", "/kind"),
    Column::state("Phase", "/phase"),
    Column::new("Title", "/title"),
    Column::new("Message", "/message"),
    Column::new("Computer", "/computer_id"),
    Column::new("Start", "/window/start_local"),
    Column::new("End", "/window/end_local"),
    Column::new("Zone", "/window/time_zone"),
    Column::new("Window ignored", "/window_ignored"),
    Column::new("Permissions", "/permissions"),
    Column::time("Used", "/used_at"),
    Column::new("Kept out", "/kept_out"),
    Column::new("Session", "/session/id"),
    Column::new("Session's permissions", "/session/permissions"),
    Column::state("Mail", "/mail/state"),
    Column::new("Mail server", "/mail/detail"),
    Column::new("Asks for minutes", "/time_request/minutes"),
    Column::time("Ended", "/ended/at"),
    Column::new("Ended because", "/ended/reason"),
    Column::new("Credit", "/credit"),
    Column::new("Invited by", "/invited_by"),
    Column::time("Made", "/created_at"),
    Column::new("Link", "/link"),
];

/// The sessions of an invite.
pub(super) const SESSIONS: &[Column] = &[
    Column::new("ID", "/id"),
    Column::new("GUEST", "/guest_email"),
    Column::state("STATE", "/state"),
    Column::new("WHY", "/end_reason"),
    Column::new("PERMISSIONS", "/permissions"),
    Column::time("OPENED", "/opened_at"),
    Column::time("ENDED", "/ended_at"),
    Column::new("FROM", "/from"),
];

/// What the panic switch did.
pub(super) const CUT: &[Column] = &[
    Column::new("Sessions ended", "/sessions_ended"),
    Column::new("Invites cancelled", "/invites_cancelled"),
];

/// Tells what was made.
pub(super) fn made(out: Out, answer: &Value) -> String {
    let invites: Vec<Value> = items(answer, "invites").cloned().collect();
    let credits = |field: &str| answer.pointer(field).map(plain).unwrap_or_default();
    format!(
        "{}\n{}{} credits debited, {} left",
        out.table(&invites, MADE),
        warnings(answer),
        credits("/credits/debited"),
        credits("/credits/balance"),
    )
}

/// Tells what would be made, with each mail.
pub(super) fn preview(out: Out, answer: &Value) -> String {
    let guests: Vec<Value> = items(answer, "guests").cloned().collect();
    let mut words = format!("{}\n{}", out.table(&guests, GUESTS), warnings(answer));
    if let Some(credits) = answer.get("credits") {
        words.push_str(&out.fields(credits, CREDITS));
        words.push('\n');
    }
    for mail in items(answer, "mails") {
        let to = text(mail, "to").unwrap_or_default();
        let subject = text(mail, "subject").unwrap_or_default();
        let body = mail.get("text").map(plain).unwrap_or_default();
        let rule = "-".repeat(RULE);
        let _ = write!(words, "{rule}\nTo: {to}\nSubject: {subject}\n\n{}\n", body.trim_end());
    }
    words
}

const MADE: &[Column] = &[
    Column::new("ID", "/id"),
    Column::new("GUEST", "/guest_email"),
    Column::new("KIND", "/kind"),
    Column::state("PHASE", "/phase"),
    Column::new("START", "/window/start_local"),
    Column::new("END", "/window/end_local"),
    Column::new("ZONE", "/window/time_zone"),
    Column::new("LINK", "/link"),
];

const GUESTS: &[Column] = &[
    Column::new("GUEST", "/guest_email"),
    Column::new("KIND", "/kind"),
    Column::new("CREDITS", "/credits"),
    Column::new("WHY", "/why"),
];

const CREDITS: &[Column] = &[
    Column::new("Needed", "/needed"),
    Column::new("Available", "/available"),
    Column::new("Balance afterwards", "/balance_after"),
    Column::new("Refunds", "/refunds"),
];

/// How long the line between two mails is.
const RULE: usize = 72;
