//! What the documentation says of the project is so.

#![expect(
    clippy::expect_used,
    reason = "the helpers of these tests read the project itself, which is there"
)]

mod project;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use project::{entries, holds, read, root, rust_files};

#[test]
fn rules_table_is_true() {
    let rows = rules();
    assert!(!rows.is_empty(), "{RULES} has no rows");
    let sources: Vec<String> = sources().iter().map(|path| read(path)).collect();
    let mut wrongs = Vec::new();
    let mut seen = BTreeSet::new();
    for row in &rows {
        wrongs.extend(wrongs_of(row, &sources));
        if !seen.insert(&row.rule) {
            wrongs.push(format!("{} has two rows", row.rule));
        }
    }
    assert!(wrongs.is_empty(), "{RULES}:\n{}", wrongs.join("\n"));
}

#[test]
fn a_row_of_the_rules_that_is_not_true_is_found() {
    let sources = ["#[test]\nfn ga_12_a_window_is_short() {}\n".to_owned()];
    let found = |line: &str| wrongs_of(&Row::parse(line).expect("a row"), &sources);
    let here = "tests/docs.rs";
    let nothing: [String; 0] = [];
    assert_eq!(found(&format!("| GA-12 | `{here}` | `ga_12_a_window_is_short` |")), nothing);
    let no_test = found(&format!("| GA-12 | `{here}` | `ga_12_a_window_is` |"));
    assert_eq!(no_test, ["GA-12: there is no test `ga_12_a_window_is`"]);
    let no_file = found("| GA-12 | `tests/nowhere.rs` | `ga_12_a_window_is_short` |");
    assert_eq!(no_file, ["GA-12: there is no file `tests/nowhere.rs`"]);
    let not_named = found("| GA-12 | `rustfmt.toml` | `ga_12_a_window_is_short` |");
    assert_eq!(not_named, ["GA-12: `rustfmt.toml` does not name it"]);
    assert_eq!(found("| GA-12 | | |"), ["GA-12: no code", "GA-12: no tests"]);
    assert!(!holds("carries GA-12 and GA-13", "GA-1"));
    assert!(holds("carries GA-1, GA-12", "GA-1"));
}

#[test]
fn each_rule_that_a_test_names_has_a_row() {
    let rows: BTreeSet<String> = rules().into_iter().map(|row| row.rule).collect();
    let sources = sources();
    let sources: Vec<String> = sources.iter().map(|path| read(path)).collect();
    let named: BTreeSet<String> =
        sources.iter().flat_map(|source| source.split("fn ").filter_map(rule_of)).collect();
    assert!(named.len() > 50, "{named:?}");
    let missing: Vec<&String> = named.difference(&rows).collect();
    assert!(missing.is_empty(), "{RULES} has no row for {missing:?}");
}

#[test]
fn everything_that_a_page_names_is_there() {
    let files = Files::of_the_project();
    let mut wrongs = Vec::new();
    for page in pages() {
        let missing = missing_from(&page, &read(&page), &files);
        wrongs.extend(missing.into_iter().map(|word| format!("{}: {word}", page.display())));
    }
    assert!(wrongs.is_empty(), "there is no\n{}", wrongs.join("\n"));
}

#[test]
fn each_page_is_reached_from_the_first() {
    let first = root().join("README.md");
    let mut reached = BTreeSet::from([first.clone()]);
    let mut open = vec![first];
    while let Some(page) = open.pop() {
        for link in links(&read(&page)) {
            let target = target_of(&page, link);
            let target = target.canonicalize().unwrap_or(target);
            if target.extension().is_some_and(|end| end == "md") && reached.insert(target.clone()) {
                open.push(target);
            }
        }
    }
    let unreached: Vec<PathBuf> =
        pages().into_iter().filter(|page| !reached.contains(page)).collect();
    assert!(unreached.is_empty(), "no link leads to {unreached:?}");
}

#[test]
fn what_a_page_names_in_vain_is_found() {
    let files = Files::of_the_project();
    let check = |text: &str, expected: &[&str]| {
        assert_eq!(missing_from(&root().join("docs/page.md"), text, &files), expected, "{text}");
    };
    check(
        "See [the rules](rules.md), [all](../README.md#start) and [more](https://x.example/y).",
        &[],
    );
    check("See [the rules](rule.md).", &["rule.md"]);
    check("`tests/docs.rs`, `crates/guest-core`, `project/mod.rs`, `docs.rs`, `project/*.rs`", &[]);
    check("`tests/doc.rs` and `crates/core`", &["tests/doc.rs", "crates/core"]);
    check(
        "`doc.rs`, `none/docs.rs` and `nowhere/*.rs`",
        &["doc.rs", "none/docs.rs", "nowhere/*.rs"],
    );
    check("`Row::parse` and `Row::pares`", &["Row::pares"]);
    check("`cargo xtask test`, `https://x.example`, `a/b`, `GA-12`, `guest.toml`", &[]);
    check("    [[bundles]](none) `tests/none.rs`\n", &[]);
}

/// One line of the table of rules.
struct Row {
    rule: String,
    code: Vec<String>,
    tests: Vec<String>,
}

