//! API keys (IF-2).

use axum::extract::State;
use guest_app::view::Page;
use guest_app::{ApiKeyDraft, ApiKeyMade, ApiKeyView};
use guest_core::ApiKeyId;
use utoipa_axum::routes;

use crate::answer::{Answer, done, made, ok};
use crate::document::{Routes, Terms};
use crate::input::{Asked, At, PageQuery, Posted};
use crate::server::Server;
use crate::visitor::Known;

pub(crate) fn routes(routes: Routes) -> Routes {
    const TAG: &str = "API keys";
    routes
        .on(routes!(api_keys), &Terms::team(TAG).query())
        .on(routes!(make_api_key), &Terms::team(TAG).writes().body().once())
        .on(routes!(delete_api_key), &Terms::team(TAG).writes())
}

/// Lists a team's API keys, the oldest first.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/api-keys",
    params(PageQuery),
    responses((status = 200, description = "The keys, without their secrets.", body = Page<ApiKeyView>)),
)]
async fn api_keys(
    At(team): At<String>,
    Asked { app, call, query: page, .. }: Asked<PageQuery>,
) -> Answer {
    ok(&app.api_keys(&call, &team, &page.into()).await?)
}

/// Makes an API key; the key itself is shown this once.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/api-keys",
    request_body = ApiKeyDraft,
    responses((status = 201, description = "The key.", body = ApiKeyMade)),
)]
async fn make_api_key(
    At(team): At<String>,
    Posted { app, call, body, .. }: Posted<ApiKeyDraft>,
) -> Answer {
    made(&app.make_api_key(&call, &team, &body).await?)
}

/// Deletes an API key; it opens nothing any more.
#[utoipa::path(
    delete,
    path = "/v1/teams/{team}/api-keys/{id}",
    responses((status = 204, description = "Deleted.")),
)]
async fn delete_api_key(
    State(server): State<Server>,
    Known(call): Known,
    At((team, id)): At<(String, ApiKeyId)>,
) -> Answer {
    server.app.delete_api_key(&call, &team, id).await?;
    Ok(done())
}
