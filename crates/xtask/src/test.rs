//! `cargo xtask test`: runs the steps, times each, and tells at the end how they went.

use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::report::table;
use crate::steps::{Notes, Step};
use crate::workspace::Workspace;

/// Runs `steps` in order, all of them even when one fails.
///
/// # Errors
///
/// Returns which steps failed.
pub(crate) fn run(workspace: &Workspace, steps: &[&Step]) -> Result<(), Failure> {
    let mut done = Vec::new();
    for step in steps {
        println!("\n== {}: {}", step.name, step.does);
        let (took, outcome) = timed(|| (step.run)(workspace));
        if let Err(failure) = &outcome {
            println!("{}: {failure}", step.name);
        }
        done.push(Done { name: step.name, took, outcome });
    }
    print!("\n{}", summary(&done));
    verdict(&done)
}

/// A step that has run.
struct Done {
    name: &'static str,
    took: Duration,
    outcome: Result<Notes, Failure>,
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    #[expect(clippy::disallowed_methods, reason = "what is timed here is the developer's wait")]
    let now = Instant::now;
    let start = now();
    let outcome = work();
    (now().duration_since(start), outcome)
}

fn summary(done: &[Done]) -> String {
    let total: Duration = done.iter().map(|step| step.took).sum();
    let mut rows: Vec<[String; 3]> = done
        .iter()
        .map(|step| {
            let result = step.outcome.as_ref().map_or("FAILED", |_| "ok");
            [step.name.to_owned(), seconds(step.took), result.to_owned()]
        })
        .collect();
    rows.push(["all".to_owned(), seconds(total), String::new()]);
    let notes = done.iter().flat_map(|step| {
        let notes = step.outcome.as_ref().map_or(&[][..], Vec::as_slice);
        notes.iter().map(|note| format!("not done in {}: {note}\n", step.name))
    });
    table(["step", "seconds", "result"], &rows) + &notes.collect::<String>()
}

fn seconds(took: Duration) -> String {
    format!("{:>7.1}", took.as_secs_f64())
}

fn verdict(done: &[Done]) -> Result<(), Failure> {
    let failed: Vec<&str> =
        done.iter().filter(|step| step.outcome.is_err()).map(|step| step.name).collect();
    if failed.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(format!("failed: {}", failed.join(", "))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_tells_what_failed_and_what_was_left_out() {
        let done = [
            done("fmt", Ok(vec![])),
            done("deny", Ok(vec!["advisories: no network".to_owned()])),
            done("docs", Err(Failure::new("a link leads nowhere"))),
        ];
        let expected = "\
step  seconds  result
fmt       1.5  ok
deny      1.5  ok
docs      1.5  FAILED
all       4.5
not done in deny: advisories: no network
";
        assert_eq!(summary(&done), expected);
        assert_eq!(verdict(&done), Err(Failure::new("failed: docs")));
    }

    #[test]
    fn a_run_without_a_failed_step_succeeds() {
        assert_eq!(verdict(&[done("fmt", Ok(vec![]))]), Ok(()));
    }

    fn done(name: &'static str, outcome: Result<Notes, Failure>) -> Done {
        Done { name, took: Duration::from_millis(1500), outcome }
    }
}
