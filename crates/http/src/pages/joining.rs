//! The page behind the link of an invitation to join: the guest's side of a greeting (WB-9, OR-20).

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use guest_app::InvitationLinkView;

use super::refusal;
use super::shell::Shell;
use crate::greetings;
use crate::input::At;
use crate::server::Server;
use crate::visitor::By;

pub(super) fn routes() -> Router<Server> {
    Router::new().route("/j/{token}", get(show))
}

/// `GET /j/{token}`: the team, who invites, and nobody else; looking changes nothing (OR-20).
async fn show(State(server): State<Server>, By(visitor): By, At(token): At<String>) -> Response {
    match greetings::look(&server, &visitor, &token).await {
        Ok(shown) => {
            let shell = Shell::of(&server);
            super::page(&server, &JoiningPage { shell, shown: &shown, token: &token })
        }
        Err(problem) => refusal::show(&server, problem),
    }
}

#[derive(Template)]
#[template(path = "joining.html")]
struct JoiningPage<'a> {
    shell: Shell<'a>,
    shown: &'a InvitationLinkView,
    token: &'a str,
}
