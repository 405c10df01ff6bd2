//! Fetches the parts of the pages that others wrote, pinned by `assets/npm/package-lock.json`, lays
//! out what of them is embedded, and joins the styles of `assets/style` so that a page loads one.
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
    println!("cargo::rerun-if-changed={STYLE}");
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
    let packages = packages.join("node_modules");
    lay_out(&packages, &assets)
        .map_err(|error| format!("cannot lay out the assets in {}: {error}", assets.display()))?;
    require_used()?;
    for (name, parts) in STYLES {
        let style = join(&packages, parts).map_err(|error| format!("{STYLE}: {error}"))?;
        fs::write(assets.join(name), style).map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(())
}

/// Has npm fetch exactly what the lock names, and check its integrity; no script of it is run.
///
/// What was fetched for the same lock is kept.
fn fetch(packages: &Path) -> Result<(), String> {
    let broken = |error: io::Error| format!("cannot write {}: {error}", packages.display());
    let read = |file| fs::read(Path::new(NPM).join(file)).map_err(broken);
    let wanted = MANIFESTS.into_iter().map(read).collect::<Result<Vec<_>, _>>()?.concat();
    let stamp = packages.join("fetched");
    if fs::read(&stamp).is_ok_and(|fetched| fetched == wanted) {
        return Ok(());
    }
    fs::create_dir_all(packages).map_err(broken)?;
    for file in MANIFESTS {
        fs::copy(Path::new(NPM).join(file), packages.join(file)).map_err(broken)?;
    }
    let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
    match Command::new("npm").args(arguments).current_dir(packages).output() {
        Ok(done) if done.status.success() => fs::write(stamp, wanted).map_err(broken),
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

/// Joins Pico, as a base that ours always wins against, and our own styles in their order.
fn join(packages: &Path, parts: &[&[&str]]) -> io::Result<String> {
    let pico = fs::read_to_string(packages.join("@picocss/pico/css/pico.min.css"))?;
    // What says how a file is written means nothing inside of another.
    let pico = pico.trim_start_matches("@charset \"UTF-8\";");
    let mut style = format!("@layer base{{{pico}}}\n");
    for part in parts.iter().copied().flatten() {
        let read = fs::read_to_string(Path::new(STYLE).join(part));
        style += &read.map_err(|error| io::Error::other(format!("{part}: {error}")))?;
    }
    Ok(style)
}

/// Looks that no style was forgotten.
fn require_used() -> Result<(), String> {
    for folder in ["shared", "guest", "team"] {
        let folder = Path::new(STYLE).join(folder);
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let is_used = STYLES.iter().flat_map(|(_, parts)| parts.iter().copied().flatten());
            if !is_used.map(|part| Path::new(STYLE).join(part)).any(|part| part == path) {
                return Err(format!("{} is part of no style; name it in build.rs", path.display()));
            }
        }
    }
    Ok(())
}

/// Where the manifests are.
const NPM: &str = "assets/npm";

/// What npm reads.
const MANIFESTS: [&str; 2] = ["package.json", "package-lock.json"];

/// Where our styles are, each file about one thing.
const STYLE: &str = "assets/style";

/// What a page loads, and which of our styles it is made of: later ones win.
const STYLES: [(&str, &[&[&str]]); 2] =
    [("guest.css", &[SHARED, &["guest/screen.css"]]), ("team.css", &[SHARED, TEAM])];

/// What all pages look like.
const SHARED: &[&str] = &[
    "shared/tokens.css",
    "shared/base.css",
    "shared/forms.css",
    "shared/frame.css",
    "shared/sheet.css",
    "shared/panel.css",
    "shared/facts.css",
    "shared/dialog.css",
    "shared/greeting.css",
];

/// What the pages of a team look like.
const TEAM: &[&str] = &[
    "team/page.css",
    "team/search.css",
    "team/hosts.css",
    "team/states.css",
    "team/lists.css",
    "team/times.css",
    "team/actions.css",
    "team/dialogs.css",
    "team/cards.css",
    "team/credits.css",
    "team/inviting.css",
    "team/settings.css",
    "team/timeline.css",
    "team/workspaces.css",
    "team/print.css",
];

/// What to do without npm.
const OTHERWISE: &str = "or build without pages, the API alone: --no-default-features";

/// What is embedded: where it is among the packages, and where among the assets.
///
/// noVNC keeps its layout, since its modules name each other by their places.
const EMBEDDED: [(&str, &str); 9] = [
    ("@novnc/novnc/core", "novnc/core"),
    ("@novnc/novnc/vendor/pako/lib", "novnc/vendor/pako/lib"),
    ("@novnc/novnc/vendor/pako/LICENSE", "novnc/vendor/pako/LICENSE.txt"),
    ("@novnc/novnc/LICENSE.txt", "novnc/LICENSE.txt"),
    ("@novnc/novnc/docs/LICENSE.MPL-2.0", "novnc/LICENSE.MPL-2.0.txt"),
    ("@picocss/pico/LICENSE.md", "pico/LICENSE.txt"),
    ("htmx.org/dist/htmx.min.js", "htmx/htmx.min.js"),
    ("htmx.org/dist/ext/hx-sse.min.js", "htmx/hx-sse.min.js"),
    ("htmx.org/LICENSE", "htmx/LICENSE.txt"),
];
