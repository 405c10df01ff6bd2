//! Where mails come from.

use guest_core::Email;

/// Where mails come from: the server's sender address and its host name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Origin {
    sender: Email,
    host: String,
}

impl Origin {
    /// Names the origin of a server's mails.
    ///
    /// `host` is that of the server's public address. It makes message ids and
    /// calendar entries unique in the world, so it should not change. A text
    /// that is no host name is replaced by the domain of `sender`.
    #[must_use]
    pub fn new(host: &str, sender: Email) -> Self {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "-.".contains(letter);
        let host = if !host.is_empty() && host.len() <= HOST_MAX && host.chars().all(plain) {
            host.to_ascii_lowercase()
        } else {
            sender.domain().to_owned()
        };
        Self { sender, host }
    }

    /// Returns the address that stands in `From`.
    #[must_use]
    pub const fn sender(&self) -> &Email {
        &self.sender
    }

    /// Returns `id@host`, the form of names that are unique in the world.
    pub(crate) fn unique(&self, id: impl core::fmt::Display) -> String {
        format!("{id}@{}", self.host)
    }
}

/// The greatest length of a host name (RFC 1035).
const HOST_MAX: usize = 253;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_host_name_gives_way_to_the_senders_domain() {
        check("Guest.Acme.example", "1@guest.acme.example");
        check("127.0.0.1", "1@127.0.0.1");
        check("", "1@mail.example");
        check("[::1]", "1@mail.example");
        check("a>\r\nBcc: x", "1@mail.example");
    }

    #[track_caller]
    fn check(host: &str, expected: &str) {
        let origin = Origin::new(host, Email::parse("guest@mail.example").unwrap());
        assert_eq!(origin.unique(1), expected);
    }
}
