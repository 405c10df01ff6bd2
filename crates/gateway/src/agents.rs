//! Which computers' agents are connected.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use guest_app::Relay;
use guest_core::ComputerId;

/// The computers whose agents have a socket open to this server (GA-4).
#[derive(Debug, Default)]
pub struct Agents {
    /// How many sockets each has: for a moment two, when an agent reconnects.
    sockets: Mutex<BTreeMap<ComputerId, usize>>,
}

impl Agents {
    pub(crate) fn arrived(&self, computer: ComputerId) {
        let mut sockets = self.sockets.lock().unwrap_or_else(PoisonError::into_inner);
        *sockets.entry(computer).or_default() += 1;
    }

    pub(crate) fn left(&self, computer: ComputerId) {
        let mut sockets = self.sockets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = sockets.get_mut(&computer) {
            *count -= 1;
            if *count == 0 {
                sockets.remove(&computer);
            }
        }
    }
}

impl Relay for Agents {
    fn reaches(&self, computer: ComputerId) -> bool {
        self.sockets.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&computer)
    }
}
