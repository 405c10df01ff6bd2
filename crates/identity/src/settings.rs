//! Whom a server lets vouch for people: a file in TOML.
//!
//! ```toml
//! [[provider]]
//! id = "acme"
//! name = "Acme ID"
//! teams = ["acme"]
//! issuer = "https://id.acme.example"
//! client_id = "guest"
//! client_secret_file = "acme.secret"
//!
//! [[roots]]
//! teams = ["acme"]
//! certificates = "acme-root.pem"
//! revoked = ["acme.crl"]
//! ```

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use guest_core::TeamId;
use serde::Deserialize;
use url::Url;

use crate::x509::Roots;

/// Whom a server lets vouch for people.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub(crate) providers: Vec<Provider>,
    pub(crate) roots: Vec<RootFiles>,
}

/// An identity provider, as it is configured.
#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) teams: BTreeSet<TeamId>,
    pub(crate) issuer: String,
    pub(crate) client_id: String,
    pub(crate) secret: String,
    pub(crate) scopes: Vec<String>,
    /// The assurances of which one has to be given; none if any will do.
    pub(crate) acr: Vec<String>,
    pub(crate) posts_secret: bool,
    /// Whether every address it tells of is taken for verified.
    pub(crate) trusts_email: bool,
    /// Whether who somebody is has to come from the userinfo endpoint, signed.
    pub(crate) needs_signed_userinfo: bool,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider")
            .field("id", &self.id)
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

/// Where the roots of some teams are.
#[derive(Clone, Debug)]
pub(crate) struct RootFiles {
    pub(crate) teams: BTreeSet<TeamId>,
    at: RootsAt,
}

#[derive(Clone, Debug)]
enum RootsAt {
    Files { certificates: PathBuf, revoked: Vec<PathBuf> },
    Given(Roots),
}

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A file cannot be read.
    #[error("{} cannot be read", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is no TOML of this form.
    #[error("{0}")]
    Form(#[from] toml::de::Error),
    /// Something in it is wrong.
    #[error("{at}: {detail}")]
    Wrong {
        /// Where.
        at: String,
        /// What.
        detail: String,
    },
}

impl Settings {
    /// Reads a file; paths in it are meant from where it is.
    ///
    /// # Errors
    ///
    /// Returns the first thing that is wrong with it, or with a file that it names.
    pub fn load(path: &Path) -> Result<Self, SettingsError> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let text = String::from_utf8_lossy(&read(path)?).into_owned();
        let file: File = toml::from_str(&text)?;
        let mut settings = Self::default();
        for provider in file.provider {
            let provider = provider.understood(folder)?;
            let is_known = |known: &Provider| known.id == provider.id;
            if settings.providers.iter().any(is_known) {
                return Err(wrong(&provider.id, "another provider has this id"));
            }
            settings.providers.push(provider);
        }
        for roots in file.roots {
            let roots = roots.understood(folder)?;
            roots.read()?;
            settings.roots.push(roots);
        }
        Ok(settings)
    }

    /// Adds roots that a team believes, as they are: for programs that keep them elsewhere.
    #[must_use]
    pub fn with_roots(mut self, team: TeamId, roots: Roots) -> Self {
        self.roots.push(RootFiles { teams: [team].into(), at: RootsAt::Given(roots) });
        self
    }

    /// Returns whether nobody is let vouch for anybody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.providers.is_empty() && self.roots.is_empty()
    }
}

impl RootFiles {
    /// Reads roots and lists of revoked certificates, afresh each time, so that a list that was
    /// replaced holds at once.
    pub(crate) fn read(&self) -> Result<Roots, SettingsError> {
        let (certificates, revoked) = match &self.at {
            RootsAt::Files { certificates, revoked } => (certificates, revoked),
            RootsAt::Given(roots) => return Ok(roots.clone()),
        };
        let mut roots = Roots::default();
        let unreadable = |path: &Path, error: crate::x509::RootsError| {
            wrong(&path.display().to_string(), &error.to_string())
        };
        roots
            .add_certificates(&read(certificates)?)
            .map_err(|error| unreadable(certificates, error))?;
        for path in revoked {
            roots.add_lists(&read(path)?).map_err(|error| unreadable(path, error))?;
        }
        Ok(roots)
    }
}

/// The file, as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    provider: Vec<ProviderEntry>,
    #[serde(default)]
    roots: Vec<RootsEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProviderEntry {
    id: String,
    name: Option<String>,
    teams: Vec<String>,
    preset: Option<Preset>,
    issuer: String,
    client_id: String,
    client_secret_file: PathBuf,
    scopes: Option<Vec<String>>,
    #[serde(default)]
    acr: Vec<String>,
    client_auth: Option<ClientAuth>,
    trust_email: Option<bool>,
}

/// A provider that does things its own way.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Preset {
    /// The French state's, for those who work for it.
    ProConnect,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
