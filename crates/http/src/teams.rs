//! A team and its settings.

use axum::extract::State;
use guest_app::{TeamChange, TeamView};
use utoipa_axum::routes;

use crate::answer::{Answer, ok};
use crate::document::{Routes, Terms};
use crate::input::{At, Posted};
use crate::server::Server;
use crate::visitor::Known;

pub(crate) fn routes(routes: Routes) -> Routes {
    const TAG: &str = "Team";
    routes.on(routes!(team), &Terms::team(TAG)).on(
        routes!(change_team),
        &Terms::team(TAG).writes().body().or(&["would_lock_out", "time_zone_unknown"]),
    )
}

/// Shows a team: name and zone to everybody in it, the settings to those who may change them.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}",
    responses((status = 200, description = "The team.", body = TeamView)),
)]
async fn team(State(server): State<Server>, Known(call): Known, At(team): At<String>) -> Answer {
    ok(&server.app.team(&call, &team).await?)
}

/// Changes a team's settings; what is absent stays.
#[utoipa::path(
    patch,
    path = "/v1/teams/{team}",
    request_body = TeamChange,
    responses((status = 200, description = "The team as it is now.", body = TeamView)),
)]
async fn change_team(
    At(team): At<String>,
    Posted { app, call, body, .. }: Posted<TeamChange>,
) -> Answer {
    ok(&app.change_team(&call, &team, &body).await?)
}
