//! Random histories, run against a store and against the model (QU-25).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use guest_app::{Kind, Row, Store, Table, Tx, Value};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestError, TestRunner};

use crate::asked::Asked;
use crate::laws::{Subject, Tables};
use crate::mem_store::MemStore;
use crate::probe::{Outcome, attempt, look};
use crate::tables::epoch;

/// Runs `cases` random histories of units over `tables` on the store that `open` opens, and on
/// a [`MemStore`], and compares every answer and everything stored after each unit (QU-25).
///
/// `open` has to open an empty store each time.
///
/// # Panics
///
/// Panics with a short history over which the two disagree.
pub fn random_histories(tables: Tables, cases: u32, open: impl Fn(Tables) -> Subject) {
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: SHRINK_MAX,
        ..Config::default()
    };
    let ran = TestRunner::new(config).run(&vec(unit(tables), 1..UNITS_MAX), |history| {
        let subject = open(tables);
        let model = MemStore::at(epoch());
        let mut drawn = Drawn::new();
        for (number, unit) in history.into_iter().enumerate() {
            let unit = unit.resolved(&drawn);
            let context = format!("unit {number}: {unit:?}");
            let real = unit.run(subject.store());
            model.number_next(real.numbers());
            let modelled = unit.run(&model);
            prop_assert_eq!(&real, &modelled, "{}", context);
            if real.end == Some(End::Keep) {
                for (table, number) in unit.drawn(&real) {
                    drawn.entry(table).or_default().push(number);
                }
            }
            for table in tables {
                let (is, should) = (everything(subject.store(), table), everything(&model, table));
                prop_assert_eq!(is, should, "{} after {}", table.name, context);
            }
        }
        Ok(())
    });
    #[expect(clippy::panic, reason = "a store that disagrees should fail the test")]
    match ran {
        Ok(()) => {}
        Err(TestError::Fail(reason, history)) => panic!("{reason}\nin the history {history:#?}"),
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}

/// The numbers given to rows of each table.
type Drawn = BTreeMap<&'static str, Vec<u64>>;

