//! Tables on the terminal.

/// Lays `rows` out in columns under `head`, each as wide as its widest cell.
pub(crate) fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let head = head.map(str::to_owned);
    let lines: Vec<&[String; N]> = [&head].into_iter().chain(rows).collect();
    let widths: Vec<usize> = (0..N)
        .map(|column| lines.iter().map(|line| width(*line, column)).max().unwrap_or(0))
        .collect();
    let mut laid_out = String::new();
    for line in lines {
        let cells: Vec<String> =
            line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        laid_out.push_str(cells.join("  ").trim_end());
        laid_out.push('\n');
    }
    laid_out
}

fn width(line: &[String], column: usize) -> usize {
    line.get(column).map_or(0, |cell| cell.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["fmt".to_owned(), "1.0".to_owned()], ["clippy".to_owned(), "20".to_owned()]];
        assert_eq!(table(["step", "s"], &rows), "step    s\nfmt     1.0\nclippy  20\n");
    }
}
