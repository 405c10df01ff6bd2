//! Putting the application together.

use std::sync::Arc;

use guest_app::{App, Config};
use guest_core::MacKey;
use guest_mailer::{Origin, Words};
use guest_store_sqlite::SqliteStore;

use crate::clock::SteadyClock;
use crate::config::Settings;
use crate::entropy::SystemEntropy;

/// Makes the application over a store, with what the settings say.
pub(crate) fn app(
    settings: &Settings,
    store: Arc<SqliteStore>,
    key: MacKey,
    clock: Arc<SteadyClock>,
) -> App {
    let config = Config {
        brand: settings.brand.value.clone(),
        public_url: settings.public_url.value.clone(),
        sender: settings.mail_from.value.clone(),
        prices: settings.prices.value.clone(),
        payment: settings.payment.value,
        refunds: settings.refunds(),
        key,
    };
    let words = Words::new(origin(settings));
    App::new(store, config, Arc::new(SystemEntropy::new(clock)), Arc::new(words))
}

/// Returns where the server's mails come from.
pub(crate) fn origin(settings: &Settings) -> Origin {
    Origin::new(&settings.host(), settings.mail_from.value.clone())
}
