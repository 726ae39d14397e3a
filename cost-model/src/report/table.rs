//! A table in plain text.

use std::fmt;

/// A table; columns of text are set left, columns of figures right.
#[derive(Default)]
pub(super) struct Table {
    headings: Vec<String>,
    is_text: Vec<bool>,
    rows: Vec<Vec<String>>,
    /// Before which rows a rule is drawn.
    rules: Vec<usize>,
}

impl Table {
    pub(super) fn text<'a>(&mut self, headings: impl IntoIterator<Item = &'a str>) {
        self.columns(headings, true);
    }

    pub(super) fn figures<'a>(&mut self, headings: impl IntoIterator<Item = &'a str>) {
        self.columns(headings, false);
    }

    fn columns<'a>(&mut self, headings: impl IntoIterator<Item = &'a str>, is_text: bool) {
        for heading in headings {
            self.headings.push(heading.to_owned());
            self.is_text.push(is_text);
        }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Draws a rule before the next row.
    pub(super) fn rule(&mut self) {
        self.rules.push(self.rows.len());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = || std::iter::once(&self.headings).chain(&self.rows);
        let width =
            |column: usize| lines().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
        let widths: Vec<usize> =
            (0..self.headings.len()).map(|column| width(column).unwrap_or_default()).collect();
        let rule = "-".repeat(widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1));
        for (number, line) in lines().enumerate() {
            if number == 1 || number.checked_sub(1).is_some_and(|row| row > 0 && self.rules.contains(&row)) {
                writeln!(f, "{rule}")?;
            }
            let cells = line.iter().zip(&widths).zip(&self.is_text).map(|((cell, width), is_text)| {
                if *is_text { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
            });
            writeln!(f, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        Ok(())
    }
}
