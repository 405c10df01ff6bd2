use super::*;
use crate::{MailId, MailState};

#[test]
fn or_20_an_invitation_lives_for_14_days() {
    let invite = made();
    assert_eq!(invite.due(), Some(at(14 * DAY)));
    assert_eq!(invite.handle_due(at(14 * DAY - 1)), None);
    let Step { next, effects } = invite.handle_due(at(14 * DAY)).unwrap();
    assert_eq!(next.state, MemberInviteState::Expired { at: at(14 * DAY) });
    assert!(effects.contains(&MemberInviteEffect::Tell(MemberInviteNews::Expired)));
    assert_eq!(next.due(), None);
    assert_eq!(next.handle_due(at(15 * DAY)), None);
}

#[test]
fn or_20_it_ends_once() {
    let ends: [fn(&MemberInvite, Instant) -> Change; 5] = [
        |invite, now| invite.cancel(now),
        |invite, now| invite.finish(UserId::from_bits(9), now),
        |invite, now| invite.strike(now),
        |invite, now| invite.resend(now),
        |invite, now| invite.wait(opening(1), now),
    ];
    let ended = [
        made().cancel(at(1)).unwrap().next,
        made().finish(UserId::from_bits(9), at(1)).unwrap().next,
        MemberInvite { state: MemberInviteState::Expired { at: at(1) }, ..made() },
    ];
    for over in ended {
        let refusal = MemberInviteRefusal::Ended { state: over.state.name(), at: at(1) };
        for end in ends {
            assert_eq!(end(&over, at(2)), Err(refusal));
        }
    }
    // What has run out counts as ended before the clock says so.
    let late = MemberInviteRefusal::Ended { state: "expired", at: at(14 * DAY) };
    assert_eq!(made().cancel(at(14 * DAY)), Err(late));
}

#[test]
fn or_20_sending_again_sends_the_same() {
    let Step { next, effects } = made().resend(at(DAY)).unwrap();
    assert_eq!(next, made());
    let letter = MailIntent::Invitation { invitation: made().id, expires_at: at(14 * DAY) };
    assert_eq!(effects, [MemberInviteEffect::Mail(letter)]);
}

#[test]
fn or_21_whoever_waits_is_told_of_once() {
    let Step { next: waiting, effects } = made().wait(opening(1), at(0)).unwrap();
    assert!(effects.contains(&MemberInviteEffect::Tell(MemberInviteNews::Waiting)));
    let Step { next, effects } = waiting.wait(opening(1), at(300)).unwrap();
    assert_eq!(effects, []);
    assert_eq!(next.waiting_at(at(899)).map(|waiting| waiting.since), Some(at(0)));
    assert_eq!(next.waiting_at(at(900)), None);
    assert_eq!(next.due(), Some(at(900)));
    let Step { next, effects } = next.handle_due(at(900)).unwrap();
    assert_eq!(next.waiting, None);
    let gone = [
        MemberInviteEffect::EndGreetings(GreetingEnd::TimedOut),
        MemberInviteEffect::Tell(MemberInviteNews::Waiting),
    ];
    assert_eq!(effects, gone);
    assert_eq!(next.due(), Some(at(14 * DAY)));
}

#[test]
fn or_23_another_device_of_the_guest_takes_over() {
    let first = made().wait(opening(1), at(0)).unwrap().next;
    let Step { next: second, effects } = first.wait(opening(2), at(10)).unwrap();
    assert_eq!(effects, [MemberInviteEffect::EndGreetings(GreetingEnd::Superseded)]);
    assert_eq!(second.greet(at(11)).map(|waiting| waiting.opening), Ok(opening(2)));
    assert_eq!(second.leave(opening(1)), None, "the one before says nothing for the other");
    let left = second.leave(opening(2)).unwrap().next;
    let nobody = MemberInviteRefusal::Greeting(GreetingRefusal::NobodyWaiting);
    assert_eq!(left.greet(at(12)), Err(nobody));
}

#[test]
fn or_24_the_third_wrong_code_cancels_and_warns() {
    let once = made().strike(at(1)).unwrap();
    let twice = once.next.strike(at(2)).unwrap();
    assert_eq!((once.effects, twice.effects), (vec![], vec![]));
    let Step { next, effects } = twice.next.strike(at(3)).unwrap();
    assert_eq!(next.state, MemberInviteState::Cancelled { at: at(3), by_strikes: true });
    let expected = [
        MemberInviteEffect::EndGreetings(GreetingEnd::CancelledByHost),
        MemberInviteEffect::Tell(MemberInviteNews::Cancelled),
        MemberInviteEffect::Warn(MailIntent::Strikes { invitation: made().id }),
    ];
    assert_eq!(effects, expected);
}

#[test]
fn or_24_the_others_learn_that_one_has_finished() {
    let Step { next, effects } = made().finish(UserId::from_bits(9), at(1)).unwrap();
    assert_eq!(next.state.name(), "finished");
    let others = MemberInviteEffect::EndGreetings(GreetingEnd::FinishedElsewhere);
    assert!(effects.contains(&others));
}

#[test]
fn or_20_a_link_opens_with_its_own_key_only() {
    let (key, other) = (MacKey::new([1; 32]), MacKey::new([2; 32]));
    for team in ["a", "acme", "a-team-with-a-name-of-32-letters"] {
        let link = MemberLink { team: TeamId::parse(team).unwrap(), invitation: made().id };
        let token = link.token(&key);
        assert_eq!(MemberLink::open(token.expose(), &key), Some(link));
        assert_eq!(MemberLink::open(token.expose(), &other), None);
        for at in 0..token.expose().len() {
            let mut changed = token.expose().to_owned();
            changed.replace_range(at..=at, if &changed[at..=at] == "A" { "B" } else { "A" });
            assert_eq!(MemberLink::open(&changed, &key), None, "{changed}");
        }
    }
    assert_eq!(MemberLink::open(&"A".repeat(4000), &key), None);
}

fn made() -> MemberInvite {
    let mail =
        MailNote { id: MailId::from_bits(4), state: MailState::Queued, detail: None, told: false };
    let email = Email::parse("new@acme.example").unwrap();
    let (team, id) = (TeamId::parse("acme").unwrap(), MemberInviteId::from_bits(1));
    MemberInvite::make(team, id, email, UserId::from_bits(2), mail, at(0)).next
}

fn opening(number: u8) -> Opening {
    Opening::from_bytes([number; 16])
}

fn at(second: i64) -> Instant {
    Instant::from_timestamp(1_800_000_000 + second, 0).unwrap()
}

const DAY: i64 = 86_400;
