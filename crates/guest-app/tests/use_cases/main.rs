//! Every use case, over the in-memory store.

mod api_keys;
mod audit;
mod computers;
mod credits;
mod due;
mod events;
mod fixture;
mod groups;
mod guest;
mod heartbeat;
mod invites;
mod outbox;
mod sign_in;
mod teams;
mod traces;
mod users;
