//! The greeting as its two sides are used: over a relay that is hostile, and against vectors.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod hostile;
mod vectors;
