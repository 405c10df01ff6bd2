//! Signing in by a mailed code or by a link, and out (WB-1).
//!
//! Each page works without its script. A link only opens a page with one button: looking at it
//! changes nothing, whoever looks (QU-31).

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use guest_app::{Call, Caller, CodeRequest, CodeTry, SsoOffer};
use guest_core::{Email, Purpose, Secret};
use serde::Deserialize;

use super::form::{Form, Wrong};
use super::place::Person;
use super::{Shell, see_other};
use crate::answer::Answer;
use crate::input::At;
use crate::limits::Limit;
use crate::problem::{Problem, find};
use crate::server::{Server, Shared};
use crate::sign_in::{admit, forget, keep_signed_in};
use crate::visitor::{Anyone, By, Visitor};

pub(super) fn routes() -> Router<Server> {
    Router::new()
        .route("/", get(front))
        .route("/sign-in", get(ask).post(send))
        .route("/sign-in/code", get(ask_code).post(verify))
        .route("/sign-in/with/{secret}", get(offer).post(redeem))
        .route("/sign-out", post(sign_out))
}

/// `GET /`: the team of whoever is signed in, or all of them.
async fn front(State(server): State<Server>, person: Person) -> Response {
    match person.me.teams.as_slice() {
        [team] => see_other(&format!("/t/{}", team.id)),
        _ => super::page(&server, &FrontPage { shell: person.shell(&server), person: &person }),
    }
}

#[derive(Template)]
#[template(path = "front.html")]
struct FrontPage<'a> {
    shell: Shell<'a>,
    person: &'a Person,
}

/// Who wants to sign in, and where they wanted to go.
#[derive(Debug, Default, Deserialize)]
struct Wanted {
    #[serde(default)]
    email: String,
    #[serde(default)]
    to: String,
    /// The team at whose provider one wants to sign on.
    #[serde(default)]
    team: String,
    /// The problem because of which one is here though signed in.
    #[serde(default)]
    why: String,
}

impl Wanted {
    fn of(form: &Form) -> Self {
        Self {
            email: form.text("email").to_owned(),
            to: form.text("to").to_owned(),
            ..Self::default()
        }
    }

    /// Returns where to go on; only to a page of ours.
    fn to(&self) -> &str {
        local(&self.to).unwrap_or("/")
    }
}

/// `GET /sign-in`: asks for the address.
async fn ask(
    State(server): State<Server>,
    By(visitor): By,
    Query(wanted): Query<Wanted>,
) -> Response {
    // Whoever has just started the server may look here first; a store that does not answer is
    // no reason to show nothing.
    let is_set_up = server.app.is_set_up().await.unwrap_or(true);
    let step = if is_set_up { "" } else { "set-up" };
    show(&server, &visitor, step, &wanted, &Wrong::default())
}

/// `POST /sign-in`: mails a code, to any address alike.
async fn send(
    State(server): State<Server>,
    Anyone(call): Anyone,
    By(visitor): By,
    headers: HeaderMap,
    form: Form,
) -> Answer {
    let wanted = Wanted::of(&form);
    let request = CodeRequest { email: wanted.email.clone() };
    let sent = async {
        admit(&server, &visitor, &headers, Limit::Codes)?;
        server.app.request_code(&call, &request).await.map_err(Problem::from)
    };
    match sent.await {
        Ok(()) => {
            let mut address = form_urlencoded::Serializer::new(String::new());
            address.append_pair("email", wanted.email.trim()).append_pair("to", wanted.to());
            Ok(see_other(&format!("/sign-in/code?{}", address.finish())))
        }
        Err(problem) => {
            let wrong = Wrong::of(&problem, &["/email"]);
            Ok(show(&server, &visitor, "", &wanted, &wrong))
        }
    }
}

/// `GET /sign-in/code`: asks for the code, which the link of the mail has with it.
async fn ask_code(
    State(server): State<Server>,
    By(visitor): By,
    Query(wanted): Query<Wanted>,
) -> Response {
    show(&server, &visitor, "code", &wanted, &Wrong::default())
}

/// `POST /sign-in/code`: signs in, and goes on to where one wanted to go.
async fn verify(
    State(server): State<Server>,
    Anyone(call): Anyone,
    By(visitor): By,
    headers: HeaderMap,
    form: Form,
) -> Answer {
    let wanted = Wanted::of(&form);
    let attempt = CodeTry { email: wanted.email.clone(), code: form.text("code").to_owned() };
    let verified = async {
        admit(&server, &visitor, &headers, Limit::Tries)?;
        server.app.verify_code(&call, &attempt).await.map_err(Problem::from)
    };
    match verified.await {
        Ok(signed_in) => Ok(keep_signed_in(see_other(wanted.to()), &server, &signed_in)),
        Err(problem) => {
            let wrong = Wrong::of(&problem, &["/email"]);
            Ok(show(&server, &visitor, "code", &wanted, &wrong))
        }
    }
}

