//! What agent and server say to each other over the control socket.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What the agent says first, and every ten seconds (GA-4).
#[derive(Debug, Serialize)]
pub(crate) struct Heartbeat<'a> {
    /// What the computer is called.
    pub(crate) name: &'a str,
    /// Who is logged in.
    #[serde(skip_serializing_if = "HostLogin::is_unseen")]
    pub(crate) host_login: &'a HostLogin,
    /// Who carries guests' connections.
    pub(crate) connection: &'static str,
}

/// Who is logged in at the computer.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum HostLogin {
    /// It has not been seen yet, so that nothing is said of it.
    Unseen,
    /// Nobody is: null.
    Nobody,
    /// Somebody is, or `service` where there is no such notion.
    Name(String),
}

impl HostLogin {
    const fn is_unseen(&self) -> bool {
        matches!(self, Self::Unseen)
    }
}

/// What the server answers, and says on each change.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    pub(crate) computer_id: String,
    pub(crate) guest_access: bool,
    pub(crate) sessions: Vec<Session>,
}

/// A session that goes on.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    pub(crate) guest_email: String,
}

/// Names a session; it is fit to stand in an address.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
#[serde(try_from = "String")]
pub(crate) struct SessionId(String);

impl TryFrom<String> for SessionId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if !text.is_empty() && text.bytes().all(is_plain) {
            Ok(Self(text))
        } else {
            Err("a session's id is letters, digits, hyphens and underscores")
        }
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The close code with which the server refuses a heartbeat; the reason is a problem's code.
pub(crate) const REFUSED: u16 = 4003;

/// The close code with which the agent says that there is no screen to show.
pub(crate) const NO_SCREEN: u16 = 4001;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ga_4_a_heartbeat_says_who_is_logged_in_or_nothing_of_it() {
        let ada = HostLogin::Name("ada".to_owned());
        check(&ada, r#"{"name":"lab","host_login":"ada","connection":"relay"}"#);
        check(&HostLogin::Nobody, r#"{"name":"lab","host_login":null,"connection":"relay"}"#);
        check(&HostLogin::Unseen, r#"{"name":"lab","connection":"relay"}"#);
    }

    #[test]
    fn what_is_not_known_in_an_answer_is_passed_over() {
        let text = r#"{"computer_id":"com_1","guest_access":true,"more":1,"sessions":[
            {"id":"ses_1","guest_email":"lin@example.org","permissions":["mouse"],"closes_at":null}]}"#;
        let answer: Answer = serde_json::from_str(text).unwrap();
        assert_eq!(answer.sessions[0].id.to_string(), "ses_1");
        assert!(serde_json::from_str::<SessionId>(r#""../x""#).is_err());
        assert!(serde_json::from_str::<SessionId>(r#""""#).is_err());
    }

    #[track_caller]
    fn check(host_login: &HostLogin, expected: &str) {
        let beat = Heartbeat { name: "lab", host_login, connection: "relay" };
        assert_eq!(serde_json::to_string(&beat).unwrap(), expected);
    }
}
