//! Rows in memory, and the checks of what stores may take for granted.

use std::collections::{BTreeMap, VecDeque};

use guest_app::{Column, Index, Kind, Only, Row, Scan, Table, Value};

/// The rows of all tables, and how to undo what the unit at work did to them.
#[derive(Default)]
pub(crate) struct Rows {
    tables: BTreeMap<&'static str, Kept>,
    undo: Vec<Undo>,
    /// Numbers to draw next, instead of the ones that follow.
    pub(crate) given: VecDeque<u64>,
}

#[derive(Default)]
struct Kept {
    rows: BTreeMap<Vec<Value>, Row>,
    last: u64,
}

struct Undo {
    table: &'static str,
    key: Vec<Value>,
    row: Option<Row>,
    last: u64,
}

impl Rows {
    /// Returns all rows of `table` in the order of their keys.
    pub(crate) fn all(&self, table: &Table) -> Vec<Row> {
        self.tables
            .get(table.name)
            .into_iter()
            .flat_map(|kept| kept.rows.values().cloned())
            .collect()
    }

    /// Ends a unit, whose changes are kept or undone.
    pub(crate) fn end(&mut self, kept: bool) {
        for undo in std::mem::take(&mut self.undo).into_iter().rev() {
            if kept {
                continue;
            }
            let table = self.tables.entry(undo.table).or_default();
            table.last = undo.last;
            match undo.row {
                Some(row) => table.rows.insert(undo.key, row),
                None => table.rows.remove(&undo.key),
            };
        }
    }

    pub(crate) fn read(
        &mut self,
        table: &'static Table,
        key: &[Value],
    ) -> Result<Option<Row>, String> {
        check_key(table, key)?;
        Ok(self.kept(table)?.rows.get(key).cloned())
    }

    pub(crate) fn scan(&mut self, scan: &Scan<'_>) -> Result<Vec<Row>, String> {
        let order: Vec<usize> = scan.order().collect();
        check_scan(scan, &order)?;
        let start = if scan.index.is_none() { scan.prefix } else { &[] };
        let mut found: Vec<&Row> = self
            .kept(scan.table)?
            .rows
            .range(start.to_vec()..)
            .take_while(|(key, _)| key.starts_with(start))
            .map(|(_, row)| row)
            .filter(|row| {
                scan.index.is_none_or(|index| holds(index, row)) && asked(scan, &order, row)
            })
            .collect();
        found.sort_by(|a, b| pick(a, &order).cmp(pick(b, &order)));
        if scan.backwards {
            found.reverse();
        }
        Ok(found.into_iter().take(scan.limit).cloned().collect())
    }

    pub(crate) fn write(&mut self, table: &'static Table, row: &[Value]) -> Result<(), String> {
        check_row(table, row)?;
        let last = self.kept(table)?.last;
        if table.sequence && number(row).is_none_or(|number| !(1..=last).contains(&number)) {
            return Err(format!("{}: the row's number was never drawn", table.name));
        }
        self.put(table, row.to_vec(), last)
    }

    pub(crate) fn append(&mut self, table: &'static Table, row: &[Value]) -> Result<u64, String> {
        if !table.sequence {
            return Err(format!("{}: the store draws no numbers for it", table.name));
        }
        let last = self.kept(table)?.last;
        let next = self.given.pop_front().unwrap_or(last + 1);
        if next <= last {
            return Err(format!("{}: {next} was drawn after {last}", table.name));
        }
        let first = i64::try_from(next).map_err(|error| error.to_string())?;
        let row: Row = [Value::Int(first)].into_iter().chain(row.iter().skip(1).cloned()).collect();
        check_row(table, &row)?;
        self.put(table, row, next)?;
        Ok(next)
    }

    pub(crate) fn erase(&mut self, table: &'static Table, key: &[Value]) -> Result<(), String> {
        check_key(table, key)?;
        let kept = self.kept(table)?;
        let last = kept.last;
        if let Some(row) = kept.rows.remove(key) {
            self.undo.push(Undo { table: table.name, key: key.to_vec(), row: Some(row), last });
        }
        Ok(())
    }

    fn put(&mut self, table: &'static Table, row: Row, next: u64) -> Result<(), String> {
        let key: Vec<Value> = row.iter().take(table.key).cloned().collect();
        let kept = self.kept(table)?;
        for index in table.indexes.iter().filter(|index| index.unique && collides_in(index, &row)) {
            let taken = kept.rows.iter().any(|(other, there)| {
                *other != key
                    && holds(index, there)
                    && pick(there, index.columns).eq(pick(&row, index.columns))
            });
            if taken {
                return Err(format!("{}: another row is equal in it", index.name));
            }
        }
        let last = std::mem::replace(&mut kept.last, next);
        let row = kept.rows.insert(key.clone(), row);
        self.undo.push(Undo { table: table.name, key, row, last });
        Ok(())
    }

