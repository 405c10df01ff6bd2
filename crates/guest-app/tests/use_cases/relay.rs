//! Sessions that this product carries, as a gateway drives them.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use guest_app::{Call, Connected, Fault, Heartbeat, HeartbeatAnswer, Once, Relay, Relayed, tables};
use guest_core::{ComputerId, Purpose, Secret, SessionEndReason, SessionId, Traffic};

use crate::computers::{last_end, new_key, personal};
use crate::fixture::{Fixture, TEAM, at, refused};
use crate::guest::{Scene, refused_attempts, told};
use crate::traces::{audited, column};

#[test]
fn cn_3_connecting_gives_a_ticket_and_uses_nothing_yet() {
    let stage = Stage::open();
    let connected = stage.connect();
    let ticket = connected.ticket.unwrap();
    let url = format!("wss://guest.example/v1/sessions/{}/stream", connected.session_id);
    assert_eq!(connected.stream_url, Some(url));
    assert_eq!(connected.closes_at, Some(at("12:00:00")));
    let invite = stage.scene.invite();
    assert_eq!((invite.used_at, invite.phase.as_str()), (None, "connected"));
    assert_eq!(invite.session.unwrap().used_at, None);
    assert_eq!(told(stage.fix()), ["session.started"]);
    for table in tables::ALL {
        let rows = format!("{:?}", stage.fix().store.rows(table));
        assert!(!rows.contains(&ticket), "{}", table.name);
    }
}

#[test]
fn ga_4_a_relayed_computer_is_offline_to_guests_while_its_socket_is_closed() {
    let stage = Stage::open();
    stage.sockets.close(stage.scene.computer);
    assert_eq!(refused(stage.scene.connect(LIN)), "computer_offline");
    assert_eq!(stage.scene.look(LIN).obstacle.as_deref(), Some("computer_offline"));
    stage.sockets.open(stage.scene.computer);
    assert_eq!(stage.scene.look(LIN).obstacle, None);
    stage.connect();
}

#[test]
fn cn_3_a_ticket_opens_the_stream_of_its_session_once() {
    let stage = Stage::open();
    let Connected { session_id, ticket, .. } = stage.connect();
    let ticket = ticket.unwrap();
    let other = Secret::new(Purpose::Ticket, &[9; 32]);
    for wrong in ["", "st_", other.expose(), &ticket.to_uppercase()] {
        assert_eq!(refused(stage.take(session_id, wrong)), "not_found");
    }
    assert_eq!(refused(stage.take(SessionId::from_bits(1), &ticket)), "not_found");
    let taken = stage.take(session_id, &ticket).unwrap();
    assert_eq!(taken, stage.relayed(session_id, true));
    assert_eq!(refused(stage.take(session_id, &ticket)), "ticket_used");
    let tries = [["not_found"; 4].as_slice(), &["ticket_used"]].concat();
    assert_eq!(refused_attempts(stage.fix()), tries);
    let by = [["nobody"; 4].as_slice(), &[LIN]].concat();
    assert_eq!(audited(stage.fix(), "session.refuse"), by);
    assert_eq!(last_end(stage.fix(), stage.scene.invite), None);
}

#[test]
fn cn_3_a_session_whose_ticket_is_left_lying_ends_and_leaves_the_invite_unused() {
    let stage = Stage::open();
    let Connected { session_id, ticket, .. } = stage.connect();
    let app = &stage.fix().app;
    stage.fix().advance(15);
    stage.beat();
    assert_eq!(app.next_due().wait().unwrap(), Some(at("10:00:30")));
    stage.fix().advance(15);
    // The gateway may see it before the clock does.
    assert_eq!(refused(stage.take(session_id, &ticket.unwrap())), "ticket_used");
    assert_eq!(
        app.session_ends(vec![session_id]).wait().unwrap().pop().map(|(_, why)| why),
        Some(SessionEndReason::TicketUnused)
    );
    assert_eq!(app.process_due(100).wait().unwrap().done, 0);
    let second = stage.connect().session_id;
    stage.fix().advance(29);
    stage.beat();
    assert_eq!(app.process_due(100).wait().unwrap().done, 0);
    stage.fix().advance(1);
    assert_eq!(app.process_due(100).wait().unwrap().done, 1);
    assert_eq!(
        app.session_ends(vec![second]).wait().unwrap().pop().map(|(_, why)| why),
        Some(SessionEndReason::TicketUnused)
    );
    assert_eq!(audited(stage.fix(), "session.end"), ["system", "system"]);
    // It is recorded, costs nothing and locks nothing (GA-35).
    assert_eq!(stage.scene.invite().used_at, None);
    let cory = stage.fix().call("cory");
    app.cancel_invite(&cory, TEAM, stage.scene.invite, None).wait().unwrap();
    assert_eq!(stage.scene.invite().credit, "refunded");
}

