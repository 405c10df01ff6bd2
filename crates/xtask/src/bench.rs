//! `cargo xtask bench`: runs the benchmarks, and shows their figures in one table.
//!
//! A benchmark is a program of its own (`benches/*.rs`, `harness = false`). For each figure it
//! writes one line of fields separated by tabs to standard output:
//!
//! ```text
//! RESULT  rule  what  figure  yardstick  ratio  target  ok|missed
//! ```
//!
//! A missed target is a figure like any other: it is shown, and fails nothing. A benchmark that
//! fails, or that ends without a figure, does fail.

use std::fs;
use std::io::ErrorKind;
use std::num::NonZero;
use std::path::Path;
use std::thread;

use crate::failure::Failure;
use crate::program::{cargo, follow};
use crate::report::table;
use crate::soak::build_server;
use crate::workspace::{Target, Workspace};

/// Runs every benchmark, or the one called `only`, and with `write` puts the table into the docs.
///
/// # Errors
///
/// Returns what failed, or that there is no such benchmark.
pub(crate) fn run(workspace: &Workspace, only: Option<&str>, write: bool) -> Result<(), Failure> {
    let mut benches = workspace.targets("bench");
    benches.retain(|bench| only.is_none_or(|only| bench.name == only));
    if benches.is_empty() {
        let which = only.map_or_else(String::new, |only| format!(" `{only}`"));
        return Err(Failure::new(format!("there is no benchmark{which}")));
    }
    build_server()?;
    let mut figures = Vec::new();
    for bench in &benches {
        figures.extend(figures_of(bench)?);
    }
    let rows: Vec<[String; 7]> = figures.iter().map(Figure::cells).collect();
    let missed = figures.iter().filter(|figure| !figure.met).count();
    println!("\n{}\n{} figures, {missed} targets missed", table(HEAD, &rows), figures.len());
    if write {
        write_down(&workspace.root().join(DOC), &rows)?;
    }
    Ok(())
}

/// One measured figure, in the words of the benchmark.
#[derive(Debug, Eq, PartialEq)]
struct Figure {
    /// Rule, what, figure, yardstick, ratio and target.
    words: [String; 6],
    met: bool,
}

impl Figure {
    /// Reads one line of a benchmark's output; a line that is no figure is `None`.
    fn parse(line: &str) -> Result<Option<Self>, Failure> {
        let Some(fields) = line.strip_prefix("RESULT\t") else { return Ok(None) };
        let fields: Vec<&str> = fields.split('\t').map(str::trim).collect();
        let [words @ .., verdict] = &fields[..] else { return Err(malformed(line)) };
        let met = match *verdict {
            "ok" => true,
            "missed" => false,
            _ => return Err(malformed(line)),
        };
        let words = <[&str; 6]>::try_from(words).map_err(|_| malformed(line))?;
        Ok(Some(Self { words: words.map(str::to_owned), met }))
    }

    fn cells(&self) -> [String; 7] {
        let [rule, what, figure, yardstick, ratio, target] = self.words.clone();
        let verdict = if self.met { "ok" } else { "missed" };
        [rule, what, figure, yardstick, ratio, target, verdict.to_owned()]
    }
}

fn figures_of(bench: &Target) -> Result<Vec<Figure>, Failure> {
    let mut program = cargo(&["bench", "--package", &bench.package, "--bench", &bench.name]);
    let mut figures = Vec::new();
    for line in follow(program.arg("--all-features"))? {
        figures.extend(Figure::parse(&line)?);
    }
    if figures.is_empty() {
        return Err(Failure::new(format!("{} ended without a figure", bench.name)));
    }
    Ok(figures)
}

fn malformed(line: &str) -> Failure {
    Failure::new(format!("not rule, what, figure, yardstick, ratio, target, verdict: {line:?}"))
}

fn write_down(path: &Path, rows: &[[String; 7]]) -> Result<(), Failure> {
    let failed = |error| Failure::new(format!("{}: {error}", path.display()));
    let doc = match fs::read_to_string(path) {
        Ok(doc) => doc,
        Err(error) if error.kind() == ErrorKind::NotFound => format!("{TITLE}{BEGIN}\n{END}\n"),
        Err(error) => return Err(failed(error)),
    };
    let measured = format!("Measured on {}.\n\n{}", machine()?, markdown(rows));
    let doc = replaced(&doc, &measured).ok_or_else(|| {
        Failure::new(format!("{} lacks the lines `{BEGIN}` and `{END}`", path.display()))
    })?;
    fs::write(path, doc).map_err(failed)?;
    println!("written to {DOC}");
    Ok(())
}

