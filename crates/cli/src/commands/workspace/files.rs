//! Files on their way to a workspace and back, which go on where a connection broke.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::http::Method;
use clap::Args;
use guest_core::{ContentHash, Intake, PART, Progress};
use serde_json::{Value, json};

use super::{One, WORKSPACES};
use crate::admin::{Admin, text};
use crate::failure::Failure;
use crate::out::{Column, note};

#[derive(Args, Debug)]
pub(super) struct Upload {
    #[command(flatten)]
    one: One,

    /// The file on this machine
    file: PathBuf,

    /// What to call it there [default: its own name]
    #[arg(long)]
    name: Option<String>,

    /// Go on with an upload that was left
    #[arg(long, value_name = "UPLOAD")]
    resume: Option<String>,
}

#[derive(Args, Debug)]
pub(super) struct Download {
    #[command(flatten)]
    one: One,

    /// The file's name or id
    file: String,

    /// Which version [default: the latest]
    #[arg(long, value_name = "N")]
    version: Option<u32>,

    /// Where to put it; - for standard output [default: its own name, here]
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,

    /// Replace a file that is there
    #[arg(long)]
    force: bool,
}

impl Upload {
    pub(super) async fn run(self, admin: &Admin) -> Result<(), Failure> {
        let mut file = open(&self.file)?;
        let workspace = admin.workspace(&self.one.workspace).await?;
        let upload = match &self.resume {
            Some(upload) => upload.clone(),
            None => self.begin(admin, &workspace, &mut file).await?,
        };
        let made = send(admin, &workspace, &upload, &mut file).await;
        if made.is_err() {
            note(&format!("to go on with it: --resume {upload}"))?;
        }
        admin.out.thing(&made?, UPLOADED)
    }

    /// Begins an upload, and returns its id.
    async fn begin(
        &self,
        admin: &Admin,
        workspace: &str,
        file: &mut File,
    ) -> Result<String, Failure> {
        let name = match &self.name {
            Some(name) => name.clone(),
            None => self.file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        };
        let progress = hash(file)?;
        let draft = json!({
            "name": name, "size": progress.offset(), "sha256": progress.hash().to_string(),
        });
        let begun = admin.post(&[WORKSPACES, workspace, "uploads"], draft).await?;
        id_of(&begun)
    }
}

/// Sends a file from where its upload is, and returns what it became.
async fn send(
    admin: &Admin,
    workspace: &str,
    upload: &str,
    file: &mut File,
) -> Result<Value, Failure> {
    let path = [WORKSPACES, workspace, "uploads", upload];
    let size = file.metadata()?.len();
    let mut breaks = 0;
    loop {
        let shown = admin.get(&path).await;
        let sent = match shown {
            Ok(shown) => send_from(admin, &path, &shown, file, size).await,
            Err(failure) => Err(failure),
        };
        match sent {
            Ok(Some(made)) => return Ok(made),
            Ok(None) => breaks = 0,
            // A refusal is an answer; anything else may pass.
            Err(Failure::Broken(_)) if breaks < BREAKS_MOST => {
                breaks += 1;
                tokio::time::sleep(PAUSE * breaks).await;
            }
            Err(failure) => return Err(failure),
        }
    }
}

/// Sends one piece of a file; returns the file it became if that was the last.
async fn send_from(
    admin: &Admin,
    path: &[&str],
    shown: &Value,
    file: &mut File,
    size: u64,
) -> Result<Option<Value>, Failure> {
    if let (Some(file), [first, workspace, ..]) = (text(shown, "file_id"), path) {
        // The last answer was lost on its way.
        return admin.get(&[first, workspace, "files", &file]).await.map(Some);
    }
    let offset = shown.get("offset").and_then(Value::as_u64).unwrap_or_default();
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    (&*file).take(PIECE).read_to_end(&mut bytes)?;
    let is_end = offset.saturating_add(bytes.len() as u64) >= size;
    let ask = admin.ask(Method::PATCH, path).await?;
    let ask = ask
        .bytes("application/partial-upload", bytes)
        .header("upload-offset", &offset)
        .header("upload-complete", &if is_end { "?1" } else { "?0" });
    let answer = admin.call(ask).await?;
    Ok(Some(answer).filter(|_| is_end))
}

impl Download {
    pub(super) async fn run(self, admin: &Admin) -> Result<(), Failure> {
        let workspace = admin.workspace(&self.one.workspace).await?;
        let file = admin.file(&workspace, &self.file).await?;
        let version = match self.version {
            None => file.get("latest").cloned().unwrap_or_default(),
            Some(number) => version(admin, &workspace, &file, number).await?,
        };
        let name = text(&file, "name").unwrap_or_default();
        let source = Source::of(&workspace, &file, &version)?;
        let to = self.to.clone().unwrap_or_else(|| PathBuf::from(&name));
        if to == Path::new("-") {
            let mut stdout = io::stdout().lock();
            return source.pour(admin, &mut stdout).await;
        }
        if fs::exists(&to)? && !self.force {
            let there = to.display();
            return Err(Failure::Usage(format!("{there} is there already: --force replaces it")));
        }
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
        let mut aside = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
        source.pour(admin, &mut aside).await?;
        aside.as_file().sync_all()?;
        aside
            .persist(&to)
            .map_err(|error| Failure::doing(&format!("cannot write {}", to.display()), &error))?;
        let saved = json!({
            "file": to.display().to_string(), "version": version.get("number"),
            "size": version.get("size"), "sha256": version.get("sha256"),
        });
        admin.out.thing(&saved, DOWNLOADED)
    }
}

