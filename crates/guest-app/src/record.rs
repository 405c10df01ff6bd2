//! How the values of the core are kept as rows.
//!
//! One trait, one reader and one writer; each submodule maps its own values.

mod computer;
mod credit;
mod device;
mod invite;
mod join_request;
mod journal;
mod mail;
mod member_invite;
mod people;
mod session;
mod sign_in;
mod workspace;

pub(crate) use device::{BoundIdentity, DeviceLink, SpentChallenge};
pub(crate) use join_request::identity_key;
pub(crate) use journal::{Audience, AuditEntry, Event, Outcome};
pub(crate) use mail::Mail;
pub(crate) use people::Membership;
pub(crate) use workspace::{ContentPart, KeptBlob, LooseBlob, TeamStorage};

use guest_core::{Email, Instant};

use crate::table::{Index, Row, Scan, Table, Value};
use crate::{StoreError, Tx, View};

/// Something that is kept as a row.
pub(crate) trait Record: Sized {
    /// Where it is kept.
    const TABLE: &'static Table;

    /// Writes the values of its columns, in their order.
    fn to_row(&self) -> Row;

    /// Reads it back; `None` if the row makes no sense.
    fn from_row(row: &mut Reader) -> Option<Self>;
}

/// Returns the record with this key.
pub(crate) fn find<R: Record>(view: &mut dyn View, key: &[Value]) -> Result<Option<R>, StoreError> {
    view.read(R::TABLE, key)?.map(restore).transpose()
}

/// Returns records in the order of an index, or of their key.
pub(crate) fn list<R: Record>(
    view: &mut dyn View,
    range: &Range<'_>,
) -> Result<Vec<R>, StoreError> {
    scan::<R>(view, range)?.into_iter().map(restore).collect()
}

/// Returns records as [`list`] does, each after the value of one of its columns.
pub(crate) fn list_by<R: Record>(
    view: &mut dyn View,
    range: &Range<'_>,
    column: Option<usize>,
) -> Result<Vec<(Option<Value>, R)>, StoreError> {
    let value = |row: &Row| column.and_then(|column| row.get(column)).cloned();
    let rows = scan::<R>(view, range)?.into_iter();
    rows.map(|row| Ok((value(&row), restore(row)?))).collect()
}

fn scan<R: Record>(view: &mut dyn View, range: &Range<'_>) -> Result<Vec<Row>, StoreError> {
    view.scan(&Scan {
        table: R::TABLE,
        index: range.index,
        prefix: range.prefix,
        from: range.from.clone(),
        until: range.until.clone(),
        backwards: range.backwards,
        limit: range.limit,
    })
}

/// Returns the first record that an index finds under `prefix`.
pub(crate) fn first<R: Record>(
    view: &mut dyn View,
    index: &'static Index,
    prefix: &[Value],
) -> Result<Option<R>, StoreError> {
    let range = Range { index: Some(index), prefix, limit: 1, ..Range::default() };
    Ok(list(view, &range)?.pop())
}

/// Stores a record, replacing the one with the same key.
pub(crate) fn save<R: Record>(tx: &mut dyn Tx, record: &R) -> Result<(), StoreError> {
    tx.write(R::TABLE, &record.to_row())
}

/// Adds a record to a table that numbers its rows.
pub(crate) fn append<R: Record>(tx: &mut dyn Tx, record: &R) -> Result<u64, StoreError> {
    tx.append(R::TABLE, &record.to_row())
}

/// Removes the record with this key.
pub(crate) fn erase<R: Record>(tx: &mut dyn Tx, key: &[Value]) -> Result<(), StoreError> {
    tx.erase(R::TABLE, key)
}

/// Which records to return; see [`Scan`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Range<'a> {
    pub(crate) index: Option<&'static Index>,
    pub(crate) prefix: &'a [Value],
    pub(crate) from: Option<Value>,
    pub(crate) until: Option<Value>,
    pub(crate) backwards: bool,
    pub(crate) limit: usize,
}

/// Reads a record from its row; `None` if the row makes no sense.
pub(crate) fn read_row<R: Record>(row: Row) -> Option<R> {
    R::from_row(&mut Reader(row.into_iter()))
}

fn restore<R: Record>(row: Row) -> Result<R, StoreError> {
    let senseless = || format!("a row of {} makes no sense", R::TABLE.name);
    read_row(row).ok_or_else(|| StoreError::new("reading a row", senseless()))
}

/// Reads the values of a row in the order of its columns.
pub(crate) struct Reader(std::vec::IntoIter<Value>);

impl Reader {
    pub(crate) fn int(&mut self) -> Option<i64> {
        match self.0.next()? {
            Value::Int(number) => Some(number),
            Value::Null | Value::Text(_) | Value::Blob(_) => None,
        }
    }

