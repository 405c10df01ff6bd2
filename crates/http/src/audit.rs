//! The audit log (QU-35).

use guest_app::view::Page;
use guest_app::{AuditFilter, AuditView};
use serde::Deserialize;
use utoipa_axum::routes;

use crate::answer::{Answer, ok};
use crate::document::{Routes, Terms};
use crate::input::{Asked, At, page};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.on(routes!(audit), &Terms::team("Audit").query())
}

/// Which lines of the audit log are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct AuditQuery {
    /// From this moment on (RFC 3339), or from the start of this day (`2026-12-01`) on the team's
    /// clock.
    from: Option<String>,
    /// Before this moment, or to the end of this day on the team's clock.
    to: Option<String>,
    /// By whom: an email, a computer's id, `operator` or `system`.
    actor: Option<String>,
    /// About what: an id, or a name where the thing has no id.
    subject: Option<String>,
    /// How many lines at most: 1 to 200, 50 unless given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before; none for the first page.
    cursor: Option<String>,
}

/// Shows the audit log, the newest line first.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/audit",
    params(AuditQuery),
    responses((status = 200, description = "The lines.", body = Page<AuditView>)),
)]
async fn audit(At(team): At<String>, Asked { app, call, query, .. }: Asked<AuditQuery>) -> Answer {
    let AuditQuery { from, to, actor, subject, limit, cursor } = query;
    let filter = AuditFilter { from, to, actor, subject, kind: None };
    ok(&app.audit(&call, &team, &filter, &page(limit, cursor)).await?)
}
