//! Activity: who is on which computer when, and what was done (WB-11).

mod log;
mod picture;
mod words;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::routing::get;
use guest_app::{TimelineQuery, Zoom};
use serde::Deserialize;

use self::log::Log;
use self::picture::{Picture, What};
use super::Shell;
use super::place::Place;
use super::shell::Section;
use crate::answer::Answer;
use crate::server::Server;

pub(super) fn routes() -> Router<Server> {
    Router::new().route("/t/{team}/activity", get(show))
}

/// Which part of the picture is asked for, and which of the log; nothing of it has to be known.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Asked {
    zoom: String,
    day: String,
    computers: String,
    from: String,
    to: String,
    actor: String,
    subject: String,
    kind: String,
    cursor: String,
}

impl Asked {
    /// Returns how much time the picture shows.
    fn zoom(&self) -> Zoom {
        Zoom::named(&self.zoom).unwrap_or_default()
    }

    /// Returns the address of the page with something else asked for.
    fn but(&self, changes: &[(&str, &str)]) -> String {
        let asked = [
            ("zoom", &self.zoom),
            ("day", &self.day),
            ("computers", &self.computers),
            ("from", &self.from),
            ("to", &self.to),
            ("actor", &self.actor),
            ("subject", &self.subject),
            ("kind", &self.kind),
            ("cursor", &self.cursor),
        ];
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, text) in asked {
            let other = changes.iter().find(|(other, _)| *other == name);
            let text = other.map_or(text.as_str(), |(_, text)| text);
            if !text.is_empty() {
                query.append_pair(name, text);
            }
        }
        format!("?{}", query.finish())
    }
}

/// `GET /t/{team}/activity`: the picture, and the log for those who may read it.
async fn show(State(server): State<Server>, place: Place, Query(asked): Query<Asked>) -> Answer {
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let query = TimelineQuery { zoom: asked.zoom(), day: given(&asked.day) };
    let cursor = given(&asked.computers);
    let seen = server.app.timeline(place.call(), place.id(), &query, cursor.as_deref()).await?;
    let log = if place.may("read_audit") {
        Some(Log::of(&server.app, &place, &asked).await?)
    } else {
        None
    };
    let page = ActivityPage {
        shell: place.shell(&server, Section::Activity),
        place: &place,
        picture: Picture::of(&seen, &asked, place.id()),
        log,
        asked: &asked,
    };
    Ok(super::page(&server, &page))
}

#[derive(Template)]
#[template(path = "activity.html")]
struct ActivityPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    picture: Picture<'a>,
    log: Option<Log>,
    asked: &'a Asked,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wb_11_a_way_on_keeps_what_else_is_asked_for() {
        let asked = Asked {
            zoom: "hours".to_owned(),
            day: "2026-12-01".to_owned(),
            actor: "a&b@acme.example".to_owned(),
            ..Asked::default()
        };
        let kept = "?zoom=weeks&day=2026-12-01&actor=a%26b%40acme.example";
        assert_eq!(asked.but(&[("zoom", "weeks")]), kept);
        assert_eq!(asked.but(&[("day", ""), ("zoom", ""), ("actor", "")]), "?");
        assert_eq!(Asked { zoom: "ages".to_owned(), ..Asked::default() }.zoom(), Zoom::Days);
    }
}
