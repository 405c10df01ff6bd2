//! The SQL of a table, generated from its description.

use std::collections::BTreeMap;
use std::fmt::Write;

use guest_app::{Index, Kind, Only, Scan, Table};

/// Returns the statements that create `tables` and their indexes.
///
/// ```
/// use guest_app::{Column, Index, Kind, Only, Table};
///
/// static SEAT: Table = Table {
///     name: "seat",
///     columns: &[
///         Column { name: "id", kind: Kind::Blob, nullable: false },
///         Column { name: "taken", kind: Kind::Int, nullable: true },
///     ],
///     key: 1,
///     sequence: false,
///     indexes: &[
///         Index { name: "seat_taken", columns: &[1], only: Only::NotNull(1), unique: false },
///     ],
/// };
///
/// assert_eq!(
///     guest_store_sqlite::schema_sql(&[&SEAT]),
///     r#"CREATE TABLE "seat" (
///     "id" BLOB NOT NULL,
///     "taken" INTEGER,
///     PRIMARY KEY ("id")
/// ) STRICT, WITHOUT ROWID;
///
/// CREATE INDEX "seat_taken" ON "seat" ("taken") WHERE "taken" IS NOT NULL;
/// "#
/// );
/// ```
#[must_use]
pub fn schema_sql(tables: &[&Table]) -> String {
    let statements = tables.iter().map(|table| {
        let indexes = table.indexes.iter().map(|index| index_sql(table, index));
        let indexes: String = indexes.collect();
        let gap = if indexes.is_empty() { "" } else { "\n" };
        format!("{}{gap}{indexes}", table_sql(table))
    });
    statements.collect::<Vec<_>>().join("\n")
}

