//! What the design promises about the shape of the project, checked on the project itself.

#![expect(
    clippy::expect_used,
    reason = "the helpers of these tests read the project itself, which is there"
)]

mod project;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use project::{entries, holds, read, root, rust_files};

#[test]
fn arrows_run_from_adapters_to_the_app_to_the_core() {
    let arrows = arrows();
    for (package, expected) in ARROWS {
        check_arrows(&arrows, package, expected);
    }
    let examples = arrows.get("guest-examples").expect("the examples are a package");
    let others: Vec<&String> =
        examples.iter().filter(|to| !OPEN_TO_EXAMPLES.contains(&to.as_str())).collect();
    assert!(others.is_empty(), "guest-examples uses {others:?}");
}

#[test]
fn every_package_is_known_and_bears_the_name_of_its_folder() {
    let known: BTreeSet<String> =
        ARROWS.iter().map(|(name, _)| *name).chain(["guest-examples"]).map(str::to_owned).collect();
    let named: BTreeSet<String> = folders().iter().map(|folder| package_in(folder)).collect();
    assert_eq!(named, known, "packages by folder, and those this test knows");
    assert_eq!(arrows().into_keys().collect::<BTreeSet<_>>(), known, "packages by cargo");
}

/// Forbidden once for the workspace, from which every crate takes its lints (QU-36).
#[test]
fn qu_36_unsafe_is_forbidden_in_every_crate() {
    let lints = section(&root().join("Cargo.toml"), "[workspace.lints.rust]");
    assert!(lints.contains(&"unsafe_code = \"forbid\"".to_owned()), "{lints:?}");
    for folder in folders() {
        let lints = section(&folder.join("Cargo.toml"), "[lints]");
        assert_eq!(lints, ["workspace = true"], "{}", folder.display());
    }
}

#[test]
fn the_top_level_holds_what_the_design_says() {
    let unkept: Vec<String> =
        read(&root().join(".gitignore")).lines().map(|line| line.replace('/', "")).collect();
    let top: BTreeSet<String> = entries(root())
        .into_iter()
        .map(|path| name(&path))
        .filter(|name| !name.starts_with('.') && !unkept.contains(name))
        .collect();
    assert_eq!(top, TOP_LEVEL.iter().map(|name| (*name).to_owned()).collect());
    let manifest = read(&root().join("Cargo.toml"));
    assert!(!manifest.contains("[package]"), "the top-level manifest is virtual");
}

#[test]
fn the_pure_crates_name_neither_clock_nor_chance_nor_the_world() {
    let core = [IMPURE, NOT_IN_THE_CORE].concat();
    check_words("crates/guest-core/src", &core);
    check_words("crates/guest-app/src", IMPURE);
    check_words("crates/rfb/src", &core);
}

#[test]
fn forbidden_words_are_found_in_code_only() {
    check_found("let now = Utc::now();", &["Utc::now"]);
    check_found("use std::fs;\nuse std::net::IpAddr;", &["std::fs", "std::net"]);
    check_found("use std::{\n    fmt,\n    fs::File,\n};", &["std::fs"]);
    check_found("/// Never calls `Utc::now`.\nlet now = now; // not SystemTime", &[]);
    check_found("use std::fmt;\nlet fs = 1;", &[]);
}

#[track_caller]
fn check_arrows(arrows: &BTreeMap<String, BTreeSet<String>>, package: &str, expected: &[&str]) {
    let expected: BTreeSet<String> = expected.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(arrows.get(package), Some(&expected), "what {package} uses of the workspace");
}

#[track_caller]
fn check_words(folder: &str, forbidden: &[&str]) {
    let files = rust_files(&root().join(folder));
    assert!(!files.is_empty(), "{folder} holds no code");
    for file in files {
        assert_eq!(found(&read(&file), forbidden), [""; 0], "in {}", file.display());
    }
}

#[track_caller]
fn check_found(code: &str, expected: &[&str]) {
    assert_eq!(found(code, IMPURE), expected);
}

