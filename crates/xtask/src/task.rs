//! The tasks, and how they are asked for.

use crate::failure::Failure;
use crate::steps::{STEPS, Step};
use crate::workspace::Workspace;
use crate::{bench, fuzz, screenshots, soak, test};

/// One thing a developer can ask for.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Task {
    /// Everything that must hold before a change is kept, or only the steps named.
    Test {
        /// In the order in which they run.
        steps: Vec<&'static Step>,
    },
    /// Pictures of every page.
    Screenshots,
    /// The benchmarks, or only the one named.
    Bench {
        only: Option<String>,
        /// Whether the figures go into the docs.
        write: bool,
    },
    /// The crash test, for longer than a test run has time for.
    Soak {
        kills: u32,
    },
    /// The fuzzers, or only the one named.
    Fuzz {
        only: Option<String>,
        /// How long each runs.
        minutes: u32,
    },
    Help,
}

impl Task {
    /// Understands what was typed after `cargo xtask`.
    ///
    /// # Errors
    ///
    /// Returns what is not understood.
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut words = arguments.iter().map(String::as_str);
        let task = match words.next() {
            None | Some("help" | "--help" | "-h") => Self::Help,
            Some("test") => Self::Test { steps: steps(&mut words)? },
            Some("screenshots") => Self::Screenshots,
            Some("bench") => bench(&mut words)?,
            Some("soak") => Self::Soak { kills: kills(&mut words)? },
            Some("fuzz") => fuzz(&mut words)?,
            Some(other) => return Err(format!("there is no task `{other}`")),
        };
        match words.next() {
            None => Ok(task),
            Some(word) => Err(not_understood(word)),
        }
    }

    /// Does the task from start to end.
    ///
    /// # Errors
    ///
    /// Returns what did not end well.
    pub(crate) fn run(&self) -> Result<(), Failure> {
        match self {
            Self::Test { steps } => test::run(&Workspace::load()?, steps),
            Self::Screenshots => screenshots::run(&Workspace::load()?),
            Self::Bench { only, write } => bench::run(&Workspace::load()?, only.as_deref(), *write),
            Self::Soak { kills } => soak::run(*kills),
            Self::Fuzz { only, minutes } => {
                fuzz::run(&Workspace::load()?, only.as_deref(), *minutes)
            }
            Self::Help => {
                println!("{}", help());
                Ok(())
            }
        }
    }
}

/// What can be asked for.
pub(crate) fn help() -> String {
    let steps: Vec<String> =
        STEPS.iter().map(|step| format!("  {:<10}{}", step.name, step.does)).collect();
    format!("{USAGE}\nSteps of `test`, in order:\n{}", steps.join("\n"))
}

fn steps<'a>(words: &mut impl Iterator<Item = &'a str>) -> Result<Vec<&'static Step>, String> {
    let mut only = Vec::new();
    while let Some(word) = words.next() {
        if word != "--only" {
            return Err(not_understood(word));
        }
        let name = words.next().ok_or("`--only` takes the name of a step")?;
        if !STEPS.iter().any(|step| step.name == name) {
            return Err(format!("there is no step `{name}`"));
        }
        only.push(name);
    }
    Ok(STEPS.iter().filter(|step| only.is_empty() || only.contains(&step.name)).collect())
}

fn bench<'a>(words: &mut impl Iterator<Item = &'a str>) -> Result<Task, String> {
    let (mut only, mut write) = (None, false);
    while let Some(word) = words.next() {
        match word {
            "--only" => {
                let name = words.next().ok_or("`--only` takes the name of a benchmark")?;
                only = Some(name.to_owned());
            }
            "--write" => write = true,
            _ => return Err(not_understood(word)),
        }
    }
    if write && only.is_some() {
        return Err("`--write` replaces the whole table, so it does not go with `--only`".into());
    }
    Ok(Task::Bench { only, write })
}

