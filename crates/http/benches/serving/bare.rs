//! The yardsticks on `SQLite`: the same rows by bare statements, and the `sqlite3` shell.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use guest_app::tables;
use guest_store_sqlite::schema_sql;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

/// Rows to write again, by table: its statement, and its rows in the order in which they came.
pub(crate) type Rows = Vec<(String, Vec<Vec<Value>>)>;

/// The tables that making an invite writes to.
const WRITTEN: [&str; 5] = ["invite", "mail", "credit_entry", "event", "audit"];

/// Returns how many rows each table has.
pub(crate) fn count(database: &Path) -> Vec<usize> {
    let connection = Connection::open(database).unwrap();
    WRITTEN
        .iter()
        .map(|table| {
            let sql = format!("SELECT count(*) FROM {table}");
            connection.query_row(&sql, [], |row| row.get::<_, i64>(0)).unwrap()
        })
        .map(|count| usize::try_from(count).unwrap())
        .collect()
}

/// Returns the rows that were added since.
pub(crate) fn rows_after(database: &Path, before: &[usize]) -> Rows {
    let connection = Connection::open(database).unwrap();
    let mut all = Vec::new();
    for (name, before) in WRITTEN.iter().zip(before) {
        let table = tables::ALL.iter().find(|table| table.name == *name).unwrap();
        let columns: Vec<_> = table.columns.iter().map(|column| column.name).collect();
        let order =
            table.columns[..table.key].iter().map(|key| key.name).collect::<Vec<_>>().join(",");
        let sql = format!(
            "SELECT {} FROM {name} ORDER BY {order} LIMIT -1 OFFSET {before}",
            columns.join(",")
        );
        let mut query = connection.prepare(&sql).unwrap();
        let read = query.query_map([], |row| (0..columns.len()).map(|at| row.get(at)).collect());
        let marks = vec!["?"; columns.len()].join(",");
        let insert = format!("INSERT INTO {name} ({}) VALUES ({marks})", columns.join(","));
        all.push((insert, read.unwrap().map(Result::unwrap).collect()));
    }
    all
}

/// Writes the rows in transactions of 64 invites, and returns invites a second.
pub(crate) fn write(rows: &Rows, invites: usize) -> f64 {
    let folder = crate::place::folder();
    let mut connection = Connection::open(folder.path().join("bare.db")).unwrap();
    let settings =
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 20000;";
    connection.execute_batch(settings).unwrap();
    connection.execute_batch(&schema_sql(tables::ALL)).unwrap();
    connection
        .execute("INSERT INTO credit_account (team, balance, entries) VALUES ('acme', 0, 0)", [])
        .unwrap();
    let start = Instant::now();
    for first in (0..invites).step_by(64) {
        let transaction = connection.transaction().unwrap();
        for invite in first..(first + 64).min(invites) {
            for (insert, rows) in rows {
                // An invite has as many rows in a table as the table has rows for each invite.
                let each = rows.len() / invites;
                let mut statement = transaction.prepare_cached(insert).unwrap();
                for row in &rows[invite * each..(invite + 1) * each] {
                    statement.execute(params_from_iter(row)).unwrap();
                }
            }
            let account = "UPDATE credit_account SET balance = ?, entries = ? WHERE team = 'acme'";
            let number = i64::try_from(invite).unwrap();
            transaction.prepare_cached(account).unwrap().execute([number, number]).unwrap();
        }
        transaction.commit().unwrap();
    }
    #[expect(clippy::cast_precision_loss, reason = "a few thousand invites")]
    let rate = invites as f64 / start.elapsed().as_secs_f64();
    rate
}

/// Exports the entries with the shell, and returns how many lines came out.
pub(crate) fn shell_export(database: &Path) -> usize {
    let mut shell = Command::new("sqlite3")
        .args(["-csv", "-header"])
        .arg(database)
        .arg(
            "SELECT at, reason, amount, balance, administrator, guest, hex(invite), hex(purchase) \
             FROM credit_entry WHERE team = 'acme' ORDER BY seq",
        )
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = shell.stdout.take().unwrap();
    let (mut lines, mut chunk) = (0, vec![0; 64 * 1024]);
    loop {
        match output.read(&mut chunk).unwrap() {
            0 => break,
            read => lines += newlines(&chunk[..read]),
        }
    }
    assert!(shell.wait().unwrap().success());
    lines
}

#[expect(clippy::naive_bytecount, reason = "no need for another dependency")]
fn newlines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}
