//! The result of a transition.

/// The value after a transition, and what follows from it.
///
/// Both must reach the store in the same transaction.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use = "a step changes nothing until it is stored"]
pub struct Step<T, E> {
    /// The value after the transition.
    pub next: T,
    /// What to do besides storing it, in order.
    pub effects: Vec<E>,
}

impl<T, E> Step<T, E> {
    /// Steps to `next` with nothing else to do.
    pub const fn quiet(next: T) -> Self {
        Self { next, effects: Vec::new() }
    }

    /// Steps to `next`, which causes `effects`.
    pub fn to(next: T, effects: impl Into<Vec<E>>) -> Self {
        Self { next, effects: effects.into() }
    }
}
