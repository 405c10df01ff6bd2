//! The guest's page, behind the link of the mail (WB-10).

mod panel;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use guest_app::{Call, GuestLinkView};
use guest_core::Peripheral;

use self::panel::{Panel, Stance, is_external};
use super::told::Told;
use super::{NO_STORE, Shell, refusal};
use crate::guest_links::{self, SIGNED_OUT};
use crate::input::At;
use crate::problem::Problem;
use crate::server::{Server, Shared};
use crate::visitor::{Anyone, By, Visitor};

/// `GET /g/{token}`: everything the guest may know; looking changes nothing (GA-46).
pub(super) async fn show(
    State(server): State<Server>,
    Anyone(call): Anyone,
    By(visitor): By,
    At(token): At<String>,
) -> Response {
    let looked = look(&server, &visitor, &call, &token).await;
    looked.unwrap_or_else(|problem| refusal::show(&server, problem))
}

/// `GET /g/{token}/invite.ics`: the invite for the guest's calendar, the same entry as in the mails.
pub(super) async fn calendar(
    State(server): State<Server>,
    Anyone(call): Anyone,
    By(visitor): By,
    At(token): At<String>,
) -> Response {
    let found = async {
        guest_links::admit(&server, &visitor, &call)?;
        let entry = server.app.guest_calendar(&call, &token).await?;
        entry.ok_or_else(Problem::not_found)
    };
    match found.await {
        Ok(entry) => {
            let headers = [(header::CONTENT_TYPE, CALENDAR), (header::CACHE_CONTROL, NO_STORE)];
            (headers, [(header::CONTENT_DISPOSITION, DOWNLOAD)], entry.body).into_response()
        }
        Err(problem) => refusal::show(&server, problem),
    }
}

async fn look(
    server: &Shared,
    visitor: &Visitor,
    call: &Call,
    token: &str,
) -> Result<Response, Problem> {
    let shown = guest_links::look(server, visitor, call, token).await?;
    let account = match shown.you.as_str() {
        SIGNED_OUT => None,
        _ => server.app.me(call).await?.email,
    };
    let form_token = visitor.form_token().unwrap_or_default();
    let here = format!("/g/{token}");
    let shell = Shell::of(server).signed_in(account.as_ref(), &form_token, &here);
    Ok(super::page(server, &GuestPage::of(shell, token, &shown)))
}

#[derive(Template)]
#[template(path = "guest.html")]
struct GuestPage<'a> {
    shell: Shell<'a>,
    token: &'a str,
    shown: &'a GuestLinkView,
    panel: Panel,
    edges: [Told; 2],
    peripherals: [(&'static str, bool); Peripheral::ALL.len()],
    gamepad_is_on: bool,
    /// Whether the screen is shown elsewhere.
    is_external: bool,
    /// Seconds until the window starts and until it ends, and the live session: for the scripts.
    opens_in: String,
    closes_in: String,
    live_session: String,
}

impl<'a> GuestPage<'a> {
    fn of(shell: Shell<'a>, token: &'a str, shown: &'a GuestLinkView) -> Self {
        let seconds = |left: Option<i64>| left.map(|left| left.to_string()).unwrap_or_default();
        let live = shown.session.as_ref().filter(|session| session.state == "live");
        Self {
            shell,
            token,
            shown,
            panel: Panel::of(shown),
            edges: Told::of(&shown.window),
            peripherals: Peripheral::ALL.map(|one| (one.name(), shown.permissions.contains(one))),
            gamepad_is_on: shown.permissions.contains(Peripheral::Gamepad),
            is_external: is_external(shown),
            opens_in: seconds(shown.opens_in_seconds),
            closes_in: seconds(shown.closes_in_seconds),
            live_session: live.map(|session| session.id.to_string()).unwrap_or_default(),
        }
    }
}

const CALENDAR: HeaderValue = HeaderValue::from_static("text/calendar; charset=utf-8");

const DOWNLOAD: HeaderValue = HeaderValue::from_static("attachment; filename=\"invite.ics\"");
