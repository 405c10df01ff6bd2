//! An answer that arrives once it is durable.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use futures_channel::oneshot;

use crate::{Fault, Query, Rollback, StoreError, Tx, Unit, View};

/// An answer that arrives once it is durable.
///
/// Async callers await it, and others [`wait`](Self::wait) for it. Dropping it
/// forgets the answer but does not stop the work.
#[must_use = "the answer says whether the work succeeded"]
pub struct Pending<T>(Pin<Box<dyn Future<Output = Result<T, Fault>> + Send>>);

impl<T: Send + 'static> Pending<T> {
    /// Blocks the current thread until the answer arrives.
    ///
    /// # Errors
    ///
    /// Returns the [`Fault`] that prevented an answer.
    pub fn wait(self) -> Result<T, Fault> {
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut context = Context::from_waker(&waker);
        let mut answer = pin!(self);
        loop {
            if let Poll::Ready(answer) = answer.as_mut().poll(&mut context) {
                return answer;
            }
            thread::park();
        }
    }

    /// Continues with an answer on the caller's side, outside the transaction.
    pub(crate) fn then<U: Send + 'static>(
        self,
        next: impl FnOnce(T) -> Result<U, Fault> + Send + 'static,
    ) -> Pending<U> {
        Pending(Box::pin(async move { next(self.await?) }))
    }

    /// Answers with what some steps come to, each of which is one unit of work or one read.
    pub(crate) fn of(steps: impl Future<Output = Result<T, Fault>> + Send + 'static) -> Self {
        Self(Box::pin(steps))
    }

    /// Answers at once.
    pub(crate) fn ready(answer: Result<T, Fault>) -> Self {
        Self(Box::pin(std::future::ready(answer)))
    }
}

impl<T> Future for Pending<T> {
    type Output = Result<T, Fault>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Wraps `work` as a unit for a store, and as the answer its caller holds.
pub(crate) fn unit<T, F>(work: F) -> (Box<dyn Unit>, Pending<T>)
where
    T: Send + 'static,
    F: FnMut(&mut dyn Tx) -> Result<T, Fault> + Send + 'static,
{
    let (work, answer) = job(work);
    (Box::new(work), answer)
}

/// Wraps `read` as a query for a store, and as the answer its caller holds.
pub(crate) fn query<T, F>(read: F) -> (Box<dyn Query>, Pending<T>)
where
    T: Send + 'static,
    F: FnMut(&mut dyn View) -> Result<T, Fault> + Send + 'static,
{
    let (read, answer) = job(read);
    (Box::new(read), answer)
}

fn job<T: Send + 'static, F>(work: F) -> (Job<T, F>, Pending<T>) {
    let (reply, answer) = oneshot::channel();
    let answer = async { answer.await.unwrap_or_else(|_| Err(abandoned())) };
    (Job { work, outcome: None, reply }, Pending(Box::pin(answer)))
}

struct Job<T, F> {
    work: F,
    outcome: Option<Result<T, Fault>>,
    reply: oneshot::Sender<Result<T, Fault>>,
}

impl<T, F> Job<T, F> {
    fn answer(self, stored: Result<(), StoreError>) {
        let answer = match stored {
            Ok(()) => self.outcome.unwrap_or_else(|| Err(abandoned())),
            Err(error) => Err(error.into()),
        };
        // The caller may have stopped waiting; the work is done all the same.
        let _ = self.reply.send(answer);
    }
}

impl<T, F> Unit for Job<T, F>
where
    T: Send,
    F: FnMut(&mut dyn Tx) -> Result<T, Fault> + Send,
{
    fn run(&mut self, tx: &mut dyn Tx) -> Result<(), Rollback> {
        self.outcome = None; // A retry is not to be mistaken for the run before it.
        let outcome = self.outcome.insert((self.work)(tx));
        if outcome.is_ok() { Ok(()) } else { Err(Rollback) }
    }

    fn settle(self: Box<Self>, stored: Result<(), StoreError>) {
        self.answer(stored);
    }
}

impl<T, F> Query for Job<T, F>
where
    T: Send,
    F: FnMut(&mut dyn View) -> Result<T, Fault> + Send,
{
    fn run(&mut self, view: &mut dyn View) {
        self.outcome = None;
        self.outcome = Some((self.work)(view));
    }

    fn settle(self: Box<Self>, read: Result<(), StoreError>) {
        self.answer(read);
    }
}

fn abandoned() -> Fault {
    StoreError::new("answering", "the work did not come to an end").into()
}
