//! One's devices: the browsers that sign in by themselves (OR-8, OR-35).
//!
//! Keys are made in the page, by its script, and never leave the browser.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use guest_app::{DeviceLinkMade, DeviceView, Paging};
use guest_core::{DEVICES_MOST, Zone};

use super::form::Form;
use super::place::Place;
use super::shell::{Section, Shell};
use super::told::{Moment, zone};
use crate::answer::Answer;
use crate::server::{Server, Shared};
use crate::visitor::By;

/// A link that was shown is not shown again: its address is that of the list.
pub(super) fn routes() -> Router<Server> {
    Router::new()
        .route("/t/{team}/devices", get(show))
        .route("/t/{team}/devices/link", get(to_list).post(make_link))
        .route("/devices/new", get(enrol))
}

/// `GET /t/{team}/devices`: one's own devices, and how to add more.
async fn show(State(server): State<Server>, place: Place) -> Answer {
    let limit = u32::try_from(DEVICES_MOST).unwrap_or(u32::MAX);
    let paging = Paging { limit, cursor: None };
    let devices = server.app.devices(place.call(), place.id(), &paging).await?.data;
    let zone = zone_of(&server, &place).await?;
    let page = DevicesPage {
        shell: place.shell(&server, Section::Devices),
        place: &place,
        has_room: devices.len() < DEVICES_MOST,
        devices: devices.into_iter().map(|device| Row::of(device, zone)).collect(),
    };
    Ok(super::page(&server, &page))
}

async fn to_list(place: Place) -> Response {
    super::see_other(&format!("/t/{}/devices", place.id()))
}

/// `POST …/devices/link`: makes a link for another browser, and shows it once.
async fn make_link(State(server): State<Server>, place: Place, _: Form) -> Answer {
    let made = server.app.make_device_link(place.call(), place.id()).await?;
    let zone = zone_of(&server, &place).await?;
    let page = LinkPage {
        shell: place.shell(&server, Section::Devices),
        place: &place,
        expires: Moment::of(made.expires_at, zone),
        made: &made,
    };
    Ok(super::page(&server, &page))
}

/// `GET /devices/new`: what such a link opens; what makes it work is after the `#`.
async fn enrol(State(server): State<Server>, By(visitor): By) -> Response {
    let token = visitor.form_token().unwrap_or_default();
    let shell = Shell::of(&server).signed_in(None, &token, "");
    super::page(&server, &EnrolPage { shell })
}

async fn zone_of(server: &Shared, place: &Place) -> Result<Zone, guest_app::Fault> {
    let team = server.app.team(place.call(), place.id()).await?;
    Ok(zone(&team.time_zone))
}

/// A device as the page shows it.
struct Row {
    device: DeviceView,
    enrolled: Moment,
    used: Option<Moment>,
}

impl Row {
    fn of(device: DeviceView, zone: Zone) -> Self {
        Self {
            enrolled: Moment::of(device.enrolled_at, zone),
            used: device.last_used_at.map(|at| Moment::of(at, zone)),
            device,
        }
    }
}

#[derive(Template)]
#[template(path = "devices.html")]
struct DevicesPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    devices: Vec<Row>,
    has_room: bool,
}

#[derive(Template)]
#[template(path = "devices/link.html")]
struct LinkPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    made: &'a DeviceLinkMade,
    expires: Moment,
}

#[derive(Template)]
#[template(path = "devices/new.html")]
struct EnrolPage<'a> {
    shell: Shell<'a>,
}
