//! The greeting: how two people prove each other by two spoken codes (OR-22 to OR-26).
//!
//! Somebody is invited to join the team. They and an Administrator are there at
//! the same time, and speak over a channel that they trust, such as a call.
//! Each runs one machine, [`HostSide`] and [`GuestSide`]; between them stands a
//! relay that carries [`Message`]s and may do with them what it likes. Whoever
//! changes one, or sits between the two with keys of their own, makes the codes
//! differ.
//!
//! ```text
//!   host                                       guest
//!    │ 0  host_key ─────────────▶  ◀─ guest_key  0 │
//!    │ ◀──────────────────────── guest_commitment 1 │
//!    │ 2  host_nonce ──────────────────────────▶    │
//!    │ ◀───────────────────────────── guest_nonce 3 │
//!    │ says the host's code                         │
//!    │             picks it out of four             │
//!    │ ◀───────────────────────── guest_confirmed 4 │
//!    │                        says the guest's code │
//!    │ picks it out of four                         │
//!    │ 5  host_confirmed ──────────────────────▶    │
//!    │ ◀───────────────────────────────── details 6 │
//!    │ 7  accepted ────────────────────────────▶    │
//!    │ ◀──────────────────────────── acknowledged 8 │
//! ```
//!
//! The server runs neither of the two: it keeps a [`Greeting`] for each
//! attempt, which sees that the steps come in order and knows nothing secret.
//! `docs/greeting-protocol.md` says it all in words, with test vectors.

mod agreement;
mod attempt;
mod code;
mod end;
mod guest;
mod host;
mod message;
#[cfg(test)]
mod tests;

pub use agreement::{Context, Details, acknowledgement};
pub use attempt::{Greeting, GreetingRefusal, NewGreeting};
pub use code::{Choices, GreetingCode};
pub use end::{GreetingEnd, Side};
pub use guest::{GuestRandom, GuestSide, GuestStage};
pub use host::{HostRandom, HostSide, HostStage};
pub use message::{
    BadBytes, Commitment, GREETING_VERSION, Message, Nonce, Opening, PublicKey, SealNonce, Sealed,
    Signature, Tag,
};
