//! Every use case, over the in-memory store.

mod fixture;
mod invites;