/// Shows the form for the address, or the one for the code.
fn show(
    server: &Shared,
    visitor: &Visitor,
    step: &str,
    wanted: &Wanted,
    wrong: &Wrong,
) -> Response {
    let token = visitor.form_token().unwrap_or_default();
    let shell = Shell::of(server).signed_in(None, &token, "");
    let (email, to) = (wanted.email.trim(), wanted.to());
    let (asks_code, is_set_up) = (step == "code", step != "set-up");
    // Why one is asked is said in the problem's own words.
    let why = [SSO, DEVICE].contains(&wanted.why.as_str()).then(|| find(&wanted.why)).flatten();
    let needs = why.map_or("", |code| code.next);
    // A page of a team says which team is meant.
    let of_page = to.strip_prefix("/t/").and_then(|rest| rest.split(['/', '?', '#']).next());
    let named = if wanted.team.is_empty() { of_page.unwrap_or_default() } else { &wanted.team };
    let sso = server.app.sso_offer(named.trim());
    let page = SignInPage { shell, asks_code, sso, is_set_up, needs, email, to, wrong };
    super::page_as(wrong.status(), server, &page)
}

#[derive(Template)]
#[template(path = "sign-in.html")]
struct SignInPage<'a> {
    shell: Shell<'a>,
    asks_code: bool,
    /// Where one can sign on instead (OR-35).
    sso: SsoOffer,
    /// Whether there is a team to sign in to.
    is_set_up: bool,
    /// What one has to sign in with, if it is asked for.
    needs: &'a str,
    email: &'a str,
    to: &'a str,
    wrong: &'a Wrong,
}

/// `GET /sign-in/with/{secret}`: offers to sign in by one button.
async fn offer(State(server): State<Server>, By(visitor): By, At(secret): At<String>) -> Answer {
    let caller = Caller::Login(handed(&secret)?.hash());
    let me = server.app.me(&Call { caller, origin: None, once: None }).await;
    let me = me.map_err(|_| used())?;
    let token = visitor.form_token().unwrap_or_default();
    let shell = Shell::of(&server).signed_in(None, &token, "");
    let page = OfferPage { shell, email: me.email.as_ref(), secret: &secret };
    Ok(super::page(&server, &page))
}

/// `POST /sign-in/with/{secret}`: signs in, once.
async fn redeem(
    State(server): State<Server>,
    Anyone(call): Anyone,
    By(visitor): By,
    At(secret): At<String>,
    headers: HeaderMap,
    _: Form,
) -> Answer {
    admit(&server, &visitor, &headers, Limit::Tries)?;
    let signed_in = server.app.redeem(&call, &handed(&secret)?).await?;
    Ok(keep_signed_in(see_other("/"), &server, &signed_in))
}

fn handed(secret: &str) -> Result<Secret, Problem> {
    Secret::parse(Purpose::SignIn, secret).ok_or_else(used)
}

fn used() -> Problem {
    Problem::new("code_used", "this link has been used; ask for a new one")
}

#[derive(Template)]
#[template(path = "sign-in-with.html")]
struct OfferPage<'a> {
    shell: Shell<'a>,
    email: Option<&'a Email>,
    secret: &'a str,
}

/// `POST /sign-out`: ends the browser's session.
async fn sign_out(State(server): State<Server>, Anyone(call): Anyone, form: Form) -> Answer {
    server.app.sign_out(&call).await?;
    let to = local(form.text("to")).unwrap_or("/sign-in");
    Ok(forget(see_other(to), &server))
}

/// Returns an address if it is one of our own pages, so that nobody is sent elsewhere (QU-32).
pub(super) fn local(address: &str) -> Option<&str> {
    let rest = address.strip_prefix('/')?;
    let leads_away =
        rest.starts_with(['/', '\\']) || !rest.bytes().all(|byte| byte.is_ascii_graphic());
    (!leads_away).then_some(address)
}

/// Where a session was not proven as a team requires, one signs in again (OR-35).
pub(super) const SSO: &str = "sso_required";

/// See [`SSO`].
pub(super) const DEVICE: &str = "device_required";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qu_32_nobody_is_sent_to_another_site() {
        for ours in ["/", "/t/acme", "/t/acme?q=lin%20x#inv_1"] {
            assert_eq!(local(ours), Some(ours));
        }
        for other in [
            "",
            "t",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/\t/evil.example",
            "/a\r\nb",
        ] {
            assert_eq!(local(other), None, "{other}");
        }
    }
}
