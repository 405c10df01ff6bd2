//! The courier, between an outbox in memory and a real mail server.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use guest_app::letter::{Letter, Tried};
use guest_core::{Delivery, MailId};
use guest_mailer::{Courier, Outbox, Post, Transport};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::letters::{invite_to, origin};
use crate::server::Server;

#[tokio::test]
async fn ga_50_one_recipient_never_holds_up_another() {
    let mut server = Server::start(&[]).await;
    let stuck = (0..15).map(|number| invite_to("stuck", number));
    let good = (100..140).map(|number| invite_to("lin", number));
    let bad = [invite_to("unknown", 200), invite_to("mute", 201)];
    let mut office = Office::open(&server, stuck.chain(bad).chain(good).collect(), 0);

    let mut settled = BTreeMap::new();
    while settled.len() < 42 {
        let Tried { id, delivery } = office.settled().await;
        settled.insert(id, delivery);
    }
    let accepted = |range: std::ops::Range<u128>, settled: &BTreeMap<MailId, Delivery>| {
        let one = |number| settled.get(&MailId::from_bits(number)) == Some(&Delivery::Accepted);
        range.filter(|number| one(*number)).count()
    };
    assert_eq!(accepted(100..140, &settled), 40);
    assert_eq!(accepted(0..15, &settled), 0);
    assert!(matches!(settled[&MailId::from_bits(200)], Delivery::Refused { .. }));

    server.go().await;
    while settled.len() < 57 {
        let Tried { id, delivery } = office.settled().await;
        settled.insert(id, delivery);
    }
    assert_eq!(accepted(0..15, &settled), 15);
    office.close().await;
}

#[tokio::test]
async fn ga_50_what_failed_is_tried_again_as_the_same_mail() {
    let mut server = Server::start(&[]).await;
    let mut office = Office::open(&server, vec![invite_to("flaky", 1)], 0);
    let first = office.settled().await;
    let later = Delivery::Failed { detail: "451 4.3.0 come back".to_owned(), unclear: false };
    assert_eq!(first.delivery, later);
    office.put(invite_to("flaky", 1));
    let second = office.settled().await;
    assert_eq!((second.id, second.delivery), (first.id, Delivery::Accepted));
    let deferred = server.report().await;
    let accepted = server.report().await;
    assert_eq!([&deferred["event"], &accepted["event"]], ["deferred", "accepted"]);
    assert_eq!(deferred["raw"], accepted["raw"]);
    office.close().await;
}

#[tokio::test]
async fn qu_21_an_outbox_that_cannot_be_reached_is_waited_for() {
    let mut server = Server::start(&[]).await;
    let mut office = Office::open(&server, vec![invite_to("lin", 1)], 3);
    assert_eq!(office.settled().await.delivery, Delivery::Accepted);
    office.close().await;
    server.reports("accepted", 1).await;
}

#[tokio::test]
async fn a_stop_waits_for_letters_on_their_way_and_takes_no_more() {
    let mut server = Server::start(&[]).await;
    let mut office = Office::open(&server, vec![invite_to("stuck", 1)], 0);
    server.reports("stuck", 1).await;
    office.stop();
    office.put(invite_to("lin", 2));
    server.go().await;
    assert_eq!(office.settled().await.id, MailId::from_bits(1));
    office.close().await;
    server.reports("accepted", 1).await;
}

#[tokio::test]
async fn a_stop_does_not_wait_for_ever() {
    let mut server = Server::start(&[]).await;
    let mut office = Office::open(&server, vec![invite_to("stuck", 1)], 0);
    server.reports("stuck", 1).await;
    office.close().await;
    assert!(office.settled.try_recv().is_err());
}

/// A courier at work.
struct Office {
    tray: Arc<Tray>,
    wake: Arc<Notify>,
    stop: Option<oneshot::Sender<()>>,
    settled: mpsc::UnboundedReceiver<Tried>,
    courier: Option<JoinHandle<()>>,
}

impl Office {
    /// Starts a courier with these letters; the outbox fails `faults` times, at leasing and at settling.
    fn open(server: &Server, letters: Vec<Letter>, faults: usize) -> Self {
        let (reports, settled) = mpsc::unbounded_channel();
        let tray = Arc::new(Tray {
            letters: Mutex::new(letters),
            lease_faults: AtomicUsize::new(faults),
            settle_faults: AtomicUsize::new(faults),
            reports,
        });
        let (wake, (stop, stopped)) = (Arc::new(Notify::new()), oneshot::channel());
        let transport = Transport::parse(&server.url("smtp", "", "")).unwrap();
        let courier =
            Courier::new(Outlet(tray.clone()), Post::new(origin(), transport), wake.clone())
                .with_grace(Duration::from_millis(300));
        let courier = tokio::spawn(courier.run(async { drop(stopped.await) }));
        Self { tray, wake, stop: Some(stop), settled, courier: Some(courier) }
    }

    fn put(&self, letter: Letter) {
        self.tray.letters.lock().unwrap().push(letter);
        self.wake.notify_one();
    }

    async fn settled(&mut self) -> Tried {
        self.settled.recv().await.unwrap()
    }

    fn stop(&mut self) {
        drop(self.stop.take());
    }

    async fn close(&mut self) {
        self.stop();
        let courier = self.courier.take().unwrap();
        timeout(Duration::from_secs(20), courier).await.expect("the courier goes on").unwrap();
    }
}

/// Letters in memory; what is leased is gone.
struct Tray {
    letters: Mutex<Vec<Letter>>,
    lease_faults: AtomicUsize,
    settle_faults: AtomicUsize,
    reports: mpsc::UnboundedSender<Tried>,
}

struct Outlet(Arc<Tray>);

impl Outbox for Outlet {
    type Fault = &'static str;

    async fn lease(&self, limit: usize) -> Result<Vec<Letter>, Self::Fault> {
        failing(&self.0.lease_faults)?;
        let mut letters = self.0.letters.lock().unwrap();
        let end = limit.min(letters.len());
        Ok(letters.drain(..end).collect())
    }

    async fn settle(&self, tried: Tried) -> Result<(), Self::Fault> {
        failing(&self.0.settle_faults)?;
        self.0.reports.send(tried).map_err(|_| "nobody listens")
    }
}

fn failing(faults: &AtomicUsize) -> Result<(), &'static str> {
    let one_less = |left: usize| left.checked_sub(1);
    match faults.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less) {
        Ok(_) => Err("the store is away"),
        Err(_) => Ok(()),
    }
}
