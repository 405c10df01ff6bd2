//! Histograms of fixed bounds.

use core::fmt::Write as _;

use metrics_exporter_prometheus::formatting::{write_help_line, write_type_line};

/// How values are spread, in the form that Prometheus reads.
///
/// Its bounds are fixed, so that it takes the same room however many values there are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    /// Rising bounds, each with how many values were at most that; each number includes the ones
    /// before it.
    pub within: Vec<(f64, u64)>,
    /// How many values there were.
    pub count: u64,
    /// All values together.
    pub sum: f64,
}

impl Histogram {
    /// Returns one without values.
    pub(crate) fn new(bounds: &[f64]) -> Self {
        let within = bounds.iter().map(|bound| (*bound, 0)).collect();
        Self { within, count: 0, sum: 0.0 }
    }

    /// Counts a value.
    pub(crate) fn add(&mut self, value: f64) {
        for (bound, count) in &mut self.within {
            *count += u64::from(value <= *bound);
        }
        self.count += 1;
        self.sum += value;
    }

    /// Appends it to `text` in the exposition format.
    pub(crate) fn write(&self, name: &str, help: &str, text: &mut String) {
        write_help_line(text, name, None, None, help);
        write_type_line(text, name, None, None, "histogram");
        let mut line = |suffix: &str, value: f64| {
            let _ = writeln!(text, "{name}_{suffix} {value}"); // Writing into a string does not fail.
        };
        for (bound, count) in &self.within {
            line(&format!("bucket{{le=\"{bound}\"}}"), super::float(*count));
        }
        let count = super::float(self.count);
        line("bucket{le=\"+Inf\"}", count);
        line("sum", self.sum);
        line("count", count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_7_each_bucket_includes_the_ones_before() {
        let mut histogram = Histogram::new(&[0.5, 2.0]);
        for value in [0.25, 0.5, 1.0, 30.0] {
            histogram.add(value);
        }
        let mut text = String::new();
        histogram.write("guest_wait_seconds", "How long.", &mut text);
        let expected = "\
            # HELP guest_wait_seconds How long.\n\
            # TYPE guest_wait_seconds histogram\n\
            guest_wait_seconds_bucket{le=\"0.5\"} 2\n\
            guest_wait_seconds_bucket{le=\"2\"} 3\n\
            guest_wait_seconds_bucket{le=\"+Inf\"} 4\n\
            guest_wait_seconds_sum 31.75\n\
            guest_wait_seconds_count 4\n";
        assert_eq!(text, expected);
    }
}
