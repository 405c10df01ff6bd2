//! Setting up a server in the browser: its first team and the owner of it (WB-13).
//!
//! The server prints the address of this page when it starts without a team. Looking at it changes
//! nothing; of two who send it, the first makes the team.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use guest_app::{Fault, NewTeam};
use guest_core::TeamId;
use serde::Deserialize;

use super::form::{Form, Wrong};
use super::place::Said;
use super::{Shell, see_other};
use crate::answer::Answer;
use crate::limits::Limit;
use crate::problem::Problem;
use crate::server::{Server, Shared};
use crate::sign_in::{admit, keep_signed_in};
use crate::visitor::{Anyone, By, Visitor};

pub(super) fn routes() -> Router<Server> {
    Router::new()
        .route("/set-up/{link}", get(ask).post(make))
        .route("/set-up/{link}/id", get(suggest))
}

/// `GET /set-up/{link}`: asks for the team and its owner.
async fn ask(State(server): State<Server>, By(visitor): By, Path(link): Path<String>) -> Answer {
    match server.app.set_up_link(&link).await {
        Ok(()) => Ok(show(&server, &visitor, &link, &NewTeam::default(), &Wrong::default())),
        Err(fault) => over(&server, &visitor, fault),
    }
}

/// `POST /set-up/{link}`: makes both, signs the owner in, and leads on to a first computer.
async fn make(
    State(server): State<Server>,
    Anyone(call): Anyone,
    By(visitor): By,
    Path(link): Path<String>,
    headers: HeaderMap,
    form: Form,
) -> Answer {
    admit(&server, &visitor, &headers, Limit::Tries)?;
    let new = filled(&form);
    match server.app.set_up(&call, &link, &new).await {
        Ok(signed_in) => {
            let team = signed_in.teams.first().map(|team| team.id.as_str()).unwrap_or_default();
            let next = Said::SetUp.after(&format!("/t/{team}/computers/add"));
            Ok(keep_signed_in(see_other(&next), &server, &signed_in))
        }
        Err(Fault::Refused(refused @ guest_app::Refused::SetUp(_))) => {
            over(&server, &visitor, refused.into())
        }
        Err(fault) => {
            let wrong = Wrong::with(fault, &FIELDS)?;
            Ok(show(&server, &visitor, &link, &new, &wrong))
        }
    }
}

/// What the team is to be called.
#[derive(Deserialize)]
struct Called {
    #[serde(default)]
    name: String,
}

/// `GET /set-up/{link}/id?name=`: the short id that the name suggests, for the form's script.
async fn suggest(Query(Called { name }): Query<Called>) -> String {
    TeamId::suggest(&name).map(|id| id.to_string()).unwrap_or_default()
}

fn filled(form: &Form) -> NewTeam {
    let given = |name| Some(form.text(name).trim().to_owned()).filter(|text| !text.is_empty());
    NewTeam {
        team: form.text("team").trim().to_owned(),
        name: form.text("name").to_owned(),
        owner: form.text("owner").trim().to_owned(),
        owner_name: given("owner_name"),
        time_zone: given("time_zone"),
    }
}

fn show(server: &Shared, visitor: &Visitor, link: &str, new: &NewTeam, wrong: &Wrong) -> Response {
    let token = visitor.form_token().unwrap_or_default();
    let page = SetUpPage {
        shell: Shell::of(server).signed_in(None, &token, ""),
        link,
        new,
        url: &server.app.config().public_url,
        wrong,
    };
    super::page_as(wrong.status(), server, &page)
}

/// Says that a link does not set up the server, and what to do.
fn over(server: &Shared, visitor: &Visitor, fault: Fault) -> Answer {
    let problem = Problem::from(fault);
    if !matches!(problem.status(), StatusCode::GONE | StatusCode::NOT_FOUND) {
        return Err(problem);
    }
    let token = visitor.form_token().unwrap_or_default();
    let shell = Shell::of(server).signed_in(None, &token, "");
    let page = OverPage { shell, is_set_up: problem.status() == StatusCode::GONE };
    Ok(super::page_as(problem.status(), server, &page))
}

#[derive(Template)]
#[template(path = "set-up.html")]
struct SetUpPage<'a> {
    shell: Shell<'a>,
    link: &'a str,
    new: &'a NewTeam,
    /// Where the server is.
    url: &'a str,
    wrong: &'a Wrong,
}

impl SetUpPage<'_> {
    /// Returns the time zone as it was typed, or the one that no script has replaced.
    fn zone(&self) -> &str {
        self.new.time_zone.as_deref().unwrap_or("UTC")
    }

    fn owner_name(&self) -> &str {
        self.new.owner_name.as_deref().unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "set-up-over.html")]
struct OverPage<'a> {
    shell: Shell<'a>,
    /// Whether there is a team by now.
    is_set_up: bool,
}

/// What has its own place in the form.
const FIELDS: [&str; 5] = ["/team", "/name", "/owner", "/owner_name", "/time_zone"];