/// What one unit does, in order, and how it ends.
#[derive(Clone, Debug)]
struct Script {
    steps: Vec<Step>,
    end: End,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum End {
    Keep,
    Undo,
    Panic,
}

#[derive(Clone, Debug)]
enum Step {
    Write(&'static Table, Row),
    Append(&'static Table, Row),
    Erase(&'static Table, Vec<Value>),
    Read(&'static Table, Vec<Value>),
    Scan(Asked),
}

/// What a store answered to each step, and how the unit ended; `None` is a failure.
#[derive(Clone, Debug, PartialEq)]
struct Report {
    answers: Vec<Answer>,
    end: Option<End>,
}

#[derive(Clone, Debug, PartialEq)]
enum Answer {
    Done,
    Number(u64),
    Found(Option<Row>),
    Rows(Vec<Row>),
    Refused,
}

impl Script {
    /// Makes the keys of numbered tables ones that were drawn: before that
    /// they are positions among all that were.
    fn resolved(mut self, drawn: &Drawn) -> Self {
        for step in &mut self.steps {
            match step {
                Step::Write(table, key) | Step::Erase(table, key) | Step::Read(table, key)
                    if table.sequence =>
                {
                    if let Some(Value::Int(number)) = key.first_mut() {
                        *number = pick(drawn.get(table.name), *number).unwrap_or(i64::MAX);
                    }
                }
                Step::Write(..)
                | Step::Append(..)
                | Step::Erase(..)
                | Step::Read(..)
                | Step::Scan(_) => {}
            }
        }
        // Writing a row under a number never drawn is a misuse, not a history.
        self.steps.retain(|step| match step {
            Step::Write(table, row) => {
                !table.sequence || row.first() != Some(&Value::Int(i64::MAX))
            }
            Step::Append(..) | Step::Erase(..) | Step::Read(..) | Step::Scan(_) => true,
        });
        self
    }

    /// Returns the numbers that were given, and to which tables' rows.
    fn drawn(&self, report: &Report) -> impl Iterator<Item = (&'static str, u64)> {
        self.steps.iter().zip(&report.answers).filter_map(|(step, answer)| match (step, answer) {
            (Step::Append(table, _), Answer::Number(number)) => Some((table.name, *number)),
            (
                Step::Write(..)
                | Step::Append(..)
                | Step::Erase(..)
                | Step::Read(..)
                | Step::Scan(_),
                _,
            ) => None,
        })
    }

    fn run(&self, store: &dyn Store) -> Report {
        let Self { steps, end } = self.clone();
        let shared = Arc::new(Mutex::new(Vec::new()));
        let answers = Arc::clone(&shared);
        let outcome = attempt(store, move |tx| {
            let mut given = Vec::new();
            for step in &steps {
                given.push(step.take(tx));
                if given.last() == Some(&Answer::Refused) {
                    break;
                }
            }
            let refused = given.last() == Some(&Answer::Refused);
            *answers.lock().unwrap_or_else(PoisonError::into_inner) = given;
            match end {
                // Unwinds without the noise of a panic's message.
                End::Panic => std::panic::resume_unwind(Box::new("a bug")),
                End::Keep if !refused => Ok(()),
                End::Keep | End::Undo => Err(()),
            }
        });
        let end = match outcome {
            Outcome::Kept(()) => Some(End::Keep),
            Outcome::Undone(()) => Some(End::Undo),
            Outcome::Failed(_) => None,
        };
        let answers = shared.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Report { answers, end }
    }
}

impl Step {
    fn take(&self, tx: &mut dyn Tx) -> Answer {
        let answer = match self {
            Self::Write(table, row) => tx.write(table, row).map(|()| Answer::Done),
            Self::Append(table, row) => tx.append(table, row).map(Answer::Number),
            Self::Erase(table, key) => tx.erase(table, key).map(|()| Answer::Done),
            Self::Read(table, key) => tx.read(table, key).map(Answer::Found),
            Self::Scan(asked) => tx.scan(&asked.scan()).map(Answer::Rows),
        };
        answer.unwrap_or(Answer::Refused)
    }
}

impl Report {
    fn numbers(&self) -> impl Iterator<Item = u64> {
        self.answers.iter().filter_map(|answer| match answer {
            Answer::Number(number) => Some(*number),
            Answer::Done | Answer::Found(_) | Answer::Rows(_) | Answer::Refused => None,
        })
    }
}

/// Returns the rows of `table` in every order it has.
#[expect(clippy::expect_used, reason = "a failing store should fail the test")]
fn everything(store: &dyn Store, table: &'static Table) -> Vec<Vec<Row>> {
    look(store, move |view| {
        let orders = [None].into_iter().chain(table.indexes.iter().map(Some));
        orders.map(|index| view.scan(&Asked::by(table, index).scan()).expect("a scan")).collect()
    })
}

fn pick(drawn: Option<&Vec<u64>>, position: i64) -> Option<i64> {
    let drawn = drawn?;
    let position = usize::try_from(position.unsigned_abs()).ok()?.checked_rem(drawn.len())?;
    drawn.get(position).map(|number| number.cast_signed())
}

fn unit(tables: Tables) -> impl Strategy<Value = Script> {
    let end = prop_oneof![6 => Just(End::Keep), 2 => Just(End::Undo), 1 => Just(End::Panic)];
    (vec(step(tables), 1..STEPS_MAX), end).prop_map(|(steps, end)| Script { steps, end })
}

fn step(tables: Tables) -> impl Strategy<Value = Step> {
    select(tables).prop_flat_map(|table| {
        let key = || values(table, 0..table.key);
        let row = values(table, 0..table.columns.len());
        let add = if table.sequence { 6 } else { 0 };
        prop_oneof![
            4 => row.clone().prop_map(move |row| Step::Write(table, row)),
            add => row.prop_map(move |row| Step::Append(table, row)),
            2 => key().prop_map(move |key| Step::Erase(table, key)),
            2 => key().prop_map(move |key| Step::Read(table, key)),
            3 => asked(table).prop_map(Step::Scan),
        ]
    })
}

fn asked(table: &'static Table) -> impl Strategy<Value = Asked> {
    (0..=table.indexes.len(), any::<prop::sample::Index>()).prop_flat_map(move |(index, length)| {
        let empty = Asked::by(table, table.indexes.get(index));
        let order: Vec<usize> = empty.scan().order().collect();
        let (first, rest) = order.split_at(length.index(order.len() + 1));
        let prefix = values(table, first.iter().copied());
        let bound = match rest.first().and_then(|column| table.columns.get(*column)) {
            Some(column) => prop::option::weighted(0.4, value(column.kind)).boxed(),
            None => Just(None).boxed(),
        };
        let limit = prop_oneof![Just(usize::MAX), 0..4_usize];
        (prefix, bound.clone(), bound, any::<bool>(), limit).prop_map(
            move |(prefix, from, until, backwards, limit)| Asked {
                prefix,
                from,
                until,
                backwards,
                limit,
                ..empty.clone()
            },
        )
    })
}

/// Values for the columns of `table` at these positions.
fn values(
    table: &'static Table,
    positions: impl IntoIterator<Item = usize>,
) -> BoxedStrategy<Vec<Value>> {
    let columns = positions.into_iter().filter_map(|position| table.columns.get(position));
    let values: Vec<_> = columns
        .map(|column| {
            let nulls = u32::from(column.nullable);
            prop_oneof![3 => value(column.kind), nulls => Just(Value::Null)].boxed()
        })
        .collect();
    values.boxed()
}

/// Mostly values from a small set, so that they meet.
fn value(kind: Kind) -> BoxedStrategy<Value> {
    match kind {
        Kind::Int => prop_oneof![
            9 => select(INTS),
            1 => any::<i64>(),
        ]
        .prop_map(Value::Int)
        .boxed(),
        Kind::Text => prop_oneof![
            9 => select(TEXTS).prop_map(str::to_owned),
            1 => "[^\0]{0,12}",
        ]
        .prop_map(Value::Text)
        .boxed(),
        Kind::Blob => prop_oneof![
            9 => select(BLOBS).prop_map(<[u8]>::to_vec),
            1 => vec(any::<u8>(), 0..20),
        ]
        .prop_map(Value::Blob)
        .boxed(),
    }
}

const INTS: &[i64] = &[0, 1, 2, 3, -1, i64::MIN, i64::MAX];

const TEXTS: &[&str] = &["", "a", "ab", "B", "é", "1"];

const BLOBS: &[&[u8]] = &[&[], &[0], &[0, 1], &[1], &[255]];

/// Bounds a history.
const UNITS_MAX: usize = 12;

/// Bounds a unit.
const STEPS_MAX: usize = 10;

/// Bounds the search for a shorter history, of which each try opens a store.
const SHRINK_MAX: u32 = 400;
