//! Who asks to join, for Administrators (WB-9, OR-34).

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use guest_app::{
    AcceptEach, AcceptManyDraft, JoinAcceptDraft, JoinFilter, JoinRequestView, Paging,
};
use guest_core::{JoinRequestId, Zone};
use serde::Deserialize;

use super::form::{Form, Wrong};
use super::place::{Place, Said};
use super::shell::{Section, Shell};
use super::told::{Moment, zone};
use crate::answer::Answer;
use crate::input::At;
use crate::server::{Server, Shared};

/// A form that was sent back is loaded again as the page it stands on.
pub(super) fn routes() -> Router<Server> {
    Router::new()
        .route("/t/{team}/join-requests", get(show))
        .route("/t/{team}/join-requests/accept", get(to_list).post(accept_several))
        .route("/t/{team}/join-requests/{id}", get(show_one))
        .route("/t/{team}/join-requests/{id}/accept", get(show_one).post(accept))
        .route("/t/{team}/join-requests/{id}/reject", get(ask_to_reject).post(reject))
}

/// Which part of the list is asked for.
#[derive(Debug, Default, Deserialize)]
struct Part {
    cursor: Option<String>,
}

/// `GET /t/{team}/join-requests`: who waits, the oldest first, and the link to hand out.
async fn show(
    State(server): State<Server>,
    place: Place,
    Query(Part { cursor }): Query<Part>,
) -> Answer {
    shown(&server, &place, cursor, &Wrong::default()).await
}

async fn to_list(place: Place) -> Response {
    super::see_other(&format!("/t/{}/join-requests", place.id()))
}

/// `GET …/{id}`: what was vouched for, with what is to be confirmed.
async fn show_one(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, JoinRequestId)>,
) -> Answer {
    let draft = JoinAcceptDraft::default();
    shown_one(&server, &place, id, &draft, &Wrong::default()).await
}

/// `POST …/{id}/accept`: accepts a request with what was confirmed.
async fn accept(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, JoinRequestId)>,
    form: Form,
) -> Answer {
    let name = Some(form.text("name").to_owned());
    let draft = JoinAcceptDraft { name, profile: form.text("profile").to_owned() };
    match server.app.accept_join_request(place.call(), place.id(), id, &draft).await {
        Ok(_) => Ok(place.done("/join-requests", Said::JoinAccepted)),
        Err(fault) => {
            let wrong = Wrong::with(fault, &["/name", "/profile"])?;
            shown_one(&server, &place, id, &draft, &wrong).await
        }
    }
}

/// `POST …/accept`: accepts all that are chosen, with one profile.
async fn accept_several(State(server): State<Server>, place: Place, form: Form) -> Answer {
    let profile = form.text("profile");
    let each = |id: &str| AcceptEach { id: id.to_owned(), name: None, profile: profile.to_owned() };
    let requests: Vec<_> = form.texts("id").map(each).collect();
    if requests.is_empty() || profile.is_empty() {
        let wrong = Wrong::saying("Choose the requests to accept, and a profile.");
        return shown(&server, &place, None, &wrong).await;
    }
    let draft = AcceptManyDraft { requests };
    match server.app.accept_join_requests(place.call(), place.id(), &draft).await {
        Ok(answer) => {
            let refused: Vec<_> =
                answer.data.iter().filter_map(|one| one.detail.as_ref()).collect();
            if refused.is_empty() {
                return Ok(place.done("/join-requests", Said::JoinAccepted));
            }
            let accepted = answer.data.len() - refused.len();
            let words = format!(
                "{accepted} of {} were accepted. Of the others: {}.",
                answer.data.len(),
                refused.iter().map(|why| why.as_str()).collect::<Vec<_>>().join("; ")
            );
            shown(&server, &place, None, &Wrong::saying(&words)).await
        }
        Err(fault) => shown(&server, &place, None, &Wrong::with(fault, &[])?).await,
    }
}

/// `GET …/{id}/reject`: asks once.
async fn ask_to_reject(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, JoinRequestId)>,
) -> Answer {
    asked(&server, &place, id, &Wrong::default()).await
}

