//! The agent's own test card, which anybody can try.

use crate::place::Place;
use crate::viewer::{Said, Viewer};
use crate::words;

#[test]
fn cn_2_cn_4_the_test_card_shows_what_a_guest_may_do_and_nothing_else() {
    let place = Place::start(&["--test-card"]);
    check(&place, &["keyboard"], "k");
    check(&place, &["mouse", "copy"], "m");
    check(&place, &["keyboard", "copy", "paste"], "kpc");
}

/// Does everything with these permissions: what a letter of `shows` names can be seen.
#[track_caller]
fn check(place: &Place, permissions: &[&str], shows: &str) {
    let mut guest = place.view(&place.invite(permissions));
    guest.look();
    for (letter, deed) in [
        ("k", [words::key(true, 0x61), words::key(false, 0x61)].concat()),
        ("m", words::pointer(1, 400, 300)),
        ("p", words::cut_text(6, "a text of the guest's")),
    ] {
        let before = card(&guest);
        guest.say(&deed);
        assert_eq!(guest.look(), []);
        let is_seen = before != card(&guest);
        assert_eq!(is_seen, shows.contains(letter), "{letter} with {permissions:?}");
    }
    // F2 copies.
    guest.strike(0xffbf);
    let copied = guest.look();
    let text = match &copied[..] {
        [Said::Text(text)] => text.starts_with("copied from the test card at "),
        [] => false,
        other => panic!("{other:?}"),
    };
    assert_eq!(text, shows.contains('c'), "{permissions:?}");
    guest.stream.leave();
}

/// Returns the part of the picture below its head, where the time passes.
fn card(guest: &Viewer) -> Vec<u8> {
    guest.pixels[4 * usize::from(guest.width) * 80..].to_vec()
}
