//! Units and queries written as closures.

use std::sync::mpsc;

use guest_app::{Query, Rollback, Store, StoreError, Tx, Unit, View};

/// What became of a unit of work.
#[derive(Clone, Debug)]
pub enum Outcome<T> {
    /// It answered this, and what it did is stored.
    Kept(T),
    /// It answered this, and asked to be undone.
    Undone(T),
    /// The store could not keep it, or it panicked.
    Failed(StoreError),
}

/// Runs `work` as one unit; `Err` asks for it to be undone.
///
/// # Panics
///
/// Panics if the store drops the unit without settling it.
pub fn attempt<T: Send + 'static>(
    store: &dyn Store,
    work: impl FnMut(&mut dyn Tx) -> Result<T, T> + Send + 'static,
) -> Outcome<T> {
    settled(&start(store, work))
}

/// Queues `work` as one unit, and returns where its outcome will arrive.
pub(crate) fn start<T: Send + 'static>(
    store: &dyn Store,
    work: impl FnMut(&mut dyn Tx) -> Result<T, T> + Send + 'static,
) -> mpsc::Receiver<Outcome<T>> {
    let (answered, answer) = mpsc::channel();
    store.submit(Box::new(Probe { work, found: None, answered }));
    answer
}

/// Runs `work` as one unit that is to be kept, and returns its answer.
///
/// # Panics
///
/// Panics if the unit is not kept.
#[track_caller]
pub fn keep<T: Send + 'static>(
    store: &dyn Store,
    mut work: impl FnMut(&mut dyn Tx) -> T + Send + 'static,
) -> T {
    match attempt(store, move |tx| Ok(work(tx))) {
        Outcome::Kept(answer) | Outcome::Undone(answer) => answer,
        Outcome::Failed(error) => fail("the unit should be kept", &error),
    }
}

/// Runs `work` as one unit that is undone, and returns its answer.
///
/// # Panics
///
/// Panics if the store fails.
#[track_caller]
pub fn undo<T: Send + 'static>(
    store: &dyn Store,
    mut work: impl FnMut(&mut dyn Tx) -> T + Send + 'static,
) -> T {
    match attempt(store, move |tx| Err(work(tx))) {
        Outcome::Kept(answer) | Outcome::Undone(answer) => answer,
        Outcome::Failed(error) => fail("the unit should be undone", &error),
    }
}

/// Runs `read` as one query, and returns its answer.
///
/// # Panics
///
/// Panics if the store fails.
#[track_caller]
pub fn look<T: Send + 'static>(
    store: &dyn Store,
    read: impl FnMut(&mut dyn View) -> T + Send + 'static,
) -> T {
    try_look(store, read).unwrap_or_else(|error| fail("the query should be answered", &error))
}

/// Runs `read` as one query.
///
/// # Errors
///
/// Returns what the store settles the query with.
///
/// # Panics
///
/// Panics if the store drops the query without settling it.
pub fn try_look<T: Send + 'static>(
    store: &dyn Store,
    mut read: impl FnMut(&mut dyn View) -> T + Send + 'static,
) -> Result<T, StoreError> {
    let (answered, answer) = mpsc::channel();
    let work = move |view: &mut dyn View| read(view);
    store.inspect(Box::new(Probe { work, found: None, answered }));
    settled(&answer)
}

struct Probe<W, T, A> {
    work: W,
    found: Option<T>,
    answered: mpsc::Sender<A>,
}

impl<W, T> Unit for Probe<W, Result<T, T>, Outcome<T>>
where
    W: FnMut(&mut dyn Tx) -> Result<T, T> + Send,
    T: Send,
{
    fn run(&mut self, tx: &mut dyn Tx) -> Result<(), Rollback> {
        self.found = None;
        let found = self.found.insert((self.work)(tx));
        found.as_ref().map(drop).map_err(|_| Rollback)
    }

    fn settle(self: Box<Self>, stored: Result<(), StoreError>) {
        let outcome = match (stored, self.found) {
            (Ok(()), Some(Ok(answer))) => Outcome::Kept(answer),
            (Ok(()), Some(Err(answer))) => Outcome::Undone(answer),
            (Ok(()), None) => Outcome::Failed(StoreError::new("settling", "it never ran")),
            (Err(error), _) => Outcome::Failed(error),
        };
        // Nobody may be waiting any more.
        let _ = self.answered.send(outcome);
    }
}

impl<W, T> Query for Probe<W, T, Result<T, StoreError>>
where
    W: FnMut(&mut dyn View) -> T + Send,
    T: Send,
{
    fn run(&mut self, view: &mut dyn View) {
        self.found = None;
        self.found = Some((self.work)(view));
    }

    fn settle(self: Box<Self>, read: Result<(), StoreError>) {
        let Self { found, answered, .. } = *self;
        let never = || StoreError::new("settling", "it never ran");
        // Nobody may be waiting any more.
        let _ = answered.send(read.and_then(|()| found.ok_or_else(never)));
    }
}

#[expect(clippy::expect_used, reason = "a store that forgets work should fail the test")]
fn settled<A>(answer: &mpsc::Receiver<A>) -> A {
    answer.recv().expect("the store should settle everything it is given")
}

#[expect(clippy::panic, reason = "a failing store should fail the test")]
#[track_caller]
fn fail(wanted: &str, error: &StoreError) -> ! {
    let cause = std::error::Error::source(error);
    panic!("{wanted}: {error}: {}", cause.map(ToString::to_string).unwrap_or_default())
}
