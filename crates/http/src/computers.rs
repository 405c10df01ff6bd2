//! Computers.

use axum::extract::State;
use axum::http::StatusCode;
use guest_app::view::{ComputerView, Page};
use guest_app::{ComputerChange, ComputerDraft, ComputerMade};
use guest_core::ComputerId;
use utoipa_axum::routes;

use crate::answer::{Answer, done, ok, tagged};
use crate::document::{Routes, Terms};
use crate::input::{Asked, At, IgnoredAny, PageQuery, Posted};
use crate::server::Server;
use crate::visitor::Known;

pub(crate) fn routes(routes: Routes) -> Routes {
    const TAG: &str = "Computers";
    let change = Terms::team(TAG).writes().guarded();
    routes
        .on(routes!(computers), &Terms::team(TAG).query())
        .on(
            routes!(register_computer),
            &Terms::team(TAG).writes().body().once().versioned().or(&["name_taken"]),
        )
        .on(routes!(computer), &Terms::team(TAG).versioned())
        .on(routes!(change_computer), &change.clone().body().versioned().or(&["name_taken"]))
        .on(routes!(remove_computer), &change)
}

/// Lists the computers that the caller may know of, by name.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/computers",
    params(PageQuery),
    responses((status = 200, description = "The computers.", body = Page<ComputerView>)),
)]
async fn computers(
    At(team): At<String>,
    Asked { app, call, query: page, .. }: Asked<PageQuery>,
) -> Answer {
    ok(&app.computers(&call, &team, &page.into()).await?)
}

/// Registers a computer by hand; the secret of a personal one's agent is shown this once.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/computers",
    request_body = ComputerDraft,
    responses((status = 201, description = "The computer.", body = ComputerMade)),
)]
async fn register_computer(
    At(team): At<String>,
    Posted { app, call, body, .. }: Posted<ComputerDraft>,
) -> Answer {
    tagged(StatusCode::CREATED, &app.register_computer(&call, &team, &body).await?)
}

/// Shows a computer.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/computers/{id}",
    responses((status = 200, description = "The computer.", body = ComputerView)),
)]
async fn computer(
    State(server): State<Server>,
    Known(call): Known,
    At((team, id)): At<(String, ComputerId)>,
) -> Answer {
    tagged(StatusCode::OK, &server.app.computer(&call, &team, id).await?)
}

/// Renames a computer, or switches guest access on it; switching it off ends sessions at once.
#[utoipa::path(
    patch,
    path = "/v1/teams/{team}/computers/{id}",
    request_body = ComputerChange,
    responses((status = 200, description = "The computer as it is now.", body = ComputerView)),
)]
async fn change_computer(
    At((team, id)): At<(String, ComputerId)>,
    Posted { app, call, body, based_on }: Posted<ComputerChange>,
) -> Answer {
    tagged(StatusCode::OK, &app.change_computer(&call, &team, id, &body, based_on).await?)
}

/// Removes a computer, with its sessions and invites.
#[utoipa::path(
    delete,
    path = "/v1/teams/{team}/computers/{id}",
    responses((status = 204, description = "Removed.")),
)]
async fn remove_computer(
    At((team, id)): At<(String, ComputerId)>,
    Asked { app, call, based_on, .. }: Asked<IgnoredAny>,
) -> Answer {
    app.remove_computer(&call, &team, id, based_on).await?;
    Ok(done())
}
