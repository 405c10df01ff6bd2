//! The application's outbox.

use core::fmt;
use std::sync::Arc;

use guest_app::letter::{Letter, Tried};
use guest_app::{App, Entropy, Fault};

use crate::Outbox;

/// The outbox of an application.
#[derive(Clone)]
pub struct AppOutbox {
    app: App,
    entropy: Arc<dyn Entropy>,
}

impl AppOutbox {
    /// Takes letters from `app`; `entropy` spreads the times at which they are tried again (GA-50).
    #[must_use]
    pub fn new(app: App, entropy: Arc<dyn Entropy>) -> Self {
        Self { app, entropy }
    }
}

impl Outbox for AppOutbox {
    type Fault = Fault;

    async fn lease(&self, limit: usize) -> Result<Vec<Letter>, Fault> {
        self.app.lease_letters(limit).await.map(|leased| leased.letters)
    }

    async fn settle(&self, tried: Tried) -> Result<(), Fault> {
        let mut jitter = [0];
        self.entropy.fill(&mut jitter);
        let [jitter] = jitter;
        self.app.settle_letter(tried, jitter).await
    }
}

impl fmt::Debug for AppOutbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppOutbox(..)")
    }
}
