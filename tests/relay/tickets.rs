//! Tickets let in once, and only where they belong.

use crate::place::{ALL, Place};
use crate::stream::{SOCKET, Stream};
use crate::viewer::Viewer;

#[test]
fn cn_3_a_ticket_opens_the_stream_of_its_own_session_once() {
    let place = Place::start(&["--test-card"]);
    let (one, other) = (place.invite(ALL), place.invite(&[]));
    let (first, second) = (place.connect(&one), place.connect(&other));
    let unknown = Err((404, "not_found".to_owned()));
    let used = Err((409, "ticket_used".to_owned()));
    let answer = |connected, ticket: &str| place.try_stream(connected, ticket).map(drop);
    assert_eq!(answer(&first, "nonsense"), unknown);
    assert_eq!(answer(&first, &second.ticket), unknown, "it is the other session's");
    let stream = place.stream(&first);
    assert_eq!(answer(&first, &first.ticket), used);
    let mut guest = Viewer::enter(stream, first.session.clone());
    guest.look();
    assert_eq!(answer(&first, &first.ticket), used);
    // A new connection takes over, and the old ticket is worth nothing.
    let third = place.connect(&one);
    assert_eq!(guest.stream.ended(), "replaced");
    assert_eq!(answer(&first, &first.ticket), used);
    assert_eq!(answer(&third, &first.ticket), unknown);
    place.kick(&other);
    assert_eq!(answer(&second, &second.ticket), used, "the session is over");
    Viewer::enter(place.stream(&third), third.session).look();
}

#[test]
fn cn_1_an_agents_stream_is_opened_with_the_computers_key_only() {
    let place = Place::start(&["--test-card"]);
    let invite = place.invite(ALL);
    let guest = place.view(&invite);
    let path = format!("/v1/agent/sessions/{}/stream", guest.session);
    let open = |path: &str, key| Stream::open(place.product.port, path, key).map(drop);
    let stranger = Err((401, "unauthenticated".to_owned()));
    assert_eq!(open(&path, None), stranger);
    assert_eq!(open(&path, Some("ck_nonsense")), stranger);
    assert_eq!(open(&path, Some(&place.product.owner)), stranger);
    assert_eq!(open(SOCKET, None), stranger);
    let (_, other) = place.product.computer("studio-2");
    assert_eq!(open(&path, Some(&other)), Err((404, "not_found".to_owned())));
    place.kick(&invite);
    assert_eq!(open(&path, Some(&place.key)), Err((404, "not_found".to_owned())));
}
