//! Who makes a request, as far as the request itself says (IF-2, QU-32).

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use guest_app::{Call, Caller, Denied};
use guest_core::{Email, JoinLink, Purpose, Secret};
#[cfg(feature = "pages")]
use sha2::{Digest as _, Sha256};

use crate::problem::Problem;
use crate::server::{Server, Shared};

/// A request extension that makes its bearer the operator of the server.
///
/// Whoever holds the application in the same process may insert it (the command
/// line does, since it works on the data directory itself); nothing that comes
/// over the wire can.
#[derive(Clone, Debug, Default)]
pub struct OperatorAccess {
    /// The user to act as, with that user's rights; nobody for the operator's own.
    pub acting: Option<Email>,
}

/// Who makes a request, as far as the request itself says.
#[derive(Debug)]
pub(crate) struct Visitor {
    pub(crate) peer: Option<IpAddr>,
    /// Whether a proxy says that it asks for somebody else.
    is_forwarded: bool,
    shows: Shows,
}

/// What a request shows of who makes it.
#[derive(Debug)]
enum Shows {
    Nothing,
    /// A bearer token that is none of ours.
    Nonsense,
    Cookie(Secret),
    ApiKey(Secret),
    Agent(Secret),
    Operator(OperatorAccess),
}

impl Visitor {
    /// Reads who makes a request; a bearer token goes before a cookie.
    pub(crate) fn of(request: &Request, server: &Shared) -> Self {
        let extensions = request.extensions();
        let socket = extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(at)| at.ip());
        let forwarded = || forwarded_for(request.headers());
        let peer = if server.options.trust_proxy { forwarded().or(socket) } else { socket };
        let shows = match extensions.get::<OperatorAccess>() {
            Some(access) => Shows::Operator(access.clone()),
            None => Shows::read(request.headers(), server.origin.cookie()),
        };
        let is_forwarded = request.headers().contains_key(FORWARDED_FOR)
            || request.headers().contains_key(header::FORWARDED);
        Self { peer, is_forwarded: is_forwarded && !server.options.trust_proxy, shows }
    }

    /// Returns whether the request comes from this machine itself.
    pub(crate) fn is_local(&self) -> bool {
        !self.is_forwarded && self.peer.is_some_and(|peer| peer.to_canonical().is_loopback())
    }

    /// Returns whether nothing shown could tell who it is.
    pub(crate) const fn is_stranger(&self) -> bool {
        matches!(self.shows, Shows::Nothing | Shows::Nonsense)
    }

    /// Returns whether the browser sends the credential by itself, whoever made the request.
    pub(crate) const fn has_cookie(&self) -> bool {
        matches!(self.shows, Shows::Cookie(_))
    }

    /// Returns what the forms of pages carry, to show that they were made for this session (QU-32).
    ///
    /// Whoever does not know the session's secret cannot tell it.
    #[cfg(feature = "pages")]
    pub(crate) fn form_token(&self) -> Option<String> {
        match &self.shows {
            Shows::Cookie(secret) => {
                let mut hash = Sha256::new();
                hash.update(b"form\n");
                hash.update(secret.expose());
                let token = hash.finalize().into_iter();
                Some(token.fold(String::new(), |token, byte| format!("{token}{byte:02x}")))
            }
            Shows::Nothing
            | Shows::Nonsense
            | Shows::ApiKey(_)
            | Shows::Agent(_)
            | Shows::Operator(_) => None,
        }
    }

    /// Returns whether limits do not count, since no stranger can be this.
    pub(crate) const fn is_operator(&self) -> bool {
        matches!(self.shows, Shows::Operator(_))
    }

    /// Returns the call that the request makes.
    fn call(&self) -> Call {
        let caller = match &self.shows {
            Shows::Nothing | Shows::Nonsense | Shows::Agent(_) => Caller::Nobody,
            Shows::Cookie(secret) => Caller::Login(secret.hash()),
            Shows::ApiKey(secret) => Caller::ApiKey(secret.hash()),
            Shows::Operator(access) => Caller::Operator { acting: access.acting.clone() },
        };
        Call { caller, origin: self.origin(), once: None }
    }

    pub(crate) fn origin(&self) -> Option<String> {
        self.peer.map(|peer| peer.to_canonical().to_string())
    }
}

