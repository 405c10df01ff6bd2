//! Messages as they go to the mail server (RFC 5322, MIME).

use std::time::SystemTime;

use email_encoding::headers::{rfc2047, writer::EmailWriter};
use guest_app::letter::{Calendar, Letter, Rendered};
use guest_core::{Email, Instant, MailId};
use lettre::address::{Address, AddressError};
use lettre::message::header::{ContentDisposition, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};

use crate::Origin;

/// A message with its envelope, ready to be handed over.
pub(crate) struct Outgoing {
    /// Names the intended mail.
    pub(crate) id: MailId,
    /// When it was intended.
    pub(crate) made_at: Instant,
    /// The server's sender address, where bounces go.
    pub(crate) from: Address,
    /// Who gets it.
    pub(crate) to: Address,
    /// The whole message, headers first.
    pub(crate) bytes: Vec<u8>,
}

/// Why a letter cannot be made a message.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unwritable {
    /// An address is none that SMTP can carry.
    #[error("the address {0} cannot be mailed to")]
    Address(Email, #[source] AddressError),
    /// The message cannot be put together.
    #[error("the message cannot be written: {0}")]
    Message(String),
}

/// Writes the message of a letter: the same bytes each time it is tried.
pub(crate) fn write(
    letter: &Letter,
    rendered: Rendered,
    origin: &Origin,
) -> Result<Outgoing, Unwritable> {
    let (from, to) = (address(origin.sender())?, address(&letter.to)?);
    let reply_to = letter.reply_to.as_ref().map_or(Ok(from.clone()), address)?;
    let message = Message::builder()
        .from(Mailbox::new(Some(one_line(&letter.from_name)), from.clone()))
        .reply_to(Mailbox::new(None, reply_to))
        .to(Mailbox::new(None, to.clone()))
        .date(SystemTime::from(letter.made_at))
        .message_id(Some(format!("<{}>", origin.unique(letter.id))))
        .raw_header(subject(&one_line(&rendered.subject)))
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .multipart(parts(letter.id, rendered)?)
        .map_err(unwritable)?;
    let (id, made_at) = (letter.id, letter.made_at);
    Ok(Outgoing { id, made_at, from, to, bytes: message.formatted() })
}

/// Arranges the parts; with a calendar as most mail programs expect it: a part and a file.
fn parts(id: MailId, rendered: Rendered) -> Result<MultiPart, Unwritable> {
    // What is typed cannot hold the id, which is drawn later, so it separates safely.
    let alternatives = MultiPart::alternative()
        .boundary(format!("{id}-parts"))
        .singlepart(SinglePart::plain(rendered.text))
        .singlepart(SinglePart::html(rendered.html));
    let Some(Calendar { method, body }) = rendered.calendar else {
        return Ok(alternatives);
    };
    let part = format!("text/calendar; method={method}; charset=utf-8");
    let part = SinglePart::builder().content_type(content_type(&part)?).body(body.clone());
    let file = SinglePart::builder()
        .content_type(content_type("application/ics; name=\"invite.ics\"")?)
        .header(ContentDisposition::attachment("invite.ics"))
        .body(body);
    Ok(MultiPart::mixed()
        .boundary(format!("{id}-files"))
        .multipart(alternatives.singlepart(part))
        .singlepart(file))
}

fn address(email: &Email) -> Result<Address, Unwritable> {
    email.as_str().parse().map_err(|error| Unwritable::Address(email.clone(), error))
}

fn content_type(text: &str) -> Result<ContentType, Unwritable> {
    ContentType::parse(text).map_err(unwritable)
}

fn unwritable(error: impl core::fmt::Display) -> Unwritable {
    Unwritable::Message(error.to_string())
}

/// Writes the subject so that it is read as typed (GA-15).
///
/// A title may look like an encoded word, which mail programs would decode, so
/// it is encoded itself.
fn subject(text: &str) -> HeaderValue {
    let plain = header("Subject", text);
    if !text.contains("=?") {
        return plain;
    }
    let mut encoded = String::new();
    let mut writer = EmailWriter::new(&mut encoded, "Subject: ".len(), 0, false);
    let written = rfc2047::encode(text, &mut writer);
    drop(writer);
    match written {
        Ok(()) => HeaderValue::dangerous_new_pre_encoded(
            HeaderName::new_from_ascii_str("Subject"),
            text.to_owned(),
            encoded,
        ),
        Err(_) => plain, // Writing into a string does not fail.
    }
}

fn header(name: &'static str, text: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), text.to_owned())
}

/// Keeps a text from ending its header and beginning another.
fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