impl Row {
    /// Reads a line of the table; its head and anything that is no such line are `None`.
    fn parse(line: &str) -> Option<Self> {
        let cells: Vec<&str> =
            line.strip_prefix('|')?.strip_suffix('|')?.split('|').map(str::trim).collect();
        let &[rule, code, tests] = &cells[..] else { return None };
        let (family, number) = rule.split_once('-')?;
        if !FAMILIES.contains(&family) || number.parse::<u32>().is_err() {
            return None;
        }
        Some(Self { rule: rule.to_owned(), code: words(code), tests: words(tests) })
    }
}

/// What a cell names between backticks.
fn words(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn rules() -> Vec<Row> {
    let table = read(&root().join(RULES));
    let lines: Vec<&str> = table.lines().filter(|line| line.starts_with('|')).skip(2).collect();
    let rows: Vec<Row> = lines.iter().filter_map(|line| Row::parse(line)).collect();
    assert_eq!(rows.len(), lines.len(), "a line of {RULES} is not `| GA-12 | code | tests |`");
    rows
}

fn wrongs_of(row: &Row, sources: &[String]) -> Vec<String> {
    let Row { rule, code, tests } = row;
    let mut wrongs = Vec::new();
    if code.is_empty() {
        wrongs.push(format!("{rule}: no code"));
    }
    for path in code {
        let file = root().join(path);
        if !file.is_file() {
            wrongs.push(format!("{rule}: there is no file `{path}`"));
        } else if !holds(&read(&file), rule) {
            wrongs.push(format!("{rule}: `{path}` does not name it"));
        }
    }
    if tests.is_empty() {
        wrongs.push(format!("{rule}: no tests"));
    }
    for test in tests {
        let function = format!("fn {test}");
        if !sources.iter().any(|source| holds(source, &function)) {
            wrongs.push(format!("{rule}: there is no test `{test}`"));
        }
    }
    wrongs
}

/// All code of the project.
fn sources() -> Vec<PathBuf> {
    ["crates", "examples", "tests"]
        .iter()
        .flat_map(|folder| rust_files(&root().join(folder)))
        .collect()
}

/// The rule that the name of a function begins with: `GA-12` of `ga_12_a_window_is_short`.
fn rule_of(name: &str) -> Option<String> {
    let (family, rest) = name.split_once('_')?;
    let (number, _) = rest.split_once('_')?;
    let family = family.to_uppercase();
    let is_rule = FAMILIES.contains(&family.as_str()) && number.parse::<u32>().is_ok();
    is_rule.then(|| format!("{family}-{number}"))
}

/// What there is to be named: files by their paths from the root, and functions.
struct Files {
    paths: Vec<String>,
    functions: BTreeSet<String>,
}

impl Files {
    fn of_the_project() -> Self {
        let sources = sources();
        let mut functions = BTreeSet::new();
        for source in &sources {
            let source = read(source);
            let named = source.split("fn ").skip(1);
            let is_part = |next: char| next.is_alphanumeric() || next == '_';
            functions.extend(named.map(|rest| rest.chars().take_while(|&c| is_part(c)).collect()));
        }
        let paths = sources.into_iter().chain(pages()).map(|path| {
            path.strip_prefix(root()).expect("it lies in the project").display().to_string()
        });
        Self { paths: paths.collect(), functions }
    }

    /// Whether `word` is a file or folder from the root, the end of a file's path, a function of a
    /// type, or no name of such a thing at all.
    fn know(&self, word: &str) -> bool {
        if FOLDERS.iter().any(|folder| word.starts_with(folder)) {
            return root().join(word).exists();
        }
        if let Some(folder) = word.strip_suffix("/*.rs") {
            let folder = format!("/{folder}/");
            return self.paths.iter().any(|path| path.contains(&folder));
        }
        if [".rs", ".md"].iter().any(|end| word.ends_with(end)) {
            return self.paths.iter().any(|path| {
                path.strip_suffix(word).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
            });
        }
        match word.rsplit_once("::") {
            Some((owner, function))
                if owner.starts_with(char::is_uppercase)
                    && function.starts_with(char::is_lowercase) =>
            {
                self.functions.contains(function)
            }
            _ => true,
        }
    }
}

/// What the text of a page names that is not there.
fn missing_from(page: &Path, text: &str, files: &Files) -> Vec<String> {
    let text = prose(text);
    let links = links(&text).into_iter().filter(|link| !target_of(page, link).exists());
    let named = words(&text).into_iter().filter(|word| !files.know(word));
    links.map(str::to_owned).chain(named).collect()
}

/// A page without its examples, which stand four blanks to the right.
fn prose(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("    ")).collect();
    lines.join("\n")
}

/// Where the links of a page lead, addresses of other sites left out.
fn links(text: &str) -> Vec<&str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://")).collect()
}

fn target_of(page: &Path, link: &str) -> PathBuf {
    let path = link.split('#').next().unwrap_or_default();
    page.parent().expect("a page lies in a folder").join(path)
}

/// All pages of documentation.
fn pages() -> Vec<PathBuf> {
    let folders = [root().join("docs"), root().join("docs/decisions")];
    let pages = folders.iter().flat_map(|folder| entries(folder));
    let pages = pages.filter(|path| path.extension().is_some_and(|end| end == "md"));
    pages.chain([root().join("README.md")]).collect()
}

/// What a path from the root begins with.
const FOLDERS: &[&str] = &["crates/", "docs/", "examples/", "tests/"];

const RULES: &str = "docs/rules.md";

const FAMILIES: &[&str] = &["GA", "CR", "OR", "CN", "IF", "WB", "QU"];
