//! How rules say no.

use crate::Instant;

/// A rule's answer when a request is understood but not allowed.
///
/// Refusals are ordinary outcomes, not faults: every adapter shows them to the
/// person who asked. The message ([`Display`](core::fmt::Display)) is a
/// lowercase fragment without a full stop.
pub trait Refusal: core::error::Error + Send + Sync + 'static {
    /// Returns the stable, machine-readable name of the problem (IF-3), such as `start_locked`.
    fn code(&self) -> &'static str;

    /// Returns what sort of no it is.
    fn kind(&self) -> RefusalKind;

    /// Returns the facts of the case as named fields, such as `needed` and `available`.
    fn facts(&self) -> Facts {
        Facts::new()
    }
}

/// What sort of no a [`Refusal`] is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RefusalKind {
    /// The request cannot be read.
    Malformed,
    /// It is not known who asks.
    Unauthenticated,
    /// Whoever asks may not do this.
    Forbidden,
    /// There is no such thing, or whoever asks may not know of it.
    Absent,
    /// The way of asking does not exist here.
    MethodUnknown,
    /// The state of things does not allow it now.
    Conflict,
    /// What was asked for has been used up.
    Gone,
    /// The request is based on an old version.
    Stale,
    /// The request is larger than allowed.
    TooLarge,
    /// The request is in a format that is not read.
    MediaUnknown,
    /// The request's values are not acceptable.
    Invalid,
    /// Too much has been asked for in too little time.
    Limited,
    /// It cannot be done for now; asking again later may help.
    Unavailable,
}

/// Named facts of a refusal, in the order in which they are shown.
pub type Facts = Vec<(&'static str, Fact)>;

/// One fact of a refusal.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fact {
    /// Nothing known.
    Nothing,
    /// A count or a duration in the unit that the name says.
    Number(i64),
    /// A text.
    Text(String),
    /// Several texts.
    Texts(Vec<String>),
    /// A moment.
    At(Instant),
}

/// One thing that is wrong with the input of a request.
///
/// Input errors are reported all together (IF-3).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InputError {
    /// Where, as a JSON pointer (RFC 6901) into the request, such as `/emails/3`.
    pub pointer: String,
    /// The code of the problem, `validation` if it has none of its own.
    pub code: &'static str,
    /// What is wrong, for people, as a lowercase fragment.
    pub detail: String,
    /// The facts of the case.
    pub facts: Facts,
}

impl InputError {
    /// Places a refusal of a value at `pointer`.
    #[must_use]
    pub fn at(pointer: impl Into<String>, refusal: &dyn Refusal) -> Self {
        Self {
            pointer: pointer.into(),
            code: refusal.code(),
            detail: refusal.to_string(),
            facts: refusal.facts(),
        }
    }

    /// Places a plain validation error at `pointer`.
    #[must_use]
    pub fn invalid(pointer: impl Into<String>, detail: impl core::fmt::Display) -> Self {
        Self {
            pointer: pointer.into(),
            code: VALIDATION,
            detail: detail.to_string(),
            facts: Facts::new(),
        }
    }
}

/// The code of input errors that have none of their own.
pub const VALIDATION: &str = "validation";