    fn kept(&mut self, table: &'static Table) -> Result<&mut Kept, String> {
        if !self.tables.contains_key(table.name) {
            check_table(table)?;
        }
        Ok(self.tables.entry(table.name).or_default())
    }
}

/// Returns the row's values at `columns`.
fn pick<'a>(row: &'a [Value], columns: &'a [usize]) -> impl Iterator<Item = Option<&'a Value>> {
    columns.iter().map(|column| row.get(*column))
}

fn number(row: &[Value]) -> Option<u64> {
    match row.first() {
        Some(Value::Int(number)) => u64::try_from(*number).ok(),
        Some(Value::Null | Value::Text(_) | Value::Blob(_)) | None => None,
    }
}

fn holds(index: &Index, row: &[Value]) -> bool {
    match index.only {
        Only::All => true,
        Only::Null(column) => row.get(column) == Some(&Value::Null),
        Only::NotNull(column) => row.get(column) != Some(&Value::Null),
    }
}

/// Whether another row may be refused because of this one: null equals nothing.
fn collides_in(index: &Index, row: &[Value]) -> bool {
    holds(index, row) && pick(row, index.columns).all(|value| value != Some(&Value::Null))
}

/// Whether `row` has the prefix and is within the range.
fn asked(scan: &Scan<'_>, order: &[usize], row: &[Value]) -> bool {
    let mut values = pick(row, order).flatten();
    if !scan.prefix.iter().all(|value| values.next() == Some(value)) {
        return false;
    }
    if scan.from.is_none() && scan.until.is_none() {
        return true;
    }
    values.next().is_some_and(|value| {
        *value != Value::Null
            && scan.from.as_ref().is_none_or(|from| from <= value)
            && scan.until.as_ref().is_none_or(|until| value < until)
    })
}

fn check_scan(scan: &Scan<'_>, order: &[usize]) -> Result<(), String> {
    let table = scan.table;
    if let Some(index) = scan.index
        && !table.indexes.contains(index)
    {
        return Err(format!("{} has no index {}", table.name, index.name));
    }
    if scan.prefix.len() > order.len() {
        return Err(format!("{}: the prefix is longer than the order", table.name));
    }
    let mut columns = order.iter().filter_map(|column| table.columns.get(*column));
    for (value, column) in scan.prefix.iter().zip(columns.by_ref()) {
        check_value(table, column, value)?;
    }
    let next = columns.next();
    for bound in scan.from.iter().chain(&scan.until) {
        match next {
            None => return Err(format!("{}: no column is left for the range", table.name)),
            Some(_) if *bound == Value::Null => {
                return Err(format!("{}: null bounds no range", table.name));
            }
            Some(column) => check_value(table, column, bound)?,
        }
    }
    Ok(())
}

fn check_key(table: &Table, key: &[Value]) -> Result<(), String> {
    if key.len() != table.key {
        return Err(format!("{}: a key of {} values", table.name, key.len()));
    }
    table.columns.iter().zip(key).try_for_each(|(column, value)| check_value(table, column, value))
}

fn check_row(table: &Table, row: &[Value]) -> Result<(), String> {
    if row.len() != table.columns.len() {
        return Err(format!("{}: a row of {} values", table.name, row.len()));
    }
    table.columns.iter().zip(row).try_for_each(|(column, value)| check_value(table, column, value))
}

fn check_value(table: &Table, column: &Column, value: &Value) -> Result<(), String> {
    let fits = match (value, column.kind) {
        (Value::Null, _) => column.nullable,
        (Value::Int(_), Kind::Int) | (Value::Blob(_), Kind::Blob) => true,
        (Value::Text(text), Kind::Text) => !text.contains('\0'),
        (Value::Int(_) | Value::Text(_) | Value::Blob(_), _) => false,
    };
    if fits {
        Ok(())
    } else {
        Err(format!("{}.{}: {value:?} does not fit", table.name, column.name))
    }
}

fn check_table(table: &Table) -> Result<(), String> {
    let width = table.columns.len();
    let within = |column: usize| column < width;
    let mut keys = table.columns.iter().take(table.key);
    let sound = (1..=width).contains(&table.key)
        && width <= COLUMNS_MAX
        && keys.all(|column| !column.nullable)
        && table.indexes.iter().all(|index| {
            !index.columns.is_empty()
                && index.columns.iter().copied().all(within)
                && match index.only {
                    Only::All => true,
                    Only::Null(column) | Only::NotNull(column) => within(column),
                }
        });
    let counted = !table.sequence
        || (table.key == 1 && table.columns.first().is_some_and(|key| key.kind == Kind::Int));
    if sound && counted { Ok(()) } else { Err(format!("{}: not a sound table", table.name)) }
}

/// Lets stores keep one bit for each column in one number.
const COLUMNS_MAX: usize = 64;
