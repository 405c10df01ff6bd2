//! The courier's way to the outbox.

use guest_app::letter::{Letter, Tried};
use guest_app::{App, Fault};
use guest_mailer::Outbox;

use crate::entropy;

/// The application's outbox, as the courier wants it.
#[derive(Clone)]
pub(super) struct AppOutbox(App);

impl AppOutbox {
    pub(super) const fn new(app: App) -> Self {
        Self(app)
    }
}

impl Outbox for AppOutbox {
    type Fault = Fault;

    async fn lease(&self, limit: usize) -> Result<Vec<Letter>, Fault> {
        Ok(self.0.lease_letters(limit).await?.letters)
    }

    async fn settle(&self, tried: Tried) -> Result<(), Fault> {
        let mut jitter = [0];
        entropy::fill(&mut jitter);
        let [jitter] = jitter;
        self.0.settle_letter(tried, jitter).await
    }
}
