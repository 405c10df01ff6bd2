//! Who is logged in at the computer: the one module that knows operating systems.

use std::io;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::sync::watch;
use tokio::time;

use crate::frames::HostLogin;

/// Looks who is logged in, again and again, and tells when it is somebody else (GA-4); never
/// returns.
///
/// What was seen once stands until something else is seen: a question that the system fails to
/// answer is not a logout, which would end invites.
pub(crate) async fn follow(seen: watch::Sender<HostLogin>) {
    loop {
        let login = login(LOGINCTL).await;
        seen.send_if_modified(|seen| {
            let next = match login {
                Ok(login) => login,
                Err(_) if *seen != HostLogin::Unseen => return false,
                Err(_) => HostLogin::Name(NO_NOTION.to_owned()),
            };
            let is_new = *seen != next;
            *seen = next;
            is_new
        });
        time::sleep(GLANCE).await;
    }
}

/// Returns whose session the display shows: nobody's if it shows a greeter, or nothing.
///
/// # Errors
///
/// Returns that the system has no notion of it, or does not answer.
#[cfg(target_os = "linux")]
async fn login(loginctl: &str) -> io::Result<HostLogin> {
    let seat = ask(loginctl, &["show-seat", "seat0", "--property=ActiveSession"]).await?;
    let Some(session) = value(&seat, "ActiveSession") else {
        return Ok(HostLogin::Nobody);
    };
    let properties = ["--property=Name", "--property=Class"];
    let session = ask(loginctl, &[&["show-session", session], &properties[..]].concat()).await?;
    // Besides `user` there is `user-early` and the like.
    let is_user = value(&session, "Class").is_some_and(|class| class.starts_with("user"));
    let name = value(&session, "Name").filter(|_| is_user);
    Ok(name.map_or(HostLogin::Nobody, |name| HostLogin::Name(name.to_owned())))
}

/// Returns that nobody has taught this program to ask here.
#[cfg(not(target_os = "linux"))]
async fn login(_: &str) -> io::Result<HostLogin> {
    Err(io::ErrorKind::Unsupported.into())
}

async fn ask(program: &str, arguments: &[&str]) -> io::Result<String> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    let output = time::timeout(PATIENCE, command.output()).await??;
    if !output.status.success() {
        return Err(io::Error::other(output.status.to_string()));
    }
    String::from_utf8(output.stdout).map_err(io::Error::other)
}

/// Returns what stands behind `name=`, unless it is empty.
fn value<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let values = text.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    values.map(str::trim).find(|value| !value.is_empty())
}

/// The program that knows sessions where systemd runs.
const LOGINCTL: &str = "loginctl";

/// What is reported where there is no notion of a login (GA-4).
const NO_NOTION: &str = "service";

/// How often it is looked: twice for each heartbeat.
const GLANCE: Duration = Duration::from_secs(5);

/// How long the system may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

#[cfg(all(test, target_os = "linux"))]
#[expect(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[tokio::test]
    async fn ga_4_the_login_is_whose_session_the_display_shows() {
        let ada = HostLogin::Name("ada".to_owned());
        check("ActiveSession=4", "Name=ada\nClass=user", &ada).await;
        check("ActiveSession=4", "Class=user-early\nName=ada", &ada).await;
        check("ActiveSession=c1", "Name=gdm\nClass=greeter", &HostLogin::Nobody).await;
        check("ActiveSession=", "Name=ada\nClass=user", &HostLogin::Nobody).await;
    }

    #[tokio::test]
    async fn ga_4_a_question_without_an_answer_is_no_logout() {
        let none = login("/nowhere/loginctl").await;
        assert_eq!(none.unwrap_err().kind(), io::ErrorKind::NotFound);
        let folder = tempfile::tempdir().unwrap();
        let failing = program(&folder, "echo no bus >&2; echo ActiveSession=; exit 1");
        assert!(login(&failing).await.is_err());
    }

    /// Has `loginctl` tell this of the seat, and of the session there.
    async fn check(seat: &str, session: &str, expected: &HostLogin) {
        let folder = tempfile::tempdir().unwrap();
        let script = format!("test $1 = show-seat && echo '{seat}' || echo '{session}'");
        assert_eq!(login(&program(&folder, &script)).await.unwrap(), *expected);
    }

    fn program(folder: &tempfile::TempDir, script: &str) -> String {
        let program = folder.path().join("loginctl");
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
        program.to_string_lossy().into_owned()
    }
}