/// A version of a file, to be downloaded.
struct Source {
    path: Vec<String>,
    size: u64,
    hash: ContentHash,
}

impl Source {
    fn of(workspace: &str, file: &Value, version: &Value) -> Result<Self, Failure> {
        let id = id_of(file)?;
        let number = version.get("number").and_then(Value::as_u64).unwrap_or_default().to_string();
        let hash = text(version, "sha256").and_then(|hash| hash.parse().ok());
        let path = [WORKSPACES, workspace, "files", &id, "versions", &number, "content"];
        Ok(Self {
            path: path.map(str::to_owned).to_vec(),
            size: version.get("size").and_then(Value::as_u64).unwrap_or_default(),
            hash: hash.ok_or_else(|| Failure::Broken("the answer has no hash".to_owned()))?,
        })
    }

    /// Writes the version to `sink`, going on where a connection broke, and checks that it is whole.
    async fn pour(&self, admin: &Admin, sink: &mut dyn Write) -> Result<(), Failure> {
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        let mut sink =
            Checked { sink, intake: Intake::new(Progress::start()), count: 0, last: None };
        let mut breaks = 0;
        while sink.count < self.size {
            let before = sink.count;
            let ask = admin.ask(Method::GET, &path).await?;
            let ask =
                if before > 0 { ask.header("range", &format!("bytes={before}-")) } else { ask };
            match admin.download(ask, &mut sink).await {
                Ok(()) => break,
                Err(Failure::Broken(_)) if breaks < BREAKS_MOST => {
                    breaks = if sink.count > before { 0 } else { breaks + 1 };
                    tokio::time::sleep(PAUSE * (breaks + 1)).await;
                }
                Err(failure) => return Err(failure),
            }
        }
        if sink.hash() != self.hash {
            return Err(Failure::Broken("what came is not the file: try again".to_owned()));
        }
        Ok(())
    }
}

/// Counts and hashes what is written.
struct Checked<'a> {
    sink: &'a mut dyn Write,
    intake: Intake,
    count: u64,
    last: Option<Progress>,
}

impl Checked<'_> {
    fn hash(&mut self) -> ContentHash {
        let last = self.intake.handle_end().map(|part| part.after).or(self.last.take());
        last.unwrap_or_else(Progress::start).hash()
    }
}

impl Write for Checked<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.sink.write(bytes)?;
        let mut taken = bytes.get(..written).unwrap_or_default();
        self.count = self.count.saturating_add(written as u64);
        while let Some(part) = self.intake.handle_bytes(&mut taken) {
            self.last = Some(part.after);
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

/// Returns a version of a file by its number.
async fn version(
    admin: &Admin,
    workspace: &str,
    file: &Value,
    number: u32,
) -> Result<Value, Failure> {
    let path = [WORKSPACES, workspace, "files", &id_of(file)?, "versions"];
    let all = admin.everything(admin.ask(Method::GET, &path).await?).await?;
    let found = all
        .into_iter()
        .find(|one| one.get("number").and_then(Value::as_u64) == Some(u64::from(number)));
    found.ok_or_else(|| {
        Failure::Refused(crate::failure::Problem::not_found("version", &number.to_string()))
    })
}

/// Returns the id of a thing.
pub(super) fn id_of(thing: &Value) -> Result<String, Failure> {
    text(thing, "id").ok_or_else(|| Failure::Broken("the answer has no id".to_owned()))
}

/// Reads a file to its end, and returns its size and hash.
fn hash(file: &mut File) -> Result<Progress, Failure> {
    file.seek(SeekFrom::Start(0))?;
    let mut intake = Intake::new(Progress::start());
    let (mut bytes, mut last) = (vec![0; PART], Progress::start());
    loop {
        let count = file.read(&mut bytes)?;
        let mut read = bytes.get(..count).unwrap_or_default();
        if read.is_empty() {
            break;
        }
        while let Some(part) = intake.handle_bytes(&mut read) {
            last = part.after;
        }
    }
    Ok(intake.handle_end().map_or(last, |part| part.after))
}

fn open(path: &Path) -> Result<File, Failure> {
    OpenOptions::new()
        .read(true)
        .open(path)
        .map_err(|error| Failure::doing(&format!("cannot read {}", path.display()), &error))
}

/// How much is sent with one request: what a broken connection costs at most.
const PIECE: u64 = 8 * PART as u64;

/// How often in a row a connection may break.
const BREAKS_MOST: u32 = 5;

/// How long is waited after the first break; after each more so much longer.
const PAUSE: Duration = Duration::from_millis(500);

const UPLOADED: &[Column] = &[
    Column::new("Id", "/id"),
    Column::new("Name", "/name"),
    Column::new("Version", "/latest/number"),
    Column::new("Bytes", "/latest/size"),
    Column::new("SHA-256", "/latest/sha256"),
];

const DOWNLOADED: &[Column] = &[
    Column::new("Saved", "/file"),
    Column::new("Version", "/version"),
    Column::new("Bytes", "/size"),
    Column::new("SHA-256", "/sha256"),
];
