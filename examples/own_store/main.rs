//! The use cases over a store of one's own, which is held to the laws of all stores.
//!
//! A store keeps rows and knows nothing of guest access, so one is short:
//! `journal.rs` is all of it. The tests below prove it as the product's own
//! stores are proven: `cargo test -p guest-examples`.

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use chrono::TimeDelta;
use guest_app::{
    App, Call, ComputerChange, EmailsDraft, Fault, Heartbeat, InviteDraft, InvitesMade, KeyDraft,
    NewTeam, WindowDraft,
};
use guest_core::{ComputerId, Instant, Purpose, Secret};
use guest_examples::{PlainWords, SystemEntropy, config, wall_clock};

use crate::journal::JournalStore;

mod journal;
mod line;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("journal.jsonl");

    let app = open(&path)?;
    let computer = furnish(&app)?;
    println!("A team, an owner, a computer and one credit: {} lines", lines(&path)?);

    let made = invite(&app, computer, "lin@example.org")?;
    println!("An invite for lin@example.org: {} lines", lines(&path)?);
    let last = fs::read_to_string(&path)?.lines().last().map(str::len).unwrap_or_default();
    println!("  one unit of work is one line: invite, debit, mail, event, audit, in {last} bytes");

    match invite(&app, computer, "lin@example.org, sam@example.net") {
        Err(fault) => println!("Two more guests: {fault}; {} lines", lines(&path)?),
        Ok(_) => return Err("two guests were invited without a credit".into()),
    }

    drop(app);
    let app = open(&path)?;
    let id = made.invites.first().ok_or("no invite was made")?.id;
    let kept = app.invite(&Call::operator(), TEAM, id).wait()?;
    let balance = app.balance(&Call::operator(), TEAM).wait()?.balance;
    println!("Opened again: {} is {}, the balance is {balance}", kept.guest_email, kept.phase);
    Ok(())
}

/// Opens the application over the journal at `path`.
fn open(path: &Path) -> Result<App, Box<dyn Error>> {
    let store = JournalStore::open(path, wall_clock)?;
    let config = config("http://127.0.0.1:8080")?;
    Ok(App::new(Arc::new(store), config, Arc::new(SystemEntropy), Arc::new(PlainWords)))
}

/// Makes what an invite needs: a team, a credit, and a computer that lets guests in.
fn furnish(app: &App) -> Result<ComputerId, Box<dyn Error>> {
    let operator = Call::operator();
    app.init_team(&NewTeam {
        team: TEAM.to_owned(),
        name: "Acme".to_owned(),
        owner: "ada@acme.example".to_owned(),
        owner_name: Some("Ada".to_owned()),
        time_zone: None,
    })
    .wait()?;
    app.grant(TEAM, 1, "a first credit").wait()?;
    let key = KeyDraft { name: "lab".to_owned() };
    let secret = app.make_computer_key(&operator, TEAM, &key).wait()?.secret;
    let secret = secret.and_then(|text| Secret::parse(Purpose::ComputerKey, &text));
    let beat = Heartbeat { name: "studio-1".to_owned(), ..Heartbeat::default() };
    let heard = app.heartbeat(&secret.ok_or("the key is shown once")?, None, &beat).wait()?;
    let on = ComputerChange { name: None, guest_access: Some(true) };
    Ok(app.change_computer(&operator, TEAM, heard.computer_id, &on, None).wait()?.id)
}

/// Invites guests for the next hour.
fn invite(app: &App, computer: ComputerId, guests: &str) -> Result<InvitesMade, Fault> {
    let local = |at: Instant| at.format("%Y-%m-%dT%H:%M:%S").to_string();
    let now = wall_clock();
    let draft = InviteDraft {
        computer_id: computer.to_string(),
        emails: EmailsDraft::Text(guests.to_owned()),
        window: WindowDraft {
            start: local(now),
            end: local(now + TimeDelta::hours(1)),
            time_zone: "Etc/UTC".to_owned(),
        },
        permissions: vec!["keyboard".to_owned(), "mouse".to_owned()],
        title: "Usability study".to_owned(),
        message: "See you there.".to_owned(),
    };
    app.make_invites(&Call::operator(), TEAM, &draft).wait()
}

fn lines(path: &Path) -> std::io::Result<usize> {
    Ok(fs::read_to_string(path)?.lines().count())
}

const TEAM: &str = "acme";

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use guest_app::Value;
    use guest_testkit::{PAIRS, Subject, Tables, epoch, keep, look};

    use super::*;

    mod laws {
        guest_testkit::obeys_the_laws!(super::subject);
    }

    #[test]
    fn a_line_cut_short_by_a_crash_is_as_if_it_had_never_been() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        let store = JournalStore::open(&path, epoch).unwrap();
        keep(&store, |tx| tx.write(&PAIRS, &pair("a")).unwrap());
        drop(store);
        let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(br#"[["pair",[1,"b"],[1,"#).unwrap();
        drop(file);
        let store = JournalStore::open(&path, epoch).unwrap();
        keep(&store, |tx| tx.write(&PAIRS, &pair("c")).unwrap());
        drop(store);
        let store = JournalStore::open(&path, epoch).unwrap();
        let has = |right| look(&store, move |view| view.read(&PAIRS, &pair(right)).unwrap());
        assert!(has("a").is_some() && has("b").is_none() && has("c").is_some());
    }

    #[test]
    fn a_journal_has_one_writer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        let store = JournalStore::open(&path, epoch).unwrap();
        assert!(JournalStore::open(&path, epoch).is_err());
        drop(store);
        assert!(JournalStore::open(&path, epoch).is_ok());
    }

    fn subject(_: Tables) -> Subject {
        let folder = tempfile::tempdir().unwrap();
        Subject::lasting(move || {
            JournalStore::open(&folder.path().join("journal.jsonl"), epoch).unwrap()
        })
    }

    fn pair(right: &str) -> [Value; 2] {
        [Value::Int(1), Value::Text(right.to_owned())]
    }
}
