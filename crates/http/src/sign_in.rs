//! Signing in by a mailed code, signing out, and who one is.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use guest_app::{CodeRequest, CodeTry, MeView, SignedIn};
use guest_core::{LOGIN_LIFE, Secret};
use utoipa_axum::routes;

use crate::answer::{Answer, done, later, ok};
use crate::document::{Routes, Terms};
use crate::edge::require_origin;
use crate::input::Sent;
use crate::limits::Limit;
use crate::problem::Problem;
use crate::server::{Server, Shared};
use crate::visitor::{Anyone, By, Known, Visitor};

pub(crate) fn routes(routes: Routes) -> Routes {
    const TAG: &str = "Signing in";
    routes
        .on(routes!(request_code), &Terms::anyone(TAG).writes().body().or(&["unauthenticated"]))
        .on(
            routes!(verify_code),
            &Terms::anyone(TAG).writes().body().or(&[
                "unauthenticated",
                "sign_in_code_wrong",
                "sign_in_code_expired",
                "code_used",
                "sign_in_exhausted",
            ]),
        )
        .on(routes!(sign_out), &Terms::anyone(TAG).writes().or(&["unauthenticated", "forbidden"]))
        .on(routes!(me), &Terms::known(TAG))
}

/// Mails a code to sign in with; the same answer for every address.
#[utoipa::path(
    post,
    path = "/v1/sign-in",
    request_body = CodeRequest,
    responses((status = 202, description = "A mail is on its way.")),
)]
async fn request_code(
    State(server): State<Server>,
    By(visitor): By,
    headers: HeaderMap,
    Sent { app, call, body }: Sent<CodeRequest>,
) -> Answer {
    admit(&server, &visitor, &headers, Limit::Codes)?;
    app.request_code(&call, &body).await?;
    Ok(later())
}

/// Signs in with a mailed code.
#[utoipa::path(
    post,
    path = "/v1/sign-in/verify",
    request_body = CodeTry,
    responses((
        status = 200,
        description = "Signed in; the cookie is the session.",
        body = SignedIn,
        headers(("Set-Cookie" = String, description = "The session's cookie.")),
    )),
)]
async fn verify_code(
    State(server): State<Server>,
    By(visitor): By,
    headers: HeaderMap,
    Sent { app, call, body }: Sent<CodeTry>,
) -> Answer {
    admit(&server, &visitor, &headers, Limit::Tries)?;
    let signed_in = app.verify_code(&call, &body).await?;
    let response = ok(&signed_in)?;
    Ok(keep_signed_in(response, &server, &signed_in))
}

/// Ends the browser's session.
#[utoipa::path(
    post,
    path = "/v1/sign-out",
    responses((
        status = 204,
        description = "Signed out.",
        headers(("Set-Cookie" = String, description = "Takes the cookie back.")),
    )),
)]
async fn sign_out(State(server): State<Server>, Anyone(call): Anyone) -> Answer {
    server.app.sign_out(&call).await?;
    Ok(forget(done(), &server))
}

/// Tells who one is, in which teams, and with which rights.
#[utoipa::path(
    get,
    path = "/v1/me",
    responses((status = 200, description = "Who one is.", body = MeView)),
)]
async fn me(State(server): State<Server>, Known(call): Known) -> Answer {
    ok(&server.app.me(&call).await?)
}

/// Keeps strangers within limits, and other sites' pages out (QU-31, QU-32).
pub(crate) fn admit(
    server: &Shared,
    visitor: &Visitor,
    headers: &HeaderMap,
    limit: Limit,
) -> Result<(), Problem> {
    if !visitor.is_operator() {
        server.limits.take(limit, visitor.peer)?;
    }
    match headers.get(header::ORIGIN) {
        Some(origin) => require_origin(server, Some(origin)),
        None => Ok(()), // Not a browser: those say where they are.
    }
}

/// Has the browser keep a session's secret.
pub(crate) fn keep_signed_in(
    response: Response,
    server: &Shared,
    signed_in: &SignedIn,
) -> Response {
    keep(response, server, &signed_in.cookie)
}

/// Has the browser keep the secret of a session, however it was proven.
pub(crate) fn keep(response: Response, server: &Shared, cookie: &Secret) -> Response {
    with_cookie(response, server, cookie.expose(), LOGIN_LIFE.num_seconds())
}

/// Takes a session's secret back from the browser.
pub(crate) fn forget(response: Response, server: &Shared) -> Response {
    with_cookie(response, server, "", 0)
}

/// Has the browser keep a session's secret for so many seconds (QU-32).
fn with_cookie(mut response: Response, server: &Shared, secret: &str, seconds: i64) -> Response {
    let name = server.origin.cookie();
    let secure = if server.origin.is_secure { "; Secure" } else { "" };
    let cookie =
        format!("{name}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    if let Ok(mut cookie) = HeaderValue::try_from(cookie) {
        cookie.set_sensitive(true);
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}
