//! Tables as CSV.
//!
//! The writer of `cost_model` quotes cells and keeps a spreadsheet from running them as formulas: anybody can name a
//! model `=...`.

use std::io;

use cost_model::output::CsvWriter;
use serde::Serialize;
use serde_json::Value;

/// Returns a table in memory.
pub(super) fn table<const COLUMNS: usize>(
    headings: [&str; COLUMNS],
    rows: impl IntoIterator<Item = [String; COLUMNS]>,
) -> String {
    let mut bytes = Vec::new();
    match write(headings, rows, &mut bytes) {
        Ok(()) => String::from_utf8(bytes).unwrap_or_default(),
        // Never: memory takes whatever is written, and all rows are of one length.
        Err(_) => String::new(),
    }
}

/// Writes a table, row by row. Texts that others chose, such as models and descriptions, are made harmless.
pub(super) fn write<const COLUMNS: usize>(
    headings: [&str; COLUMNS],
    rows: impl IntoIterator<Item = [String; COLUMNS]>,
    to: impl io::Write,
) -> io::Result<()> {
    let mut writer = CsvWriter::new(to, headings)?;
    for row in rows {
        writer.row(row)?;
    }
    writer.finish()?.flush()
}

/// Returns what JSON calls a variant, such as `before_period`.
pub(super) fn name(variant: impl Serialize) -> String {
    match serde_json::to_value(variant) {
        Ok(Value::String(name)) => name,
        _ => String::new(),
    }
}

/// Returns the cell of something that may be absent.
pub(super) fn cell(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// Several things in one cell.
pub(super) fn list<T>(values: &[T], text: impl Fn(&T) -> String) -> String {
    values.iter().map(text).collect::<Vec<_>>().join(" ")
}
