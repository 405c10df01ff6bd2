//! The use cases over a store of one's own, which is held to the laws of all stores.
//!
//! A store keeps rows and knows nothing of guest access, so one is short:
//! `journal.rs` is all of it. The tests below prove it as the product's own
//! stores are proven: `cargo test -p guest-examples`.

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;
use std::fs;
use std::path::Path;

use guest_app::Call;
use guest_examples::{TEAM, app, furnish, invitation, wall_clock};

use crate::journal::JournalStore;

mod journal;
mod line;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("journal.jsonl");

    let app_before = app(JournalStore::open(&path, wall_clock)?, URL)?;
    let (computer, _) = furnish(&app_before, 1)?;
    println!("A team, an owner, a computer and one credit: {} lines", lines(&path)?);

    let one = invitation(computer, "lin@example.org");
    let made = app_before.make_invites(&Call::operator(), TEAM, &one).wait()?;
    println!("An invite for lin@example.org: {} lines", lines(&path)?);
    let bytes = fs::read_to_string(&path)?.lines().last().map(str::len).unwrap_or_default();
    println!("  the last has invite, debit, mail, events and audit, in {bytes} bytes");

    let more = invitation(computer, "sam@example.net, kim@example.net");
    match app_before.make_invites(&Call::operator(), TEAM, &more).wait() {
        Err(fault) => println!("Two guests more: {fault}; {} lines", lines(&path)?),
        Ok(_) => return Err("two guests were invited without a credit".into()),
    }

    drop(app_before);
    let app_after = app(JournalStore::open(&path, wall_clock)?, URL)?;
    let id = made.invites.first().ok_or("no invite was made")?.id;
    let kept = app_after.invite(&Call::operator(), TEAM, id).wait()?;
    let balance = app_after.balance(&Call::operator(), TEAM).wait()?.balance;
    println!("Opened again: the invite for {} is {},", kept.guest_email, kept.phase);
    println!("  the balance is {balance}, and the journal has {} lines", lines(&path)?);
    Ok(())
}

fn lines(path: &Path) -> std::io::Result<usize> {
    Ok(fs::read_to_string(path)?.lines().count())
}

/// Where a server over this store would be reached.
const URL: &str = "http://127.0.0.1:8080";

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
