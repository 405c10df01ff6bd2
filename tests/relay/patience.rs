//! What the server waits for half a minute, and then no longer.

use std::io::Read as _;
use std::net::TcpStream;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::json;

use crate::place::{ALL, Invite, Place};
use crate::product::within;
use crate::vnc::Vnc;

/// All at once, since each takes half a minute of real time.
#[test]
fn cn_3_cn_10_ga_44_qu_34_who_is_silent_for_half_a_minute_is_gone() {
    let vnc = Vnc::start(64, 48);
    let stuck = Stuck::start(&vnc);
    let place = Place::with_vnc(vnc.port);
    let wordless = connect_and_say_nothing(place.product.port);
    let [unused, silent, heard] = [place.invite(ALL), place.invite(ALL), place.invite(ALL)];
    let ticket = place.connect(&unused);
    let unused_seat = vnc.seat();
    // Whoever does not read does not answer pings either: the way is half open.
    let mut mute = place.view(&silent);
    let mute_seat = vnc.seat();
    mute.look();
    // Whoever reads does, without saying anything of its own.
    let mut listener = place.view(&heard);
    let listener_session = listener.session.clone();
    listener.look();
    let listening = thread::spawn(move || listener.stream.ended());

    let session = |invite, session: &str| place.session(invite, session)["end_reason"].clone();
    assert!(within(40, || session(&unused, &ticket.session) == "ticket_unused"));
    let (status, code) = place.try_stream(&ticket, &ticket.ticket).map(drop).unwrap_err();
    assert_eq!((status, code.as_str()), (409, "ticket_used"));
    assert_eq!(unused_seat.rest(), [[0; 0]; 0]);
    assert!(within(15, || session(&silent, &mute.session) == "left"));
    assert_eq!(mute_seat.rest(), [[0; 0]; 0]);
    // Its socket is closed; whether it still finds the reason there is for its network to say.
    let _ = mute.stream.closed();
    assert!(place.show(&unused)["used_at"].is_null(), "nothing came of it");
    assert!(session(&heard, &listener_session).is_null(), "it answers pings");
    place.kick(&heard);
    assert_eq!(listening.join().unwrap(), "kicked");
    stuck.check_lost();
    assert_eq!(wordless.join().unwrap(), 0, "the connection is closed (QU-34)");
}

/// Returns, in the end, how many bytes came before the server closed the connection.
fn connect_and_say_nothing(port: u16) -> JoinHandle<usize> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    thread::spawn(move || stream.read(&mut [0]).expect("closed within a minute"))
}

/// A place whose agent is halted in the middle of a session.
struct Stuck {
    place: Place,
    invite: Invite,
    session: String,
    listening: JoinHandle<String>,
}

impl Stuck {
    fn start(vnc: &Vnc) -> Self {
        let place = Place::with_vnc(vnc.port);
        let invite = place.invite(ALL);
        let mut guest = place.view(&invite);
        vnc.seat();
        guest.look();
        place.signal_agent("STOP");
        let session = guest.session.clone();
        let listening = thread::spawn(move || guest.stream.ended());
        Self { place, invite, session, listening }
    }

    fn check_lost(self) {
        assert_eq!(self.listening.join().unwrap(), "computer_lost");
        self.place.check_ended(&self.invite, &self.session, "computer_lost");
        self.place.await_obstacle(&self.invite, &json!("computer_offline"));
    }
}
