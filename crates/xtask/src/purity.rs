//! The pure crates stay pure: they build alone, and nothing they use does I/O, tells the time or
//! draws randomness.
//!
//! What they may use is a list of names, so that a new dependency is looked at before it is let
//! in. Built within the workspace a crate gets the features that its neighbours switch on; hence
//! each is built alone, without its own features, and once for a machine that has neither files
//! nor sockets nor a clock.

use std::path::Path;
use std::process::Command;

use crate::failure::Failure;
use crate::program::{capture, cargo, run};
use crate::steps::Notes;
use crate::workspace::Workspace;

/// Builds each pure crate alone and looks at everything it uses.
///
/// # Errors
///
/// Returns what does not build, or which dependencies and features may not be used.
pub(crate) fn check(_: &Workspace) -> Result<Notes, Failure> {
    let bare = has_target();
    for package in PURE {
        let alone = ["check", "--package", package, "--no-default-features"];
        run(&mut cargo(&alone))?;
        if bare {
            run(cargo(&alone).args(["--target", TARGET]))?;
        }
        let offences = offences(&capture(&mut tree(package))?);
        if !offences.is_empty() {
            return Err(Failure::new(format!("{package} {}", offences.join("; it "))));
        }
        println!("{package}: pure");
    }
    Ok(if bare { Notes::new() } else { vec![no_target()] })
}

/// Installs the target of the bare machine where it can be had.
pub(crate) fn install_target() -> Notes {
    let mut rustup = Command::new("rustup");
    if has_target() || run(rustup.args(["target", "add", TARGET])).is_ok() {
        Notes::new()
    } else {
        vec![no_target()]
    }
}

fn no_target() -> String {
    format!("a build for {TARGET}, which is not installed and could not be had")
}

fn has_target() -> bool {
    let mut rustc = Command::new("rustc");
    let folder = capture(rustc.args(["--print", "target-libdir", "--target", TARGET]));
    folder.is_ok_and(|folder| Path::new(folder.trim()).is_dir())
}

/// What the crate uses on any machine, one `name version\tfeatures` to a line.
///
/// Macros are left out: they run in the compiler.
fn tree(package: &str) -> Command {
    let mut tree = cargo(&["tree", "--package", package, "--no-default-features"]);
    tree.args(["--edges", "normal,no-proc-macro", "--target", "all"]);
    tree.args(["--prefix", "none", "--no-dedupe", "--format", "{p}\t{f}"]);
    tree
}

/// What is wrong with the dependencies in a `tree`, each once, in order.
fn offences(tree: &str) -> Vec<String> {
    let mut offences: Vec<String> = tree.lines().flat_map(offences_of_line).collect();
    offences.sort();
    offences.dedup();
    offences
}

fn offences_of_line(line: &str) -> Vec<String> {
    let (package, features) = line.split_once('\t').unwrap_or((line, ""));
    let Some(name) = package.split_whitespace().next() else { return Vec::new() };
    if !KNOWN.contains(&name) {
        return vec![format!(
            "uses `{name}`: if it does no I/O and knows neither time nor randomness, add it to \
             KNOWN in {}",
            file!()
        )];
    }
    let Some((_, allowed)) = FEATURES.iter().find(|(limited, _)| *limited == name) else {
        return Vec::new();
    };
    features
        .split(',')
        .filter(|feature| !feature.is_empty() && !allowed.contains(feature))
        .map(|feature| format!("switches on `{feature}` of `{name}`"))
        .collect()
}

const PURE: [&str; 3] = ["guest-core", "guest-app", "guest-rfb"];

/// The bare machine.
const TARGET: &str = "wasm32-unknown-unknown";

/// Features of dependencies that could do more than the pure crates may.
const FEATURES: [(&str, &[&str]); 2] =
    [("chrono", &["alloc", "serde", "std"]), ("tokio", &["sync"])];

/// Everything the pure crates use, directly or not.
///
/// `rand_core` has the traits of sources of randomness, and none. `libc` is there for `cpufeatures`, which on ARM asks the system what the processor can do.
const KNOWN: &[&str] = &[
    "adler2",
    "aead",
    "aes",
    "aes-gcm",
    "base16ct",
    "block-buffer",
    "cfg-if",
    "chrono",
    "chrono-tz",
    "cipher",
    "cmov",
    "const-oid",
    "cpubits",
    "cpufeatures",
    "crypto-bigint",
    "crypto-common",
    "ctr",
    "ctutils",
    "curve25519-dalek",
    "data-encoding",
    "der",
    "des",
    "digest",
    "ecdsa",
    "elliptic-curve",
    "ff",
    "fiat-crypto",
    "futures-channel",
    "futures-core",
    "ghash",
    "group",
    "guest-app",
    "guest-core",
    "guest-rfb",
    "hmac",
    "hybrid-array",
    "icu_collections",
    "icu_locale_core",
    "icu_normalizer",
    "icu_normalizer_data",
    "icu_properties",
    "icu_properties_data",
    "icu_provider",
    "idna",
    "idna_adapter",
    "inout",
    "itoa",
    "libc",
    "litemap",
    "memchr",
    "miniz_oxide",
    "num-traits",
    "p256",
    "phf",
    "phf_shared",
    "pin-project-lite",
    "polyval",
    "potential_utf",
    "primefield",
    "primeorder",
    "rand_core",
    "rfc6979",
    "sec1",
    "serde",
    "serde_core",
    "serde_json",
    "sha2",
    "signature",
    "siphasher",
    "smallvec",
    "stable_deref_trait",
    "subtle",
    "thiserror",
    "tinystr",
    "tokio",
    "typenum",
    "universal-hash",
    "utf8_iter",
    "utf_types",
    "wnaf",
    "writeable",
    "x25519-dalek",
    "yoke",
    "zerofrom",
    "zeroize",
    "zerotrie",
    "zerovec",
    "zmij",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_and_limited_to_its_pure_features_passes() {
        check("guest-core v0.1.0 (/here)\tdefault,serde\nchrono v0.4.45\talloc,std\n", &[]);
        check("tokio v1.54.1\tsync\n", &[]);
        check("tokio v1.54.1\t\n", &[]);
    }

    #[test]
    fn an_unknown_dependency_is_an_offence_once() {
        let offences = offences("getrandom v0.3.4\tstd\nsubtle v2.6.1\t\ngetrandom v0.3.4\tstd\n");
        let [only] = &offences[..] else { panic!("{offences:?}") };
        assert!(only.starts_with("uses `getrandom`: "), "{only}");
    }

    #[test]
    fn a_feature_that_does_more_is_an_offence() {
        check("chrono v0.4.45\talloc,clock,std\n", &["switches on `clock` of `chrono`"]);
        let both = ["switches on `rt` of `tokio`", "switches on `time` of `tokio`"];
        check("tokio v1.54.1\trt,sync,time\n", &both);
    }

    #[track_caller]
    fn check(tree: &str, expected: &[&str]) {
        assert_eq!(offences(tree), expected);
    }
}
