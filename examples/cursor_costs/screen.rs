//! Tables on standard output.

use cost_model::{Money, Result, Rounding, round_parts};

/// A whole number with thousands separators.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Amounts in whole cents that add up to their total in whole cents.
pub fn cents(amounts: &[Money]) -> Result<Vec<String>> {
    round_parts(amounts, 2, Rounding::HalfUp)?
        .into_iter()
        .map(|amount| amount.to_fixed(2, Rounding::HalfUp))
        .collect()
}

/// A table whose first columns hold text and whose others hold figures.
pub struct Table {
    text_columns: usize,
    rows: Vec<Vec<String>>,
    /// Before which rows a rule is drawn.
    rules: Vec<usize>,
}

impl Table {
    pub fn new<const N: usize>(text_columns: usize, heading: [&str; N]) -> Self {
        Self { text_columns, rows: vec![heading.map(str::to_owned).to_vec()], rules: vec![1] }
    }

    /// Adds columns to the heading.
    pub fn heading<const N: usize>(&mut self, more: [&str; N]) {
        if let Some(heading) = self.rows.first_mut() {
            heading.extend(more.map(str::to_owned));
        }
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Draws a rule before the next row.
    pub fn rule(&mut self) {
        self.rules.push(self.rows.len());
    }

    pub fn print(&self) {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let width = |column: usize| {
            self.rows
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or_default()
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for (number, row) in self.rows.iter().enumerate() {
            if self.rules.contains(&number) {
                println!("  {}", "-".repeat(widths.iter().sum::<usize>() + 2 * columns.saturating_sub(1)));
            }
            let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
                if column < self.text_columns { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
            });
            println!("  {}", cells.collect::<Vec<_>>().join("  ").trim_end());
        }
    }
}
