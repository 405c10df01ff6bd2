//! Asking to join a team, and signing on at an identity provider (WB-9, OR-30, OR-32, OR-35).
//!
//! These pages are for strangers, and work without their script; with it the browser makes a key
//! of its own, which becomes a device of the new user.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use axum::routing::{get, post};
use guest_app::{
    JoinDeviceDraft, JoinDraft, JoinPageView, JoinStatusView, SsoBack, SsoBegun, SsoEnded, SsoWish,
};
use guest_core::{FLOW_LIFE, JoinRequestId};
use serde::Deserialize;

use super::form::{Form, Wrong};
use super::sign_in::local;
use super::{Shell, see_other};
use crate::answer::Answer;
use crate::input::At;
use crate::limits::Limit;
use crate::problem::Problem;
use crate::server::{Server, Shared};
use crate::sign_in::{admit, keep};
use crate::visitor::{Anyone, By, Visitor};

pub(super) fn routes() -> Router<Server> {
    Router::new()
        .route("/join/{team}", get(show))
        .route("/join/{team}/sso", get(to_page).post(ask_by_sso))
        .route("/join/{team}/certificate", get(to_page).post(ask_by_certificate))
        .route("/join-request/{token}", get(status))
        .route("/join-request/{token}/cancel", post(cancel))
        .route("/sign-in/sso", post(sign_in))
        .route("/sso/callback", get(come_back))
}

/// `GET /join/{team}`: what the team's join link opens, for anybody (OR-30).
async fn show(State(server): State<Server>, By(visitor): By, At(team): At<String>) -> Answer {
    shown(&server, &visitor, &team, &Wrong::default()).await
}

/// `GET …/sso`: a form that was sent back is loaded again as the page it stands on.
async fn to_page(At(team): At<String>) -> Response {
    see_other(&format!("/join/{team}"))
}

/// `POST /join/{team}/sso`: goes to an identity provider, to come back with who one is.
async fn ask_by_sso(
    State(server): State<Server>,
    By(visitor): By,
    At(team): At<String>,
    headers: HeaderMap,
    form: Form,
) -> Answer {
    let wish = SsoWish::Join { id: form.text("id").to_owned(), device: device_in(&form) };
    match begin(&server, &visitor, &headers, &team, form.text("provider"), wish).await {
        Ok(response) => Ok(response),
        Err(problem) => shown(&server, &visitor, &team, &Wrong::of(&problem, &[])).await,
    }
}

/// `POST /join/{team}/certificate`: takes a request that was signed on one's own machine (OR-33).
async fn ask_by_certificate(
    State(server): State<Server>,
    Anyone(call): Anyone,
    By(visitor): By,
    At(team): At<String>,
    headers: HeaderMap,
    form: Form,
) -> Answer {
    let Ok(draft) = serde_json::from_str::<JoinDraft>(form.text("request")) else {
        let wrong = Wrong::saying(
            "This is not a signed request. Take the whole file that the command wrote.",
        );
        return shown(&server, &visitor, &team, &wrong).await;
    };
    let submitted = async {
        admit(&server, &visitor, &headers, Limit::Joins)?;
        server.app.submit_join_request(&call, &team, &draft).await.map_err(Problem::from)
    };
    match submitted.await {
        Ok(joined) => Ok(see_other(&format!("/join-request/{}", joined.token))),
        Err(problem) => shown(&server, &visitor, &team, &Wrong::of(&problem, &[])).await,
    }
}

/// `GET /join-request/{token}`: what became of one's own request.
async fn status(State(server): State<Server>, By(visitor): By, At(token): At<String>) -> Answer {
    let token_of_forms = visitor.form_token().unwrap_or_default();
    let status = server.app.join_status(&token, None).await?;
    let shell = Shell::of(&server).signed_in(None, &token_of_forms, "");
    Ok(super::page(&server, &StatusPage { shell, status: &status, token: &token }))
}

/// `POST /join-request/{token}/cancel`: takes it back.
async fn cancel(
    State(server): State<Server>,
    Anyone(call): Anyone,
    At(token): At<String>,
    _: Form,
) -> Answer {
    server.app.cancel_join_request(&call, &token, None).await?;
    Ok(see_other(&format!("/join-request/{token}")))
}

/// `POST /sign-in/sso`: goes to a team's identity provider, to come back signed in.
async fn sign_in(
    State(server): State<Server>,
    By(visitor): By,
    headers: HeaderMap,
    form: Form,
) -> Answer {
    let to = local(form.text("to")).unwrap_or("/").to_owned();
    let wish = SsoWish::SignIn { to };
    let (team, provider) = (form.text("team"), form.text("provider"));
    begin(&server, &visitor, &headers, team, provider, wish).await
}

/// What a provider sends a browser back with.
#[derive(Debug, Default, Deserialize)]
struct Back {
    #[serde(default)]
    state: String,
    code: Option<String>,
    iss: Option<String>,
}

