//! The agent as a viewer: logging in to the computer's VNC server.
//!
//! Its driver hands [`Login::handle_bytes`] what the server sends, and sends the server what
//! [`Login::poll_transmit`] returns until it returns nothing, before it waits again. It is over
//! once there is an [`outcome`](Login::outcome). Where that is good, the bytes that were not taken
//! and all that follow belong to the session, whose next word is the guest's `ClientInit`.

mod password;

use crate::cut::{Cut, Filled};
use crate::handshake::{CHALLENGE, NONE, PASSWORD, SecurityResult, SecurityTypes, Version};
use crate::violation::Violation;

pub use password::Password;

/// An agent's login to a VNC server that speaks 3.3, 3.7 or 3.8, and asks for nothing or for a
/// password (CN-1).
///
///     use guest_rfb::Login;
///
///     let mut login = Login::new(None);
///     assert_eq!(login.handle_bytes(b"RFB 003.008\n"), 12);
///     assert_eq!(login.poll_transmit().as_deref(), Some(b"RFB 003.008\n".as_slice()));
///     login.handle_bytes(&[1, 1]);
///     assert_eq!(login.poll_transmit(), Some(vec![1]));
///     assert_eq!(login.handle_bytes(&[0, 0, 0, 0, 99]), 4, "the fifth is the session's");
///     assert_eq!(login.outcome(), Some(Ok(())));
#[derive(Debug)]
pub struct Login {
    password: Option<Password>,
    state: State,
    cut: Cut,
    transmit: Vec<u8>,
}

/// Why a VNC server does not let the agent in.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum LoginRefusal {
    /// It does not speak the protocol, or not properly.
    #[error("it does not speak RFB as it should: {0}")]
    Violation(#[from] Violation),
    /// It refuses everybody.
    #[error("it refuses the connection: {reason}")]
    Refused {
        /// What it says about it.
        reason: String,
    },
    /// It asks for a password, and there is none.
    #[error("it asks for a password, and none is set")]
    PasswordMissing,
    /// It asks for something that is not understood here.
    #[error("it offers neither access without a password nor with one")]
    NoKnownSecurity,
    /// It does not accept the password, or asks for none and refuses all the same.
    #[error("it does not let the agent in: {reason}")]
    Rejected {
        /// What it says about it; servers before 3.8 say nothing.
        reason: String,
    },
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum State {
    Version,
    SecurityTypes(Version),
    Challenge(Version),
    Result(Version),
    Over(Result<(), LoginRefusal>),
}

impl Login {
    /// Begins a login, before the server has said anything.
    #[must_use]
    pub fn new(password: Option<Password>) -> Self {
        Self { password, state: State::Version, cut: Cut::default(), transmit: Vec::new() }
    }

    /// Takes what the server sends, and returns how many bytes of it belong to the login.
    pub fn handle_bytes(&mut self, input: &[u8]) -> usize {
        let mut rest = input;
        while !matches!(self.state, State::Over(_)) {
            let Filled { taken, whole } =
                match self.cut.fill(rest, |start| self.state.length(start)) {
                    Ok(filled) => filled,
                    Err(violation) => {
                        self.state = State::Over(Err(violation.into()));
                        break;
                    }
                };
            rest = rest.get(taken..).unwrap_or_default();
            if !whole {
                break;
            }
            let step = self.take(self.cut.bytes());
            let (answer, next) = step.unwrap_or_else(|refusal| (vec![], State::Over(Err(refusal))));
            self.cut.clear();
            self.transmit.extend(answer);
            self.state = next;
        }
        input.len() - rest.len()
    }

    /// Returns what is to be sent to the server, once.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        if self.transmit.is_empty() { None } else { Some(std::mem::take(&mut self.transmit)) }
    }

    /// Returns how it ended, once it has; what is to be sent is sent even then.
    #[must_use]
    pub fn outcome(&self) -> Option<Result<(), &LoginRefusal>> {
        match &self.state {
            State::Over(outcome) => Some(outcome.as_ref().copied()),
            State::Version | State::SecurityTypes(_) | State::Challenge(_) | State::Result(_) => {
                None
            }
        }
    }

    /// Returns the answer to what the server said, and what it says next.
    fn take(&self, whole: &[u8]) -> Result<(Vec<u8>, State), LoginRefusal> {
        match self.state {
            State::Version => {
                let version = Version::of_server(whole)?;
                Ok((version.bytes().to_vec(), State::SecurityTypes(version)))
            }
            State::SecurityTypes(version) => match SecurityTypes::parse(version, whole)? {
                SecurityTypes::Refused { reason } => {
                    Err(LoginRefusal::Refused { reason: text(reason) })
                }
                SecurityTypes::Offered { none: true, .. } => Ok(match version {
                    Version::V3_3 => (vec![], State::Over(Ok(()))),
                    Version::V3_7 => (vec![NONE], State::Over(Ok(()))),
                    Version::V3_8 => (vec![NONE], State::Result(version)),
                }),
                SecurityTypes::Offered { password: false, .. } => {
                    Err(LoginRefusal::NoKnownSecurity)
                }
                SecurityTypes::Offered { .. } if self.password.is_none() => {
                    Err(LoginRefusal::PasswordMissing)
                }
                SecurityTypes::Offered { .. } => Ok(match version {
                    Version::V3_3 => (vec![], State::Challenge(version)),
                    Version::V3_7 | Version::V3_8 => (vec![PASSWORD], State::Challenge(version)),
                }),
            },
            State::Challenge(version) => {
                let password = self.password.as_ref().ok_or(LoginRefusal::PasswordMissing)?;
                let challenge = whole.first_chunk().ok_or(Violation::PartOfMessage)?;
                Ok((password.answer(*challenge).to_vec(), State::Result(version)))
            }
            State::Result(version) => match SecurityResult::parse(version, whole)? {
                SecurityResult::Fine => Ok((vec![], State::Over(Ok(())))),
                SecurityResult::Refused { reason } => {
                    Err(LoginRefusal::Rejected { reason: text(reason) })
                }
            },
            State::Over(_) => Ok((vec![], self.state.clone())),
        }
    }
}