/// The `forbidden` words in `source`, comments and documentation left out.
fn found<'a>(source: &str, forbidden: &[&'a str]) -> Vec<&'a str> {
    let code: Vec<&str> =
        source.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    let code = flat_imports(&code.join("\n"));
    forbidden.iter().filter(|word| holds(&code, word)).copied().collect()
}

/// `code`, with the names in each `std::{…}` written out as well.
fn flat_imports(code: &str) -> String {
    let groups = code.split("std::{").skip(1);
    let names = groups.flat_map(|group| group.split(';').next().unwrap_or_default().split(','));
    let flat: Vec<String> = names.map(|name| format!("std::{}", name.trim())).collect();
    format!("{code}\n{}", flat.join("\n"))
}

/// The packages of the workspace, each with those of them that its library and programs use.
fn arrows() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = metadata();
    let packages = metadata.get("packages").and_then(Value::as_array);
    let packages = packages.expect("cargo lists packages");
    let names: BTreeSet<&str> =
        packages.iter().filter_map(|package| package["name"].as_str()).collect();
    packages
        .iter()
        .map(|package| {
            let from = package["name"].as_str().expect("a package has a name");
            let dependencies = package["dependencies"].as_array().expect("a list, even if empty");
            let ours = dependencies
                .iter()
                // The kind of a normal dependency is null; the others are `dev` and `build`.
                .filter(|dependency| dependency["kind"].is_null())
                .filter_map(|dependency| dependency["name"].as_str())
                .filter(|name| names.contains(name))
                .map(str::to_owned)
                .collect();
            (from.to_owned(), ours)
        })
        .collect()
}

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version=1"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    serde_json::from_slice(&output.stdout).expect("cargo's metadata is JSON")
}

/// The folders of all packages.
fn folders() -> Vec<PathBuf> {
    let mut folders = entries(&root().join("crates"));
    folders.extend([root().join("examples"), root().join("tests")]);
    folders
}

/// The name that the package in `folder` is to have.
fn package_in(folder: &Path) -> String {
    let folder = name(folder);
    if folder.starts_with("guest-") { folder } else { format!("guest-{folder}") }
}

/// The lines under the head of a section of a manifest, comments left out.
fn section(manifest: &Path, head: &str) -> Vec<String> {
    let manifest = read(manifest);
    let lines = manifest.lines().map(str::trim).skip_while(|line| *line != head).skip(1);
    lines
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// What each package may use of the others, and does.
const ARROWS: &[(&str, &[&str])] = &[
    ("guest-core", &[]),
    ("guest-app", &["guest-core"]),
    ("guest-testkit", &["guest-app", "guest-core"]),
    ("guest-store-sqlite", &["guest-app", "guest-core"]),
    ("guest-mailer", &["guest-app", "guest-core"]),
    ("guest-blobs", &["guest-app"]),
    ("guest-identity", &["guest-app", "guest-core"]),
    ("guest-rfb", &[]),
    ("guest-gateway", &["guest-app", "guest-core", "guest-rfb"]),
    ("guest-agent", &["guest-rfb"]),
    ("guest-http", &["guest-app", "guest-core", "guest-gateway"]),
    (
        "guest-cli",
        &[
            "guest-agent",
            "guest-app",
            "guest-blobs",
            "guest-core",
            "guest-gateway",
            "guest-http",
            "guest-identity",
            "guest-mailer",
            "guest-store-sqlite",
        ],
    ),
    ("guest-xtask", &[]),
    ("guest-tests", &[]),
];

/// What an embedder needs, and an example may use.
const OPEN_TO_EXAMPLES: &[&str] =
    &["guest-app", "guest-core", "guest-http", "guest-store-sqlite", "guest-testkit"];

const TOP_LEVEL: &[&str] = &[
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "crates",
    "docs",
    "examples",
    "rustfmt.toml",
    "tests",
];

const IMPURE: &[&str] = &[
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "SystemTime",
    "Instant::now",
    "Local::now",
    "Utc::now",
    "getrandom",
    "thread_rng",
    "tokio::spawn",
];

/// The app may wait for a store; the core waits for nothing.
const NOT_IN_THE_CORE: &[&str] = &["std::thread", "async", "await", "tokio"];
