//! Lists in pages (IF-4).
//!
//! A cursor says after which row the next page starts, so that rows which are
//! added or go away meanwhile neither repeat nor hide any other.

use data_encoding::BASE64URL_NOPAD;
use guest_core::InputError;
use serde::{Deserialize, Serialize};

use crate::record::{Range, Record, list_by};
use crate::table::{Kind, Scan, Value};
use crate::view::Page;
use crate::{Fault, View};

/// Which page of a list is asked for.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams, utoipa::ToSchema))]
pub struct Paging {
    /// How many things at most: 1 to 200.
    #[serde(default = "limit_default")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 200, default = 50))]
    pub limit: u32,
    /// The `next_cursor` of the page before; none for the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

impl Default for Paging {
    fn default() -> Self {
        Self { limit: LIMIT_DEFAULT, cursor: None }
    }
}

impl Paging {
    /// Reads limit and cursor.
    pub(crate) fn parse(&self) -> Result<Paged, Vec<InputError>> {
        let mut errors = Vec::new();
        if !(1..=LIMIT_MOST).contains(&self.limit) {
            errors.push(InputError::invalid("/limit", format!("not from 1 to {LIMIT_MOST}")));
        }
        let after = self.cursor.as_deref().map(read_cursor);
        if after == Some(None) {
            errors.push(bad_cursor());
        }
        if errors.is_empty() {
            Ok(Paged { limit: self.limit as usize, after: after.flatten() })
        } else {
            Err(errors)
        }
    }
}

/// A page of a list, understood.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Paged {
    limit: usize,
    /// The column after the range's prefix, of the last row already seen.
    after: Option<Value>,
}

/// Returns a page of the records in `range`, each as `show` shows it, without those it hides.
///
/// The column that follows the prefix in the range's order must tell its rows
/// apart; the range's own limit means nothing. Where `show` hides very many,
/// a page may hold fewer than were asked for and still not be the last.
pub(crate) fn page<R: Record, T>(
    view: &mut dyn View,
    range: &Range<'_>,
    paged: &Paged,
    mut show: impl FnMut(&mut dyn View, R) -> Result<Option<T>, Fault>,
) -> Result<Page<T>, Fault> {
    let column = column_after_prefix::<R>(range);
    let kind = column.and_then(|column| R::TABLE.columns.get(column)).map(|column| column.kind);
    if paged.after.as_ref().is_some_and(|after| Some(kind_of(after)) != kind.map(Some)) {
        return Err(bad_cursor().into());
    }
    let mut last = paged.after.clone();
    let mut data = Vec::new();
    let mut seen = 0;
    loop {
        let limit = if seen == 0 { paged.limit + 1 } else { CHUNK };
        let range = after(range, last.as_ref(), limit);
        let records = list_by::<R>(view, &range, column)?;
        let is_end = records.len() < limit;
        seen += records.len();
        for (key, record) in records {
            if let Some(shown) = show(view, record)? {
                if data.len() == paged.limit {
                    return Ok(Page { data, next_cursor: last.as_ref().and_then(write_cursor) });
                }
                data.push(shown);
            }
            last = key;
        }
        if is_end {
            return Ok(Page { data, next_cursor: None });
        }
        if seen >= SEEN_MOST {
            return Ok(Page { data, next_cursor: last.as_ref().and_then(write_cursor) });
        }
    }
}

/// Returns the part of a range that follows the row with `last`.
fn after<'a>(range: &Range<'a>, last: Option<&Value>, limit: usize) -> Range<'a> {
    let mut rest = Range { limit, ..range.clone() };
    match (last, range.backwards) {
        (None, _) => {}
        (Some(last), true) => rest.until = Some(last.clone()),
        (Some(last), false) => rest.from = Some(successor(last)),
    }
    rest
}

/// Returns the least value of the same kind that is greater.
pub(crate) fn successor(value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Int(number) => Value::Int(number.saturating_add(1)),
        // The least character that a text may hold.
        Value::Text(text) => Value::Text(format!("{text}\u{1}")),
        Value::Blob(bytes) => Value::Blob([bytes.as_slice(), &[0]].concat()),
    }
}

