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
    login: Option<Login>,
}

/// Who signs in at the mail server.
pub(super) struct Login {
    pub(super) user: String,
    pub(super) password: String,
}

impl Smtp {
    pub(super) const fn new(host: String, port: u16, tls: Tls, login: Option<Login>) -> Self {
        Self { host, port, tls, login }
    }

    pub(super) fn forget_login(&mut self) -> bool {
        self.login.take().is_some()
    }

    /// Tries once to hand a mail over (GA-50).
    ///
    /// What the server says about the recipient or the message is taken at its
    /// word: 4xx may work later, 5xx will not. What it says about anything else
    /// (that it takes no connection, no login, or no mail from our sender
    /// address, or none without a login) is the fault of a setting, not of the
    /// recipient, and may work later too.
    ///
    /// Once the message is on its way and no answer comes, the server may have
    /// taken it all the same.
    pub(super) async fn deliver(&self, mail: &Outgoing) -> Delivery {
        let mut stage = Stage::Connecting;
        match timeout(ATTEMPT, self.attempt(mail, &mut stage)).await {
            Ok(Ok(())) => Delivery::Accepted,
            Ok(Err(error)) => stage.outcome(&error),
            Err(_) => Delivery::Failed {
                detail: format!("{}: no answer within {ATTEMPT:?}", stage.fault()),
                unclear: stage == Stage::Handed,
            },
        }
    }

    pub(super) async fn check(&self) -> Result<String, String> {
        let mut stage = Stage::Connecting;
        let fault = |stage: Stage, detail: &str| format!("{self}: {}: {detail}", stage.fault());
        match timeout(ATTEMPT, self.greet(&mut stage)).await {
            Ok(Ok(encrypted)) => {
                let encrypted = if encrypted { "encrypted" } else { "not encrypted" };
                let login = if self.login.is_some() { ", signed in" } else { "" };
                Ok(format!("{self} answers, {encrypted}{login}"))
            }
            Ok(Err(error)) => Err(fault(stage, &told(&error))),
            Err(_) => Err(fault(stage, "no answer")),
        }
    }

    /// Connects and says no more than hello; returns whether that was encrypted.
    async fn greet(&self, stage: &mut Stage) -> Result<bool, Error> {
        let mut connection = self.connect(stage).await?;
        connection.command(Noop).await?;
        let encrypted = connection.is_encrypted();
        leave(connection);
        Ok(encrypted)
    }

    async fn attempt(&self, mail: &Outgoing, stage: &mut Stage) -> Result<(), Error> {
        let mut connection = self.connect(stage).await?;
        let handed = hand_over(&mut connection, mail, stage).await;
        leave(connection);
        handed
    }

    async fn connect(&self, stage: &mut Stage) -> Result<AsyncSmtpConnection, Error> {
        let (server, hello) = ((self.host.as_str(), self.port), ClientId::default());
        let open =
            |tls| AsyncSmtpConnection::connect_tokio1(server, Some(CONNECTING), &hello, tls, None);
        let mut connection = match &self.tls {
            Tls::Wrapper(parameters) => open(Some(parameters.clone())).await?,
            Tls::None | Tls::Opportunistic(_) | Tls::Required(_) => open(None).await?,
        };
        match &self.tls {
            Tls::Opportunistic(parameters) if connection.can_starttls() => {
                connection.starttls(parameters.clone(), &hello).await?;
            }
            Tls::Required(parameters) => connection.starttls(parameters.clone(), &hello).await?,
            Tls::None | Tls::Opportunistic(_) | Tls::Wrapper(_) => {}
        }
        if let Some(Login { user, password }) = &self.login {
            *stage = Stage::SigningIn;
            let credentials = Credentials::new(user.clone(), password.clone());
            connection.auth(DEFAULT_MECHANISMS, &credentials).await?;
        }
        Ok(connection)
    }
}

impl fmt::Display for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Smtp({self} {:?}", self.tls)?;
        match &self.login {
            Some(login) => write!(f, " as {})", login.user),
            None => f.write_str(")"),
        }
    }
}

async fn hand_over(
    connection: &mut AsyncSmtpConnection,
    mail: &Outgoing,
    stage: &mut Stage,
) -> Result<(), Error> {
    *stage = Stage::Sender;
    connection.command(Mail::new(Some(mail.from.clone()), Vec::new())).await?;
    *stage = Stage::Recipient;
    connection.command(Rcpt::new(mail.to.clone(), Vec::new())).await?;
    connection.command(Data).await?;
    *stage = Stage::Handed;
    connection.message(&mail.bytes).await?;
    Ok(())
}

/// Says goodbye without waiting for it: what became of the mail is known already.
fn leave(mut connection: AsyncSmtpConnection) {
    tokio::spawn(timeout(LEAVING, async move { connection.quit().await.map(drop) }));
}

/// How far an attempt has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stage {
    Connecting,
    SigningIn,
    /// The server is told who sends.
    Sender,
    /// The server is told who receives.
    Recipient,
    /// The message is on its way.
    Handed,
}

impl Stage {
    /// Judges an error at this stage.
    fn outcome(self, error: &Error) -> Delivery {
        let answer = told(error);
        let detail = format!("{}: {answer}", self.fault());
        match self {
            Self::Connecting | Self::SigningIn | Self::Sender => {
                Delivery::Failed { detail, unclear: false }
            }
            Self::Recipient | Self::Handed => match error.status().map(u16::from) {
                Some(code) if LOGIN_WANTED.contains(&code) => {
                    Delivery::Failed { detail: answer, unclear: false }
                }
                Some(_) if error.is_permanent() => Delivery::Refused { detail: answer },
                Some(_) => Delivery::Failed { detail: answer, unclear: false },
                None => Delivery::Failed { detail, unclear: self == Self::Handed },
            },
        }
    }

    const fn fault(self) -> &'static str {
        match self {
            Self::Connecting => "cannot reach the mail server",
            Self::SigningIn => "cannot sign in at the mail server",
            Self::Sender => "the mail server does not take our sender address",
            Self::Recipient => "the mail server broke off",
            Self::Handed => "the mail server broke off after the message",
        }
    }
}

/// Returns the server's answer as it is, or what went wrong; on one line and of bounded length.
fn told(error: &Error) -> String {
    let text = match (error.status(), std::error::Error::source(error)) {
        (Some(code), Some(answer)) => format!("{code} {answer}"),
        (Some(_), None) | (None, _) => error.to_string(),
    };
    let plain = |letter: char| if letter.is_control() { ' ' } else { letter };
    text.trim().chars().map(plain).take(ANSWER_MAX).collect()
}

/// For how long one attempt may last, so that a server that hangs does not hold a place for ever.
const ATTEMPT: Duration = Duration::from_secs(30);

/// For how long one of the server's addresses may take to answer a call.
const CONNECTING: Duration = Duration::from_secs(10);

/// For how long a goodbye may take.
const LEAVING: Duration = Duration::from_secs(5);

/// How much of an answer is kept, in characters; invites show it.
const ANSWER_MAX: usize = 300;

/// Answers that ask for a login, or another one (RFC 4954).
const LOGIN_WANTED: [u16; 4] = [530, 534, 535, 538];