impl Shows {
    fn read(headers: &HeaderMap, cookie: &str) -> Self {
        let bearer = headers.get(header::AUTHORIZATION).and_then(|value| bearer(value.as_bytes()));
        if let Some(token) = bearer {
            let Ok(token) = str::from_utf8(token) else { return Self::Nonsense };
            let agent = || {
                Secret::parse(Purpose::ComputerKey, token)
                    .or_else(|| Secret::parse(Purpose::AgentToken, token))
            };
            return Secret::parse(Purpose::ApiKey, token)
                .map(Self::ApiKey)
                .or_else(|| agent().map(Self::Agent))
                .unwrap_or(Self::Nonsense);
        }
        let cookies = headers.get_all(header::COOKIE).into_iter();
        cookies
            .filter_map(|cookies| cookies.to_str().ok())
            .flat_map(|cookies| cookies.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| *name == cookie)
            .find_map(|(_, value)| Secret::parse(Purpose::SignIn, value))
            .map_or(Self::Nothing, Self::Cookie)
    }
}

/// Whoever calls, signed in or not.
pub(crate) struct Anyone(pub(crate) Call);

impl FromRequestParts<Server> for Anyone {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Server) -> Result<Self, Problem> {
        anyone(parts).map(Self)
    }
}

/// Whoever calls with a credential; whether it holds is for the use case to find out.
pub(crate) struct Known(pub(crate) Call);

impl FromRequestParts<Server> for Known {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Server) -> Result<Self, Problem> {
        known(parts).map(Self)
    }
}

/// Returns the call of whoever calls, signed in or not.
pub(crate) fn anyone(parts: &Parts) -> Result<Call, Problem> {
    let visitor = visitor(parts)?;
    match visitor.shows {
        // Whoever means to show something is not taken for somebody who shows nothing.
        Shows::Nonsense | Shows::Agent(_) => Err(Denied::Unauthenticated.into()),
        Shows::Nothing | Shows::Cookie(_) | Shows::ApiKey(_) | Shows::Operator(_) => {
            Ok(visitor.call())
        }
    }
}

/// Returns the call of somebody with a credential.
pub(crate) fn known(parts: &Parts) -> Result<Call, Problem> {
    let call = visitor(parts)?.call();
    match call.caller {
        Caller::Nobody => Err(Denied::Unauthenticated.into()),
        Caller::Login(_) | Caller::ApiKey(_) | Caller::Operator { .. } => Ok(call),
    }
}

/// A computer's agent, by its secret, and where it calls from.
pub(crate) struct Agent {
    pub(crate) secret: Secret,
    pub(crate) origin: Option<String>,
}

impl FromRequestParts<Server> for Agent {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Server) -> Result<Self, Problem> {
        let visitor = visitor(parts)?;
        match &visitor.shows {
            Shows::Agent(secret) => Ok(Self { secret: secret.clone(), origin: visitor.origin() }),
            Shows::Nothing
            | Shows::Nonsense
            | Shows::Cookie(_)
            | Shows::ApiKey(_)
            | Shows::Operator(_) => Err(Denied::Unauthenticated.into()),
        }
    }
}

/// Somebody with the token of their own request to join (OR-30).
pub(crate) struct Applicant {
    pub(crate) token: String,
    pub(crate) call: Call,
}

impl FromRequestParts<Server> for Applicant {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Server) -> Result<Self, Problem> {
        let shown = parts.headers.get(header::AUTHORIZATION);
        let token = shown.and_then(|value| bearer(value.as_bytes())).unwrap_or_default();
        let token = str::from_utf8(token).ok().filter(|token| token.starts_with(JoinLink::PREFIX));
        let token = token.ok_or(Denied::Unauthenticated)?.to_owned();
        Ok(Self { token, call: visitor(parts)?.call() })
    }
}