#[test]
fn qu_22_a_clock_set_back_leaves_no_ticket_lying_for_long() {
    let stage = Stage::open();
    let Connected { session_id, ticket, .. } = stage.connect();
    stage.fix().advance(-30);
    let app = &stage.fix().app;
    assert_eq!(app.next_due().wait().unwrap(), Some(stage.fix().store.now()));
    while app.process_due(100).wait().unwrap().done > 0 {}
    let ended = app.session_ends(vec![session_id]).wait().unwrap().pop().map(|(_, why)| why);
    assert!(ended.is_some());
    assert_eq!(refused(stage.take(session_id, &ticket.unwrap())), "ticket_used");
}

#[test]
fn ga_35_the_first_picture_uses_the_invite() {
    let stage = Stage::open();
    let app = &stage.fix().app;
    let session = stage.enter();
    assert_eq!(stage.scene.invite().used_at, None);
    stage.fix().advance(2);
    for _ in 0..2 {
        app.session_pictured(session).wait().unwrap();
        stage.fix().advance(1);
    }
    let invite = stage.scene.invite();
    assert_eq!(invite.used_at, Some(at("10:00:02")));
    assert_eq!(invite.session.unwrap().used_at, Some(at("10:00:02")));
    assert_eq!(told(stage.fix()), ["session.started", "invite.used"]);
    assert_eq!(audited(stage.fix(), "invite.use"), [LIN]);
    // The next session is used by its own first picture; the invite was before.
    let second = stage.enter();
    app.session_pictured(second).wait().unwrap();
    assert_eq!(stage.scene.sessions()[0].used_at, Some(at("10:00:04")));
    assert_eq!(stage.scene.invite().used_at, Some(at("10:00:02")));
    assert_eq!(refused(app.session_pictured(SessionId::from_bits(1)).wait()), "not_found");
}

#[test]
fn ga_35_a_picture_after_the_end_uses_nothing() {
    let stage = Stage::open();
    let app = &stage.fix().app;
    let session = stage.enter();
    app.kick(&stage.fix().call("cory"), TEAM, stage.scene.invite, false, None).wait().unwrap();
    app.session_pictured(session).wait().unwrap();
    assert_eq!(stage.scene.invite().used_at, None);
}

#[test]
fn ga_36_a_new_connection_takes_over_from_a_relayed_one() {
    let stage = Stage::open();
    let first = stage.connect();
    let second = stage.connect();
    let app = &stage.fix().app;
    let why = app.session_ends(vec![first.session_id]).wait().unwrap().pop().map(|(_, why)| why);
    assert_eq!(why, Some(SessionEndReason::Replaced));
    assert_eq!(refused(stage.take(first.session_id, &first.ticket.unwrap())), "ticket_used");
    stage.take(second.session_id, &second.ticket.unwrap()).unwrap();
}

#[test]
fn cn_12_the_end_of_a_stream_is_written_down_with_all_that_is_known() {
    let stage = Stage::open();
    let session = stage.enter();
    stage.fix().advance(5);
    stage.end(session, SessionEndReason::Left, TRAFFIC).unwrap();
    // There is one end, one reason, and one count: the first.
    stage.end(session, SessionEndReason::ProtocolError, Traffic::default()).unwrap();
    let shown = &stage.scene.sessions()[0];
    assert_eq!((shown.state.as_str(), shown.end_reason.as_deref()), ("ended", Some("left")));
    assert_eq!((shown.bytes_in, shown.bytes_out, shown.refused_input), (7, 900, 3));
    assert_eq!(audited(stage.fix(), "session.end"), [LIN]);
    assert_eq!(audited(stage.fix(), "session.count"), [""; 0]);
    let line = stage.written("session.end");
    let window = ("2026-12-01T10:00:00Z", "2026-12-01T10:00:05Z");
    assert_eq!(
        (line["opened_at"].as_str(), line["ended_at"].as_str()),
        (Some(window.0), Some(window.1))
    );
    assert_eq!((line["guest"].as_str(), line["from"].as_str()), (Some(LIN), Some("192.0.2.7")));
    assert_eq!(line["computer"], stage.scene.computer.to_string());
    assert_eq!(line["permissions"], serde_json::json!(["keyboard", "mouse"]));
    let counts = [&line["bytes_in"], &line["bytes_out"], &line["refused_input"]];
    assert_eq!(
        (line["reason"].as_str(), counts.map(serde_json::Value::as_u64)),
        (Some("left"), [Some(7), Some(900), Some(3)])
    );
}

