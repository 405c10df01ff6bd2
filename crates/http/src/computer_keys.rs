//! Computer keys: what agents provision team computers with (GA-1).

use axum::extract::State;
use guest_app::view::Page;
use guest_app::{ComputerKeyMade, ComputerKeyView, KeyDraft};
use guest_core::ComputerKeyId;
use utoipa_axum::routes;

use crate::answer::{Answer, done, made, ok};
use crate::document::{Routes, Terms};
use crate::input::{Asked, At, PageQuery, Posted};
use crate::server::Server;
use crate::visitor::Known;

pub(crate) fn routes(routes: Routes) -> Routes {
    const TAG: &str = "Computer keys";
    routes
        .on(routes!(computer_keys), &Terms::team(TAG).query())
        .on(routes!(make_computer_key), &Terms::team(TAG).writes().body().once())
        .on(routes!(delete_computer_key), &Terms::team(TAG).writes())
}

/// Lists a team's computer keys, the oldest first.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/computer-keys",
    params(PageQuery),
    responses((status = 200, description = "The keys, without their secrets.", body = Page<ComputerKeyView>)),
)]
async fn computer_keys(
    At(team): At<String>,
    Asked { app, call, query: page, .. }: Asked<PageQuery>,
) -> Answer {
    ok(&app.computer_keys(&call, &team, &page.into()).await?)
}

/// Makes a computer key; the secret is shown this once.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/computer-keys",
    request_body = KeyDraft,
    responses((status = 201, description = "The key.", body = ComputerKeyMade)),
)]
async fn make_computer_key(
    At(team): At<String>,
    Posted { app, call, body, .. }: Posted<KeyDraft>,
) -> Answer {
    made(&app.make_computer_key(&call, &team, &body).await?)
}

/// Deletes a computer key; its computers go offline, and invites stay.
#[utoipa::path(
    delete,
    path = "/v1/teams/{team}/computer-keys/{id}",
    responses((status = 204, description = "Deleted.")),
)]
async fn delete_computer_key(
    State(server): State<Server>,
    Known(call): Known,
    At((team, id)): At<(String, ComputerKeyId)>,
) -> Answer {
    server.app.delete_computer_key(&call, &team, id).await?;
    Ok(done())
}
