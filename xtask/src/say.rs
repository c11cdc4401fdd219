//! What an xtask tells the person at the terminal.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this module is the one place that speaks to the terminal"
)]

/// Announces a stage of the work.
pub(crate) fn stage(what: &str) {
    println!("\n== {what}");
}

/// Tells one thing.
pub(crate) fn line(text: &str) {
    println!("{text}");
}

/// Tells why the command fails, as the last thing said.
pub(crate) fn failure(text: &str) {
    eprintln!("\nerror: {text}");
}

/// Renders rows as a table: the first column to the left, the others to the right.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    rows.iter().map(|row| render_row(row, &widths)).collect()
}

fn render_row(row: &[String], widths: &[usize]) -> String {
    let cells = row.iter().zip(widths).enumerate();
    let padded = cells.map(|(column, (cell, &width))| match column {
        0 => format!("{cell:<width$}"),
        _ => format!("{cell:>width$}"),
    });
    format!("{}\n", padded.collect::<Vec<_>>().join("  ").trim_end())
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn a_table_lines_its_columns_up() {
        let rows = [["layer", "ran"], ["rust", "120"]].map(|row| row.map(String::from).to_vec());
        assert_eq!(table(&rows), "layer  ran\nrust   120\n");
    }
}
