//! Devices: enrolling them, and signing in with them.

use guest_app::{
    Call, Caller, DeviceDraft, DeviceEnrolled, DeviceTry, DeviceView, Fault, LinkedDevice, Paging,
    SignedIn,
};
use guest_core::DeviceId;
use guest_testkit::DeviceKey;

use crate::fixture::{Fixture, TEAM, email, refused};
use crate::traces::{audited, nobody, pointers};
use crate::users::revoke;

#[test]
fn or_8_a_user_lists_their_own_devices_and_adds_more() {
    let fix = Fixture::new();
    let mia = fix.call("mia");
    assert_eq!(names(&fix, &mia), [""; 0]);
    let laptop = enrol(&fix, &mia, 1, "Laptop").unwrap();
    fix.advance(60);
    let phone = link(&fix, &mia, 2, "Phone").unwrap();
    assert_eq!(names(&fix, &mia), ["Laptop", "Phone"]);
    assert_eq!((laptop.last_used_at, laptop.current), (None, false));
    assert!(phone.device.current);
    assert_eq!((phone.team.as_str(), phone.email), (TEAM, email("mia@acme.example")));
    assert_eq!(names(&fix, &fix.call("bob")), [""; 0]);
    assert_eq!(names(&fix, &fix.call("eve")), [""; 0]);
    enrol(&fix, &fix.call("eve"), 3, "Eve's laptop").unwrap();
    assert_eq!(audited(&fix, "device.enrol").last().unwrap(), "eve@acme.example");
    let stranger = fix.app.devices(&fix.call("lin@example.org"), TEAM, &Paging::default());
    assert_eq!(refused(stranger.wait()), "not_found");
}

#[test]
fn or_8_what_is_no_key_or_no_name_enrols_nothing() {
    let fix = Fixture::new();
    let mia = fix.call("mia");
    let draft = DeviceDraft { name: " ".to_owned(), public_key: "BA".to_owned() };
    let answer = fix.app.enrol_device(&mia, TEAM, &draft).wait();
    assert_eq!(pointers(answer), ["/name", "/public_key"]);
    for number in 1..=20 {
        enrol(&fix, &mia, number, "One of many").unwrap();
    }
    assert_eq!(pointers(enrol(&fix, &mia, 21, "One too many")), [""]);
    assert_eq!(pointers(fix.app.make_device_link(&mia, TEAM).wait()), [""]);
    assert_eq!(names(&fix, &mia).len(), 20);
}

#[test]
fn or_8_a_key_of_a_program_enrols_nobody() {
    let fix = Fixture::new();
    let key = crate::revocation::api_key(&fix, Some(crate::traces::id_of(&fix, "mia")));
    assert_eq!(refused(enrol(&fix, &key, 1, "Laptop")), "forbidden");
    assert_eq!(refused(fix.app.make_device_link(&key, TEAM).wait()), "forbidden");
    assert_eq!(names(&fix, &key), [""; 0]);
    // The operator makes links, which somebody then opens, and has no browser to enrol.
    let operator = Caller::Operator { acting: Some(email("mia@acme.example")) };
    let operator = Call { caller: operator, ..nobody() };
    assert_eq!(refused(enrol(&fix, &operator, 1, "Laptop")), "forbidden");
    link(&fix, &operator, 1, "Laptop").unwrap();
    assert_eq!(names(&fix, &fix.call("mia")), ["Laptop"]);
}

#[test]
fn or_8_a_link_enrols_once_and_within_ten_minutes() {
    let fix = Fixture::new();
    let mia = fix.call("mia");
    let token = token(&fix, &mia);
    with_token(&fix, &token, 1).unwrap();
    assert_eq!(refused(with_token(&fix, &token, 2)), "link_unknown");
    let late = self::token(&fix, &mia);
    let in_time = self::token(&fix, &mia);
    fix.advance(599);
    with_token(&fix, &in_time, 2).unwrap();
    fix.advance(1);
    assert_eq!(refused(with_token(&fix, &late, 3)), "link_unknown");
    for bad in ["", "de_", &late.replace("de_", "si_")] {
        assert_eq!(refused(with_token(&fix, bad, 3)), "link_unknown");
    }
    let mut lasting = self::token(&fix, &mia);
    revoke(&fix, "bob", "mia").unwrap();
    assert_eq!(refused(with_token(&fix, &lasting, 3)), "link_unknown");
    lasting.push('0');
    assert_eq!(refused(with_token(&fix, &lasting, 3)), "link_unknown");
}

