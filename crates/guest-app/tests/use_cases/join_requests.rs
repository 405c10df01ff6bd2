//! Requests to join: vouched for by certificates that the test makes.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use chrono::TimeDelta;
use guest_app::{
    AcceptEach, AcceptManyDraft, App, Fault, JoinAcceptDraft, JoinDeviceDraft, JoinDraft,
    JoinFilter, JoinRequestView, Joined, Paging,
};
use guest_core::{DevicePublicKey, JoinRequestId, JoinTerms, Refusal as _, TeamId};
use guest_identity::x509::Roots;
use guest_identity::{Directory, Settings};
use guest_testkit::{Authority, Certified, DeviceKey};

use crate::fixture::{Fixture, TEAM, refused};
use crate::traces::{audited, nobody};

#[test]
fn or_30_without_anybody_to_vouch_no_requests_are_taken() {
    let fix = Fixture::new();
    let joining = Joining::new(&fix);
    assert_eq!(refused(fix.app.join_page(TEAM).wait()), "join_requests_off");
    // A team that does not exist answers the same.
    assert_eq!(refused(joining.app.join_page("nowhere").wait()), "join_requests_off");
    assert_eq!(refused(joining.app.join_page("Not a team").wait()), "join_requests_off");
    let page = joining.app.join_page(TEAM).wait().unwrap();
    assert!(page.ways.certificates && page.ways.providers.is_empty());
    let draft = joining.draft(1, &joining.nova());
    assert_eq!(
        refused(wait(fix.app.submit_join_request(&nobody(), TEAM, &draft))),
        "join_requests_off"
    );
}

#[test]
fn or_31_or_33_a_certificate_vouches_for_a_request() {
    let fix = Fixture::new();
    let joining = Joining::new(&fix);
    let joined = joining.submit(1, &joining.nova()).unwrap();
    assert_eq!((joined.id, joined.state.as_str()), (JoinRequestId::from_bits(1), "submitted"));
    let [request] = &joining.pending()[..] else { panic!("one request") };
    assert_eq!(request.email.as_str(), "nova@acme.example");
    assert_eq!(request.name, "Nova Stern");
    assert_eq!(request.vouched.how, "certificate");
    assert_eq!(request.vouched.subject, "CN=Nova Stern");
    assert_eq!(request.vouched.by, "CN=Acme Root");
    assert_eq!(request.vouched.serial.as_deref(), Some("07"));
    assert_eq!(request.device.as_deref(), Some("Nova's laptop"));
    assert!(!request.lapsed);
    assert_eq!(audited(&fix, "join_request.submit").len(), 1);
}

#[test]
fn or_31_a_proof_is_for_one_team_one_request_and_one_device() {
    let fix = Fixture::new();
    let joining = Joining::new(&fix);
    let nova = joining.nova();
    let draft = joining.draft(1, &nova);
    let submit = |app: &App, team: &str, draft: &JoinDraft| {
        wait(app.submit_join_request(&nobody(), team, draft))
    };
    let other_id = JoinDraft { id: JoinRequestId::from_bits(2).to_string(), ..draft.clone() };
    assert_eq!(refused(submit(&joining.app, TEAM, &other_id)), "identity_unverified");
    let no_device = JoinDraft { device: None, ..draft.clone() };
    assert_eq!(refused(submit(&joining.app, TEAM, &no_device)), "identity_unverified");
    let mut other_device = draft.clone();
    other_device.device.as_mut().unwrap().key = DeviceKey::numbered(9).public();
    assert_eq!(refused(submit(&joining.app, TEAM, &other_device)), "identity_unverified");
    let mut other_key = draft.clone();
    other_key.proof.chain = joining.issue("Sam", "sam@acme.example", 8).sign(b"").chain;
    assert_eq!(refused(submit(&joining.app, TEAM, &other_key)), "identity_unverified");
    let elsewhere = Joining::signed(1, &nova, "https://other.example", TEAM);
    assert_eq!(refused(submit(&joining.app, TEAM, &elsewhere)), "identity_unverified");
    let rival = Joining::signed(1, &nova, &joining.app.config().public_url, "rival");
    assert_eq!(refused(submit(&joining.app, TEAM, &rival)), "identity_unverified");
    assert!(joining.pending().is_empty());
    submit(&joining.app, TEAM, &draft).unwrap();
    // Sent again by anybody, it is refused, whatever became of it.
    assert_eq!(refused(submit(&joining.app, TEAM, &draft)), "join_request_known");
    let bob = fix.call("bob");
    joining.app.reject_join_request(&bob, TEAM, JoinRequestId::from_bits(1)).wait().unwrap();
    assert_eq!(refused(submit(&joining.app, TEAM, &draft)), "join_request_known");
}

