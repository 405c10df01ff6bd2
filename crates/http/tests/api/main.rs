//! The API, from request to response, through the real router.
//!
//! Every answer that any of these tests gets is checked against the document
//! that the router gives of itself (`documented.rs`).
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "fixtures of tests")]

mod agents;
mod answers;
#[cfg(feature = "pages")]
mod browser;
mod browsers;
mod credits;
mod devices;
mod document;
mod documented;
mod events;
mod external;
mod failures;
mod greetings;
mod guests;
mod health;
mod inputs;
mod invites;
mod join_requests;
mod joining;
mod limits;
#[cfg(feature = "pages")]
mod pages;
#[cfg(feature = "pages")]
mod pages_activity;
#[cfg(feature = "pages")]
mod pages_computers;
#[cfg(feature = "pages")]
mod pages_credits;
#[cfg(feature = "pages")]
mod pages_groups;
#[cfg(feature = "pages")]
mod pages_guests;
#[cfg(feature = "pages")]
mod pages_invitations;
#[cfg(feature = "pages")]
mod pages_inviting;
#[cfg(feature = "pages")]
mod pages_join;
#[cfg(feature = "pages")]
mod pages_set_up;
#[cfg(feature = "pages")]
mod pages_settings;
#[cfg(feature = "pages")]
mod pages_sign_in;
#[cfg(feature = "pages")]
mod pages_users;
#[cfg(feature = "pages")]
mod pages_walk;
#[cfg(feature = "pages")]
mod pages_workspaces;
#[cfg(feature = "pages")]
#[path = "../../../identity/tests/sign_on/provider.rs"]
mod provider;
mod rights;
mod sqlite;
mod things;
mod workspaces;
mod world;