#[test]
fn or_35_a_device_signs_in() {
    let fix = Fixture::new();
    let device = enrol(&fix, &fix.call("mia"), 1, "Laptop").unwrap();
    fix.advance(60);
    let signed_in = sign_in(&fix, device.id, 1).unwrap();
    assert_eq!(signed_in.email, email("mia@acme.example"));
    assert_eq!(signed_in.teams.len(), 1);
    let browser = browser(&signed_in);
    fix.app.team(&browser, TEAM).wait().unwrap();
    let [shown] = &devices(&fix, &browser)[..] else { panic!("another number of devices") };
    assert_eq!((shown.current, shown.last_used_at), (true, Some(fix.store.now())));
    assert_eq!(audited(&fix, "account.sign_in").last().unwrap(), "mia@acme.example");
}

#[test]
fn or_35_a_challenge_is_answered_once_soon_and_by_its_device() {
    let fix = Fixture::new();
    let mia = enrol(&fix, &fix.call("mia"), 1, "Laptop").unwrap().id;
    let bob = enrol(&fix, &fix.call("bob"), 2, "Laptop").unwrap().id;
    let answer = answered(&fix, mia, 1);
    attempt(&fix, &answer).unwrap();
    assert_eq!(refused(attempt(&fix, &answer)), "device_not_proven");
    assert_eq!(refused(sign_in(&fix, mia, 2)), "device_not_proven");
    assert_eq!(refused(sign_in(&fix, bob, 1)), "device_not_proven");
    assert_eq!(refused(sign_in(&fix, DeviceId::from_bits(7), 1)), "device_not_proven");
    let late = answered(&fix, mia, 1);
    fix.advance(120);
    assert_eq!(refused(attempt(&fix, &late)), "device_not_proven");
    let bad = DeviceTry { device_id: "usr_1".to_owned(), signature: "é".to_owned(), ..late };
    assert_eq!(pointers(attempt(&fix, &bad)), ["/device_id", "/signature"]);
    sign_in(&fix, mia, 1).unwrap();
}

#[test]
fn or_9_all_devices_end_with_their_user() {
    let fix = Fixture::new();
    let device = enrol(&fix, &fix.call("mia"), 1, "Laptop").unwrap().id;
    let by_device = browser(&sign_in(&fix, device, 1).unwrap());
    let by_link = fix.call("mia");
    revoke(&fix, "bob", "mia").unwrap();
    assert_eq!(refused(sign_in(&fix, device, 1)), "device_not_proven");
    for browser in [by_device, by_link] {
        assert_eq!(refused(fix.app.me(&browser).wait()), "unauthenticated");
    }
}

#[test]
fn or_8_signing_out_ends_a_session_and_leaves_the_device() {
    let fix = Fixture::new();
    let device = enrol(&fix, &fix.call("mia"), 1, "Laptop").unwrap().id;
    let [first, second] = [(); 2].map(|()| browser(&sign_in(&fix, device, 1).unwrap()));
    fix.app.sign_out(&first).wait().unwrap();
    assert_eq!(refused(fix.app.me(&first).wait()), "unauthenticated");
    fix.app.me(&second).wait().unwrap();
    sign_in(&fix, device, 1).unwrap();
}

