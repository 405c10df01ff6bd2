//! The schema that is made of tables.

use guest_store_sqlite::schema_sql;
use guest_testkit::TABLES;

#[test]
fn a_schema_is_made_from_its_description() {
    insta::assert_snapshot!(schema_sql(TABLES));
}
