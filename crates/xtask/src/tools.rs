//! What the other steps need and a fresh machine may lack.
//!
//! Programs of the system come as Debian packages; what belongs to a language comes by that
//! language's own installer, into the target folder where nothing else is touched.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::failure::Failure;
use crate::program::{answers, cargo, run};
use crate::steps::Notes;
use crate::workspace::Workspace;
use crate::{deny, npm, purity};

/// Installs what is missing, and says so.
///
/// # Errors
///
/// Returns what could not be installed, and what to install by hand where this cannot.
pub(crate) fn install(workspace: &Workspace) -> Result<Notes, Failure> {
    system_programs()?;
    rust_components()?;
    python_programs(&workspace.venv())?;
    npm::install(workspace)?;
    deny::install(workspace)?;
    Ok(purity::install_target())
}

/// Installs a program of cargo's among the developers' tools, unless it is there.
///
/// # Errors
///
/// Returns that the installation failed.
pub(crate) fn cargo_program(
    workspace: &Workspace,
    name: &str,
    version: &str,
) -> Result<(), Failure> {
    let there = Command::new(workspace.tools().join("bin").join(name)).arg("--version").output();
    let answer = there.map(|output| output.stdout).unwrap_or_default();
    if String::from_utf8_lossy(&answer).trim() == format!("{name} {version}") {
        println!("{name} {version}: there");
        return Ok(());
    }
    let mut install = cargo(&["install", "--locked", "--version", version, name]);
    run(install.arg("--root").arg(workspace.tools()))
}

/// A program of the system, known by what it answers to.
struct Program {
    probe: (&'static str, &'static [&'static str]),
    packages: &'static [&'static str],
    why: &'static str,
}

impl Program {
    fn is_there(&self) -> bool {
        let (name, arguments) = self.probe;
        answers(name, arguments)
    }
}

fn system_programs() -> Result<(), Failure> {
    let missing: Vec<&Program> = PROGRAMS.iter().filter(|program| !program.is_there()).collect();
    if missing.is_empty() {
        println!("system programs: all there");
        return Ok(());
    }
    for program in &missing {
        println!("missing: {}, {}", program.packages.join(" "), program.why);
    }
    let packages = packages(&missing);
    let by_hand = format!("install Debian's packages {packages:?}, or your system's like them");
    if !answers("apt-get", &["--version"]) {
        return Err(Failure::new(format!("this system has no apt-get: {by_hand}")));
    }
    let Some(as_root) = as_root() else {
        return Err(Failure::new(format!("neither root nor sudo: {by_hand}")));
    };
    // One unreachable archive among several fails the update, and may hold none of the packages:
    // whether they can be had is for the installation to say.
    if let Err(failure) = run(&mut apt_get(as_root, &["update", "--quiet"])) {
        println!("going on in spite of: {failure}");
    }
    let options = ["install", "--yes", "--quiet", "--no-install-recommends"];
    run(apt_get(as_root, &options).args(&packages))?;
    match PROGRAMS.iter().find(|program| !program.is_there()) {
        None => Ok(()),
        Some(program) => {
            let (name, arguments) = program.probe;
            let probe = format!("{name} {}", arguments.join(" "));
            Err(Failure::new(format!("`{probe}` fails with {packages:?} installed")))
        }
    }
}

fn packages(missing: &[&Program]) -> Vec<&'static str> {
    let mut packages: Vec<&str> =
        missing.iter().flat_map(|program| program.packages).copied().collect();
    packages.sort_unstable();
    packages.dedup();
    packages
}

/// The words that make a command run as root, if it can be.
fn as_root() -> Option<&'static [&'static str]> {
    if answers("sh", &["-c", "test \"$(id -u)\" = 0"]) {
        Some(&[])
    } else if answers("sudo", &["-V"]) {
        Some(&["sudo"])
    } else {
        None
    }
}

fn apt_get(as_root: &[&str], arguments: &[&str]) -> Command {
    // sudo drops the environment: the variable is set behind it.
    let mut words = as_root
        .iter()
        .chain(&["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"])
        .chain(arguments);
    let mut command = Command::new(words.next().unwrap_or(&"env"));
    command.args(words);
    command
}

