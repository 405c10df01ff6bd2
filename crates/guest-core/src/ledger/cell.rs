//! Text in a CSV file that a spreadsheet must not run.

use std::borrow::Cow;

/// Neutralises a text cell that a spreadsheet would run as a formula (CR-30).
///
/// Such a text gets an apostrophe in front, which spreadsheets take as "text
/// follows". Numbers are never passed through here: `-1` as an amount is a
/// number, as a name it is a formula.
///
/// ```
/// # use guest_core::csv_cell;
/// assert_eq!(csv_cell("lin@example.org"), "lin@example.org");
/// assert_eq!(csv_cell("=2+3@example.org"), "'=2+3@example.org");
/// ```
#[must_use]
pub fn csv_cell(text: &str) -> Cow<'_, str> {
    let splits = text.starts_with(['\t', '\r', '\n']);
    let runs = text.trim_start_matches(skipped).starts_with(FORMULA_STARTS);
    if splits || runs { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Tells what a spreadsheet, or a program on the way to it, may strip before it looks for a formula.
fn skipped(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || matches!(
            letter,
            '"' | '\'' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
        )
}

/// What formulas start with, and the full-width forms that some input methods turn into them.
const FORMULA_STARTS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cr_30_a_formula_becomes_text() {
        #[track_caller]
        fn check(text: &str, neutralised: bool) {
            let cell = csv_cell(text);
            assert_eq!(cell.starts_with('\''), neutralised || text.starts_with('\''), "{text:?}");
            assert_eq!(cell.len(), text.len() + usize::from(neutralised), "{text:?}");
            assert!(cell.ends_with(text));
        }
        for harmless in ["", "ada@acme.example", "a=b", "x-1", "inv_0d3k", "1+1", " a", "'a", "é"]
        {
            check(harmless, false);
        }
        for formula in ["=1", "+1@example.org", "-1", "@SUM(A1)", "=", "\tx", "\rx", "\nx"] {
            check(formula, true);
        }
        for disguised in [" =1", "\u{a0}=1", "\u{feff}=1", "\u{200b}+1", "\"=1", "'=1", " '\" \0-1"]
        {
            check(disguised, true);
        }
        for wide in ["＝1", "＋1", "－1", "＠SUM(A1)", "\u{3000}＝1"] {
            check(wide, true);
        }
    }

    proptest! {
        #[test]
        fn cr_30_no_cell_starts_a_formula_and_no_text_is_lost(text in "[=+@ \t\r\"'a-]{0,6}|\\PC*") {
            let cell = csv_cell(&text);
            prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']));
            prop_assert!(*cell == *text || cell.strip_prefix('\'') == Some(text.as_str()));
        }
    }
}