    pub(crate) fn number<N: TryFrom<i64>>(&mut self) -> Option<N> {
        self.int().and_then(|number| number.try_into().ok())
    }

    pub(crate) fn flag(&mut self) -> Option<bool> {
        self.int().map(|number| number != 0)
    }

    pub(crate) fn instant(&mut self) -> Option<Instant> {
        self.int().and_then(Instant::from_timestamp_micros)
    }

    pub(crate) fn text(&mut self) -> Option<String> {
        match self.0.next()? {
            Value::Text(text) => Some(text),
            Value::Null | Value::Int(_) | Value::Blob(_) => None,
        }
    }

    pub(crate) fn parsed<T: std::str::FromStr>(&mut self) -> Option<T> {
        self.text()?.parse().ok()
    }

    pub(crate) fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        match self.0.next()? {
            Value::Blob(bytes) => bytes.try_into().ok(),
            Value::Null | Value::Int(_) | Value::Text(_) => None,
        }
    }

    /// Reads bytes of any number.
    pub(crate) fn blob(&mut self) -> Option<Vec<u8>> {
        match self.0.next()? {
            Value::Blob(bytes) => Some(bytes),
            Value::Null | Value::Int(_) | Value::Text(_) => None,
        }
    }

    pub(crate) fn id<I>(&mut self, wrap: fn(u128) -> I) -> Option<I> {
        self.bytes().map(|bytes| wrap(u128::from_be_bytes(bytes)))
    }

    /// Reads a value that may be null: the outer `None` is a row that makes no sense.
    #[expect(clippy::option_option, reason = "null and nonsense are two things")]
    pub(crate) fn opt<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.0.as_slice().first()? {
            Value::Null => {
                self.0.next();
                Some(None)
            }
            Value::Int(_) | Value::Text(_) | Value::Blob(_) => read(self).map(Some),
        }
    }

    /// Passes over a value that another column implies.
    pub(crate) fn skip(&mut self) {
        self.0.next();
    }
}

/// Something that can stand in a column.
pub(crate) trait IntoValue {
    fn value(self) -> Value;
}

impl IntoValue for &str {
    fn value(self) -> Value {
        Value::Text(self.to_owned())
    }
}

impl IntoValue for String {
    fn value(self) -> Value {
        Value::Text(self)
    }
}

impl IntoValue for &Email {
    fn value(self) -> Value {
        Value::Text(self.as_str().to_owned())
    }
}

impl IntoValue for bool {
    fn value(self) -> Value {
        Value::Int(i64::from(self))
    }
}

impl IntoValue for i64 {
    fn value(self) -> Value {
        Value::Int(self)
    }
}

impl IntoValue for u32 {
    fn value(self) -> Value {
        Value::Int(i64::from(self))
    }
}

impl IntoValue for u64 {
    /// Saturates: no count of ours comes near the end of the range.
    fn value(self) -> Value {
        Value::Int(i64::try_from(self).unwrap_or(i64::MAX))
    }
}

impl IntoValue for Instant {
    fn value(self) -> Value {
        Value::Int(self.timestamp_micros())
    }
}

impl IntoValue for &[u8] {
    fn value(self) -> Value {
        Value::Blob(self.to_owned())
    }
}

impl<T: IntoValue> IntoValue for Option<T> {
    fn value(self) -> Value {
        self.map_or(Value::Null, IntoValue::value)
    }
}

macro_rules! id_values {
    ($($id:ident),*) => {$(
        impl IntoValue for guest_core::$id {
            fn value(self) -> Value {
                Value::Blob(self.to_bits().to_be_bytes().to_vec())
            }
        }
    )*};
}

id_values! {
    ApiKeyId, BlobId, ComputerId, ComputerKeyId, DeviceId, EntryId, FileId, GreetingId,
    GroupId, InviteId, JoinRequestId, MailId, MemberInviteId, OrderId, QuoteId, SessionId, UploadId, UserId, WorkspaceId
}

impl IntoValue for guest_core::TeamId {
    fn value(self) -> Value {
        Value::Text(self.as_str().to_owned())
    }
}

impl IntoValue for guest_core::SecretHash {
    fn value(self) -> Value {
        Value::Blob(self.as_bytes().to_vec())
    }
}

impl IntoValue for guest_core::ContentHash {
    fn value(self) -> Value {
        Value::Blob(self.as_bytes().to_vec())
    }
}

/// Writes a row, or a key, from values of any kinds.
macro_rules! row {
    ($($value:expr),* $(,)?) => { $crate::Row::from([$($crate::record::IntoValue::value($value)),*]) };
}
pub(crate) use row;