#[test]
fn or_31_only_the_same_identity_replaces_a_request() {
    let fix = Fixture::new();
    let joining = Joining::new(&fix);
    joining.submit(1, &joining.nova()).unwrap();
    joining.submit(2, &joining.issue("Sam", "sam@acme.example", 8)).unwrap();
    assert_eq!(joining.ids(), [1, 2]);
    // A renewed certificate is the same identity.
    joining.submit(3, &joining.issue("Nova Stern", "Nova@acme.example", 9)).unwrap();
    assert_eq!(joining.ids(), [2, 3]);
    let first = joining.view(1);
    let replaced_by = Some(JoinRequestId::from_bits(3));
    assert_eq!((first.state.as_str(), first.replaced_by), ("cancelled", replaced_by));
    // Also one that has been waiting for days.
    fix.store.advance(TimeDelta::days(3));
    joining.submit(4, &joining.nova()).unwrap();
    assert_eq!(joining.ids(), [2, 4]);
}

#[test]
fn or_31_an_identity_cannot_ask_without_end() {
    let fix = Fixture::new();
    let joining = Joining::new(&fix);
    for number in 1..=20 {
        fix.store.advance(TimeDelta::seconds(1));
        joining.submit(number, &joining.nova()).unwrap();
    }
    assert_eq!(refused(joining.submit(21, &joining.nova())), "rate_limited");
    assert_eq!(joining.ids(), [20]);
    joining.submit(22, &joining.issue("Sam", "sam@acme.example", 8)).unwrap();
    fix.store.advance(TimeDelta::days(2));
    joining.submit(23, &joining.nova()).unwrap();
    assert_eq!(joining.ids(), [22, 23]);
}

#[test]
fn or_30_the_person_sees_and_cancels_their_own() {
    let fix = Fixture::new();
    let joining = Joining::new(&fix);
    let joined = joining.submit(1, &joining.nova()).unwrap();
    let status = |named| joining.app.join_status(&joined.token, named).wait();
    let own = JoinRequestId::from_bits(1);
    let seen = status(Some((TEAM, own))).unwrap();
    assert_eq!((seen.state.as_str(), seen.email.as_str()), ("submitted", "nova@acme.example"));
    assert_eq!(seen.device_id, joined.device_id);
    assert_eq!(refused(status(Some((TEAM, JoinRequestId::from_bits(2))))), "not_found");
    let cancel =
        |token: &str| joining.app.cancel_join_request(&nobody(), token, Some((TEAM, own))).wait();
    assert_eq!(refused(cancel("jr_AAAA")), "unauthenticated");
    cancel(&joined.token).unwrap();
    assert_eq!(refused(cancel(&joined.token)), "join_request_ended");
    assert_eq!(status(None).unwrap().state, "cancelled");
    assert!(joining.pending().is_empty());
    assert_eq!(audited(&fix, "join_request.cancel").len(), 1);
}

#[test]
fn or_34_accepting_makes_the_user_in_the_same_transaction() {
    let fix = Fixture::new();
    let joining = Joining::new(&fix);
    let joined = joining.submit(1, &joining.nova()).unwrap();
    let accept = |who: &str, name: Option<&str>, profile: &str| {
        let draft = JoinAcceptDraft { name: name.map(str::to_owned), profile: profile.to_owned() };
        wait(joining.app.accept_join_request(&fix.call(who), TEAM, joined.id, &draft))
    };
    assert_eq!(refused(accept("cory", None, "member")), "forbidden");
    assert_eq!(refused(accept("bob", None, "")), "validation");
    let accepted = accept("bob", Some("Nova"), "member").unwrap();
    assert_eq!(accepted.state, "accepted");
    let user = fix.app.user(&fix.owner(), TEAM, accepted.user_id.unwrap()).wait().unwrap();
    assert_eq!((user.name.as_str(), user.profile.as_str()), ("Nova", "member"));
    assert_eq!(user.email.unwrap().as_str(), "nova@acme.example");
    let nova = fix.call("nova");
    let devices = fix.app.devices(&nova, TEAM, &Paging::default()).wait().unwrap().data;
    assert_eq!(devices.len(), 1);
    assert_eq!(Some(devices[0].id), joined.device_id);
    assert_eq!(refused(accept("bob", None, "member")), "join_request_ended");
    assert_eq!(mails(&fix), ["nova@acme.example: join request"]);
    assert_eq!(audited(&fix, "join_request.accept").len(), 1);
    assert_eq!(audited(&fix, "user.join").len(), 1);
    // A member who asks again is answered like anybody else, and accepted by nobody.
    let again = joining.submit(2, &joining.nova()).unwrap();
    assert_eq!(again.state, "submitted");
    let draft = JoinAcceptDraft { name: None, profile: "member".to_owned() };
    let refused_again = wait(joining.app.accept_join_request(&fix.owner(), TEAM, again.id, &draft));
    assert_eq!(refused(refused_again), "already_member");
}

