use std::io::{self, Write as _};

use anyhow::Result;
use serde_json::{Value, json};

/// How a command answers: in words, or as data.
#[derive(Clone, Copy, Debug)]
pub(super) struct Output {
    pub(super) json: bool,
}

impl Output {
    /// Answers with `data`, or with the words for it.
    pub(super) fn answer(self, data: &Value, words: impl FnOnce() -> String) -> Result<()> {
        let text = if self.json { data.to_string() } else { words() };
        let mut out = io::stdout().lock();
        writeln!(out, "{}", text.trim_end())?;
        out.flush()?;
        Ok(())
    }

    /// Answers with rows: an array of objects, or a table of the columns.
    pub(super) fn table(self, columns: &[&str], rows: &[Value], empty: &str) -> Result<()> {
        self.answer(&Value::from(rows), || {
            if rows.is_empty() {
                empty.to_owned()
            } else {
                render(columns, rows)
            }
        })
    }

    /// Says something on standard error that is no answer.
    pub(super) fn warning(text: &str) {
        let _ = writeln!(io::stderr(), "vestibule-hub: {text}");
    }

    /// Says on standard error why a command failed: the cause's causes after a colon each.
    pub(super) fn error(self, error: &anyhow::Error) {
        let message = sentence(error);
        let text = if self.json {
            json!({ "error": message }).to_string()
        } else {
            format!("vestibule-hub: {message}")
        };
        // Nobody is left to hear of a failure to say that something failed.
        let _ = writeln!(io::stderr(), "{text}");
    }
}

/// The causes, without those that the sentence before already told.
fn sentence(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

fn render(columns: &[&str], rows: &[Value]) -> String {
    let cell = |row: &Value, column: &str| match &row[column] {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let width = |column: &&str| {
        let cells = rows.iter().map(|row| cell(row, column).chars().count());
        cells.max().unwrap_or(0).max(column.len())
    };
    let widths: Vec<_> = columns.iter().map(width).collect();
    let line = |cells: Vec<String>| {
        let padded = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let head = line(columns.iter().map(|column| (*column).to_owned()).collect());
    let body = rows
        .iter()
        .map(|row| line(columns.iter().map(|name| cell(row, name)).collect()));
    std::iter::once(head)
        .chain(body)
        .collect::<Vec<_>>()
        .join("\n")
}