/// `doc` with `table` between the markers, if it has them.
fn replaced(doc: &str, table: &str) -> Option<String> {
    let (before, rest) = doc.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{table}{END}{after}"))
}

fn markdown(rows: &[[String; 7]]) -> String {
    let line = |cells: [String; 7]| {
        format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | "))
    };
    let head = [HEAD.map(str::to_owned), ["---"; 7].map(str::to_owned)];
    head.into_iter().chain(rows.iter().cloned()).map(line).collect()
}

/// The machine by what its figures depend on, and nothing that tells whose it is.
fn machine() -> Result<String, Failure> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let memory = fs::read_to_string(MEMORY)
        .map_err(|error| Failure::new(format!("{MEMORY}: {error}")))
        .and_then(|memory| gibibytes(&memory))?;
    Ok(format!("{cores} cores, {memory} GiB of memory"))
}

/// The whole of the memory, rounded.
fn gibibytes(memory: &str) -> Result<u64, Failure> {
    let total = memory.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kibibytes = total.and_then(|total| total.trim().strip_suffix(" kB"));
    let kibibytes: Option<u64> = kibibytes.and_then(|number| number.trim().parse().ok());
    let kibibytes = kibibytes.ok_or_else(|| Failure::new(format!("{MEMORY} has no total")))?;
    Ok((kibibytes + KIBIBYTES / 2) / KIBIBYTES)
}

const HEAD: [&str; 7] = ["rule", "what", "figure", "yardstick", "ratio", "target", "verdict"];

const DOC: &str = "docs/performance.md";
const TITLE: &str = "# Performance\n\n";
const BEGIN: &str = "<!-- figures: begin -->";
const END: &str = "<!-- figures: end -->";

const MEMORY: &str = "/proc/meminfo";

/// In one gibibyte.
const KIBIBYTES: u64 = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_read_from_its_line() {
        let figure = parse("RESULT\tQU-2\tdeciding\t80 ns\t-\t-\tunder 200 ns\tok").unwrap();
        let expected = ["QU-2", "deciding", "80 ns", "-", "-", "under 200 ns", "ok"];
        assert_eq!(figure.cells(), expected);
        let figure = parse("RESULT\tQU-2\tdeciding\t300 ns\t-\t-\tunder 200 ns\tmissed").unwrap();
        assert!(!figure.met);
        assert_eq!(parse("warming up"), None);
    }

    #[test]
    fn a_line_that_is_half_a_figure_is_refused() {
        check("RESULT\tQU-2\tdeciding\tok");
        check("RESULT\tQU-2\tdeciding\t80 ns\t-\t-\tunder 200 ns\tmore\tok");
        check("RESULT\tQU-2\tdeciding\t80 ns\t-\t-\tunder 200 ns\tgreat");
        check("RESULT\t");
    }

    #[test]
    fn the_table_replaces_the_one_before() {
        let doc = format!("above\n{BEGIN}\nold\n{END}\nbelow\n");
        let expected = format!("above\n{BEGIN}\nnew\n{END}\nbelow\n");
        assert_eq!(replaced(&doc, "new\n"), Some(expected.clone()));
        assert_eq!(replaced(&expected, "new\n"), Some(expected));
        assert_eq!(replaced("no markers", "new\n"), None);
        assert_eq!(replaced(&format!("{END}\n{BEGIN}\n"), "new\n"), None);
    }

    #[test]
    fn a_bar_in_a_cell_does_not_end_it() {
        let row = ["QU-1", "a|b", "", "", "", "", "ok"].map(str::to_owned);
        let last = markdown(&[row]).lines().last().map(str::to_owned);
        assert_eq!(last.as_deref(), Some("| QU-1 | a\\|b |  |  |  |  | ok |"));
    }

    #[test]
    fn memory_is_told_in_whole_gibibytes() {
        assert_eq!(gibibytes("MemTotal:       24612345 kB\nMemFree: 1 kB\n"), Ok(23));
        assert!(gibibytes("MemFree: 1 kB\n").is_err());
    }

    #[track_caller]
    fn check(line: &str) {
        assert_eq!(Figure::parse(line), Err(malformed(line)));
    }

    fn parse(line: &str) -> Option<Figure> {
        Figure::parse(line).unwrap()
    }
}
