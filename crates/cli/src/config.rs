//! What the program is told: by options, variables, a file, or nobody (IF-23).
//!
//! Every setting has one name. `public_url` is the option `--public-url`, the
//! variable `GUEST_PUBLIC_URL` and the key `public_url` of `guest.toml`; of
//! several the first of these three counts. All that is wrong is said at once,
//! each with its place.

mod file;
mod read;
mod settings;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub(crate) use file::File;
pub(crate) use settings::{AgentSettings, LogFormat, Settings, Sourced};

/// The name of a setting.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Setting {
    Data,
    Server,
    ApiKey,
    Team,
    As,
    Listen,
    PublicUrl,
    TrustProxy,
    MetricsPublic,
    Mail,
    MailFrom,
    Blobs,
    FileQuota,
    Sso,
    Brand,
    Payment,
    RefundUsedOnCancel,
    Prices,
    LogFormat,
    KeyFile,
    Name,
    Vnc,
    VncPasswordFile,
    TestCard,
    HostLogin,
}

impl Setting {
    /// All settings, in the order in which they are shown.
    pub(crate) const ALL: [Self; 25] = [
        Self::Data,
        Self::Server,
        Self::ApiKey,
        Self::Team,
        Self::As,
        Self::Listen,
        Self::PublicUrl,
        Self::TrustProxy,
        Self::MetricsPublic,
        Self::Mail,
        Self::MailFrom,
        Self::Blobs,
        Self::FileQuota,
        Self::Sso,
        Self::Brand,
        Self::Payment,
        Self::RefundUsedOnCancel,
        Self::Prices,
        Self::LogFormat,
        Self::KeyFile,
        Self::Name,
        Self::Vnc,
        Self::VncPasswordFile,
        Self::TestCard,
        Self::HostLogin,
    ];

    /// Returns its key in `guest.toml`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Server => "server",
            Self::ApiKey => "api_key",
            Self::Team => "team",
            Self::As => "as",
            Self::Listen => "listen",
            Self::PublicUrl => "public_url",
            Self::TrustProxy => "trust_proxy",
            Self::MetricsPublic => "metrics_public",
            Self::Mail => "mail",
            Self::MailFrom => "mail_from",
            Self::Blobs => "blobs",
            Self::FileQuota => "file_quota",
            Self::Sso => "sso",
            Self::Brand => "brand",
            Self::Payment => "payment",
            Self::RefundUsedOnCancel => "refund_used_on_cancel",
            Self::Prices => "prices",
            Self::LogFormat => "log_format",
            Self::KeyFile => "key_file",
            Self::Name => "name",
            Self::Vnc => "vnc",
            Self::VncPasswordFile => "vnc_password_file",
            Self::TestCard => "test_card",
            Self::HostLogin => "host_login",
        }
    }

    /// Returns its environment variable; a price list does not fit into one.
    pub(crate) fn variable(self) -> Option<String> {
        match self {
            Self::Prices => None,
            Self::Data
            | Self::Server
            | Self::ApiKey
            | Self::Team
            | Self::As
            | Self::Listen
            | Self::PublicUrl
            | Self::TrustProxy
            | Self::MetricsPublic
            | Self::Mail
            | Self::MailFrom
            | Self::Blobs
            | Self::FileQuota
            | Self::Sso
            | Self::Brand
            | Self::Payment
            | Self::RefundUsedOnCancel
            | Self::LogFormat
            | Self::KeyFile
            | Self::Name
            | Self::Vnc
            | Self::VncPasswordFile
            | Self::TestCard
            | Self::HostLogin => Some(format!("GUEST_{}", self.name().to_uppercase())),
        }
    }

    /// Returns whether it is the path of a file or directory of this machine.
    const fn is_path(self) -> bool {
        matches!(self, Self::Data | Self::Blobs | Self::Sso | Self::KeyFile | Self::VncPasswordFile)
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.name() == name)
    }
}

/// Reads the address of a server, as it is bound into what is signed (OR-31).
pub(crate) fn server_address(text: &str) -> Result<String, String> {
    read::origin(text)
}

/// What the options of a command say.
pub(crate) type Given = BTreeMap<Setting, String>;

