//! The schema that is made of tables, and the one that migrations arrive at.

use guest_app::tables;
use guest_store_sqlite::{MIGRATIONS, schema_sql};
use guest_testkit::{Subject, TABLES, random_histories};
use rusqlite::Connection;

use super::lasting;

#[test]
fn a_schema_is_made_from_its_description() {
    insta::assert_snapshot!(schema_sql(TABLES));
}

#[test]
fn qu_27_the_migrations_arrive_at_the_tables() {
    let (migrated, described) = (conn(MIGRATIONS), conn(&[&schema_sql(tables::ALL)]));
    assert!(
        shape(&migrated) == shape(&described),
        "the tables have changed: compare `cargo run -p guest-store-sqlite --example schema` \
         with src/migrations\nmigrated: {:#?}\ndescribed: {:#?}",
        shape(&migrated),
        shape(&described),
    );
}

#[test]
fn qu_25_histories_over_the_tables_of_guest_agree_with_the_model() {
    let open: fn(_) -> Subject = lasting;
    random_histories(tables::ALL, 16, open);
}

/// What there is, whatever the words it was made with.
fn shape(conn: &Connection) -> Vec<String> {
    let tables = "
        SELECT format('%s %s wr=%d strict=%d', t.type, t.name, t.wr, t.strict)
        FROM pragma_table_list AS t WHERE t.name NOT LIKE 'sqlite_%' ORDER BY t.name";
    let columns = "
        SELECT format('%s.%s %s notnull=%d pk=%d default=%s', t.name, c.name, c.type, c.\"notnull\", c.pk, c.dflt_value)
        FROM pragma_table_list AS t, pragma_table_xinfo(t.name) AS c
        WHERE t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.name";
    let indexes = "
        SELECT format('%s %s unique=%d %s[%s %s %d]', t.name, i.name, i.\"unique\",
            substr(s.sql, instr(s.sql, ' WHERE ')), c.seqno, c.name, c.\"desc\")
        FROM pragma_table_list AS t, pragma_index_list(t.name) AS i, pragma_index_xinfo(i.name) AS c
        LEFT JOIN sqlite_schema AS s ON s.name = i.name
        WHERE t.name NOT LIKE 'sqlite_%' AND c.key ORDER BY t.name, i.name, c.seqno";
    let counted = "
        SELECT format('%s counts', name) FROM sqlite_schema
        WHERE sql LIKE '%AUTOINCREMENT%' ORDER BY name";
    [tables, columns, indexes, counted]
        .into_iter()
        .flat_map(|query| {
            let mut query = conn.prepare(query).unwrap();
            let lines = query.query_map([], |row| row.get(0)).unwrap();
            lines.collect::<Result<Vec<_>, _>>().unwrap()
        })
        .collect()
}

fn conn(steps: &[&str]) -> Connection {
    let conn = Connection::open_in_memory().unwrap();
    for step in steps {
        conn.execute_batch(step).unwrap();
    }
    conn
}