#[test]
fn or_34_a_request_after_a_rejection_is_possible() {
    let fix = Fixture::new();
    let joining = Joining::new(&fix);
    let joined = joining.submit(1, &joining.nova()).unwrap();
    let reject =
        |who: &str| joining.app.reject_join_request(&fix.call(who), TEAM, joined.id).wait();
    assert_eq!(refused(reject("mia")), "forbidden");
    assert_eq!(reject("bob").unwrap().state, "rejected");
    assert_eq!(mails(&fix), ["nova@acme.example: join request"]);
    assert_eq!(joining.app.join_status(&joined.token, None).wait().unwrap().state, "rejected");
    joining.submit(2, &joining.nova()).unwrap();
    assert_eq!(joining.ids(), [2]);
}

#[test]
fn or_34_a_lapsed_certificate_is_shown_and_not_accepted() {
    let fix = Fixture::new();
    let joining = Joining::new(&fix);
    let nova = joining.root.issue("Nova Stern", "nova@acme.example", 7, 2027);
    let joined = joining.submit(1, &nova).unwrap();
    fix.store.advance(TimeDelta::days(40));
    let [request] = &joining.pending()[..] else { panic!("one request") };
    assert!(request.lapsed);
    assert!(joining.app.join_status(&joined.token, None).wait().unwrap().lapsed);
    let draft = JoinAcceptDraft { name: None, profile: "member".to_owned() };
    let accepted = wait(joining.app.accept_join_request(&fix.owner(), TEAM, joined.id, &draft));
    assert_eq!(refused(accepted), "certificate_lapsed");
    // Sent again with a valid one it is accepted.
    let again = joining.submit(2, &joining.nova()).unwrap();
    wait(joining.app.accept_join_request(&fix.owner(), TEAM, again.id, &draft)).unwrap();
}

#[test]
fn or_33_a_certificate_that_is_revoked_meanwhile_is_not_accepted() {
    let fix = Fixture::new();
    let joining = Joining::new(&fix);
    let joined = joining.submit(1, &joining.nova()).unwrap();
    let revoking = joining.with(&fix, |root, roots| roots.add_lists(&root.revoke(&[7])).unwrap());
    let draft = JoinAcceptDraft { name: None, profile: "member".to_owned() };
    let accepted = wait(revoking.accept_join_request(&fix.owner(), TEAM, joined.id, &draft));
    assert_eq!(refused(accepted), "certificate_lapsed");
    revoking.reject_join_request(&fix.owner(), TEAM, joined.id).wait().unwrap();
    let submitted = joining.draft(2, &joining.nova());
    let submitted = wait(revoking.submit_join_request(&nobody(), TEAM, &submitted));
    assert_eq!(refused(submitted), "identity_unverified");
}

#[test]
fn or_34_many_are_accepted_at_once_each_that_can_be() {
    let fix = Fixture::new();
    let joining = Joining::new(&fix);
    joining.submit(1, &joining.nova()).unwrap();
    joining.submit(2, &joining.issue("Sam", "sam@acme.example", 8)).unwrap();
    joining.submit(3, &joining.issue("Mia", "mia@acme.example", 9)).unwrap();
    let each = |number: u128, profile: &str| AcceptEach {
        id: JoinRequestId::from_bits(number).to_string(),
        name: None,
        profile: profile.to_owned(),
    };
    let draft = AcceptManyDraft { requests: vec![each(1, "member"), each(2, ""), each(9, "x")] };
    let Err(Fault::Refused(wrong)) =
        wait(joining.app.accept_join_requests(&fix.owner(), TEAM, &draft))
    else {
        panic!("a profile is missing")
    };
    assert_eq!(wrong.code(), "validation");
    assert_eq!(joining.ids(), [1, 2, 3]);
    let requests = vec![each(1, "member"), each(3, "member"), each(2, "external")];
    let draft = AcceptManyDraft { requests };
    let answer = wait(joining.app.accept_join_requests(&fix.call("bob"), TEAM, &draft)).unwrap();
    let codes: Vec<_> = answer.data.iter().map(|each| each.code.as_deref()).collect();
    assert_eq!(codes, [None, Some("already_member"), None]);
    assert_eq!(joining.ids(), [3]);
    assert_eq!(mails(&fix).len(), 2);
}

