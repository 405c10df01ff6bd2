//! Tables described as data, and the rows in them.

/// A table: named columns of which the leading ones are the key.
#[derive(Debug)]
pub struct Table {
    /// Its name, a lowercase word usable in SQL.
    pub name: &'static str,
    /// Its columns, the key's first.
    pub columns: &'static [Column],
    /// How many leading columns make the key; at least one.
    pub key: usize,
    /// Whether the key is one number that the store draws ([`Tx::append`](crate::Tx::append)).
    pub sequence: bool,
    /// Its indexes besides the key.
    pub indexes: &'static [Index],
}

/// A column of a [`Table`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Column {
    /// Its name, a lowercase word usable in SQL.
    pub name: &'static str,
    /// What its values are.
    pub kind: Kind,
    /// Whether [`Value::Null`] is allowed.
    pub nullable: bool,
}

/// What the values of a column are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// A signed 64-bit number.
    Int,
    /// UTF-8 text without the character NUL, compared by its bytes.
    Text,
    /// Bytes, compared as such.
    Blob,
}

/// A second order in which the rows of a [`Table`] can be found.
///
/// Rows equal in the index's columns follow each other in the order of their keys.
#[derive(Debug, Eq, PartialEq)]
pub struct Index {
    /// Its name, unique among all tables.
    pub name: &'static str,
    /// The columns it orders by, as positions in [`Table::columns`].
    pub columns: &'static [usize],
    /// Which rows are in it.
    pub only: Only,
    /// Whether no two rows in it may be equal in its columns.
    ///
    /// Null equals nothing here: rows with a null among these columns never collide.
    pub unique: bool,
}

/// Which rows are in an [`Index`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Only {
    /// All of them.
    All,
    /// Those where the column at this position is null.
    Null(usize),
    /// Those where the column at this position is not null.
    NotNull(usize),
}

/// One value of a row. Null sorts before everything.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Value {
    /// No value.
    Null,
    /// A number.
    Int(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// The values of one row, in the order of its table's columns.
pub type Row = Vec<Value>;

/// Which rows to return, and in which order.
///
/// The columns of the order are those of the index, then those of the key
/// that are not among them; without an index just the key's.
#[derive(Clone, Debug)]
pub struct Scan<'a> {
    /// The table.
    pub table: &'static Table,
    /// The order: an index of the table, or its key.
    pub index: Option<&'static Index>,
    /// What the first columns of the order must equal; null equals null here.
    pub prefix: &'a [Value],
    /// The least value, inclusive, of the column of the order after the prefix.
    pub from: Option<Value>,
    /// The first value beyond the range, exclusive, of the same column.
    ///
    /// A scan for null values is asked for by the prefix; a range never holds them.
    pub until: Option<Value>,
    /// Whether to return the last rows first.
    pub backwards: bool,
    /// How many rows to return at most.
    pub limit: usize,
}

impl Scan<'_> {
    /// Returns the columns of the order, as positions in [`Table::columns`].
    pub fn order(&self) -> impl Iterator<Item = usize> {
        let first = self.index.map_or(&[][..], |index| index.columns);
        let rest = (0..self.table.key).filter(|column| !first.contains(column));
        first.iter().copied().chain(rest)
    }
}
