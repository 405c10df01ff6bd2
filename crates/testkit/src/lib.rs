//! What tests of guest access share: a store in memory, and the laws every store obeys.
//!
//! [`MemStore`] is the simplest possible store, with a clock that moves only
//! when told to, and so the specification of all the others. Whoever writes
//! another store holds it to the same laws with two lines in a test:
//!
//! ```
//! use guest_testkit::{MemStore, Subject, random_histories};
//!
//! # fn main() {
//! // One #[test] for each law. A store whose rows outlive it is a `Subject::lasting`.
//! mod laws {
//!     use guest_testkit::{MemStore, Subject, epoch};
//!     guest_testkit::obeys_the_laws!(|_tables| Subject::fleeting(MemStore::at(epoch())));
//! }
//!
//! // The same on other tables, given as data.
//! random_histories(guest_testkit::TABLES, 4, |_tables| {
//!     Subject::fleeting(MemStore::at(guest_testkit::epoch()))
//! });
//! # }
//! ```
//!
//! The closure opens an empty store with the given tables. Its schema is the
//! store's business: a store that keeps rows by table name needs none.

mod asked;
mod certificates;
mod counting;
mod device;
mod histories;
mod laws;
mod mem_blobs;
mod mem_rows;
mod mem_store;
mod probe;
mod tables;

pub use certificates::{Authority, Certified};
pub use counting::{Counting, Silent};
pub use device::DeviceKey;
pub use histories::random_histories;
pub use laws::{Laws, Subject, Tables};
pub use mem_blobs::MemBlobs;
pub use mem_store::MemStore;
pub use probe::{Outcome, attempt, keep, look, try_look, undo};
pub use tables::{DOCS, LOG, PAIRS, TABLES, epoch};