/// `POST …/{id}/reject`: rejects a request.
async fn reject(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, JoinRequestId)>,
    _: Form,
) -> Answer {
    match server.app.reject_join_request(place.call(), place.id(), id).await {
        Ok(_) => Ok(place.done("/join-requests", Said::JoinRejected)),
        Err(fault) => asked(&server, &place, id, &Wrong::with(fault, &[])?).await,
    }
}

async fn shown(server: &Shared, place: &Place, cursor: Option<String>, wrong: &Wrong) -> Answer {
    let paging = Paging { limit: REQUESTS, cursor };
    let filter = JoinFilter::default();
    let found = server.app.join_requests(place.call(), place.id(), &filter, &paging).await?;
    let zone = zone_of(server, place).await?;
    let is_on = server.app.join_page(place.id()).await.is_ok();
    let link = format!("{}/join/{}", server.app.config().public_url, place.id());
    let page = RequestsPage {
        shell: place.shell(server, Section::JoinRequests),
        place,
        link: is_on.then_some(link),
        rows: found.data.into_iter().map(|request| Row::of(request, zone)).collect(),
        next: found.next_cursor,
        wrong,
    };
    Ok(super::page_as(wrong.status(), server, &page))
}

async fn shown_one(
    server: &Shared,
    place: &Place,
    id: JoinRequestId,
    draft: &JoinAcceptDraft,
    wrong: &Wrong,
) -> Answer {
    let request = server.app.join_request(place.call(), place.id(), id).await?;
    let row = Row::of(request, zone_of(server, place).await?);
    let name = draft.name.clone().unwrap_or_else(|| row.request.name.clone());
    let page = RequestPage {
        shell: place.shell(server, Section::JoinRequests),
        place,
        row,
        name,
        profile: draft.profile.clone(),
        wrong,
    };
    Ok(super::page_as(wrong.status(), server, &page))
}

async fn asked(server: &Shared, place: &Place, id: JoinRequestId, wrong: &Wrong) -> Answer {
    let request = server.app.join_request(place.call(), place.id(), id).await?;
    let row = Row::of(request, zone_of(server, place).await?);
    let shell = place.shell(server, Section::JoinRequests);
    Ok(super::page_as(wrong.status(), server, &RejectPage { shell, place, row, wrong }))
}

async fn zone_of(server: &Shared, place: &Place) -> Result<Zone, guest_app::Fault> {
    let team = server.app.team(place.call(), place.id()).await?;
    Ok(zone(&team.time_zone))
}

/// A request as the pages show it.
struct Row {
    request: JoinRequestView,
    submitted: Moment,
    valid: Option<(Moment, Moment)>,
}

impl Row {
    fn of(request: JoinRequestView, zone: Zone) -> Self {
        let (from, until) = (request.vouched.not_before, request.vouched.not_after);
        Self {
            submitted: Moment::of(request.submitted_at, zone),
            valid: from.zip(until).map(|(from, to)| (Moment::of(from, zone), Moment::of(to, zone))),
            request,
        }
    }

    /// Says how it was verified.
    fn how(&self) -> String {
        let vouched = &self.request.vouched;
        match (vouched.how.as_str(), &vouched.assurance) {
            ("certificate", _) => format!("a certificate issued by {}", vouched.by),
            (_, Some(assurance)) => {
                format!("signing in at {}, with the assurance {assurance}", vouched.by)
            }
            (_, None) => format!("signing in at {}", vouched.by),
        }
    }
}

#[derive(Template)]
#[template(path = "join-requests.html")]
struct RequestsPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    /// The address to hand out, if anybody could vouch for anybody.
    link: Option<String>,
    rows: Vec<Row>,
    next: Option<String>,
    wrong: &'a Wrong,
}

#[derive(Template)]
#[template(path = "join-requests/one.html")]
struct RequestPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    row: Row,
    /// The name, as vouched for or as it was typed.
    name: String,
    profile: String,
    wrong: &'a Wrong,
}

#[derive(Template)]
#[template(path = "join-requests/reject.html")]
struct RejectPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    row: Row,
    wrong: &'a Wrong,
}

/// How many requests a page shows.
const REQUESTS: u32 = 100;
