//! Fetches the parts of the pages that others wrote, pinned by `assets/npm/package-lock.json`, and
//! lays out what of them is embedded.
//!
//! With the feature `pages` only. Nothing of theirs is kept in the repository, and what is built
//! needs neither npm nor a network.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

fn main() {
    for file in MANIFESTS {
        println!("cargo::rerun-if-changed={NPM}/{file}");
    }
    if env::var_os("CARGO_FEATURE_PAGES").is_none() {
        return;
    }
    if let Err(why) = prepare() {
        for line in why.lines() {
            println!("cargo::error={line}");
        }
    }
}

/// Fetches the packages and lays out the assets.
fn prepare() -> Result<(), String> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo says nowhere to build")?);
    let (packages, assets) = (out.join("npm"), out.join("assets"));
    fetch(&packages)?;
    lay_out(&packages.join("node_modules"), &assets)
        .map_err(|error| format!("cannot lay out the assets in {}: {error}", assets.display()))
}

/// Has npm fetch exactly what the lock names, and check its integrity; no script of it is run.
fn fetch(packages: &Path) -> Result<(), String> {
    let broken = |error: io::Error| format!("cannot write {}: {error}", packages.display());
    fs::create_dir_all(packages).map_err(broken)?;
    for file in MANIFESTS {
        fs::copy(Path::new(NPM).join(file), packages.join(file)).map_err(broken)?;
    }
    let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
    match Command::new("npm").args(arguments).current_dir(packages).output() {
        Ok(done) if done.status.success() => Ok(()),
        Ok(done) => Err(format!(
            "npm cannot fetch what the pages need; it says:\n{}\n{OTHERWISE}",
            String::from_utf8_lossy(&done.stderr).trim()
        )),
        Err(error) => Err(format!(
            "the pages need npm to be built, and it cannot be run: {error}\n\
             install Node.js with npm (Node.js 20 or newer), from https://nodejs.org or your system\n\
             {OTHERWISE}"
        )),
    }
}

/// Copies what is embedded, and nothing else.
fn lay_out(packages: &Path, assets: &Path) -> io::Result<()> {
    if assets.exists() {
        fs::remove_dir_all(assets)?;
    }
    for (from, to) in EMBEDDED {
        copy(&packages.join(from), &assets.join(to))?;
    }
    Ok(())
}

/// Copies a file, or a folder with everything in it.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        fs::create_dir_all(to.parent().unwrap_or(to))?;
        return fs::copy(from, to).map(drop);
    }
    for entry in fs::read_dir(from)? {
        let name = entry?.file_name();
        copy(&from.join(&name), &to.join(&name))?;
    }
    Ok(())
}

/// Where the manifests are.
const NPM: &str = "assets/npm";

/// What npm reads.
const MANIFESTS: [&str; 2] = ["package.json", "package-lock.json"];

/// What to do without npm.
const OTHERWISE: &str = "or build without pages, the API alone: --no-default-features";

/// What is embedded: where it is among the packages, and where among the assets.
///
/// noVNC keeps its layout, since its modules name each other by their places.
const EMBEDDED: [(&str, &str); 10] = [
    ("@novnc/novnc/core", "novnc/core"),
    ("@novnc/novnc/vendor/pako/lib", "novnc/vendor/pako/lib"),
    ("@novnc/novnc/vendor/pako/LICENSE", "novnc/vendor/pako/LICENSE.txt"),
    ("@novnc/novnc/LICENSE.txt", "novnc/LICENSE.txt"),
    ("@novnc/novnc/docs/LICENSE.MPL-2.0", "novnc/LICENSE.MPL-2.0.txt"),
    ("@picocss/pico/css/pico.min.css", "pico/pico.min.css"),
    ("@picocss/pico/LICENSE.md", "pico/LICENSE.txt"),
    ("htmx.org/dist/htmx.min.js", "htmx/htmx.min.js"),
    ("htmx.org/dist/ext/hx-sse.min.js", "htmx/hx-sse.min.js"),
    ("htmx.org/LICENSE", "htmx/LICENSE.txt"),
];