/// `GET /sso/callback`: comes back from a provider, and does what was wanted.
async fn come_back(
    State(server): State<Server>,
    Anyone(call): Anyone,
    By(visitor): By,
    headers: HeaderMap,
    Query(back): Query<Back>,
) -> Answer {
    admit(&server, &visitor, &headers, Limit::Joins)?;
    let sealed = kept(&headers, &server).unwrap_or_default();
    let back = SsoBack { state: back.state, code: back.code, issuer: back.iss };
    let ended = match server.app.end_sso(&call, &sealed, back).await.map_err(Problem::from) {
        Ok(ended) => ended,
        // Only the person can mend what the provider says of them, so that they are told why.
        Err(problem) if problem.code() == "identity_unverified" => {
            let wrong = Wrong::of(&problem, &[]);
            let page = RefusedPage { shell: Shell::of(&server), wrong: &wrong };
            let response = super::page_as(wrong.status(), &server, &page);
            return Ok(keeping(response, &server, "", 0));
        }
        Err(problem) => return Err(problem),
    };
    let response = match ended {
        SsoEnded::SignedIn { signed_in, to } => {
            let to = local(&to).unwrap_or("/").to_owned();
            keep(arriving(&server, &to), &server, &signed_in.cookie)
        }
        SsoEnded::Joined(joined) => see_other(&format!("/join-request/{}", joined.token)),
    };
    Ok(keeping(response, &server, "", 0))
}

/// Goes to a provider; the browser keeps what was begun.
///
/// A page leads on instead of a redirection: the address that a form is sent to may not lead to
/// another site (QU-32).
async fn begin(
    server: &Shared,
    visitor: &Visitor,
    headers: &HeaderMap,
    team: &str,
    provider: &str,
    wish: SsoWish,
) -> Answer {
    admit(server, visitor, headers, Limit::Joins)?;
    let SsoBegun { url, sealed } = server.app.begin_sso(team, provider, wish).await?;
    let page = GoPage { shell: Shell::of(server), url: &url };
    let seconds = FLOW_LIFE.num_seconds();
    Ok(keeping(super::page(server, &page), server, &sealed, seconds))
}

/// Leads on to a page of ours that needs the session: after coming from another site a browser
/// does not send the new cookie with a redirection.
fn arriving(server: &Shared, to: &str) -> Response {
    super::page(server, &GoPage { shell: Shell::of(server), url: to })
}

async fn shown(server: &Shared, visitor: &Visitor, team: &str, wrong: &Wrong) -> Answer {
    let view = server.app.join_page(team).await?;
    let token = visitor.form_token().unwrap_or_default();
    let page = JoinPage {
        shell: Shell::of(server).signed_in(None, &token, ""),
        server: &server.app.config().public_url,
        request: server.app.draw_join_request(),
        view: &view,
        wrong,
    };
    Ok(super::page_as(wrong.status(), server, &page))
}

/// Reads the browser's key from a form; there is none without a script.
fn device_in(form: &Form) -> Option<JoinDeviceDraft> {
    let (name, key) = (form.text("device_name"), form.text("device_key"));
    (!key.is_empty()).then(|| JoinDeviceDraft { name: name.to_owned(), key: key.to_owned() })
}

/// Has the browser keep what was begun, for so many seconds.
fn keeping(mut response: Response, server: &Shared, sealed: &str, seconds: i64) -> Response {
    let secure = if server.origin.is_secure { "; Secure" } else { "" };
    let name = cookie(server);
    let cookie =
        format!("{name}={sealed}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    if let Ok(mut cookie) = HeaderValue::try_from(cookie) {
        cookie.set_sensitive(true);
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Returns what the browser has kept.
fn kept(headers: &HeaderMap, server: &Shared) -> Option<String> {
    let name = cookie(server);
    let cookies = headers.get_all(header::COOKIE).into_iter();
    let mut pairs = cookies
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
}

fn cookie(server: &Shared) -> String {
    format!("{}-sso", server.origin.cookie())
}

#[derive(Template)]
#[template(path = "join.html")]
struct JoinPage<'a> {
    shell: Shell<'a>,
    view: &'a JoinPageView,
    request: JoinRequestId,
    server: &'a str,
    wrong: &'a Wrong,
}

#[derive(Template)]
#[template(path = "join/go.html")]
struct GoPage<'a> {
    shell: Shell<'a>,
    url: &'a str,
}

#[derive(Template)]
#[template(path = "join/refused.html")]
struct RefusedPage<'a> {
    shell: Shell<'a>,
    wrong: &'a Wrong,
}

#[derive(Template)]
#[template(path = "join/status.html")]
struct StatusPage<'a> {
    shell: Shell<'a>,
    status: &'a JoinStatusView,
    token: &'a str,
}
