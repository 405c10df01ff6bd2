//! Certificates and what is signed with their keys (OR-33); pure.
//!
//! The path from a person's certificate to a root is walked here and not by `webpki`, which
//! refuses every authority that limits the email addresses or the directory names it vouches for:
//! just those that limit what this is about. Structures are read by `x509-parser`, signatures are
//! checked by `ring`.

mod list;
mod names;
mod path;
mod pem;
mod person;
mod sign;
mod signature;

pub use self::path::{Certified, verify};
pub use self::pem::{Roots, RootsError, read_chain};
pub use self::sign::{SignError, SigningKey};
pub use self::signature::{ALGORITHMS, has_signed};
