//! The laws every store obeys.

mod scans;
mod units;
mod views;

use std::fmt;
use std::sync::Arc;

use guest_app::{Row, Store, Table, Value};

/// Generates one test per law for the store that `$open` opens.
///
/// `$open` is a closure from [`Tables`] to a [`Subject`]; see the crate's example.
#[macro_export]
macro_rules! obeys_the_laws {
    ($open:expr) => {
        $crate::obeys_the_laws! { @each $open =>
            what_is_written_is_there_for_the_next_unit,
            a_unit_sees_its_own_changes,
            writing_again_replaces_the_row,
            a_rolled_back_unit_leaves_no_trace,
            a_rolled_back_unit_does_not_undo_its_neighbours,
            a_panicking_unit_harms_only_itself,
            a_failed_statement_undoes_the_unit,
            units_do_not_interleave,
            every_unit_is_settled,
            what_is_settled_is_durable,
            numbers_rise_and_are_never_given_twice,
            a_unique_index_refuses_what_equals_another_row,
            null_equals_nothing_in_a_unique_index,
            values_come_back_as_they_were,
            keys_are_ordered_by_kind_and_bytes,
            a_prefix_chooses_rows,
            a_range_is_half_open_and_holds_no_nulls,
            ties_are_ordered_by_key,
            a_scan_backwards_is_the_mirror_image,
            a_limit_cuts_the_scan_off,
            a_partial_index_follows_its_rows,
            a_query_sees_what_is_committed_and_nothing_else,
            a_query_sees_one_moment,
            a_panicking_query_harms_only_itself,
            commits_are_announced,
            now_is_in_whole_microseconds,
            random_histories_agree_with_the_model,
        }
    };
    (@each $open:expr => $($law:ident,)*) => {$(
        #[test]
        fn $law() {
            $crate::Laws::$law($open);
        }
    )*};
}

/// One function per law; see [`obeys_the_laws!`](crate::obeys_the_laws).
#[derive(Debug)]
pub enum Laws {}

impl Laws {
    /// Holds the store to [`random_histories`](crate::random_histories) over tables of every make.
    ///
    /// # Panics
    ///
    /// Panics if the store and the model disagree.
    pub fn random_histories_agree_with_the_model(open: impl Fn(Tables) -> Subject) {
        crate::random_histories(crate::TABLES, HISTORIES, open);
    }
}

/// The tables a store is opened with.
pub type Tables = &'static [&'static Table];

/// A store that is put to the test, and how to open it once more.
pub struct Subject {
    store: Arc<dyn Store>,
    open: Option<Box<dyn Fn() -> Arc<dyn Store>>>,
}

impl Subject {
    /// A store whose rows go away with it.
    #[must_use]
    pub fn fleeting(store: impl Store) -> Self {
        Self { store: Arc::new(store), open: None }
    }

    /// A store whose rows outlive it: `open` opens the same rows each time.
    ///
    /// What must not go away before the store does, such as a temporary
    /// folder, can be moved into `open`.
    #[must_use]
    pub fn lasting<S: Store>(open: impl Fn() -> S + 'static) -> Self {
        let open = move || -> Arc<dyn Store> { Arc::new(open()) };
        Self { store: open(), open: Some(Box::new(open)) }
    }

    /// Returns the store.
    #[must_use]
    pub fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// Returns the store for other threads to use as well.
    #[must_use]
    pub fn share(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }

    /// Closes the store and opens it again; `None` if its rows are gone then.
    #[must_use]
    pub fn reopened(self) -> Option<Self> {
        let Self { store, open } = self;
        drop(store);
        open.map(|open| Self { store: open(), open: Some(open) })
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject").field("lasting", &self.open.is_some()).finish_non_exhaustive()
    }
}

fn int(number: i64) -> Value {
    Value::Int(number)
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn blob(bytes: &[u8]) -> Value {
    Value::Blob(bytes.to_vec())
}

/// A row of `DOCS` without order, label and digest.
fn doc(owner: u8, name: &str, size: i64) -> Row {
    vec![blob(&[owner]), text(name), int(size), Value::Null, Value::Null, Value::Null]
}

/// A row of `DOCS` of owner 1 and size 0.
fn filed(name: &str, order: Option<i64>, label: Option<&str>, digest: Option<&[u8]>) -> Row {
    vec![
        blob(&[1]),
        text(name),
        int(0),
        order.map_or(Value::Null, int),
        label.map_or(Value::Null, text),
        digest.map_or(Value::Null, blob),
    ]
}

fn pair(left: i64, right: &str) -> Row {
    vec![int(left), text(right)]
}

fn entry(topic: &str) -> Row {
    vec![Value::Null, text(topic), Value::Null]
}

/// Enough to meet every pair of steps, few enough for a store that flushes to disk.
const HISTORIES: u32 = 48;