#[test]
fn if_6_administrators_follow_requests() {
    let fix = Fixture::new();
    let joining = Joining::new(&fix);
    let seen = |who: &str| {
        let events = fix.app.events_after(&fix.call(who), TEAM, Some(0), 1_000).wait().unwrap();
        let names: Vec<_> = events.events.into_iter().map(|event| event.name).collect();
        names.into_iter().filter(|name| name.starts_with("join_request.")).collect::<Vec<_>>()
    };
    let joined = joining.submit(1, &joining.nova()).unwrap();
    joining.submit(2, &joining.nova()).unwrap();
    joining
        .app
        .reject_join_request(&fix.owner(), TEAM, JoinRequestId::from_bits(2))
        .wait()
        .unwrap();
    let names = ["submitted", "cancelled", "submitted", "rejected"];
    assert_eq!(seen("bob"), names.map(|name| format!("join_request.{name}")));
    assert!(seen("cory").is_empty());
    drop(joined);
}

/// A team that believes a root.
struct Joining {
    app: App,
    root: Authority,
}

impl Joining {
    fn new(fix: &Fixture) -> Self {
        let root = Authority::new("Acme Root");
        let joining = Self { app: fix.app.clone(), root };
        Self { app: joining.with(fix, |_, _| {}), ..joining }
    }

    /// Returns the application with other roots.
    fn with(&self, fix: &Fixture, change: impl FnOnce(&Authority, &mut Roots)) -> App {
        let mut roots = Roots::default();
        roots.add_certificates(self.root.der()).unwrap();
        change(&self.root, &mut roots);
        let settings = Settings::default().with_roots(TeamId::parse(TEAM).unwrap(), roots);
        let store = fix.store.clone();
        fix.app
            .clone()
            .with_vouching(std::sync::Arc::new(Directory::new(settings, move || store.now())))
    }

    fn nova(&self) -> Certified {
        self.issue("Nova Stern", "nova@acme.example", 7)
    }

    fn issue(&self, name: &str, address: &str, number: u8) -> Certified {
        self.root.issue(name, address, number, 2029)
    }

    fn draft(&self, number: u128, person: &Certified) -> JoinDraft {
        Self::signed(number, person, &self.app.config().public_url, TEAM)
    }

    fn signed(number: u128, person: &Certified, server: &str, team: &str) -> JoinDraft {
        let key: DevicePublicKey = DeviceKey::numbered(1).public().parse().unwrap();
        let device = JoinDeviceDraft { name: "Nova's laptop".to_owned(), key: key.to_string() };
        let name = device.name.parse().unwrap();
        let terms = JoinTerms {
            server,
            team: TeamId::parse(team).unwrap(),
            request: JoinRequestId::from_bits(number),
            device: Some((&name, &key)),
        };
        let proof = person.sign(&terms.message());
        JoinDraft { id: terms.request.to_string(), device: Some(device), proof }
    }

    fn submit(&self, number: u128, person: &Certified) -> Result<Joined, Fault> {
        let draft = self.draft(number, person);
        wait(self.app.submit_join_request(&nobody(), TEAM, &draft))
    }

    fn pending(&self) -> Vec<JoinRequestView> {
        let call = guest_app::Call::operator();
        let pending =
            self.app.join_requests(&call, TEAM, &JoinFilter::default(), &Paging::default());
        pending.wait().unwrap().data
    }

    fn ids(&self) -> Vec<u128> {
        self.pending().iter().map(|request| request.id.to_bits()).collect()
    }

    fn view(&self, number: u128) -> JoinRequestView {
        let id = JoinRequestId::from_bits(number);
        self.app.join_request(&guest_app::Call::operator(), TEAM, id).wait().unwrap()
    }
}

/// Returns the mails about requests to join.
fn mails(fix: &Fixture) -> Vec<String> {
    let rows = fix.app.mails(&guest_app::MailFilter::default(), &Paging::default());
    let rows = rows.wait().unwrap().data.into_iter();
    let of_joining = rows.filter(|row| row.about == "join request");
    of_joining.map(|row| format!("{}: {}", row.to, row.about)).collect()
}

/// Waits for a use case that looks at certificates between two units of work.
fn wait<T>(work: impl Future<Output = T>) -> T {
    let (mut work, mut context) = (pin!(work), Context::from_waker(Waker::noop()));
    loop {
        if let Poll::Ready(done) = work.as_mut().poll(&mut context) {
            return done;
        }
        std::thread::yield_now();
    }
}
