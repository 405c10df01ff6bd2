//! What use cases leave behind, and who is who, for the tests about people.

use guest_app::{Call, Caller, Fault, Paging, Refused, Table, Value, tables};
use guest_core::UserId;

use crate::fixture::{Fixture, TEAM, email};

/// Returns a call of somebody who has not signed in.
pub(crate) fn nobody() -> Call {
    Call { caller: Caller::Nobody, origin: None, once: None }
}

/// Returns the latest user of this name.
pub(crate) fn id_of(fix: &Fixture, name: &str) -> UserId {
    let address = email(&format!("{name}@acme.example"));
    let users = fix.app.users(&Call::operator(), TEAM, &Paging::default()).wait().unwrap().data;
    users.iter().rfind(|user| user.email.as_ref() == Some(&address)).unwrap().id
}

/// Returns who did what the audit log says was done, the first first.
pub(crate) fn audited(fix: &Fixture, action: &str) -> Vec<String> {
    column(fix, &tables::AUDIT, "action", action, "actor")
}

/// Returns what was told in events of a type.
pub(crate) fn told(fix: &Fixture, event: &str) -> Vec<String> {
    column(fix, &tables::EVENT, "type", event, "data")
}

/// Returns where the input was wrong.
#[track_caller]
pub(crate) fn pointers<T: std::fmt::Debug>(answer: Result<T, Fault>) -> Vec<String> {
    match answer {
        Err(Fault::Refused(Refused::Input(errors))) => {
            errors.into_iter().map(|error| error.pointer).collect()
        }
        other => panic!("nothing wrong with the input: {other:?}"),
    }
}

/// Returns a column of the rows in which another one says `value`.
pub(crate) fn column(
    fix: &Fixture,
    table: &'static Table,
    by: &str,
    value: &str,
    wanted: &str,
) -> Vec<String> {
    let at = |name| table.columns.iter().position(|column| column.name == name).unwrap();
    let value = Value::Text(value.to_owned());
    let rows = fix.store.rows(table).into_iter().filter(|row| row[at(by)] == value);
    let texts = rows.map(|row| match &row[at(wanted)] {
        Value::Text(text) => text.clone(),
        Value::Null | Value::Int(_) | Value::Blob(_) => panic!("not a text"),
    });
    texts.collect()
}
