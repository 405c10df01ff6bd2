//! Users of a team.

use axum::extract::State;
use axum::http::StatusCode;
use guest_app::view::Page;
use guest_app::{BulkAnswer, BulkRequest, RevocationView, RevokeRequest, UserChange, UserView};
use guest_core::UserId;
use utoipa_axum::routes;

use crate::answer::{Answer, ok, tagged};
use crate::document::{Routes, Terms};
use crate::input::{Asked, At, PageQuery, Posted};
use crate::server::Server;
use crate::visitor::Known;

pub(crate) fn routes(routes: Routes) -> Routes {
    const TAG: &str = "Users";
    let profiles = ["own_profile", "profile_fixed", "owner_must_be_administrator"];
    let revoking = ["own_account", "last_owner", "already_revoked"];
    routes
        .on(routes!(users), &Terms::team(TAG).query())
        .on(routes!(user), &Terms::team(TAG).versioned())
        .on(
            routes!(change_user),
            &Terms::team(TAG)
                .writes()
                .body()
                .guarded()
                .versioned()
                .or(&profiles)
                .or(&["last_owner", "already_revoked"]),
        )
        .on(routes!(change_profiles), &Terms::team(TAG).writes().body().or(&profiles))
        .on(routes!(revocation), &Terms::team(TAG).or(&revoking))
        .on(
            routes!(revoke_user),
            &Terms::team(TAG).writes().optional_body().versioned().or(&revoking),
        )
}

/// Lists the users of a team; External users see pseudonyms for others.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/users",
    params(PageQuery),
    responses((status = 200, description = "The users.", body = Page<UserView>)),
)]
async fn users(
    At(team): At<String>,
    Asked { app, call, query: page, .. }: Asked<PageQuery>,
) -> Answer {
    ok(&app.users(&call, &team, &page.into()).await?)
}

/// Shows a user.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/users/{id}",
    responses((status = 200, description = "The user.", body = UserView)),
)]
async fn user(
    State(server): State<Server>,
    Known(call): Known,
    At((team, id)): At<(String, UserId)>,
) -> Answer {
    tagged(StatusCode::OK, &server.app.user(&call, &team, id).await?)
}

/// Changes what a user is; what is absent stays.
#[utoipa::path(
    patch,
    path = "/v1/teams/{team}/users/{id}",
    request_body = UserChange,
    responses((status = 200, description = "The user as they are now.", body = UserView)),
)]
async fn change_user(
    At((team, id)): At<(String, UserId)>,
    Posted { app, call, body, based_on }: Posted<UserChange>,
) -> Answer {
    tagged(StatusCode::OK, &app.change_user(&call, &team, id, &body, based_on).await?)
}

/// Gives many users one profile: all of those whom it can be given to, or none.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/users/change-profiles",
    request_body = BulkRequest,
    responses((status = 200, description = "What became of each.", body = BulkAnswer)),
)]
async fn change_profiles(
    At(team): At<String>,
    Posted { app, call, body, .. }: Posted<BulkRequest>,
) -> Answer {
    ok(&app.change_profiles(&call, &team, &body).await?)
}

/// Tells what revoking a user would do, and does nothing.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/users/{id}/revocation",
    responses((status = 200, description = "What would happen.", body = RevocationView)),
)]
async fn revocation(
    State(server): State<Server>,
    Known(call): Known,
    At((team, id)): At<(String, UserId)>,
) -> Answer {
    ok(&server.app.revocation(&call, &team, id).await?)
}

/// Revokes a user, for good.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/users/{id}/revoke",
    request_body = RevokeRequest,
    responses((status = 200, description = "The user, revoked.", body = UserView)),
)]
async fn revoke_user(
    At((team, id)): At<(String, UserId)>,
    Posted { app, call, body, .. }: Posted<RevokeRequest>,
) -> Answer {
    tagged(StatusCode::OK, &app.revoke_user(&call, &team, id, &body).await?)
}
