//! Programs run for a task: shown before they start, and judged by how they end.

use std::env;
use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::failure::Failure;

/// The cargo this program was started by, or the one on the path.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments);
    command
}

/// Runs `command` with its output on the terminal.
///
/// # Errors
///
/// Returns what ran and how it ended, if not with success.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    println!("$ {}", shown(command));
    let status = command.status().map_err(|error| cannot_run(command, &error))?;
    judge(command, status.success(), &status.to_string())
}

/// Runs `command` as [`run`] does, and stops it when it takes longer than about `limit`.
///
/// # Errors
///
/// Returns what ran and how it ended, if not with success and in time.
pub(crate) fn run_within(command: &mut Command, limit: Duration) -> Result<(), Failure> {
    println!("$ {}", shown(command));
    let mut child = command.spawn().map_err(|error| cannot_run(command, &error))?;
    let mut left = limit;
    loop {
        let ended = child.try_wait().map_err(|error| cannot_run(command, &error))?;
        if let Some(status) = ended {
            return judge(command, status.success(), &status.to_string());
        }
        if left.is_zero() {
            // It may have ended by itself since: either way it is over and is waited for.
            drop(child.kill());
            drop(child.wait());
            let limit = limit.as_secs();
            return Err(Failure::new(format!("`{}` took over {limit} s", shown(command))));
        }
        thread::sleep(PAUSE);
        left = left.saturating_sub(PAUSE);
    }
}

/// Runs `command` and returns what it wrote to standard output.
///
/// # Errors
///
/// Returns what ran and how it ended, if not with success.
pub(crate) fn capture(command: &mut Command) -> Result<String, Failure> {
    let output =
        command.stderr(Stdio::inherit()).output().map_err(|error| cannot_run(command, &error))?;
    judge(command, output.status.success(), &output.status.to_string())?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs `command`, shows each line it writes to standard output as it comes, and returns them.
///
/// # Errors
///
/// Returns what ran and how it ended, if not with success.
pub(crate) fn follow(command: &mut Command) -> Result<Vec<String>, Failure> {
    println!("$ {}", shown(command));
    let mut child =
        command.stdout(Stdio::piped()).spawn().map_err(|error| cannot_run(command, &error))?;
    let mut lines = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let line = line.map_err(|error| cannot_run(command, &error))?;
            println!("{line}");
            lines.push(line);
        }
    }
    let status = child.wait().map_err(|error| cannot_run(command, &error))?;
    judge(command, status.success(), &status.to_string())?;
    Ok(lines)
}

/// Whether the program is there and ends with success, in silence.
pub(crate) fn answers(program: impl AsRef<OsStr>, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn judge(command: &Command, success: bool, status: &str) -> Result<(), Failure> {
    if success {
        Ok(())
    } else {
        Err(Failure::new(format!("`{}` ended with {status}", shown(command))))
    }
}

fn cannot_run(command: &Command, error: &io::Error) -> Failure {
    Failure::new(format!("`{}` cannot be run: {error}", shown(command)))
}

/// The command as it could be typed into a shell, up to quoting.
fn shown(command: &Command) -> String {
    let variables = command.get_envs().filter_map(|(name, value)| {
        value.map(|value| format!("{}={:?}", name.to_string_lossy(), value.to_string_lossy()))
    });
    let program = command.get_program().to_string_lossy();
    // The path of the toolchain's cargo says nothing to the reader.
    let program = if program.ends_with("/cargo") { "cargo".into() } else { program };
    let arguments = command.get_args().map(|argument| argument.to_string_lossy().into_owned());
    let words: Vec<String> = variables.chain([program.into_owned()]).chain(arguments).collect();
    words.join(" ")
}

/// Between two looks at whether a program with a time limit has ended.
const PAUSE: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_it_could_be_typed() {
        let mut command = Command::new("/usr/bin/cargo");
        command.args(["doc", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(shown(&command), "RUSTDOCFLAGS=\"-D warnings\" cargo doc --no-deps");
    }

    #[test]
    fn a_program_is_judged_by_how_it_ends() {
        assert!(run(&mut shell("exit 0")).is_ok());
        let failure = run(&mut shell("exit 3")).unwrap_err().to_string();
        assert!(failure.contains("exit status: 3"), "{failure}");
        let failure = run(&mut Command::new("/nowhere/at-all")).unwrap_err().to_string();
        assert!(failure.contains("cannot be run"), "{failure}");
    }

    #[test]
    fn a_program_over_its_limit_is_stopped() {
        assert!(run_within(&mut shell("exit 0"), Duration::from_secs(60)).is_ok());
        let failure = run_within(&mut shell("exec sleep 60"), Duration::ZERO).unwrap_err();
        assert_eq!(failure.to_string(), "`sh -c exec sleep 60` took over 0 s");
    }

    #[test]
    fn what_a_program_writes_is_returned() {
        assert_eq!(capture(&mut shell("echo one; echo two")).unwrap(), "one\ntwo\n");
        assert_eq!(follow(&mut shell("echo one; echo two")).unwrap(), ["one", "two"]);
        assert!(capture(&mut shell("echo one; exit 1")).is_err());
        assert!(follow(&mut shell("echo one; exit 1")).is_err());
    }

    #[test]
    fn a_program_that_is_missing_does_not_answer() {
        assert!(answers("sh", &["-c", "true"]));
        assert!(!answers("sh", &["-c", "false"]));
        assert!(!answers("/nowhere/at-all", &[]));
    }

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }
}
