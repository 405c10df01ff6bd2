//! The stream of a team's events (IF-6).

use axum::extract::State;
use axum::http::HeaderMap;
use guest_app::{App, Call, EventView, Fault};
use utoipa_axum::routes;

use crate::answer::Answer;
use crate::document::{Routes, Terms};
use crate::input::At;
use crate::server::Server;
use crate::sse::{self, BATCH, Batch};
use crate::visitor::Known;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.on(routes!(events), &Terms::team("Events").resumable())
}

/// Streams everything that the caller may see as it happens.
///
/// Each event's `data` line is the event as JSON: `id`, `type`, `at`, `team` and `data`.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/events",
    responses((status = 200, description = "The events.", body = EventView, content_type = "text/event-stream")),
)]
async fn events(
    State(server): State<Server>,
    Known(call): Known,
    At(team): At<String>,
    headers: HeaderMap,
) -> Answer {
    // Without the right to the stream nothing is told of where it stands.
    read(server.app.clone(), call.clone(), team.clone(), None).await?;
    let after = sse::resume(&server, &headers).await?;
    let first = read(server.app.clone(), call.clone(), team.clone(), after).await?;
    let app = server.app.clone();
    let go_on = move |after| read(app.clone(), call.clone(), team.clone(), Some(after));
    Ok(sse::follow(&server, first, go_on))
}

async fn read(app: App, call: Call, team: String, after: Option<u64>) -> Result<Batch, Fault> {
    let events = app.events_after(&call, &team, after, BATCH).await?;
    let more = after.is_some_and(|after| events.last != after);
    let shown = events.events.iter().map(|event| sse::event(&event.id, &event.name, event));
    Ok(Batch { events: shown.collect(), last: events.last, more })
}
