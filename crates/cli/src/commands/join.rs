//! `guest join request`: asking to join with a certificate, on a person's own machine (OR-33).

use std::fs;
use std::path::{Path, PathBuf};

use axum::http::Method;
use clap::{Args, Subcommand};
use data_encoding::BASE64;
use guest_app::{CertificateProof, JoinDeviceDraft, JoinDraft};
use guest_core::{DeviceName, DevicePublicKey, JoinRequestId, JoinTerms, TeamId};
use guest_identity::x509::{SigningKey, read_chain};

use super::Common;
use crate::api::{Api, Ask, Remote};
use crate::config::server_address;
use crate::entropy;
use crate::failure::Failure;
use crate::out::{Column, Out};

/// Ask to join a team
#[derive(Args, Debug)]
pub(crate) struct Join {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Ask with a certificate; its key stays on this machine
    Request(Box<Request>),
}

#[derive(Args, Debug)]
struct Request {
    /// The address of the team's server, as its join page has it
    #[arg(long, value_name = "URL")]
    server: String,

    /// The team's short name
    #[arg(long)]
    team: String,

    /// The certificate, in PEM or DER, with the intermediate ones after it
    #[arg(long, value_name = "FILE")]
    cert: PathBuf,

    /// Its private key, in PEM or DER, not encrypted
    #[arg(long, value_name = "FILE")]
    key: PathBuf,

    /// More certificates of the chain
    #[arg(long, value_name = "FILE")]
    chain: Option<PathBuf>,

    /// The request, as the join page named it [default: a new one]
    #[arg(long = "request", value_name = "ID")]
    id: Option<String>,

    /// The public key of the browser that is to be enrolled, as the join page shows it
    #[arg(long, value_name = "KEY", requires = "device_name")]
    device_key: Option<String>,

    /// What to call that browser
    #[arg(long, value_name = "NAME", requires = "device_key")]
    device_name: Option<String>,

    /// Write the request into this file, for the join page, rather than send it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Join {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        let Verb::Request(request) = self.verb;
        request.run(Out::new(common.json)).await
    }
}

impl Request {
    async fn run(self, out: Out) -> Result<(), Failure> {
        let server = server_address(&self.server).map_err(Failure::Usage)?;
        let draft = self.signed(&server)?;
        let text = serde_json::to_string_pretty(&draft).unwrap_or_default();
        if let Some(path) = &self.out {
            fs::write(path, format!("{text}\n")).map_err(|error| {
                Failure::doing(&format!("cannot write {}", path.display()), &error)
            })?;
            return out.done(&format!("wrote {}: hand it to the team's join page", path.display()));
        }
        let body = serde_json::from_str(&text).unwrap_or_default();
        let api = Api::Remote(Remote::stranger(&server)?);
        let ask = Ask::new(Method::POST, &["v1", "teams", &self.team, "join-requests"]);
        let joined = api.call(ask.body(body)).await?;
        out.thing(&joined, JOINED)
    }

    /// Signs what the request says.
    fn signed(&self, server: &str) -> Result<JoinDraft, Failure> {
        let usage = |error: &dyn std::fmt::Display| Failure::Usage(error.to_string());
        let team = TeamId::parse(&self.team).map_err(|error| usage(&error))?;
        let request = if let Some(id) = &self.id {
            id.parse().map_err(|error: guest_core::BadId| usage(&error))?
        } else {
            let mut bits = [0; 16];
            entropy::fill(&mut bits);
            JoinRequestId::from_bits(u128::from_be_bytes(bits))
        };
        let device = if let (Some(name), Some(key)) = (&self.device_name, &self.device_key) {
            Some((
                DeviceName::parse(name).map_err(|error| usage(&error))?,
                DevicePublicKey::parse(key).map_err(|error| usage(&error))?,
            ))
        } else {
            None
        };
        let terms = JoinTerms {
            server,
            team,
            request,
            device: device.as_ref().map(|(name, key)| (name, key)),
        };
        let mut chain = certificates(&self.cert)?;
        if let Some(more) = &self.chain {
            chain.extend(certificates(more)?);
        }
        let key = SigningKey::read(&read(&self.key)?)
            .map_err(|error| Failure::Usage(format!("{}: {error}", self.key.display())))?;
        let (algorithm, signature) = key
            .sign(&terms.message())
            .map_err(|error| Failure::Usage(format!("{}: {error}", self.key.display())))?;
        let leaf = chain.first().map(Vec::as_slice).unwrap_or_default();
        guest_identity::x509::has_signed(leaf, algorithm, &terms.message(), &signature).map_err(
            |_| Failure::Usage("the key is not that of the first certificate".to_owned()),
        )?;
        Ok(JoinDraft {
            id: request.to_string(),
            device: device.map(|(name, key)| JoinDeviceDraft {
                name: name.to_string(),
                key: key.to_string(),
            }),
            proof: CertificateProof {
                chain: chain.iter().map(|der| BASE64.encode(der)).collect(),
                algorithm: algorithm.to_owned(),
                signature: BASE64.encode(&signature),
            },
        })
    }
}

fn certificates(path: &Path) -> Result<Vec<Vec<u8>>, Failure> {
    read_chain(&read(path)?).ok_or_else(|| {
        Failure::Usage(format!("{} holds no certificate that can be read", path.display()))
    })
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path)
        .map_err(|error| Failure::doing(&format!("cannot read {}", path.display()), &error))
}

const JOINED: &[Column] = &[
    Column::new("Id", "/id"),
    Column::new("State", "/state"),
    Column::new("See what becomes of it", "/link"),
];