#[test]
fn cn_12_what_went_through_is_counted_after_another_end_too() {
    let stage = Stage::open();
    let session = stage.enter();
    let app = &stage.fix().app;
    app.kick(&stage.fix().call("cory"), TEAM, stage.scene.invite, false, None).wait().unwrap();
    for traffic in [TRAFFIC, Traffic::default()] {
        stage.end(session, SessionEndReason::Left, traffic).unwrap();
    }
    let shown = &stage.scene.sessions()[0];
    assert_eq!((shown.end_reason.as_deref(), shown.bytes_out), (Some("kicked"), 900));
    assert_eq!(audited(stage.fix(), "session.end"), ["cory@acme.example"]);
    assert_eq!(audited(stage.fix(), "session.count"), ["system"]);
    let line = stage.written("session.count");
    assert_eq!((line["reason"].as_str(), line["bytes_in"].as_u64()), (Some("kicked"), Some(7)));
}

#[test]
fn cn_11_the_stream_of_an_external_session_is_nobodys_here() {
    let scene = Scene::new(LIN);
    scene.at("10:00:00");
    let connected = scene.connect(LIN).unwrap();
    assert_eq!((connected.ticket, connected.stream_url), (None, None));
    let app = &scene.fix.app;
    assert_eq!(app.relayed_sessions().wait().unwrap(), []);
    assert_eq!(app.end_left_relayed(10).wait().unwrap(), 0);
    let ended = app.end_relayed(connected.session_id, SessionEndReason::Left, TRAFFIC).wait();
    assert_eq!(refused(ended), "not_found");
    let ticket = Secret::new(Purpose::Ticket, &[9; 32]);
    let taken = app.take_ticket(connected.session_id, ticket.expose(), None).wait();
    assert_eq!(refused(taken), "not_found");
    assert_eq!(
        app.session_ends(vec![connected.session_id]).wait().unwrap().pop().map(|(_, why)| why),
        None
    );
}

#[test]
fn ga_44_what_a_server_left_open_ends_when_it_starts_again() {
    let stage = Stage::open();
    let fix = stage.fix();
    let other = fix.invite_one(stage.scene.computer, "mia@acme.example");
    let sessions = [stage.enter(), crate::computers::connect(fix, "mia", other)];
    let listed = fix.app.relayed_sessions().wait().unwrap();
    let taken = |id| listed.iter().find(|one| one.session == id).map(|one| one.taken);
    assert_eq!(sessions.map(taken), [Some(true), Some(false)]);
    let ended: Vec<_> = (0..3).map(|_| fix.app.end_left_relayed(1).wait().unwrap()).collect();
    assert_eq!(ended, [1, 1, 0]);
    for session in sessions {
        let why = fix.app.session_ends(vec![session]).wait().unwrap().pop().map(|(_, why)| why);
        assert_eq!(why, Some(SessionEndReason::ServerStopped));
    }
    assert_eq!(fix.app.relayed_sessions().wait().unwrap(), []);
}

#[test]
fn ga_44_the_relayed_sessions_of_a_silent_computer_are_lost() {
    let stage = Stage::open();
    let session = stage.enter();
    stage.fix().until("10:00:30");
    let why = stage.fix().app.session_ends(vec![session]).wait().unwrap().pop().map(|(_, why)| why);
    assert_eq!(why, Some(SessionEndReason::ComputerLost));
}

#[test]
fn if_5_a_replay_has_no_ticket() {
    let stage = Stage::open();
    let once = Some(Once { token: "go".to_owned(), fingerprint: [1; 32] });
    let call = Call { once, ..stage.fix().call(LIN) };
    let connect = || stage.fix().app.connect(&call, &stage.scene.token).wait().unwrap();
    let (first, again) = (connect(), connect());
    assert!(first.ticket.is_some());
    assert_eq!(again, Connected { ticket: None, ..first });
}

