//! Putting the application together.

use std::sync::Arc;

use guest_app::{App, Config, FileStore};
use guest_blobs::{ObjectBlobs, Place};
use guest_core::MacKey;
use guest_identity::Directory;
use guest_mailer::{Origin, Words};
use guest_store_sqlite::SqliteStore;

use crate::clock::SteadyClock;
use crate::config::Settings;
use crate::data::make_private_folder;
use crate::entropy::SystemEntropy;
use crate::failure::Failure;

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
    let app =
        App::new(store, config, Arc::new(SystemEntropy::new(Arc::clone(&clock))), Arc::new(words));
    match &settings.sso {
        Some(sso) => {
            let directory = Directory::new(sso.value.settings.clone(), move || clock.now());
            app.with_vouching(Arc::new(directory))
        }
        None => app,
    }
}

/// Gives the application its place for files (OR-43); a folder is made where there is none.
///
/// # Errors
///
/// Returns what stands in the way.
pub(crate) fn with_files(app: App, settings: &Settings) -> Result<App, Failure> {
    let place = &settings.blobs.value;
    if let Place::Folder(path) = place {
        make_private_folder(path)?;
    }
    let blobs = ObjectBlobs::open(place, std::env::vars())
        .map_err(|error| Failure::doing(&format!("cannot keep files in {place}"), &error))?;
    let quota = settings.file_quota.value;
    Ok(app.with_files(FileStore { blobs: Arc::new(blobs), quota }))
}

/// Returns where the server's mails come from.
pub(crate) fn origin(settings: &Settings) -> Origin {
    Origin::new(&settings.host(), settings.mail_from.value.clone())
}
