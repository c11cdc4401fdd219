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

/// Renders rows, of which the first is the head, as a table: words to the left, numbers to the right.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let columns: Vec<_> = (0..columns)
        .map(|column| Column {
            width: width(column),
            is_numbers: is_numbers(rows, column),
        })
        .collect();
    rows.iter().map(|row| render_row(row, &columns)).collect()
}

struct Column {
    width: usize,
    is_numbers: bool,
}

/// Whether a column holds numbers below its head.
fn is_numbers(rows: &[Vec<String>], column: usize) -> bool {
    let mut cells = rows.iter().skip(1).filter_map(|row| row.get(column));
    cells.all(|cell| cell.starts_with(|first: char| first.is_ascii_digit() || "-<".contains(first)))
}

fn render_row(row: &[String], columns: &[Column]) -> String {
    let padded = row.iter().zip(columns).map(|(cell, column)| {
        let width = column.width;
        if column.is_numbers {
            format!("{cell:>width$}")
        } else {
            format!("{cell:<width$}")
        }
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
        let rows =
            [["n", "test"], ["7", "a"], ["10", "bc"]].map(|row| row.map(String::from).to_vec());
        assert_eq!(table(&rows), " n  test\n 7  a\n10  bc\n");
    }
}
