//! Requests to join a team (OR-30 to OR-34).

use axum::extract::State;
use axum::http::HeaderMap;
use guest_app::view::Page;
use guest_app::{
    AcceptManyDraft, AcceptedMany, JoinAcceptDraft, JoinDraft, JoinFilter, JoinPageView,
    JoinRequestView, JoinStatusView, Joined, Paging,
};
use guest_core::JoinRequestId;
use serde::Deserialize;
use utoipa_axum::routes;

use crate::answer::{Answer, done, made, ok};
use crate::document::{Routes, Terms};
use crate::input::{Asked, At, Nothing, Posted, Sent};
use crate::limits::Limit;
use crate::server::Server;
use crate::sign_in::admit;
use crate::visitor::{Applicant, By, Known};

pub(crate) fn routes(routes: Routes) -> Routes {
    const TAG: &str = "Join requests";
    let change = Terms::team(TAG).writes().or(&["join_request_ended"]);
    let accept = change.clone().body().or(&["certificate_lapsed", "already_member"]);
    routes
        .on(routes!(join_page), &Terms::anyone(TAG).or(&["join_requests_off"]))
        .on(
            routes!(submit),
            &Terms::anyone(TAG).writes().body().or(&[
                "unauthenticated",
                "join_requests_off",
                "join_request_known",
                "identity_unverified",
                "provider_unreachable",
            ]),
        )
        .on(routes!(join_status), &Terms::applicant(TAG))
        .on(routes!(cancel), &Terms::applicant(TAG).or(&["join_request_ended"]))
        .on(routes!(join_requests), &Terms::team(TAG).query())
        .on(routes!(join_request), &Terms::team(TAG))
        .on(routes!(accept_join_request), &accept)
        .on(routes!(accept_join_requests), &Terms::team(TAG).writes().body())
        .on(routes!(reject_join_request), &change.optional_body())
}

/// Which join requests to list.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct JoinQuery {
    /// `submitted` (the default), `accepted`, `rejected`, `cancelled` or `all`.
    #[serde(default)]
    state: Option<String>,
    /// How many at most: 1 to 200.
    #[serde(default)]
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[serde(default)]
    cursor: Option<String>,
}

/// Tells in which ways one can ask to join a team.
///
/// Of a team that takes no requests it tells as little as of one that does not exist.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/join",
    responses((status = 200, description = "The ways.", body = JoinPageView)),
)]
async fn join_page(State(server): State<Server>, At(team): At<String>) -> Answer {
    ok(&server.app.join_page(&team).await?)
}

/// Asks to join a team, with a certificate.
///
/// What its key signs is written down in `docs/join-requests.md`. Who has an identity provider
/// asks at the team's join page, in a browser.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/join-requests",
    request_body = JoinDraft,
    responses((status = 201, description = "Submitted.", body = Joined)),
)]
async fn submit(
    State(server): State<Server>,
    By(visitor): By,
    headers: HeaderMap,
    At(team): At<String>,
    Sent { app, call, body }: Sent<JoinDraft>,
) -> Answer {
    admit(&server, &visitor, &headers, Limit::Joins)?;
    made(&app.submit_join_request(&call, &team, &body).await?)
}

/// Shows what became of one's own request.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/join-requests/{id}/status",
    responses((status = 200, description = "What became of it.", body = JoinStatusView)),
)]
async fn join_status(
    State(server): State<Server>,
    Applicant { token, .. }: Applicant,
    At((team, id)): At<(String, JoinRequestId)>,
) -> Answer {
    ok(&server.app.join_status(&token, Some((&team, id))).await?)
}

/// Takes one's own request back.
#[utoipa::path(
    delete,
    path = "/v1/teams/{team}/join-requests/{id}",
    responses((status = 204, description = "Cancelled.")),
)]
async fn cancel(
    State(server): State<Server>,
    Applicant { token, call }: Applicant,
    At((team, id)): At<(String, JoinRequestId)>,
) -> Answer {
    server.app.cancel_join_request(&call, &token, Some((&team, id))).await?;
    Ok(done())
}

/// Lists requests to join, the oldest first.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/join-requests",
    params(JoinQuery),
    responses((status = 200, description = "The requests.", body = Page<JoinRequestView>)),
)]
async fn join_requests(
    At(team): At<String>,
    Asked { app, call, query, .. }: Asked<JoinQuery>,
) -> Answer {
    let limit = query.limit.unwrap_or(Paging::default().limit);
    let paging = Paging { limit, cursor: query.cursor };
    let filter = JoinFilter { state: query.state };
    ok(&app.join_requests(&call, &team, &filter, &paging).await?)
}

/// Shows a request to join, with what was vouched for.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/join-requests/{id}",
    responses((status = 200, description = "The request.", body = JoinRequestView)),
)]
async fn join_request(
    State(server): State<Server>,
    Known(call): Known,
    At((team, id)): At<(String, JoinRequestId)>,
) -> Answer {
    ok(&server.app.join_request(&call, &team, id).await?)
}

/// Accepts a request to join: the person is a user from then on.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/join-requests/{id}/accept",
    request_body = JoinAcceptDraft,
    responses((status = 200, description = "The request, accepted.", body = JoinRequestView)),
)]
async fn accept_join_request(
    At((team, id)): At<(String, JoinRequestId)>,
    Posted { app, call, body, .. }: Posted<JoinAcceptDraft>,
) -> Answer {
    ok(&app.accept_join_request(&call, &team, id, &body).await?)
}

/// Accepts several requests to join; each stands for itself.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/join-requests/accept",
    request_body = AcceptManyDraft,
    responses((status = 200, description = "What became of each.", body = AcceptedMany)),
)]
async fn accept_join_requests(
    At(team): At<String>,
    Posted { app, call, body, .. }: Posted<AcceptManyDraft>,
) -> Answer {
    ok(&app.accept_join_requests(&call, &team, &body).await?)
}

/// Rejects a request to join.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/join-requests/{id}/reject",
    request_body = Nothing,
    responses((status = 200, description = "The request, rejected.", body = JoinRequestView)),
)]
async fn reject_join_request(
    At((team, id)): At<(String, JoinRequestId)>,
    Posted { app, call, .. }: Posted<Nothing>,
) -> Answer {
    ok(&app.reject_join_request(&call, &team, id).await?)
}
