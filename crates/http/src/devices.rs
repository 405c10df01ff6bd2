//! Devices: enrolling them, and signing in with them (OR-8, OR-35).

use axum::extract::State;
use axum::http::HeaderMap;
use guest_app::view::Page;
use guest_app::{
    ChallengeView, DeviceDraft, DeviceEnrolled, DeviceLinkMade, DeviceTry, DeviceView,
    LinkedDevice, SignedIn,
};
use utoipa_axum::routes;

use crate::answer::{Answer, made, ok};
use crate::document::{Routes, Terms};
use crate::input::{Asked, At, Nothing, PageQuery, Posted, Sent};
use crate::limits::Limit;
use crate::server::Server;
use crate::sign_in::{admit, keep};
use crate::visitor::By;

pub(crate) fn routes(routes: Routes) -> Routes {
    const TAG: &str = "Devices";
    const SIGN_IN: &str = "Signing in";
    routes
        .on(routes!(challenge), &Terms::anyone(SIGN_IN).writes().optional_body())
        .on(
            routes!(sign_in),
            &Terms::anyone(SIGN_IN).writes().body().or(&["unauthenticated", "device_not_proven"]),
        )
        .on(routes!(devices), &Terms::team(TAG).query())
        .on(routes!(enrol), &Terms::team(TAG).writes().body().once())
        .on(routes!(make_link), &Terms::team(TAG).writes().optional_body().once())
        .on(
            routes!(enrol_with_link),
            &Terms::anyone(TAG).writes().body().or(&["unauthenticated", "link_unknown"]),
        )
}

/// Gives a device something to sign.
///
/// It signs, by ECDSA on P-256 with SHA-256, four lines without a line break at the end:
/// `guest device sign-in 1`, `server`, its own id, and `challenge`.
#[utoipa::path(
    post,
    path = "/v1/sign-in/device-challenge",
    request_body = Nothing,
    responses((status = 200, description = "What to sign.", body = ChallengeView)),
)]
async fn challenge(
    State(server): State<Server>,
    By(visitor): By,
    headers: HeaderMap,
    Sent { app, .. }: Sent<Nothing>,
) -> Answer {
    admit(&server, &visitor, &headers, Limit::Tries)?;
    ok(&app.device_challenge().await?)
}

/// Signs in with a device that has signed a challenge.
#[utoipa::path(
    post,
    path = "/v1/sign-in/device",
    request_body = DeviceTry,
    responses((
        status = 200,
        description = "Signed in; the cookie is the session.",
        body = SignedIn,
        headers(("Set-Cookie" = String, description = "The session's cookie.")),
    )),
)]
async fn sign_in(
    State(server): State<Server>,
    By(visitor): By,
    headers: HeaderMap,
    Sent { app, call, body }: Sent<DeviceTry>,
) -> Answer {
    admit(&server, &visitor, &headers, Limit::Tries)?;
    let signed_in = app.sign_in_by_device(&call, &body).await?;
    Ok(keep(ok(&signed_in)?, &server, &signed_in.cookie))
}

/// Lists one's own devices, the oldest first.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/devices",
    params(PageQuery),
    responses((status = 200, description = "The devices.", body = Page<DeviceView>)),
)]
async fn devices(
    At(team): At<String>,
    Asked { app, call, query: page, .. }: Asked<PageQuery>,
) -> Answer {
    ok(&app.devices(&call, &team, &page.into()).await?)
}

/// Enrols the browser that asks, in which one is signed in.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/devices",
    request_body = DeviceDraft,
    responses((status = 201, description = "The device.", body = DeviceView)),
)]
async fn enrol(
    At(team): At<String>,
    Posted { app, call, body, .. }: Posted<DeviceDraft>,
) -> Answer {
    made(&app.enrol_device(&call, &team, &body).await?)
}

/// Makes a link with which another browser is enrolled, within ten minutes; it is shown this once.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/device-links",
    request_body = Nothing,
    responses((status = 201, description = "The link.", body = DeviceLinkMade)),
)]
async fn make_link(At(team): At<String>, Posted { app, call, .. }: Posted<Nothing>) -> Answer {
    made(&app.make_device_link(&call, &team).await?)
}

/// Enrols the browser that asks with a link, once, and signs in.
#[utoipa::path(
    post,
    path = "/v1/device-links/enrol",
    request_body = LinkedDevice,
    responses((
        status = 201,
        description = "Enrolled and signed in; the cookie is the session.",
        body = DeviceEnrolled,
        headers(("Set-Cookie" = String, description = "The session's cookie.")),
    )),
)]
async fn enrol_with_link(
    State(server): State<Server>,
    By(visitor): By,
    headers: HeaderMap,
    Sent { app, call, body }: Sent<LinkedDevice>,
) -> Answer {
    admit(&server, &visitor, &headers, Limit::Tries)?;
    let enrolled = app.enrol_with_link(&call, &body).await?;
    Ok(keep(made(&enrolled)?, &server, &enrolled.cookie))
}
