//! Figures, and how they are told.

use std::time::Duration;

/// Tells a figure of the gateway.
pub(crate) struct Figure<'a> {
    pub(crate) rule: &'a str,
    pub(crate) what: &'a str,
    pub(crate) measured: &'a str,
    pub(crate) yardstick: &'a str,
    pub(crate) ratio: Option<f64>,
    pub(crate) target: &'a str,
    pub(crate) met: bool,
}

impl Figure<'_> {
    pub(crate) fn tell(&self) {
        let Self { rule, what, measured, yardstick, ratio, target, met } = self;
        let ratio = ratio.map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}"));
        let met = if *met { "ok" } else { "missed" };
        println!("RESULT\t{rule}\t{what}\t{measured}\t{yardstick}\t{ratio}\t{target}\t{met}");
    }
}

/// Returns the one in the middle.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Returns the time within which this share of them lies; they are sorted.
pub(crate) fn within(times: &[Duration], share: f64) -> Duration {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a position in a list of some thousands"
    )]
    let position = (times.len() as f64 * share) as usize;
    times[position.min(times.len() - 1)]
}

pub(crate) fn millis(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

pub(crate) fn megabytes(bytes: f64) -> String {
    format!("{:.0} MB/s", bytes / 1e6)
}
