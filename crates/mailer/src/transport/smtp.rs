//! Mails to a mail server (RFC 5321).
//!
//! The commands are given one by one and not through `lettre`'s transport,
//! which does not say at which of them the server said no: only what it says
//! about the recipient or the message is the mail's affair.

use core::fmt;
use std::time::Duration;

use guest_core::Delivery;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Tls};
use lettre::transport::smtp::commands::{Data, Mail, Noop, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use tokio::time::timeout;

use crate::message::Outgoing;

/// A mail server, and how to reach it.
pub(super) struct Smtp {
    host: String,
    port: u16,
    tls: Tls,
    credentials: Option<Credentials>,
    /// Who is signed in, to be shown.
    user: Option<String>,
}
