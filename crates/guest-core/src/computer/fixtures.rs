//! Computers for the tests of this module.

use crate::{Computer, ComputerId, ComputerName, Instant, Provision, SecretHash, TeamId, UserId};

/// A team computer that was never heard of, made known at 08:00.
pub(super) fn team() -> Computer {
    let team = TeamId::parse("acme").unwrap();
    let name = ComputerName::parse("studio-1").unwrap();
    let provision = Provision::Team { key: None };
    Computer::register(team, ComputerId::from_bits(1), name, provision, at("08:00:00"))
}

/// The user's own whose bits are 1.
pub(super) fn personal() -> Computer {
    let (user, token) = (UserId::from_bits(1), SecretHash::from_bytes([0; 32]));
    Computer { provision: Provision::Personal { user, token }, ..team() }
}

/// A moment of one day.
pub(super) fn at(clock: &str) -> Instant {
    format!("2026-12-01T{clock}Z").parse().unwrap()
}
