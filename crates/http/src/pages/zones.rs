//! The time zones, for pickers.

use axum::extract::Query;
use axum::response::Html;
use guest_core::Zone;
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Search {
    #[serde(default)]
    q: String,
}

/// `GET /zones?q=`: the zones whose names hold a text, as the options of a list.
pub(super) async fn search(Query(Search { q }): Query<Search>) -> Html<String> {
    let options = Zone::search(&q).take(MOST);
    Html(options.fold(String::new(), |list, zone| {
        format!("{list}<option value=\"{}\"></option>", zone.name())
    }))
}

/// How many are shown: what somebody reads before typing on.
const MOST: usize = 20;
