//! Everything the program is told, understood.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use guest_blobs::Place as Blobs;
use guest_core::{Email, PaymentMethod, PriceList, Purpose, QUOTA_DEFAULT, RefundPolicy, Secret};
use serde_json::{Value, json};

use super::read::{self, Reading};
use super::{DATA, Given, Place, Said, Setting, Wrong};
use crate::failure::Failure;

/// Everything the program is told, each with where it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) data: Sourced<PathBuf>,
    pub(crate) server: Option<Sourced<String>>,
    pub(crate) api_key: Option<Sourced<Secret>>,
    pub(crate) team: Option<Sourced<String>>,
    pub(crate) acting: Option<Sourced<Email>>,
    pub(crate) listen: Sourced<SocketAddr>,
    pub(crate) public_url: Sourced<String>,
    pub(crate) trust_proxy: Sourced<bool>,
    pub(crate) metrics_public: Sourced<bool>,
    pub(crate) mail: Sourced<String>,
    pub(crate) mail_from: Sourced<Email>,
    /// Where the files of workspaces are kept.
    pub(crate) blobs: Sourced<Blobs>,
    /// Whom the server lets vouch for people, if anybody.
    pub(crate) sso: Option<Sourced<Sso>>,
    /// How many bytes of them a team may have.
    pub(crate) file_quota: Sourced<u64>,
    pub(crate) brand: Sourced<String>,
    pub(crate) payment: Sourced<PaymentMethod>,
    pub(crate) refund_used_on_cancel: Sourced<bool>,
    pub(crate) prices: Sourced<PriceList>,
    pub(crate) log_format: Sourced<LogFormat>,
    pub(crate) agent: AgentSettings,
    /// The file that was read.
    pub(crate) file: Option<PathBuf>,
}

/// What an agent is told beside its server.
#[derive(Clone, Debug)]
pub(crate) struct AgentSettings {
    pub(crate) key_file: Option<Sourced<PathBuf>>,
    pub(crate) name: Option<Sourced<String>>,
    pub(crate) vnc: Option<Sourced<String>>,
    pub(crate) vnc_password_file: Option<Sourced<PathBuf>>,
    pub(crate) test_card: Option<Sourced<bool>>,
    pub(crate) host_login: Option<Sourced<String>>,
}

/// A setting, and where it comes from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Sourced<T> {
    pub(crate) value: T,
    pub(crate) place: Place,
}

/// Whom a server lets vouch for people, and where that is written.
#[derive(Clone, Debug)]
pub(crate) struct Sso {
    pub(crate) path: PathBuf,
    pub(crate) settings: guest_identity::Settings,
}

/// How a server logs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum LogFormat {
    /// Lines for people.
    Human,
    /// One JSON object for each line.
    Json,
}

impl Settings {
    /// Gathers and reads what `options`, variables and the file say.
    ///
    /// # Errors
    ///
    /// Returns everything that is wrong, each with its place.
    pub(crate) fn load(options: Given, config: Option<&Path>) -> Result<Self, Vec<Wrong>> {
        let variable = |name: &str| std::env::var(name).ok();
        Self::read(&Said::gather(options, config, variable, Path::new(""))?)
    }

    /// Like [`load`](Self::load), for commands that cannot go on without.
    ///
    /// # Errors
    ///
    /// Returns all that is wrong as one failure.
    pub(crate) fn require(options: Given, config: Option<&Path>) -> Result<Self, Failure> {
        Self::load(options, config).map_err(|wrongs| {
            let lines: Vec<String> = wrongs.iter().map(ToString::to_string).collect();
            Failure::Usage(lines.join("\n       "))
        })
    }

