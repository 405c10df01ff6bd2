//! Prints the schema that this version's tables ask for.
//!
//! Until a version is released it becomes `src/migrations/0001.sql`; later it
//! shows what the next migration has to arrive at.

use std::io::{self, Write};

use guest_app::tables;
use guest_store_sqlite::schema_sql;

fn main() -> io::Result<()> {
    io::stdout().write_all(schema_sql(tables::ALL).as_bytes())
}
