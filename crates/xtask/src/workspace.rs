//! The workspace as cargo sees it: where it lies, and the programs its packages have.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::failure::Failure;
use crate::program::{capture, cargo};

/// The workspace this program was built from.
#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
    targets: Vec<Target>,
}

/// One thing that cargo builds from a package.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Target {
    pub(crate) package: String,
    pub(crate) name: String,
    /// As cargo calls it: `bin`, `bench`, `example`, `lib`, `test`, …
    pub(crate) kind: String,
}

impl Workspace {
    /// Asks cargo for the workspace of the present folder.
    ///
    /// # Errors
    ///
    /// Returns what cargo ended with, or what was missing in its answer.
    pub(crate) fn load() -> Result<Self, Failure> {
        Self::parse(&capture(&mut cargo(&["metadata", "--no-deps", "--format-version=1"]))?)
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// What is built for developers, outside the product's own profiles.
    pub(crate) fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// The environment of the developers' programs in Python.
    pub(crate) fn venv(&self) -> PathBuf {
        self.target.join("venv")
    }

    /// Where cargo leaves the programs of the development profile.
    pub(crate) fn programs(&self) -> PathBuf {
        self.target.join("debug")
    }

    /// All targets of `kind`, in order of package and name.
    pub(crate) fn targets(&self, kind: &str) -> Vec<Target> {
        let mut targets: Vec<Target> =
            self.targets.iter().filter(|target| target.kind == kind).cloned().collect();
        targets.sort();
        targets
    }

    fn parse(metadata: &str) -> Result<Self, Failure> {
        let metadata: Value = serde_json::from_str(metadata)
            .map_err(|error| Failure::new(format!("cargo's metadata is not JSON: {error}")))?;
        let mut targets = Vec::new();
        for package in list(&metadata, "packages")? {
            for target in list(package, "targets")? {
                for kind in list(target, "kind")? {
                    targets.push(Target {
                        package: text(package, "name")?,
                        name: text(target, "name")?,
                        kind: kind.as_str().unwrap_or_default().to_owned(),
                    });
                }
            }
        }
        let root = text(&metadata, "workspace_root")?.into();
        Ok(Self { root, target: text(&metadata, "target_directory")?.into(), targets })
    }
}

fn list<'a>(value: &'a Value, name: &str) -> Result<&'a [Value], Failure> {
    let list = value.get(name).and_then(Value::as_array);
    list.map(Vec::as_slice).ok_or_else(|| lacks(name))
}

fn text(value: &Value, name: &str) -> Result<String, Failure> {
    value.get(name).and_then(Value::as_str).map(str::to_owned).ok_or_else(|| lacks(name))
}

fn lacks(name: &str) -> Failure {
    Failure::new(format!("cargo's metadata lacks `{name}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_found_by_kind_and_in_order() {
        let workspace = Workspace::parse(METADATA).unwrap();
        assert_eq!(workspace.root(), Path::new("/here"));
        assert_eq!(workspace.tools(), Path::new("/there/tools"));
        let names: Vec<_> = workspace.targets("bench").into_iter().map(|it| it.name).collect();
        assert_eq!(names, ["decide", "invites"]);
        assert_eq!(workspace.targets("bin").len(), 1);
        assert_eq!(workspace.targets("example"), []);
    }

    #[test]
    fn a_gap_in_the_metadata_is_named() {
        let failure = Workspace::parse(r#"{"packages": []}"#).unwrap_err();
        assert_eq!(failure.to_string(), "cargo's metadata lacks `workspace_root`");
    }

    const METADATA: &str = r#"{
        "workspace_root": "/here",
        "target_directory": "/there",
        "packages": [
            {"name": "guest-http", "targets": [
                {"name": "guest_http", "kind": ["lib"]},
                {"name": "invites", "kind": ["bench"]}
            ]},
            {"name": "guest-core", "targets": [{"name": "decide", "kind": ["bench"]}]},
            {"name": "guest-cli", "targets": [{"name": "guest", "kind": ["bin"]}]}
        ]
    }"#;
}