    /// Reads what is said.
    pub(super) fn read(said: &Said) -> Result<Self, Vec<Wrong>> {
        let mut reading = Reading::of(said);
        let listen = reading.with_default(Setting::Listen, read::listen, || LISTEN);
        let at = listen.value;
        let public_url =
            reading.with_default(Setting::PublicUrl, read::origin, || read::origin_of(at));
        let data = reading.with_default(Setting::Data, read::path, || PathBuf::from(DATA));
        let mail = reading.with_default(Setting::Mail, read::mail, || {
            format!("dir:{}", data.value.join("mail").display())
        });
        let blobs = reading
            .with_default(Setting::Blobs, read::blobs, || Blobs::Folder(data.value.join("blobs")));
        let Some(mail_from) = mail_from(&mut reading, &public_url.value) else {
            return Err(reading.wrongs);
        };
        let settings = Self {
            data,
            server: reading.maybe(Setting::Server, read::origin),
            api_key: reading.maybe(Setting::ApiKey, api_key),
            team: reading.maybe(Setting::Team, |text| Ok(text.to_owned())),
            acting: reading.maybe(Setting::As, read::email),
            listen,
            public_url,
            trust_proxy: reading.with_default(Setting::TrustProxy, read::flag, || false),
            metrics_public: reading.with_default(Setting::MetricsPublic, read::flag, || false),
            mail,
            mail_from,
            blobs,
            sso: reading.maybe(Setting::Sso, read::sso),
            file_quota: reading.with_default(Setting::FileQuota, read::bytes, || QUOTA_DEFAULT),
            brand: reading.with_default(Setting::Brand, read::brand, || "Guest".to_owned()),
            payment: reading.with_default(Setting::Payment, payment, || PaymentMethod::Instant),
            refund_used_on_cancel: reading.with_default(
                Setting::RefundUsedOnCancel,
                read::flag,
                || false,
            ),
            prices: reading.prices(),
            log_format: reading.with_default(Setting::LogFormat, log_format, || LogFormat::Human),
            agent: AgentSettings::read(&mut reading),
            file: said.file.as_ref().map(|file| file.path().to_owned()),
        };
        if reading.wrongs.is_empty() { Ok(settings) } else { Err(reading.wrongs) }
    }

    /// Returns the server that commands go through, unless they go to the data directory.
    ///
    /// Of the two the one that is said more strongly counts: by an option
    /// before a variable, by a variable before the file.
    ///
    /// # Errors
    ///
    /// Returns that options name both.
    pub(crate) fn remote(&self) -> Result<Option<&str>, Failure> {
        let Some(server) = &self.server else { return Ok(None) };
        let (here, there) = (rank(&self.data.place), rank(&server.place));
        if here == there && here == 0 {
            let both = "--data and --server exclude each other: commands work on one of them";
            return Err(Failure::Usage(both.to_owned()));
        }
        Ok(Some(server.value.as_str()).filter(|_| there <= here))
    }

    /// Returns whether the credit of a used invite comes back when it is cancelled (CR-11).
    pub(crate) const fn refunds(&self) -> RefundPolicy {
        if self.refund_used_on_cancel.value {
            RefundPolicy::UsedToo
        } else {
            RefundPolicy::UnusedOnly
        }
    }

    /// Takes note of where the server really listens, which tells where it is reached
    /// unless that is said.
    pub(crate) fn listening(&mut self, at: SocketAddr) {
        self.listen.value = at;
        if self.public_url.place == Place::Default || self.public_url.place == Place::Memory {
            let (value, place) = (read::origin_of(at), Place::Default);
            self.public_url = Sourced { value, place };
        }
    }

    /// Returns the host under which the server is reached.
    pub(crate) fn host(&self) -> String {
        read::host_of(&self.public_url.value)
    }

    /// Returns the mail transport's address, fit to be shown (QU-31).
    pub(crate) fn shown_mail(&self) -> String {
        read::without_password(&self.mail.value)
    }

    /// Returns the mail transport's address for commands beside the server, unless it is the
    /// default.
    pub(crate) fn remembered_mail(&self) -> Option<String> {
        let is_said = self.mail.place != Place::Default;
        is_said.then(|| read::mail_from_anywhere(&self.mail.value)).flatten()
    }

    /// Returns where it is written whom to believe, for commands beside the server.
    pub(crate) fn remembered_sso(&self) -> Option<String> {
        let sso = self.sso.as_ref()?;
        let path = std::path::absolute(&sso.value.path).ok()?;
        Some(path.to_string_lossy().into_owned())
    }

    /// Returns where files are kept for commands beside the server, unless it is the default.
    pub(crate) fn remembered_blobs(&self) -> Option<String> {
        let place = match &self.blobs.value {
            // They may be called from elsewhere.
            Blobs::Folder(path) => std::path::absolute(path).ok()?.to_string_lossy().into_owned(),
            bucket @ Blobs::Bucket { .. } => bucket.to_string(),
        };
        (self.blobs.place != Place::Default).then_some(place)
    }

    /// Returns every setting with its value and its place; secrets are not shown (QU-31).
    pub(crate) fn rows(&self) -> Vec<Value> {
        Setting::ALL
            .into_iter()
            .filter_map(|key| {
                let (value, place) = self.row(key)?;
                Some(json!({ "key": key.name(), "value": value, "from": place.to_string() }))
            })
            .collect()
    }