enum ClientAuth {
    ClientSecretBasic,
    ClientSecretPost,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RootsEntry {
    teams: Vec<String>,
    certificates: PathBuf,
    #[serde(default)]
    revoked: Vec<PathBuf>,
}

impl ProviderEntry {
    fn understood(self, folder: &Path) -> Result<Provider, SettingsError> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if self.id.is_empty() || self.id.len() > ID_MOST || !self.id.bytes().all(plain) {
            return Err(wrong(
                &self.id,
                "an id has lowercase letters, digits and hyphens, up to 32",
            ));
        }
        let issuer =
            Url::parse(&self.issuer).map_err(|error| wrong(&self.id, &error.to_string()))?;
        let is_here = matches!(issuer.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        if issuer.scheme() != "https" && !(issuer.scheme() == "http" && is_here) {
            return Err(wrong(&self.id, "an issuer is reached by https"));
        }
        let path = folder.join(&self.client_secret_file);
        let secret = String::from_utf8_lossy(&read(&path)?).trim().to_owned();
        if secret.is_empty() {
            return Err(wrong(&self.id, "the file of the secret is empty"));
        }
        let is_proconnect = self.preset == Some(Preset::ProConnect);
        let scopes = match (self.scopes, is_proconnect) {
            (Some(scopes), _) => scopes,
            (None, true) => texts(&["given_name", "usual_name", "email", "uid"]),
            (None, false) => texts(&["email", "profile"]),
        };
        let default = if is_proconnect { "ProConnect" } else { &self.id };
        Ok(Provider {
            name: self.name.unwrap_or_else(|| default.to_owned()),
            teams: teams(&self.id, &self.teams)?,
            issuer: self.issuer,
            client_id: self.client_id,
            secret,
            scopes,
            acr: self.acr,
            posts_secret: is_proconnect || self.client_auth == Some(ClientAuth::ClientSecretPost),
            trusts_email: self.trust_email.unwrap_or(is_proconnect),
            needs_signed_userinfo: is_proconnect,
            id: self.id,
        })
    }
}

impl RootsEntry {
    fn understood(self, folder: &Path) -> Result<RootFiles, SettingsError> {
        Ok(RootFiles {
            teams: teams("roots", &self.teams)?,
            at: RootsAt::Files {
                certificates: folder.join(self.certificates),
                revoked: self.revoked.iter().map(|path| folder.join(path)).collect(),
            },
        })
    }
}

fn teams(at: &str, names: &[String]) -> Result<BTreeSet<TeamId>, SettingsError> {
    let parse = |name: &String| TeamId::parse(name).map_err(|error| wrong(at, &error.to_string()));
    let teams: BTreeSet<_> = names.iter().map(parse).collect::<Result<_, _>>()?;
    if teams.is_empty() { Err(wrong(at, "it names no team")) } else { Ok(teams) }
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn wrong(at: &str, detail: &str) -> SettingsError {
    SettingsError::Wrong { at: at.to_owned(), detail: detail.to_owned() }
}

fn read(path: &Path) -> Result<Vec<u8>, SettingsError> {
    let broken = |source| SettingsError::File { path: path.to_owned(), source };
    let size = fs::metadata(path).map_err(broken)?.len();
    if size > FILE_MOST {
        return Err(wrong(&path.display().to_string(), "it is larger than 20 MiB"));
    }
    fs::read(path).map_err(broken)
}

/// An id stands in addresses.
const ID_MOST: usize = 32;

/// The largest file that is read; the longest lists of revoked certificates have a few MiB.
const FILE_MOST: u64 = 20 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn or_32_proconnect_is_a_preset() {
        let settings = load(&provider("preset = \"proconnect\"")).unwrap();
        let provider = &settings.providers[0];
        assert_eq!(provider.name, "ProConnect");
        assert!(provider.posts_secret && provider.trusts_email && provider.needs_signed_userinfo);
        assert_eq!(provider.scopes, ["given_name", "usual_name", "email", "uid"]);
        let plain = load(&self::provider("")).unwrap();
        let plain = &plain.providers[0];
        assert!(!plain.posts_secret && !plain.trusts_email && !plain.needs_signed_userinfo);
    }

    #[test]
    fn or_32_what_is_wrong_is_said() {
        for (text, said) in [
            (provider("shape = 1"), "unknown field"),
            (provider("").replace("https:", "http:"), "reached by https"),
            (provider("").replace("acme-id", "Acme ID"), "an id has"),
            (provider("").replace("[\"acme\"]", "[]"), "names no team"),
            (provider("").replace("secret\"", "nothing\""), "cannot be read"),
            (format!("{0}{0}", provider("")), "another provider"),
            (
                "[[roots]]\nteams = [\"acme\"]\ncertificates = \"secret\"".to_owned(),
                "no certificates",
            ),
        ] {
            let error = load(&text).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        assert!(load("").unwrap().is_empty());
    }

    fn provider(more: &str) -> String {
        format!(
            "[[provider]]\nid = \"acme-id\"\nteams = [\"acme\"]\nissuer = \"https://id.example\"\n\
             client_id = \"guest\"\nclient_secret_file = \"secret\"\n{more}\n"
        )
    }

    fn load(text: &str) -> Result<Settings, SettingsError> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("secret"), "s3cret\n").unwrap();
        fs::write(folder.path().join("sso.toml"), text).unwrap();
        Settings::load(&folder.path().join("sso.toml"))
    }
}
