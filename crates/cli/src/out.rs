//! What commands print: tables for people, JSON for programs (IF-20).

use std::io::{self, IsTerminal as _, Write};

use chrono::{DateTime, SecondsFormat, Utc};
use comfy_table::{Attribute, Cell, Color, ContentArrangement, Table, presets};
use serde_json::Value;

use crate::failure::Failure;

/// Where commands print their answers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Out {
    json: bool,
    coloured: bool,
}

impl Out {
    /// Prints to standard output; colours only a terminal whose user does not mind (`NO_COLOR`).
    pub(crate) fn new(json: bool) -> Self {
        let terminal = io::stdout().is_terminal();
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self { json, coloured: terminal && !unwanted && !dumb }
    }

    /// Returns whether a program reads the answers.
    pub(crate) const fn is_json(self) -> bool {
        self.json
    }

    /// Prints an answer: as it is for programs, as a text for people.
    pub(crate) fn answer(
        self,
        answer: &Value,
        words: impl FnOnce(Self, &Value) -> String,
    ) -> Result<(), Failure> {
        if self.json { print(&format!("{answer:#}")) } else { print(&words(self, answer)) }
    }

    /// Prints the things of a list: the page for programs, a table for people.
    pub(crate) fn list(self, page: &Value, columns: &[Column]) -> Result<(), Failure> {
        self.answer(page, |out, page| {
            let rows = page.get("data").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            out.table(rows, columns)
        })?;
        match page.get("next_cursor").and_then(Value::as_str) {
            Some(cursor) if !self.json => {
                note(&format!("there is more: --cursor {cursor}, or --all"))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Prints one thing: as it is for programs, field by field for people.
    pub(crate) fn thing(self, thing: &Value, columns: &[Column]) -> Result<(), Failure> {
        self.answer(thing, |out, thing| out.fields(thing, columns))
    }

    /// Prints that something was done that has no answer.
    pub(crate) fn done(self, what: &str) -> Result<(), Failure> {
        self.answer(&Value::Null, |_, _| what.to_owned())
    }

    /// Writes rows as a table.
    pub(crate) fn table(self, rows: &[Value], columns: &[Column]) -> String {
        if rows.is_empty() {
            return "nothing".to_owned();
        }
        let mut table = self.empty_table();
        table.set_header(columns.iter().map(|column| self.head(column.head)));
        for row in rows {
            table.add_row(columns.iter().map(|column| self.cell(column, row)));
        }
        spaced(&mut table)
    }

    /// Writes one thing as a table of its fields; those that have nothing are left out.
    pub(crate) fn fields(self, thing: &Value, columns: &[Column]) -> String {
        let mut table = self.empty_table();
        for column in columns {
            if column.find(thing).is_some() {
                table.add_row([self.head(column.head), self.cell(column, thing)]);
            }
        }
        spaced(&mut table)
    }

    /// Starts a table. Its cells are never broken: ids and links are there to be copied.
    fn empty_table(self) -> Table {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        if self.coloured {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        table
    }

    fn head(self, text: &str) -> Cell {
        let cell = Cell::new(text);
        if self.coloured { cell.add_attribute(Attribute::Bold) } else { cell }
    }

    fn cell(self, column: &Column, row: &Value) -> Cell {
        let text = column.text(row);
        match colour(&text) {
            Some(colour) if self.coloured && column.show == Show::State => {
                Cell::new(text).fg(colour)
            }
            Some(_) | None => Cell::new(text),
        }
    }
}

/// Prints a text and ends the line.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{}", text.trim_end())?;
    Ok(stdout.flush()?)
}

/// Says something beside the answer, on standard error.
pub(crate) fn note(text: &str) -> Result<(), Failure> {
    writeln!(io::stderr().lock(), "{text}")?;
    Ok(())
}

/// A column of a table, or a field of a thing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    head: &'static str,
    at: &'static str,
    show: Show,
}

/// How a value is shown to people.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Show {
    Plain,
    Time,
    State,
}

impl Column {
    /// Shows what is found at the JSON pointer `at`.
    pub(crate) const fn new(head: &'static str, at: &'static str) -> Self {
        Self { head, at, show: Show::Plain }
    }

    /// Shows a moment, in UTC and whole seconds.
    pub(crate) const fn time(head: &'static str, at: &'static str) -> Self {
        Self { head, at, show: Show::Time }
    }

    /// Shows where something stands, in colour.
    pub(crate) const fn state(head: &'static str, at: &'static str) -> Self {
        Self { head, at, show: Show::State }
    }

    fn find<'a>(&self, row: &'a Value) -> Option<&'a Value> {
        row.pointer(self.at).filter(|value| !value.is_null())
    }

    fn text(&self, row: &Value) -> String {
        let text = self.find(row).map(plain).unwrap_or_default();
        let moment = match self.show {
            Show::Time => text.parse::<DateTime<Utc>>().ok(),
            Show::Plain | Show::State => None,
        };
        match moment {
            Some(moment) => moment.to_rfc3339_opts(SecondsFormat::Secs, true).replace('T', " "),
            None => text,
        }
    }
}

/// Writes a value for people; nothing in it can steer their terminal.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.chars().map(shown).collect(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Object(_) => value.to_string(),
    }
}

fn shown(letter: char) -> char {
    if letter.is_control() && letter != '\n' { char::REPLACEMENT_CHARACTER } else { letter }
}

fn spaced(table: &mut Table) -> String {
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.trim_fmt()
}

fn colour(state: &str) -> Option<Color> {
    match state {
        "open" | "connected" | "live" | "sent" | "paid" | "active" | "yes" | "ok" => {
            Some(Color::Green)
        }
        "scheduled" | "queued" | "retrying" | "pending" | "warn" => Some(Color::Yellow),
        "void" | "undeliverable" | "failed" | "fail" => Some(Color::Red),
        "expired" | "cancelled" | "ended" | "withdrawn" | "revoked" | "no" => Some(Color::DarkGrey),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn if_20_a_table_has_a_row_for_each_thing() {
        let rows = [
            json!({ "name": "studio-1", "online": true, "seen": "2026-12-01T09:00:00.25Z" }),
            json!({ "name": "a", "online": false, "seen": null }),
        ];
        let columns = [
            Column::new("NAME", "/name"),
            Column::state("ONLINE", "/online"),
            Column::time("SEEN", "/seen"),
        ];
        let expected = "NAME      ONLINE  SEEN\n\
                        studio-1  yes     2026-12-01 09:00:00Z\n\
                        a         no";
        assert_eq!(PLAIN.table(&rows, &columns), expected);
        assert_eq!(PLAIN.table(&[], &columns), "nothing");
        assert_eq!(PLAIN.fields(&rows[1], &columns), "NAME    a\nONLINE  no");
    }

    #[test]
    fn colour_only_where_it_is_wanted() {
        let rows = [json!({ "state": "live" })];
        let columns = [Column::state("STATE", "/state")];
        assert_eq!(PLAIN.table(&rows, &columns), "STATE\nlive");
        let coloured = Out { coloured: true, ..PLAIN };
        assert!(coloured.table(&rows, &columns).contains("\u{1b}["));
    }

    #[test]
    fn what_is_shown_cannot_steer_a_terminal() {
        assert_eq!(plain(&json!("a\u{1b}[2Jb")), "a\u{fffd}[2Jb");
        assert_eq!(plain(&json!(["keyboard", "mouse"])), "keyboard, mouse");
    }

    const PLAIN: Out = Out { json: false, coloured: false };
}
