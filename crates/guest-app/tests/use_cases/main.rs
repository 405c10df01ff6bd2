//! Every use case, over the in-memory store.

#[cfg(test)]
mod api_keys;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod computers;
#[cfg(test)]
mod credits;
#[cfg(test)]
mod devices;
#[cfg(test)]
mod due;
#[cfg(test)]
mod events;
#[cfg(test)]
mod figures;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod greetings;
#[cfg(test)]
mod groups;
#[cfg(test)]
mod guest;
#[cfg(test)]
mod guest_wishes;
#[cfg(test)]
mod heartbeat;
#[cfg(test)]
mod hosting;
#[cfg(test)]
mod invites;
#[cfg(test)]
mod inviting;
#[cfg(test)]
mod join_requests;
#[cfg(test)]
mod member_invites;
#[cfg(test)]
mod moving;
#[cfg(test)]
mod once;
#[cfg(test)]
mod outbox;
#[cfg(test)]
mod overview;
#[cfg(test)]
mod readiness;
#[cfg(test)]
mod relay;
#[cfg(test)]
mod revocation;
#[cfg(test)]
mod set_up;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod teams;
#[cfg(test)]
mod timeline;
#[cfg(test)]
mod traces;
#[cfg(test)]
mod users;
#[cfg(test)]
mod ways_in;
#[cfg(test)]
mod workspaces;
