//! Verifies who people are: by signing on at an identity provider (`OpenID` Connect), or by a
//! signature with the key of a certificate (X.509).
//!
//! [`Directory`] is what a server is told: which providers and which roots each team believes. It
//! is the port [`Vouching`](guest_app::Vouching) of the application. The parts that meet what
//! strangers send are pure: [`x509`] takes bytes and a moment, and no clock, file or network.

mod directory;
mod http;
mod oidc;
pub mod settings;
pub mod x509;

pub use directory::Directory;
pub use settings::{Settings, SettingsError};