fn column_after_prefix<R: Record>(range: &Range<'_>) -> Option<usize> {
    let scan = Scan {
        table: R::TABLE,
        index: range.index,
        prefix: range.prefix,
        from: None,
        until: None,
        backwards: range.backwards,
        limit: 0,
    };
    scan.order().nth(range.prefix.len())
}

const fn kind_of(value: &Value) -> Option<Kind> {
    match value {
        Value::Null => None,
        Value::Int(_) => Some(Kind::Int),
        Value::Text(_) => Some(Kind::Text),
        Value::Blob(_) => Some(Kind::Blob),
    }
}

fn write_cursor(after: &Value) -> Option<String> {
    let bytes = match after {
        Value::Null => return None,
        Value::Int(number) => [b"i".as_slice(), &number.to_be_bytes()].concat(),
        Value::Text(text) => [b"t".as_slice(), text.as_bytes()].concat(),
        Value::Blob(bytes) => [b"b".as_slice(), bytes].concat(),
    };
    Some(BASE64URL_NOPAD.encode(&bytes))
}

fn read_cursor(cursor: &str) -> Option<Value> {
    if cursor.len() > CURSOR_MOST {
        return None;
    }
    let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?;
    let (kind, rest) = bytes.split_first()?;
    match kind {
        b'i' => rest.try_into().ok().map(|bytes| Value::Int(i64::from_be_bytes(bytes))),
        b't' => {
            let text = std::str::from_utf8(rest).ok().filter(|text| !text.contains('\0'))?;
            Some(Value::Text(text.to_owned()))
        }
        b'b' => Some(Value::Blob(rest.to_owned())),
        _ => None,
    }
}

fn bad_cursor() -> InputError {
    InputError::invalid("/cursor", "not a cursor of this list; start again without one")
}

const fn limit_default() -> u32 {
    LIMIT_DEFAULT
}

/// How many things a page holds unless asked for otherwise.
const LIMIT_DEFAULT: u32 = 50;

/// How many things a page holds at most.
const LIMIT_MOST: u32 = 200;

/// How long a cursor is at most: the key of any list of ours, with room.
const CURSOR_MOST: usize = 1_000;

/// How many rows are read at once while looking for some that are not hidden.
const CHUNK: usize = 500;

/// How many rows are looked at for one page, so that no reader takes long.
const SEEN_MOST: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_4_limits_are_1_to_200() {
        check(&Paging::default(), &[]);
        check(&Paging { limit: 1, cursor: None }, &[]);
        check(&Paging { limit: 200, cursor: None }, &[]);
        check(&Paging { limit: 0, cursor: None }, &["/limit"]);
        check(&Paging { limit: 201, cursor: None }, &["/limit"]);
        let cursor = Some("no cursor".to_owned());
        check(&Paging { limit: 201, cursor }, &["/limit", "/cursor"]);
    }

    #[test]
    fn if_4_cursors_read_back_and_others_are_refused() {
        let values = [
            Value::Int(-3),
            Value::Int(i64::MAX),
            Value::Text("Zoë".to_owned()),
            Value::Blob(vec![0, 255]),
        ];
        for value in values {
            let cursor = write_cursor(&value).unwrap();
            assert_eq!(read_cursor(&cursor), Some(value));
        }
        let strange = [b"".as_slice(), b"x", b"i1", b"t\xff", b"ta\0b"];
        for bytes in strange {
            assert_eq!(read_cursor(&BASE64URL_NOPAD.encode(bytes)), None, "{bytes:?}");
        }
        assert_eq!(read_cursor(&"YmFh".repeat(CURSOR_MOST)), None);
        assert_eq!(write_cursor(&Value::Null), None);
    }

    #[track_caller]
    fn check(paging: &Paging, pointers: &[&str]) {
        let errors = paging.parse().err().unwrap_or_default();
        assert_eq!(errors.iter().map(|error| error.pointer.as_str()).collect::<Vec<_>>(), pointers);
    }
}
