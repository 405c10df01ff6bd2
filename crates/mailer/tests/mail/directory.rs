//! Mails as files.

use std::fs;
use std::path::Path;

use chrono::TimeDelta;
use guest_app::letter::Letter;
use guest_core::{Delivery, MailId};
use guest_mailer::{Post, Transport};
use tempfile::TempDir;

use crate::letters::{invite, origin, sign_in};

#[tokio::test]
async fn each_mail_is_one_file_and_they_sort_by_time() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("new/mails");
    let post = post(&path);
    let late = Letter { made_at: invite().made_at + TimeDelta::microseconds(1), ..invite() };
    let early = Letter { id: MailId::from_bits(43), ..sign_in() };
    for letter in [&late, &early, &late] {
        assert_eq!(post.send(letter).await, Delivery::Accepted);
    }
    let expected = [
        format!("20261130T170509.000000Z-{}.eml", early.id),
        format!("20261130T170509.000001Z-{}.eml", late.id),
    ];
    assert_eq!(names(&path), expected);
    let mail = fs::read_to_string(path.join(&expected[0])).unwrap();
    assert!(mail.contains("\r\nSubject: Your sign-in code for Guest\r\n"), "{mail}");
    assert!(mail.contains("\r\n042137\r\n"), "{mail}");
}

#[tokio::test]
async fn a_directory_that_cannot_be_written_to_is_tried_again() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("file");
    fs::write(&path, "").unwrap();
    let Delivery::Failed { detail, unclear: false } = post(&path).send(&invite()).await else {
        panic!("not taken for a failure that passes");
    };
    let expected = format!("cannot write to {}: ", path.display());
    assert!(detail.starts_with(&expected), "{detail}");
    let fault = transport(&path).check().await.unwrap_err();
    assert!(fault.starts_with(&expected), "{fault}");
}

#[tokio::test]
async fn a_check_leaves_nothing_behind() {
    let directory = TempDir::new().unwrap();
    let answer = transport(directory.path()).check().await.unwrap();
    assert_eq!(answer, format!("mails are written to {}", directory.path().display()));
    assert!(names(directory.path()).is_empty());
}

fn names(path: &Path) -> Vec<String> {
    let entries = fs::read_dir(path).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn post(path: &Path) -> Post {
    Post::new(origin(), transport(path))
}

fn transport(path: &Path) -> Transport {
    Transport::parse(&format!("dir:{}", path.display())).unwrap()
}
