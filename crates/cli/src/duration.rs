//! How long something lasts, as people write it.

use chrono::TimeDelta;

/// Reads durations such as `2h`, `1h30m`, `45m`, `90s` or `3d`.
///
/// # Errors
///
/// Returns how to write one.
pub(crate) fn parse(text: &str) -> Result<TimeDelta, String> {
    read(text).filter(|total| *total > TimeDelta::zero()).ok_or_else(|| {
        "write a duration as a number and d, h, m or s, such as 2h or 1h30m".to_owned()
    })
}

fn read(text: &str) -> Option<TimeDelta> {
    let mut total = TimeDelta::zero();
    let mut digits = String::new();
    for letter in text.chars() {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        let count: i64 = std::mem::take(&mut digits).parse().ok()?;
        let part = match letter {
            'd' => TimeDelta::try_days(count),
            'h' => TimeDelta::try_hours(count),
            'm' => TimeDelta::try_minutes(count),
            's' => TimeDelta::try_seconds(count),
            _ => None,
        };
        total = total.checked_add(&part?)?;
    }
    digits.is_empty().then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_numbers_and_units() {
        check("2h", Some(7_200));
        check("1h30m", Some(5_400));
        check("3d", Some(259_200));
        check("90s", Some(90));
        check("1d2h3m4s", Some(93_784));
    }

    #[test]
    fn anything_else_is_refused() {
        let huge = "9".repeat(19) + "d";
        for bad in ["", "2", "h", "0h", "2 h", "-2h", "2h30", "1.5h", "2w", &huge] {
            check(bad, None);
        }
    }

    #[track_caller]
    fn check(text: &str, seconds: Option<i64>) {
        assert_eq!(parse(text).ok().map(|total| total.num_seconds()), seconds, "{text}");
    }
}
