use chrono::TimeDelta;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::text::edited;
use crate::{Instant, LocalTime, Window, Zone};

/// Yields whole seconds from 1971 to 2036.
pub fn instant() -> impl Strategy<Value = Instant> {
    (31_536_000..2_114_380_800_i64)
        .prop_filter_map("a moment", |seconds| Instant::from_timestamp(seconds, 0))
}

/// Yields zones; those with odd changes of the clock come often.
pub fn zone() -> impl Strategy<Value = Zone> {
    let all: Vec<_> = Zone::search("").collect();
    prop_oneof![1 => Just(Zone::UTC), 3 => changing_zone(), 2 => select(all)]
}

/// Yields a zone and the first instant after a change of its clock.
pub fn transition() -> impl Strategy<Value = (Zone, Instant)> {
    (changing_zone(), instant()).prop_filter_map("a zone that changes", |(zone, from)| {
        next_change(zone, from).map(|at| (zone, at))
    })
}

/// Yields acceptable windows of whole seconds, many of them around a change of the clock.
pub fn window() -> impl Strategy<Value = Window> {
    let calm = (zone(), instant());
    let near = (transition(), -3 * 86_400..86_400_i64)
        .prop_map(|((zone, at), seconds)| (zone, at + TimeDelta::seconds(seconds)));
    let length = prop_oneof![1 => 1..86_400_i64, 1 => 1..=121 * 3_600_i64];
    (prop_oneof![calm, near], length).prop_filter_map("a window", |((zone, start), seconds)| {
        Window::new(start, start + TimeDelta::seconds(seconds), zone).ok()
    })
}

/// Yields local times with and without an offset.
pub fn local_time() -> impl Strategy<Value = LocalTime> {
    local_text().prop_filter_map("a local time", |text| LocalTime::parse(&text).ok())
}

/// Yields texts that are local times but for a character or two, and some that are.
pub fn near_local_text() -> impl Strategy<Value = String> {
    let marks = select("0123456789-+:.TZtz W\u{2212}".chars().collect::<Vec<_>>());
    (local_text(), vec((any::<Index>(), any::<bool>(), marks), 0..3))
        .prop_map(|(text, edits)| edited(&text, &edits))
}

fn local_text() -> impl Strategy<Value = String> {
    "(19[789]|20[0-3])[0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|30)[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?(Z|[+-](0[0-9]|1[0-4]):(00|30|45))?"
}

fn changing_zone() -> impl Strategy<Value = Zone> {
    let names = [
        "Africa/Casablanca",
        "America/New_York",
        "America/St_Johns",
        "Antarctica/Troll",
        "Asia/Gaza",
        "Australia/Lord_Howe",
        "Europe/Dublin",
        "Europe/Paris",
        "Pacific/Apia",
    ];
    select(names.into_iter().filter_map(|name| Zone::parse(name).ok()).collect::<Vec<_>>())
}

/// Finds the first change of the offset within two years after `from`.
fn next_change(zone: Zone, from: Instant) -> Option<Instant> {
    let offset = |seconds| zone.offset(from + TimeDelta::seconds(seconds));
    let mut unchanged = 0;
    let mut changed = (1..105).map(|week| week * 604_800).find(|at| offset(*at) != offset(0))?;
    while changed - unchanged > 1 {
        let middle = unchanged.midpoint(changed);
        if offset(middle) == offset(0) { unchanged = middle } else { changed = middle }
    }
    Some(from + TimeDelta::seconds(changed))
}
