//! What becomes of a message.

/// What becomes of a message that is whole.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    /// It goes on as it is.
    Pass,
    /// It goes no further.
    Drop,
    /// This goes on in its place.
    Made(Vec<u8>),
}