impl State {
    fn length(&self, start: &[u8]) -> Result<usize, Violation> {
        match self {
            Self::Version => Ok(Version::LENGTH),
            Self::SecurityTypes(version) => SecurityTypes::length(*version, start),
            Self::Challenge(_) => Ok(CHALLENGE),
            Self::Result(version) => SecurityResult::length(*version, start),
            Self::Over(_) => Ok(0),
        }
    }
}

fn text(reason: &[u8]) -> String {
    if reason.is_empty() { SILENT.to_owned() } else { String::from_utf8_lossy(reason).into_owned() }
}

/// What stands for the reason of a server that gives none.
const SILENT: &str = "it does not say why";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cn_1_the_agent_logs_in_without_a_password() {
        check(None, &[b"RFB 003.003\n", &[0, 0, 0, 1]], &[b"RFB 003.003\n"], &Ok(()));
        check(None, &[b"RFB 003.007\n", &[2, 2, 1]], &[b"RFB 003.007\n", &[1]], &Ok(()));
        check(
            None,
            &[b"RFB 003.889\n", &[3, 19, 2, 1], &[0; 4]],
            &[b"RFB 003.008\n", &[1]],
            &Ok(()),
        );
    }

    #[test]
    fn cn_1_the_agent_answers_the_challenge() {
        let challenge = *b"passwordpassword";
        let answer = &password().answer(challenge)[..];
        check(
            Some(&password()),
            &[b"RFB 003.003\n", &[0, 0, 0, 2], &challenge, &[0; 4]],
            &[b"RFB 003.003\n", answer],
            &Ok(()),
        );
        check(
            Some(&password()),
            &[b"RFB 003.007\n", &[1, 2], &challenge, &[0; 4]],
            &[b"RFB 003.007\n", &[2], answer],
            &Ok(()),
        );
        check(
            Some(&password()),
            &[b"RFB 003.008\n", &[1, 2], &challenge, &[0; 4]],
            &[b"RFB 003.008\n", &[2], answer],
            &Ok(()),
        );
    }

    #[test]
    fn cn_1_a_server_says_why_it_lets_nobody_in() {
        let refused = || Err(LoginRefusal::Refused { reason: "too busy".to_owned() });
        check(
            None,
            &[b"RFB 003.008\n", &[0, 0, 0, 0, 8], b"too busy"],
            &[b"RFB 003.008\n"],
            &refused(),
        );
        check(
            None,
            &[b"RFB 003.003\n", &[0, 0, 0, 0, 0, 0, 0, 8], b"too busy"],
            &[b"RFB 003.003\n"],
            &refused(),
        );
        check(
            None,
            &[b"RFB 003.008\n", &[2, 2, 19]],
            &[b"RFB 003.008\n"],
            &Err(LoginRefusal::PasswordMissing),
        );
        check(
            Some(&password()),
            &[b"RFB 003.008\n", &[2, 18, 19]],
            &[b"RFB 003.008\n"],
            &Err(LoginRefusal::NoKnownSecurity),
        );
    }

    #[test]
    fn cn_1_a_wrong_password_is_told() {
        let sent: [&[u8]; 3] = [b"RFB 003.008\n", &[2], &password().answer([7; 16])];
        check(
            Some(&password()),
            &[b"RFB 003.008\n", &[1, 2], &[7; 16], &[0, 0, 0, 1, 0, 0, 0, 5], b"wrong"],
            &sent,
            &Err(LoginRefusal::Rejected { reason: "wrong".to_owned() }),
        );
        let sent: [&[u8]; 2] = [b"RFB 003.003\n", &password().answer([7; 16])];
        check(
            Some(&password()),
            &[b"RFB 003.003\n", &[0, 0, 0, 2], &[7; 16], &[0, 0, 0, 1]],
            &sent,
            &Err(LoginRefusal::Rejected { reason: SILENT.to_owned() }),
        );
    }

    #[test]
    fn what_is_no_vnc_server_is_refused() {
        let violation = |violation| Err(LoginRefusal::Violation(violation));
        check(None, &[b"HTTP/1.1 400"], &[], &violation(Violation::Version));
        check(
            None,
            &[b"RFB 003.008\n", &[1, 1], &[0, 0, 0, 9]],
            &[b"RFB 003.008\n", &[1]],
            &violation(Violation::SecurityResult { code: 9 }),
        );
        let what = "the reason of a refusal";
        let too_long = Violation::TooLong { what, length: 4097, most: 4096 };
        check(
            None,
            &[b"RFB 003.008\n", &[0, 0, 0, 0x10, 1]],
            &[b"RFB 003.008\n"],
            &violation(too_long),
        );
    }

    /// Has a server say all this at once and byte by byte, and what comes after the login as well.
    #[track_caller]
    fn check(
        password: Option<&Password>,
        said: &[&[u8]],
        answers: &[&[u8]],
        outcome: &Result<(), LoginRefusal>,
    ) {
        let said = [said.concat(), b"the session".to_vec()].concat();
        for chunk in [said.len(), 1, 5] {
            let mut login = Login::new(password.cloned());
            let mut answered = Vec::new();
            let mut taken = 0;
            for bytes in said.chunks(chunk) {
                taken += login.handle_bytes(bytes);
                answered.extend(login.poll_transmit().into_iter().flatten());
            }
            assert_eq!(login.outcome(), Some(outcome.as_ref().copied()));
            assert_eq!(answered, answers.concat());
            if outcome.is_ok() {
                assert_eq!(said.len() - taken, b"the session".len(), "what is left of the input");
            }
        }
    }

    fn password() -> Password {
        Password::new(b"letmein!")
    }
}