#[test]
fn qu_23_a_device_is_enrolled_once_and_its_link_shown_once() {
    let fix = Fixture::new();
    let once = Some(guest_app::Once { token: "t".to_owned(), fingerprint: [1; 32] });
    let call = Call { once, ..fix.call("mia") };
    let first = enrol(&fix, &call, 1, "Laptop").unwrap();
    let again = enrol(&fix, &call, 1, "Laptop").unwrap();
    assert_eq!(first.id, again.id);
    assert_eq!(names(&fix, &call).len(), 1);
    let once = Some(guest_app::Once { token: "u".to_owned(), fingerprint: [1; 32] });
    let call = Call { once, ..call };
    assert!(fix.app.make_device_link(&call, TEAM).wait().unwrap().link.is_some());
    assert_eq!(fix.app.make_device_link(&call, TEAM).wait().unwrap().link, None);
}

#[test]
fn what_devices_leave_is_swept() {
    let fix = Fixture::new();
    let mia = fix.call("mia");
    token(&fix, &mia);
    let device = enrol(&fix, &mia, 1, "Laptop").unwrap().id;
    sign_in(&fix, device, 1).unwrap();
    let left = || {
        [&guest_app::tables::DEVICE_LINK, &guest_app::tables::SPENT_CHALLENGE]
            .map(|table| fix.store.rows(table).len())
    };
    assert_eq!(left(), [1, 1]);
    fix.advance(2 * 86_400);
    while fix.app.sweep().wait().unwrap() > 0 {}
    assert_eq!(left(), [0, 0]);
    assert_eq!(names(&fix, &fix.call("mia")), ["Laptop"]);
}

/// Enrols the browser that calls.
pub(crate) fn enrol(
    fix: &Fixture,
    call: &Call,
    number: u8,
    name: &str,
) -> Result<DeviceView, Fault> {
    let public_key = DeviceKey::numbered(number).public();
    let draft = DeviceDraft { name: name.to_owned(), public_key };
    fix.app.enrol_device(call, TEAM, &draft).wait()
}

/// Signs in with a device whose key has this number.
pub(crate) fn sign_in(fix: &Fixture, device: DeviceId, number: u8) -> Result<SignedIn, Fault> {
    attempt(fix, &answered(fix, device, number))
}

pub(crate) fn browser(signed_in: &SignedIn) -> Call {
    Call { caller: Caller::Login(signed_in.cookie.hash()), ..nobody() }
}

fn attempt(fix: &Fixture, attempt: &DeviceTry) -> Result<SignedIn, Fault> {
    fix.app.sign_in_by_device(&nobody(), attempt).wait()
}

/// Returns the answer of a device to a new challenge.
fn answered(fix: &Fixture, device: DeviceId, number: u8) -> DeviceTry {
    let asked = fix.app.device_challenge().wait().unwrap();
    let signature = DeviceKey::numbered(number).sign(&asked.server, device, &asked.challenge);
    DeviceTry { device_id: device.to_string(), challenge: asked.challenge, signature }
}

/// Enrols another browser with a link.
fn link(fix: &Fixture, call: &Call, number: u8, name: &str) -> Result<DeviceEnrolled, Fault> {
    let token = token(fix, call);
    let public_key = DeviceKey::numbered(number).public();
    let draft = LinkedDevice { token, name: name.to_owned(), public_key };
    fix.app.enrol_with_link(&nobody(), &draft).wait()
}

fn with_token(fix: &Fixture, token: &str, number: u8) -> Result<DeviceEnrolled, Fault> {
    let public_key = DeviceKey::numbered(number).public();
    let draft = LinkedDevice { token: token.to_owned(), name: "Phone".to_owned(), public_key };
    fix.app.enrol_with_link(&nobody(), &draft).wait()
}

/// Returns what stands in a new link after the `#`.
fn token(fix: &Fixture, call: &Call) -> String {
    let link = fix.app.make_device_link(call, TEAM).wait().unwrap().link.unwrap();
    let (address, token) = link.split_once('#').unwrap();
    assert_eq!(address, "https://guest.example/devices/new");
    token.to_owned()
}

fn names(fix: &Fixture, call: &Call) -> Vec<String> {
    devices(fix, call).into_iter().map(|device| device.name).collect()
}

fn devices(fix: &Fixture, call: &Call) -> Vec<DeviceView> {
    fix.app.devices(call, TEAM, &Paging::default()).wait().unwrap().data
}
