//! The guest's page, behind the link of the mail (WB-10).

mod panel;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::SecondsFormat;
use guest_app::view::WindowView;
use guest_app::{Call, GuestLinkView};
use guest_core::{Edge, Email, Peripheral, Window, Zone};

use self::panel::{Panel, Stance};
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
    Ok(super::page(server, &GuestPage::of(server, token, &shown, account)))
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
    /// Seconds until the window starts and until it ends, and the live session: for the scripts.
    opens_in: String,
    closes_in: String,
    live_session: String,
}

impl<'a> GuestPage<'a> {
    fn of(
        server: &'a Shared,
        token: &'a str,
        shown: &'a GuestLinkView,
        account: Option<Email>,
    ) -> Self {
        let seconds = |left: Option<i64>| left.map(|left| left.to_string()).unwrap_or_default();
        let live = shown.session.as_ref().filter(|session| session.state == "live");
        Self {
            shell: Shell::new(server, account),
            token,
            shown,
            panel: Panel::of(shown),
            edges: Told::of(&shown.window),
            peripherals: Peripheral::ALL.map(|one| (one.name(), shown.permissions.contains(one))),
            gamepad_is_on: shown.permissions.contains(Peripheral::Gamepad),
            opens_in: seconds(shown.opens_in_seconds),
            closes_in: seconds(shown.closes_in_seconds),
            live_session: live.map(|session| session.id.to_string()).unwrap_or_default(),
        }
    }
}

/// One edge of a window as people are told it (WB-12, GA-14): the same words as in mails.
struct Told {
    name: &'static str,
    /// For machines.
    at: String,
    /// On the clock of the window's zone.
    local: String,
    /// The same instant in UTC; nothing if that is the zone's own time.
    utc: String,
}

impl Told {
    fn of(shown: &WindowView) -> [Self; 2] {
        let zone = Zone::parse(&shown.time_zone).unwrap_or(Zone::UTC);
        let window = Window::kept(shown.start, shown.end, zone).ok();
        let is_utc = |at| zone.offset(at).local_minus_utc() == 0;
        [("Starts", Edge::Start, shown.start), ("Ends", Edge::End, shown.end)].map(
            |(name, edge, instant)| {
                let at = instant.to_rfc3339_opts(SecondsFormat::AutoSi, true);
                let told = window.map_or_else(|| at.clone(), |window| window.told(edge));
                let (local, utc) = told.split_once("; ").unwrap_or((&told, ""));
                let utc = if is_utc(instant) { "" } else { utc };
                Self { name, local: local.to_owned(), utc: utc.to_owned(), at }
            },
        )
    }
}

const CALENDAR: HeaderValue = HeaderValue::from_static("text/calendar; charset=utf-8");

const DOWNLOAD: HeaderValue = HeaderValue::from_static("attachment; filename=\"invite.ics\"");
