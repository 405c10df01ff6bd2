//! Why a command came to nothing, and what the program's exit code is then (IF-20).

use std::error::Error;
use std::fmt::{self, Write as _};
use std::io;

use guest_app::Fault;
use guest_core::{Fact, Refusal as _};
use serde_json::{Map, Value, json};

/// Why a command came to nothing.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A rule said no.
    Refused(Problem),
    /// It was called wrongly.
    Usage(String),
    /// Something that should work does not.
    Broken(String),
    /// A check found something wrong and has said so already.
    Found,
    /// Nobody reads the output any more.
    Unread,
}

impl Failure {
    /// Returns the exit code: 1 if refused, 2 if called wrongly (IF-20).
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Refused(_) | Self::Broken(_) | Self::Found => 1,
            Self::Usage(_) => 2,
            Self::Unread => 0,
        }
    }

    /// Returns what is said on standard error; nothing where it was said already.
    pub(crate) fn words(&self, as_json: bool) -> Option<String> {
        match self {
            Self::Refused(problem) if as_json => Some(problem.0.to_string()),
            Self::Refused(problem) => Some(format!("error: {problem}")),
            Self::Usage(why) | Self::Broken(why) => Some(format!("error: {why}")),
            Self::Found | Self::Unread => None,
        }
    }

    /// Says what was being done when `error` came up, with everything behind it.
    pub(crate) fn doing(doing: &str, error: &dyn Error) -> Self {
        Self::Broken(format!("{doing}: {}", chain(error)))
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused(refused) => {
                let mut body = Map::new();
                body.insert("code".to_owned(), refused.code().into());
                body.insert("detail".to_owned(), refused.to_string().into());
                for (name, fact) in refused.facts() {
                    body.insert(name.to_owned(), plain(fact));
                }
                if let guest_app::Refused::Input(errors) = &refused {
                    let errors = errors.iter().map(|error| {
                        json!({ "pointer": error.pointer, "code": error.code, "detail": error.detail })
                    });
                    body.insert("errors".to_owned(), errors.collect());
                }
                Self::Refused(Problem(Value::Object(body)))
            }
            Fault::Store(error) => Self::Broken(chain(&error)),
        }
    }
}

impl From<guest_app::StoreError> for Failure {
    fn from(error: guest_app::StoreError) -> Self {
        Self::Broken(chain(&error))
    }
}

/// A refusal in the form that the API gives it (RFC 9457).
#[derive(Clone, Debug)]
pub(crate) struct Problem(pub(crate) Value);

impl Problem {
    /// Makes the refusal that nothing of this kind goes by the name or id given.
    pub(crate) fn not_found(what: &str, name: &str) -> Self {
        Self(json!({ "code": "not_found", "detail": format!("there is no {what} {name:?}") }))
    }

    /// Returns the code, if it is a refusal at all.
    pub(crate) fn code(&self) -> Option<&str> {
        self.0.get("code")?.as_str()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |value: &Value, field: &str| {
            value.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        write!(f, "{}: {}", text(&self.0, "code"), text(&self.0, "detail"))?;
        let errors = self.0.get("errors").and_then(Value::as_array);
        for error in errors.into_iter().flatten() {
            let (code, detail) = (text(error, "code"), text(error, "detail"));
            write!(f, "\n  {}: {code}: {detail}", text(error, "pointer"))?;
        }
        Ok(())
    }
}

/// Returns an error with everything behind it, from the outermost.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let inner_text = inner.to_string();
        // Some errors repeat their source in their own words.
        if !text.contains(&inner_text) {
            let _ = write!(text, ": {inner_text}");
        }
        source = inner.source();
    }
    text
}

impl From<io::Error> for Failure {
    /// Takes a failure to write the output; other failures say what was being done.
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::Unread
        } else {
            Self::doing("cannot write the output", &error)
        }
    }
}

fn plain(fact: Fact) -> Value {
    match fact {
        Fact::Text(text) => text.into(),
        Fact::Number(number) => number.into(),
        Fact::Texts(texts) => texts.into(),
        Fact::At(at) => at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true).into(),
        Fact::Nothing => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_20_a_refusal_says_code_detail_and_every_error() {
        let problem = Problem(json!({
            "code": "validation",
            "detail": "2 things are wrong with the request",
            "errors": [
                { "pointer": "/title", "code": "validation", "detail": "there is nothing" },
                { "pointer": "/emails/1", "code": "validation", "detail": "the address has no @" },
            ],
        }));
        assert_eq!(
            problem.to_string(),
            "validation: 2 things are wrong with the request\n  \
             /title: validation: there is nothing\n  \
             /emails/1: validation: the address has no @"
        );
        let refused = Failure::Refused(problem.clone());
        assert_eq!(refused.words(true), Some(problem.0.to_string()));
        assert!(refused.words(false).unwrap().starts_with("error: validation: 2 things"));
    }

    #[test]
    fn if_20_exit_codes() {
        let refused = Failure::Refused(Problem::not_found("computer", "studio-9"));
        assert_eq!(refused.exit_code(), 1);
        assert_eq!(Failure::Broken("x".to_owned()).exit_code(), 1);
        assert_eq!(Failure::Usage("x".to_owned()).exit_code(), 2);
        let unread = Failure::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!((unread.exit_code(), unread.words(false)), (0, None));
    }
}