/// Who makes the request, for what is limited by where it comes from.
pub(crate) struct By(pub(crate) Arc<Visitor>);

impl FromRequestParts<Server> for By {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Server) -> Result<Self, Problem> {
        visitor(parts).map(|visitor| Self(Arc::clone(visitor)))
    }
}

/// Returns who makes a request.
pub(crate) fn visitor(parts: &Parts) -> Result<&Arc<Visitor>, Problem> {
    // The outermost layer puts it there.
    parts.extensions.get().ok_or_else(|| Denied::Unauthenticated.into())
}

/// Returns the token of an `Authorization` header, if it is of the scheme `Bearer`.
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = value.split_at_checked(SCHEME.len())?;
    scheme.eq_ignore_ascii_case(SCHEME).then(|| rest.trim_ascii())
}

/// Returns the address that the nearest proxy vouches for: the last one it was told.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all(FORWARDED_FOR).into_iter().next_back()?;
    let address = last.to_str().ok()?.rsplit(',').next()?.trim();
    let with_port = || address.parse::<SocketAddr>().map(|address| address.ip());
    address.parse().or_else(|_| with_port()).ok()
}

const SCHEME: &[u8] = b"bearer ";

const FORWARDED_FOR: &str = "x-forwarded-for";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_2_a_bearer_token_goes_before_a_cookie() {
        let (key, session) = (text(Purpose::ApiKey), text(Purpose::SignIn));
        let cookie = format!("other=1; guest={session}");
        check(&[], "nothing");
        check(&[("cookie", &cookie)], "cookie");
        check(&[("cookie", &cookie), ("authorization", &format!("Bearer {key}"))], "key");
        check(&[("authorization", &format!("bearer  {key}"))], "key");
        check(&[("authorization", &format!("Bearer {}", text(Purpose::AgentToken)))], "agent");
        check(&[("authorization", &format!("Bearer {}", text(Purpose::ComputerKey)))], "agent");
        check(&[("cookie", &cookie), ("authorization", "Bearer gk_x")], "nonsense");
        check(&[("authorization", &format!("Bearer {session}"))], "nonsense");
        check(&[("cookie", &cookie), ("authorization", "Basic eDp5")], "cookie");
        check(&[("cookie", "guest=si_x")], "nothing");
        check(&[("cookie", &format!("__Host-guest={session}"))], "nothing");
    }

    #[test]
    fn only_the_nearest_proxy_is_believed() {
        let from = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(FORWARDED_FOR, value.parse().unwrap());
            }
            forwarded_for(&headers).map(|peer| peer.to_string())
        };
        assert_eq!(from(&[]), None);
        assert_eq!(from(&["10.0.0.1, 192.0.2.7"]), Some("192.0.2.7".to_owned()));
        assert_eq!(from(&["192.0.2.7", "2001:db8::1"]), Some("2001:db8::1".to_owned()));
        assert_eq!(from(&["192.0.2.7:4711"]), Some("192.0.2.7".to_owned()));
        assert_eq!(from(&["unknown"]), None);
    }

    #[track_caller]
    fn check(headers: &[(&'static str, &str)], expected: &str) {
        let headers =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        let shown = match Shows::read(&headers.collect(), "guest") {
            Shows::Nothing => "nothing",
            Shows::Nonsense => "nonsense",
            Shows::Cookie(_) => "cookie",
            Shows::ApiKey(_) => "key",
            Shows::Agent(_) => "agent",
            Shows::Operator(_) => "operator",
        };
        assert_eq!(shown, expected);
    }

    fn text(purpose: Purpose) -> String {
        Secret::new(purpose, &[7; 32]).expose().to_owned()
    }
}