fn kills<'a>(words: &mut impl Iterator<Item = &'a str>) -> Result<u32, String> {
    match words.next() {
        None => Ok(SOAK_KILLS),
        Some("--kills") => number(words.next(), "--kills"),
        Some(word) => Err(not_understood(word)),
    }
}

fn fuzz<'a>(words: &mut impl Iterator<Item = &'a str>) -> Result<Task, String> {
    let (mut only, mut minutes) = (None, FUZZ_MINUTES);
    while let Some(word) = words.next() {
        match word {
            "--only" => {
                let name = words.next().ok_or("`--only` takes the name of a fuzzer")?;
                only = Some(name.to_owned());
            }
            "--minutes" => minutes = number(words.next(), word)?,
            _ => return Err(not_understood(word)),
        }
    }
    Ok(Task::Fuzz { only, minutes })
}

fn number(word: Option<&str>, option: &str) -> Result<u32, String> {
    let number = word.and_then(|word| word.parse().ok());
    number.filter(|number| *number > 0).ok_or_else(|| format!("`{option}` takes a number"))
}

fn not_understood(word: &str) -> String {
    format!("`{word}` is not understood here")
}

/// As often as QU-20 says.
const SOAK_KILLS: u32 = 200;

/// Long enough to find again what was found before.
const FUZZ_MINUTES: u32 = 3;

const USAGE: &str = "\
cargo xtask test [--only STEP]…         everything that must hold before a change is kept
cargo xtask screenshots                 pictures of every page, into target/screenshots
cargo xtask bench [--only NAME] [--write]
                                        measures the figures of speed and scale; with --write
                                        puts them into docs/performance.md
cargo xtask soak [--kills N]            kills the server N times under load (200)
cargo xtask fuzz [--only NAME] [--minutes N]
                                        fuzzes the parsers, each for N minutes (3)
cargo xtask help                        this
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_runs_every_step_unless_some_are_named() {
        let names = |line: &str| match parse(line) {
            Ok(Task::Test { steps }) => steps.iter().map(|step| step.name).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        assert_eq!(names("test").len(), STEPS.len());
        assert_eq!(names("test --only docs --only fmt"), ["fmt", "docs"]);
    }

    #[test]
    fn options_of_bench_soak_and_fuzz_are_understood() {
        check("bench", Ok(Task::Bench { only: None, write: false }));
        check("bench --write", Ok(Task::Bench { only: None, write: true }));
        check("bench --only decide", Ok(Task::Bench { only: Some("decide".into()), write: false }));
        check("screenshots", Ok(Task::Screenshots));
        check("soak", Ok(Task::Soak { kills: 200 }));
        check("soak --kills 3", Ok(Task::Soak { kills: 3 }));
        check("fuzz", Ok(Task::Fuzz { only: None, minutes: 3 }));
        let guest = Task::Fuzz { only: Some("guest".into()), minutes: 60 };
        check("fuzz --minutes 60 --only guest", Ok(guest));
        check("", Ok(Task::Help));
        check("help", Ok(Task::Help));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        check("tset", Err("there is no task `tset`"));
        check("test --only", Err("`--only` takes the name of a step"));
        check("test --only tset", Err("there is no step `tset`"));
        check("test fmt", Err("`fmt` is not understood here"));
        check("soak --kills 0", Err("`--kills` takes a number"));
        check("soak --kills 3 4", Err("`4` is not understood here"));
        check("fuzz --minutes", Err("`--minutes` takes a number"));
        check("fuzz guest", Err("`guest` is not understood here"));
        check("help me", Err("`me` is not understood here"));
        let both = "`--write` replaces the whole table, so it does not go with `--only`";
        check("bench --only decide --write", Err(both));
    }

    #[track_caller]
    fn check(line: &str, expected: Result<Task, &str>) {
        assert_eq!(parse(line), expected.map_err(str::to_owned));
    }

    fn parse(line: &str) -> Result<Task, String> {
        Task::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }
}