fn rust_components() -> Result<(), Failure> {
    let components: Vec<&str> = ["fmt", "clippy"]
        .into_iter()
        .filter(|name| !cargo(&[name, "--version"]).output().is_ok_and(|it| it.status.success()))
        .map(|name| if name == "fmt" { "rustfmt" } else { name })
        .collect();
    if components.is_empty() {
        println!("rustfmt, clippy: there");
        return Ok(());
    }
    if !answers("rustup", &["--version"]) {
        return Err(Failure::new(format!("no rustup: install {components:?} as Rust was")));
    }
    run(Command::new("rustup").args(["component", "add"]).args(components))
}

/// Programs in Python, in an environment of their own.
fn python_programs(venv: &Path) -> Result<(), Failure> {
    let python = venv.join("bin/python");
    let wanted: Vec<String> =
        PYTHON.iter().map(|(name, version)| format!("{name}=={version}")).collect();
    let probe = PYTHON.map(|(name, version)| format!("assert it.version('{name}') == '{version}'"));
    let probe = format!("import importlib.metadata as it; {}", probe.join("; "));
    if answers(&python, &["-c", &probe]) {
        println!("{}: there", wanted.join(", "));
        return Ok(());
    }
    if venv.exists() {
        // Half of an earlier try, or made by a Python that is gone.
        fs::remove_dir_all(venv)
            .map_err(|error| Failure::new(format!("{} stays: {error}", venv.display())))?;
    }
    run(Command::new("python3").args(["-m", "venv"]).arg(venv))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    run(Command::new(&python).args(pip).args(wanted))
}

/// A real mail server, which the mailer's tests start with answers of their own, and a yardstick of
/// the gateway's benchmark; in the versions that these were written against.
const PYTHON: [(&str, &str); 2] = [("aiosmtpd", "1.4.6"), ("websockify", "0.13.0")];

const PROGRAMS: [Program; 11] = [
    Program {
        probe: ("cc", &["--version"]),
        packages: &["build-essential"],
        why: "which compiles SQLite",
    },
    Program {
        probe: ("sqlite3", &["--version"]),
        packages: &["sqlite3"],
        why: "which reads the store from outside, and is the yardstick of the CSV export",
    },
    Program {
        probe: ("python3", &["-c", "import ensurepip, venv"]),
        packages: &["python3", "python3-venv"],
        why: "which runs the mail server of the mailer's tests",
    },
    Program {
        probe: ("faketime", &["--version"]),
        packages: &["faketime"],
        why: "which steps the clock under the server",
    },
    Program {
        probe: ("npm", &["--version"]),
        packages: &["npm"],
        why: "which fetches what the pages are made of",
    },
    Program {
        probe: ("Xtigervnc", &["-version"]),
        packages: &["tigervnc-standalone-server"],
        why: "which is a screen for the agent's tests to show",
    },
    Program {
        probe: ("sh", &["-c", "command -v x11vnc && command -v Xvfb"]),
        packages: &["x11vnc", "xvfb"],
        why: "which shows a screen to the guests of the tests, for a password",
    },
    Program {
        probe: ("sh", &["-c", "command -v xev"]),
        packages: &["x11-utils"],
        why: "which tells what keys and buttons reach a screen",
    },
    Program {
        probe: ("xclip", &["-version"]),
        packages: &["xclip"],
        why: "which is the clipboard of the tests' screens",
    },
    Program {
        probe: ("xterm", &["-version"]),
        packages: &["xterm"],
        why: "which shows and writes down what guests type",
    },
    Program {
        probe: ("sh", &["-c", "chromedriver --version && chromium --version"]),
        packages: &["chromium", "chromium-driver"],
        why: "which is the browser of the tests' guests",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_missing_package_is_asked_for_once() {
        let [cc, _, python, ..] = &PROGRAMS;
        let expected = ["build-essential", "python3", "python3-venv"];
        assert_eq!(packages(&[python, cc, python]), expected);
    }

    #[test]
    fn packages_are_installed_without_questions() {
        check(&[], "env DEBIAN_FRONTEND=noninteractive apt-get install");
        check(&["sudo"], "sudo env DEBIAN_FRONTEND=noninteractive apt-get install");
    }

    #[track_caller]
    fn check(as_root: &[&str], expected: &str) {
        let command = apt_get(as_root, &["install"]);
        let words = [command.get_program()].into_iter().chain(command.get_args());
        let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
        assert_eq!(words.join(" "), expected);
    }
}