/// The statements of all tables; those of rarer shapes are made when they are first needed.
pub(crate) struct Statements(BTreeMap<&'static str, TableSql>);

impl Statements {
    pub(crate) fn new(tables: &[&'static Table]) -> Self {
        Self(tables.iter().map(|table| (table.name, TableSql::new(table))).collect())
    }

    pub(crate) fn of(&mut self, table: &Table) -> Option<&mut TableSql> {
        self.0.get_mut(table.name)
    }
}

/// The statements of one table.
pub(crate) struct TableSql {
    table: &'static Table,
    /// Selects a row by its key.
    pub(crate) read: String,
    /// Inserts a row, or replaces all of the one with its key.
    pub(crate) upsert: String,
    /// Inserts a row, unless there is one with its key.
    pub(crate) insert_new: String,
    /// Inserts a row without its number.
    pub(crate) append: String,
    /// Deletes a row by its key.
    pub(crate) erase: String,
    updates: BTreeMap<u64, String>,
    scans: BTreeMap<Shape, String>,
}

#[derive(Eq, Ord, PartialEq, PartialOrd)]
struct Shape {
    index: Option<&'static str>,
    prefix: usize,
    from: bool,
    until: bool,
    backwards: bool,
}

impl TableSql {
    fn new(table: &'static Table) -> Self {
        let name = quoted(table.name);
        let (all, key) = (names(table, 0..table.columns.len()), names(table, 0..table.key));
        let rest = names(table, table.key..table.columns.len());
        let by_key = key.iter().map(|column| format!("{column} = ?"));
        let by_key = by_key.collect::<Vec<_>>().join(" AND ");
        let insert = insert(&name, &all);
        let conflict = format!("ON CONFLICT ({}) DO", key.join(", "));
        let sets: Vec<_> =
            rest.iter().map(|column| format!("{column} = excluded.{column}")).collect();
        let otherwise = if sets.is_empty() {
            "NOTHING".to_owned()
        } else {
            format!("UPDATE SET {}", sets.join(", "))
        };
        Self {
            table,
            read: format!("SELECT {} FROM {name}{BY_KEY} WHERE {by_key}", all.join(", ")),
            upsert: format!("{insert} {conflict} {otherwise}"),
            insert_new: format!("{insert} {conflict} NOTHING"),
            append: self::insert(&name, &rest),
            erase: format!("DELETE FROM {name}{BY_KEY} WHERE {by_key}"),
            updates: BTreeMap::new(),
            scans: BTreeMap::new(),
        }
    }

    /// Returns the update of the columns in the set `changed`, by key.
    ///
    /// Its parameters are the changed values, then the key's. Indexes that do
    /// not have one of these columns are left alone.
    pub(crate) fn update(&mut self, changed: u64) -> &str {
        let table = self.table;
        self.updates.entry(changed).or_insert_with(|| {
            let positions = (0..table.columns.len()).filter(|column| changed >> column & 1 == 1);
            let set = |columns: Vec<String>, by: &str| {
                columns.iter().map(|column| format!("{column} = ?")).collect::<Vec<_>>().join(by)
            };
            let sets = set(names(table, positions), ", ");
            let by_key = set(names(table, 0..table.key), " AND ");
            format!("UPDATE {}{BY_KEY} SET {sets} WHERE {by_key}", quoted(table.name))
        })
    }

    /// Returns the selection of what `scan` describes.
    ///
    /// Its parameters are the prefix, the bounds of the range, and the limit.
    pub(crate) fn scan(&mut self, scan: &Scan<'_>) -> &str {
        let shape = Shape {
            index: scan.index.map(|index| index.name),
            prefix: scan.prefix.len(),
            from: scan.from.is_some(),
            until: scan.until.is_some(),
            backwards: scan.backwards,
        };
        self.scans.entry(shape).or_insert_with(|| scan_sql(scan))
    }
}

fn insert(name: &str, columns: &[String]) -> String {
    let places = vec!["?"; columns.len()].join(", ");
    format!("INSERT INTO {name} ({}) VALUES ({places})", columns.join(", "))
}

fn scan_sql(scan: &Scan<'_>) -> String {
    let table = scan.table;
    let order: Vec<usize> = scan.order().collect();
    let nullable = |column: usize| table.columns.get(column).is_some_and(|column| column.nullable);
    let mut wheres: Vec<String> =
        scan.index.map(|index| only(table, index)).into_iter().flatten().collect();
    wheres.extend(order.iter().take(scan.prefix.len()).map(|&column| {
        let equals = if nullable(column) { "IS" } else { "=" };
        format!("{} {equals} ?", name(table, column))
    }));
    if let Some(&next) = order.get(scan.prefix.len()) {
        let next = name(table, next);
        wheres.extend(scan.from.iter().map(|_| format!("{next} >= ?")));
        wheres.extend(scan.until.iter().map(|_| format!("{next} < ?")));
    }
    let wheres =
        if wheres.is_empty() { String::new() } else { format!(" WHERE {}", wheres.join(" AND ")) };
    // Without statistics the planner may prefer another index, and sort.
    let by = scan
        .index
        .map_or_else(|| BY_KEY.to_owned(), |index| format!(" INDEXED BY {}", quoted(index.name)));
    let direction = if scan.backwards { " DESC" } else { "" };
    let orders = order.iter().map(|&column| format!("{}{direction}", name(table, column)));
    format!(
        "SELECT {} FROM {}{by}{wheres} ORDER BY {} LIMIT ?",
        names(table, 0..table.columns.len()).join(", "),
        quoted(table.name),
        orders.collect::<Vec<_>>().join(", "),
    )
}

fn table_sql(table: &Table) -> String {
    let mut sql = format!("CREATE TABLE {} (\n", quoted(table.name));
    for (position, column) in table.columns.iter().enumerate() {
        let kind = match column.kind {
            Kind::Int => "INTEGER",
            Kind::Text => "TEXT",
            Kind::Blob => "BLOB",
        };
        let rest = match (table.sequence && position == 0, column.nullable) {
            (true, _) => " PRIMARY KEY AUTOINCREMENT",
            (false, true) => "",
            (false, false) => " NOT NULL",
        };
        let comma = if table.sequence && position + 1 == table.columns.len() { "" } else { "," };
        // Writing to a string cannot fail.
        let _ = writeln!(sql, "    {} {kind}{rest}{comma}", quoted(column.name));
    }
    if table.sequence {
        sql.push_str(") STRICT;\n");
    } else {
        let key = names(table, 0..table.key).join(", ");
        let _ = writeln!(sql, "    PRIMARY KEY ({key})\n) STRICT, WITHOUT ROWID;");
    }
    sql
}

fn index_sql(table: &Table, index: &Index) -> String {
    let unique = if index.unique { "UNIQUE " } else { "" };
    let only = only(table, index).map(|only| format!(" WHERE {only}")).unwrap_or_default();
    format!(
        "CREATE {unique}INDEX {} ON {} ({}){only};\n",
        quoted(index.name),
        quoted(table.name),
        names(table, index.columns.iter().copied()).join(", "),
    )
}

fn only(table: &Table, index: &Index) -> Option<String> {
    match index.only {
        Only::All => None,
        Only::Null(column) => Some(format!("{} IS NULL", name(table, column))),
        Only::NotNull(column) => Some(format!("{} IS NOT NULL", name(table, column))),
    }
}

fn names(table: &Table, positions: impl IntoIterator<Item = usize>) -> Vec<String> {
    positions.into_iter().map(|position| name(table, position)).collect()
}

fn name(table: &Table, position: usize) -> String {
    table.columns.get(position).map(|column| quoted(column.name)).unwrap_or_default()
}

/// A name may be a word that SQL has a meaning for.
fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

/// Has `SQLite` use the key, which it may otherwise think worse than a unique index.
const BY_KEY: &str = " NOT INDEXED";

#[cfg(test)]
mod tests {
    use guest_app::{Kind, Scan, Table, Value, tables};
    use guest_testkit::{DOCS, LOG, PAIRS, TABLES};
    use rusqlite::Connection;

    use super::{Statements, schema_sql};

    /// Every shape of scan is a search in its index, in its order, without sorting.
    #[test]
    fn scans_never_sort() {
        let conn = conn();
        let mut statements = statements();
        for &table in TABLES.iter().chain(tables::ALL) {
            for index in [None].into_iter().chain(table.indexes.iter().map(Some)) {
                let mut scan = whole(table);
                scan.index = index;
                let prefix: Vec<_> = scan.order().map(|column| sample(table, column)).collect();
                for length in 0..=prefix.len() {
                    scan.prefix = &prefix[..length];
                    let ranges = if length < prefix.len() { 4 } else { 1 };
                    for (range, backwards) in (0..ranges).flat_map(|r| [(r, false), (r, true)]) {
                        scan.from = (range & 1 == 1).then_some(Value::Null);
                        scan.until = (range & 2 == 2).then_some(Value::Null);
                        scan.backwards = backwards;
                        let sql = statements.of(table).unwrap().scan(&scan).to_owned();
                        check_plan(&conn, &sql, index.map(|index| index.name), length, range > 0);
                    }
                }
            }
        }
    }

    #[test]
    fn rows_are_found_by_their_keys() {
        let conn = conn();
        let mut statements = statements();
        for &table in TABLES.iter().chain(tables::ALL) {
            let sql = statements.of(table).unwrap();
            check_plan(&conn, &sql.read, None, table.key, false);
            check_plan(&conn, &sql.erase, None, table.key, false);
            let last = 1 << (table.columns.len() - 1);
            if table.key < table.columns.len() {
                check_plan(&conn, sql.update(last), None, table.key, false);
            }
        }
    }

    #[test]
    fn statements_are_what_one_would_write() {
        let mut statements = statements();
        let sql = statements.of(&PAIRS).unwrap();
        assert_eq!(
            sql.upsert,
            r#"INSERT INTO "pair" ("left", "right") VALUES (?, ?) ON CONFLICT ("left", "right") DO NOTHING"#
        );
        let sql = statements.of(&LOG).unwrap();
        assert_eq!(sql.append, r#"INSERT INTO "log" ("topic", "body") VALUES (?, ?)"#);
        let sql = statements.of(&DOCS).unwrap();
        assert_eq!(
            sql.update(0b1_0100),
            r#"UPDATE "doc" NOT INDEXED SET "size" = ?, "label" = ? WHERE "owner" = ? AND "name" = ?"#
        );
        let prefix = [Value::Blob(Vec::new())];
        let scan = Scan {
            index: DOCS.indexes.iter().find(|index| index.name == "doc_unlabelled"),
            prefix: &prefix,
            until: Some(Value::Int(3)),
            backwards: true,
            ..whole(&DOCS)
        };
        assert_eq!(
            sql.scan(&scan),
            r#"SELECT "owner", "name", "size", "order", "label", "digest" FROM "doc" INDEXED BY "doc_unlabelled" WHERE "label" IS NULL AND "owner" = ? AND "size" < ? ORDER BY "owner" DESC, "size" DESC, "name" DESC LIMIT ?"#
        );
    }

    #[track_caller]
    fn check_plan(conn: &Connection, sql: &str, index: Option<&str>, equal: usize, range: bool) {
        let mut explain = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let values = vec![None::<i64>; explain.parameter_count()];
        let plan: Vec<String> = explain
            .query_map(rusqlite::params_from_iter(values), |row| row.get(3))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert_eq!(plan.len(), 1, "{sql}: {plan:?}");
        assert!(plan[0].matches("=?").count() >= equal, "{sql}: {plan:?}");
        assert!(!range || plan[0].contains(['<', '>']), "{sql}: {plan:?}");
        if let Some(index) = index {
            assert!(plan[0].contains(index), "{sql}: {plan:?}");
        }
    }

    fn conn() -> Connection {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(&schema_sql(TABLES)).unwrap();
        conn.execute_batch(&schema_sql(tables::ALL)).unwrap();
        conn
    }

    fn statements() -> Statements {
        Statements::new(&TABLES.iter().chain(tables::ALL).copied().collect::<Vec<_>>())
    }

    fn sample(table: &Table, column: usize) -> Value {
        match table.columns[column].kind {
            Kind::Int => Value::Int(1),
            Kind::Text => Value::Text("a".to_owned()),
            Kind::Blob => Value::Blob(vec![1]),
        }
    }

    fn whole(table: &'static Table) -> Scan<'static> {
        let (prefix, from, until): (&[Value], _, _) = (&[], None, None);
        Scan { table, index: None, prefix, from, until, backwards: false, limit: usize::MAX }
    }
}
