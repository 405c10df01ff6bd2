//! Ways to hand a mail over.

mod directory;
mod parse;
mod smtp;

use guest_core::Delivery;

use crate::message::Outgoing;
use directory::Directory;
use smtp::Smtp;

pub use parse::TransportError;

/// A way to hand mails over: to a mail server, or into a directory.
#[derive(Debug)]
pub struct Transport(Way);

#[derive(Debug)]
enum Way {
    Smtp(Smtp),
    Directory(Directory),
}

impl Transport {
    /// Reads an address of a mail server, or of a directory that stands for one.
    ///
    /// | address | way |
    /// | --- | --- |
    /// | `smtp://[user[:password]@]host[:port]` | SMTP, at port 25, or 587 with a user |
    /// | `smtps://[user[:password]@]host[:port]` | SMTP in TLS from the start, at port 465 |
    /// | `dir:PATH` | one `.eml` file for each mail, for trials and tests |
    ///
    /// `smtp://` takes TLS as follows; reserved characters in the user and the
    /// password are percent-encoded.
    ///
    /// | ending | TLS |
    /// | --- | --- |
    /// | `?tls=none` | never |
    /// | `?tls=starttls` | when offered, with any certificate: what would go in the clear otherwise loses nothing by it |
    /// | `?tls=required` | always, with a certificate of that host; no mail without it |
    /// | none | `required` with a password for another machine, else `starttls` |
    ///
    /// A password never goes to another machine unprotected unless `tls=none`
    /// says so: with one, `starttls` counts as `required`. `ca=FILE` names a
    /// PEM file with one more certificate to trust.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with the address; never the password.
    pub fn parse(url: &str) -> Result<Self, TransportError> {
        parse::parse(url).map(Self)
    }

    /// Tries whether mails could be handed over, without sending one.
    ///
    /// # Errors
    ///
    /// Returns what stands in the way, in words for whoever runs the server.
    pub async fn check(&self) -> Result<String, String> {
        match &self.0 {
            Way::Smtp(smtp) => smtp.check().await,
            Way::Directory(directory) => directory.check().await,
        }
    }

    /// Has it try without signing in, where the password is not known; returns whether it would
    /// have signed in.
    pub fn forget_login(&mut self) -> bool {
        match &mut self.0 {
            Way::Smtp(smtp) => smtp.forget_login(),
            Way::Directory(_) => false,
        }
    }

    pub(crate) async fn deliver(&self, mail: Outgoing) -> Delivery {
        match &self.0 {
            Way::Smtp(smtp) => smtp.deliver(&mail).await,
            Way::Directory(directory) => directory.deliver(mail).await,
        }
    }
}