/// Where a setting comes from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Place {
    Option(Setting),
    Variable(String),
    File {
        path: PathBuf,
        line: usize,
    },
    /// What the server on this data directory was last started with.
    Memory,
    Default,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(key) => write!(f, "--{}", key.name().replace('_', "-")),
            Self::Variable(name) => f.write_str(name),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Memory => f.write_str("the server's last start"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// Something that is wrong with what the program is told.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Wrong {
    pub(crate) place: Place,
    pub(crate) key: Option<Setting>,
    pub(crate) detail: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.place, self.key) {
            (place @ Place::File { .. }, Some(key)) => {
                write!(f, "{place}: {}: {}", key.name(), self.detail)
            }
            (place, _) => write!(f, "{place}: {}", self.detail),
        }
    }
}

/// What the program is told, in layers.
#[derive(Debug, Default)]
pub(crate) struct Said {
    options: Given,
    variables: BTreeMap<Setting, String>,
    file: Option<File>,
    memory: Memory,
}

/// What a server leaves behind in its data directory for commands beside it, so that they
/// write the same links and look at the same mail server.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Memory {
    /// Where it is reached.
    pub(crate) public_url: Option<String>,
    /// The file it was configured by.
    pub(crate) config: Option<PathBuf>,
    /// How its mails go out, without the password; nothing if it was not told.
    pub(crate) mail: Option<String>,
    /// Where it keeps files; nothing if it was not told.
    #[serde(default)]
    pub(crate) blobs: Option<String>,
    /// Where it read whom to believe; nothing if it was not told.
    #[serde(default)]
    pub(crate) sso: Option<String>,
}

impl Said {
    /// Gathers what is said by `options`, by variables and by the file.
    ///
    /// The file is `config` or `GUEST_CONFIG`, else `guest.toml` in the data
    /// directory, else the one its server used, else the one in `here`.
    pub(crate) fn gather(
        options: Given,
        config: Option<&Path>,
        variable: impl Fn(&str) -> Option<String>,
        here: &Path,
    ) -> Result<Self, Vec<Wrong>> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let variables: BTreeMap<Setting, String> = Setting::ALL
            .into_iter()
            .filter_map(|key| Some((key, variable(&key.variable()?)?)))
            .collect();
        let mut said = Self { options, variables, file: None, memory: Memory::default() };
        let named = config.map(Path::to_owned).or_else(|| variable(CONFIG).map(PathBuf::from));
        let beside = Memory::of(&said.data());
        let candidates = [
            Some(said.data().join(FILE)).filter(|path| path.exists()),
            beside.config.clone().filter(|path| path.exists()),
            Some(here.join(FILE)).filter(|path| path.exists()),
        ];
        let path = named.or_else(|| candidates.into_iter().flatten().next());
        said.file = path.map(|path| File::read(&path)).transpose()?;
        said.memory = Memory::of(&said.data());
        Ok(said)
    }

    /// Returns the data directory.
    fn data(&self) -> PathBuf {
        let told = self.find(Setting::Data).map(|(value, _)| PathBuf::from(value));
        told.unwrap_or_else(|| PathBuf::from(DATA))
    }

    /// Returns what counts for a setting, and where it is said.
    fn find(&self, key: Setting) -> Option<(String, Place)> {
        if let Some(value) = self.options.get(&key) {
            return Some((value.clone(), Place::Option(key)));
        }
        if let Some(value) = self.variables.get(&key) {
            return Some((value.clone(), Place::Variable(key.variable()?)));
        }
        if let Some(found) = self.file.as_ref().and_then(|file| file.find(key)) {
            return Some(found);
        }
        let url = self.memory.public_url.clone().filter(|_| key == Setting::PublicUrl);
        let remembered =
            url.or_else(|| self.memory.blobs.clone().filter(|_| key == Setting::Blobs));
        let remembered =
            remembered.or_else(|| self.memory.sso.clone().filter(|_| key == Setting::Sso));
        remembered.map(|value| (value, Place::Memory))
    }
}

impl Memory {
    /// Reads what a server left in the data directory; nothing if none ever did.
    pub(crate) fn of(data: &Path) -> Self {
        let text = std::fs::read(data.join(MEMORY)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }
}

/// The file that settings are read from.
const FILE: &str = "guest.toml";

/// The variable that names another file.
const CONFIG: &str = "GUEST_CONFIG";

/// The data directory unless another is named.
const DATA: &str = "guest-data";

/// Where a server leaves what commands beside it need.
pub(crate) const MEMORY: &str = "server.json";

#[cfg(test)]
mod tests;
