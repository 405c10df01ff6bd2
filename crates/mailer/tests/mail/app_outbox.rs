//! From a use case to a mail.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use guest_app::{App, Call, Caller, CodeRequest, CodeTry, Config, Entropy};
use guest_core::{MacKey, PaymentMethod, PriceList, RefundPolicy};
use guest_mailer::{AppOutbox, Courier, Post, Transport, Words};
use guest_testkit::{MemStore, epoch};
use tempfile::TempDir;
use tokio::sync::{Notify, oneshot};

use crate::letters::{email, origin};

#[tokio::test]
async fn qu_31_the_code_that_is_mailed_signs_in() {
    let directory = TempDir::new().unwrap();
    let (app, entropy) = application();
    let request = CodeRequest { email: "lin@example.org".to_owned() };
    app.request_code(&nobody(), &request).await.unwrap();

    let (stop, stopped) = oneshot::channel::<()>();
    let transport = Transport::parse(&format!("dir:{}", directory.path().display())).unwrap();
    let outbox = AppOutbox::new(app.clone(), entropy);
    let courier = Courier::new(outbox, Post::new(origin(), transport), Arc::new(Notify::new()));
    let courier = tokio::spawn(courier.run(async { drop(stopped.await) }));
    let mail = loop {
        if let Some(mail) = first_mail(directory.path()) {
            break mail;
        }
        tokio::task::yield_now().await;
    };
    drop(stop);
    courier.await.unwrap();

    let six_digits = |line: &&str| line.len() == 6 && line.bytes().all(|it| it.is_ascii_digit());
    let code = mail.lines().find(six_digits).unwrap().to_owned();
    let attempt = CodeTry { email: "lin@example.org".to_owned(), code };
    let signed_in = app.verify_code(&nobody(), &attempt).await.unwrap();
    assert_eq!(signed_in.email, email("lin@example.org"));
    // It is settled: nothing is leased again, however much later.
    let left = app.lease_letters(16).await.unwrap();
    assert!(left.letters.is_empty() && left.next.is_none(), "{left:?}");
}

fn first_mail(directory: &Path) -> Option<String> {
    let mut paths = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let path = paths.find(|path| path.extension().is_some_and(|it| it == "eml"))?;
    Some(fs::read_to_string(path).unwrap())
}

fn application() -> (App, Arc<dyn Entropy>) {
    let config = Config {
        brand: "Guest".to_owned(),
        public_url: "https://guest.acme.example".to_owned(),
        sender: email("noreply@acme.example"),
        prices: PriceList::default(),
        payment: PaymentMethod::Instant,
        refunds: RefundPolicy::UnusedOnly,
        key: MacKey::new([7; 32]),
    };
    let entropy: Arc<dyn Entropy> = Arc::new(Counting(AtomicU64::new(1)));
    let (store, words) = (Arc::new(MemStore::at(epoch())), Arc::new(Words::new(origin())));
    (App::new(store, config, entropy.clone(), words), entropy)
}

fn nobody() -> Call {
    Call { caller: Caller::Nobody, origin: None, once: None }
}

/// Counts where others draw.
struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        let drawn = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        bytes.iter_mut().zip(drawn.into_iter().rev().cycle()).for_each(|(it, from)| *it = from);
    }

    fn id(&self) -> u128 {
        u128::from(self.0.fetch_add(1, Ordering::Relaxed))
    }
}