#[test]
fn cn_11_an_agent_is_told_what_its_next_heartbeat_would_say() {
    let stage = Stage::open();
    stage.connect();
    let (fix, computer) = (stage.fix(), stage.scene.computer);
    let brief = |secret: &Secret, id| fix.app.agent_brief(secret, id).wait();
    let told = brief(&fix.computer_key, computer).unwrap();
    assert_eq!((&told, told.sessions.len()), (&stage.beat(), 1));
    let (own, token) = personal(fix, "cory", "laptop");
    assert_eq!(brief(&token, own).unwrap().computer_id, own);
    for (secret, id) in [(&token, computer), (&fix.computer_key, own), (&new_key(fix), computer)] {
        assert_eq!(refused(brief(secret, id)), "unauthenticated");
    }
    fix.app.remove_computer(&fix.call("bob"), TEAM, computer, None).wait().unwrap();
    assert_eq!(refused(brief(&fix.computer_key, computer)), "computer_removed");
}

/// Lin, invited to a relayed computer whose socket is open, at 10:00.
struct Stage {
    scene: Scene,
    sockets: Arc<Sockets>,
}

impl Stage {
    fn open() -> Self {
        let mut scene = Scene::new(LIN);
        let sockets = Arc::new(Sockets::default());
        scene.fix.app = scene.fix.app.clone().with_relay(sockets.clone());
        sockets.open(scene.computer);
        let stage = Self { scene, sockets };
        stage.fix().until("10:00:00");
        stage.beat();
        stage
    }

    fn fix(&self) -> &Fixture {
        &self.scene.fix
    }

    fn beat(&self) -> HeartbeatAnswer {
        let connection = Some("relay".to_owned());
        let beat = Heartbeat { name: "studio-1".to_owned(), connection, ..Heartbeat::default() };
        self.fix().app.heartbeat(&self.fix().computer_key, None, &beat).wait().unwrap()
    }

    fn connect(&self) -> Connected {
        let call = Call { origin: Some("192.0.2.7".to_owned()), ..self.fix().call(LIN) };
        self.fix().app.connect(&call, &self.scene.token).wait().unwrap()
    }

    fn take(&self, session: SessionId, ticket: &str) -> Result<Relayed, Fault> {
        self.fix().app.take_ticket(session, ticket, Some("192.0.2.7")).wait()
    }

    /// Connects and takes the ticket.
    fn enter(&self) -> SessionId {
        let connected = self.connect();
        self.take(connected.session_id, &connected.ticket.unwrap()).unwrap();
        connected.session_id
    }

    fn end(
        &self,
        session: SessionId,
        reason: SessionEndReason,
        traffic: Traffic,
    ) -> Result<(), Fault> {
        self.fix().app.end_relayed(session, reason, traffic).wait()
    }

    /// Returns what the one relayed session should be listed as.
    fn relayed(&self, session: SessionId, taken: bool) -> Relayed {
        let invite = self.scene.invite();
        let listed = Relayed {
            session,
            team: TEAM.parse().unwrap(),
            invite: invite.id,
            computer: self.scene.computer,
            permissions: invite.permissions,
            closes_at: Some(at("12:00:00")),
            taken,
        };
        let all = self.fix().app.relayed_sessions().wait().unwrap();
        assert_eq!(all, std::slice::from_ref(&listed));
        listed
    }

    /// Returns what the audit log's only line about an action says.
    #[track_caller]
    fn written(&self, action: &str) -> serde_json::Value {
        let lines = column(self.fix(), &tables::AUDIT, "action", action, "detail");
        let [line] = lines.as_slice() else { panic!("{lines:?}") };
        serde_json::from_str(line).unwrap()
    }
}

/// Which agents are connected.
#[derive(Default)]
struct Sockets(Mutex<BTreeSet<ComputerId>>);

impl Sockets {
    fn open(&self, computer: ComputerId) {
        self.0.lock().unwrap().insert(computer);
    }

    fn close(&self, computer: ComputerId) {
        self.0.lock().unwrap().remove(&computer);
    }
}

impl Relay for Sockets {
    fn reaches(&self, computer: ComputerId) -> bool {
        self.0.lock().unwrap().contains(&computer)
    }
}

const LIN: &str = "lin@example.org";

const TRAFFIC: Traffic = Traffic { bytes_in: 7, bytes_out: 900, refused_input: 3 };