    fn row(&self, key: Setting) -> Option<(Value, &Place)> {
        Some(match key {
            Setting::Data => shown_path(&self.data),
            Setting::Server => shown(self.server.as_ref()?),
            Setting::ApiKey => ("gk_..".into(), &self.api_key.as_ref()?.place),
            Setting::Team => shown(self.team.as_ref()?),
            Setting::As => shown(self.acting.as_ref()?),
            Setting::Listen => shown(&self.listen),
            Setting::PublicUrl => shown(&self.public_url),
            Setting::TrustProxy => (self.trust_proxy.value.into(), &self.trust_proxy.place),
            Setting::MetricsPublic => {
                (self.metrics_public.value.into(), &self.metrics_public.place)
            }
            Setting::Mail => (self.shown_mail().into(), &self.mail.place),
            Setting::MailFrom => shown(&self.mail_from),
            Setting::Blobs => shown(&self.blobs),
            Setting::Sso => {
                let sso = self.sso.as_ref()?;
                (sso.value.path.display().to_string().into(), &sso.place)
            }
            Setting::FileQuota => (self.file_quota.value.into(), &self.file_quota.place),
            Setting::Brand => shown(&self.brand),
            Setting::Payment => (self.payment.value.name().into(), &self.payment.place),
            Setting::RefundUsedOnCancel => {
                let refund = &self.refund_used_on_cancel;
                (refund.value.into(), &refund.place)
            }
            Setting::Prices => (prices(&self.prices.value), &self.prices.place),
            Setting::LogFormat => shown(&self.log_format),
            Setting::KeyFile => shown_path(self.agent.key_file.as_ref()?),
            Setting::Name => shown(self.agent.name.as_ref()?),
            Setting::Vnc => shown(self.agent.vnc.as_ref()?),
            Setting::VncPasswordFile => shown_path(self.agent.vnc_password_file.as_ref()?),
            Setting::TestCard => shown(self.agent.test_card.as_ref()?),
            Setting::HostLogin => shown(self.agent.host_login.as_ref()?),
        })
    }
}

impl AgentSettings {
    fn read(reading: &mut Reading<'_>) -> Self {
        Self {
            key_file: reading.maybe(Setting::KeyFile, read::path),
            name: reading.maybe(Setting::Name, read::some),
            vnc: reading.maybe(Setting::Vnc, read::endpoint),
            vnc_password_file: reading.maybe(Setting::VncPasswordFile, read::path),
            test_card: reading.maybe(Setting::TestCard, read::flag),
            host_login: reading.maybe(Setting::HostLogin, read::some),
        }
    }

    /// Returns whether a test card takes the place of a VNC server; not if one is named more
    /// strongly, such as by an option where the file says `test_card` (IF-23).
    pub(crate) fn shows_test_card(&self) -> bool {
        let Some(Sourced { value: true, place }) = &self.test_card else { return false };
        let vnc = self.vnc.as_ref().map(|vnc| &vnc.place);
        let password = self.vnc_password_file.as_ref().map(|file| &file.place);
        [vnc, password].into_iter().flatten().all(|named| rank(place) <= rank(named))
    }
}

impl fmt::Display for LogFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Human => "human",
            Self::Json => "json",
        })
    }
}

/// Reads whose address mails come from; by default one at the server's host.
fn mail_from(reading: &mut Reading<'_>, public_url: &str) -> Option<Sourced<Email>> {
    let said = reading.maybe(Setting::MailFrom, read::email);
    said.or_else(|| {
        let value = read::sender_at(public_url).ok()?;
        Some(Sourced { value, place: Place::Default })
    })
}

fn api_key(text: &str) -> Result<Secret, String> {
    // It is not repeated: it may be almost right.
    Secret::parse(Purpose::ApiKey, text.trim()).ok_or_else(|| "not an API key (gk_…)".to_owned())
}

fn payment(text: &str) -> Result<PaymentMethod, String> {
    PaymentMethod::parse(text).map_err(|error| error.to_string())
}

fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "human" => Ok(LogFormat::Human),
        "json" => Ok(LogFormat::Json),
        _ => Err("either human or json".to_owned()),
    }
}

fn shown<T: ToString>(setting: &Sourced<T>) -> (Value, &Place) {
    (setting.value.to_string().into(), &setting.place)
}

fn shown_path(setting: &Sourced<PathBuf>) -> (Value, &Place) {
    (setting.value.display().to_string().into(), &setting.place)
}

fn prices(list: &PriceList) -> Value {
    let bundles: Vec<String> = list
        .bundles()
        .map(|bundle| format!("{} for {}", bundle.quantity, list.currency().amount(bundle.total)))
        .collect();
    let each = list.currency().amount(list.unit_price());
    format!("{each} each, {} to {}; {}", list.smallest(), list.largest(), bundles.join(", ")).into()
}

/// Says how strongly something is said; the lower number counts.
const fn rank(place: &Place) -> u8 {
    match place {
        Place::Option(_) => 0,
        Place::Variable(_) => 1,
        Place::File { .. } => 2,
        Place::Memory => 3,
        Place::Default => 4,
    }
}

/// Where a server listens unless told otherwise: nobody else can reach it there.
const LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);
