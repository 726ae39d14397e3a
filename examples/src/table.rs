//! Tables on standard output.

/// A table; columns of text are set left, columns of figures right.
pub struct Table {
    rows: Vec<Vec<String>>,
    text: Vec<bool>,
}

impl Table {
    /// A table that begins with columns of text.
    pub fn new<const N: usize>(headings: [&str; N]) -> Self {
        Self { rows: vec![Vec::new()], text: Vec::new() }.columns(headings, true)
    }

    /// The same table with more columns of figures.
    pub fn figures<const N: usize>(self, headings: [&str; N]) -> Self {
        self.columns(headings, false)
    }

    /// The same table with more columns of text.
    pub fn text<const N: usize>(self, headings: [&str; N]) -> Self {
        self.columns(headings, true)
    }

    fn columns<const N: usize>(mut self, headings: [&str; N], text: bool) -> Self {
        if let Some(heading) = self.rows.first_mut() {
            heading.extend(headings.map(str::to_owned));
        }
        self.text.extend([text; N]);
        self
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
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
            if number == 1 {
                println!("  {}", "-".repeat(widths.iter().sum::<usize>() + 2 * columns.saturating_sub(1)));
            }
            let cells = row.iter().zip(&widths).zip(&self.text).map(|((cell, width), text)| {
                if *text { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
            });
            println!("  {}", cells.collect::<Vec<_>>().join("  ").trim_end());
        }
    }
}
