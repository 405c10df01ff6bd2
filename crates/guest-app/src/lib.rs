//! The use cases of guest access: each is one all-or-nothing unit of work.
#![allow(missing_docs)]
mod port;
mod table;
pub use port::{Query, Rollback, Store, StoreError, Tx, Unit, View};
pub use table::{Column, Index, Kind, Only, Row, Scan, Table, Value};
