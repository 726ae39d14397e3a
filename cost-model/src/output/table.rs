//! A table in plain text.

use std::fmt;

use super::terminal::{columns, cut, for_terminal};

/// A name longer than this would push every figure off the screen.
const LONGEST: usize = 100;

/// A table for a terminal: columns of text are set left, columns of figures right, by the width at which they are shown.
///
/// Every cell is neutralised by [`for_terminal`]. A text of more than 100 columns is cut, a figure never.
///
/// ```
/// use cost_model::output::TextTable;
/// let mut table = TextTable::new().text(["model"]).figures(["events"]);
/// table.row(["gpt\n5", "17"]);
/// assert_eq!(table.to_string(), "model   events\n--------------\ngpt\\n5      17\n");
/// ```
#[derive(Clone, Debug, Default)]
pub struct TextTable {
    headings: Vec<String>,
    is_text: Vec<bool>,
    rows: Vec<Vec<String>>,
    /// Before which rows a rule is drawn.
    rules: Vec<usize>,
}

impl TextTable {
    /// Returns a table without columns.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds columns of text.
    pub fn text(self, headings: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.columns(headings, true)
    }

    /// Adds columns of figures.
    pub fn figures(self, headings: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.columns(headings, false)
    }

    fn columns(mut self, headings: impl IntoIterator<Item = impl AsRef<str>>, is_text: bool) -> Self {
        for heading in headings {
            self.headings.push(shown(heading.as_ref(), true));
            self.is_text.push(is_text);
        }
        self
    }

    /// Adds a row, a cell for each column; cells beyond the last column are left out.
    pub fn row(&mut self, cells: impl IntoIterator<Item = impl AsRef<str>>) {
        let cells = cells.into_iter().zip(&self.is_text);
        self.rows.push(cells.map(|(cell, is_text)| shown(cell.as_ref(), *is_text)).collect());
    }

    /// Draws a rule before the next row.
    pub fn rule(&mut self) {
        self.rules.push(self.rows.len());
    }
}

fn shown(cell: &str, is_text: bool) -> String {
    let neutral = for_terminal(cell);
    if is_text { cut(&neutral, LONGEST).into_owned() } else { neutral.into_owned() }
}

impl fmt::Display for TextTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = || std::iter::once(&self.headings).chain(&self.rows);
        let width = |column: usize| lines().filter_map(|row| row.get(column)).map(|cell| columns(cell)).max();
        let widths: Vec<usize> =
            (0..self.headings.len()).map(|column| width(column).unwrap_or_default()).collect();
        let rule = "-".repeat(widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1));
        for (number, line) in lines().enumerate() {
            if number == 1 || number.checked_sub(1).is_some_and(|row| row > 0 && self.rules.contains(&row)) {
                writeln!(f, "{rule}")?;
            }
            let mut text = String::new();
            for (place, ((cell, width), is_text)) in line.iter().zip(&widths).zip(&self.is_text).enumerate() {
                let blanks = " ".repeat(width.saturating_sub(columns(cell)));
                let gap = if place > 0 { "  " } else { "" };
                let (before, after) = if *is_text { ("", &*blanks) } else { (&*blanks, "") };
                text.extend([gap, before, cell, after]);
            }
            writeln!(f, "{}", text.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_below_each_other_whatever_the_script() {
        let mut table = TextTable::new().text(["user"]).figures(["events"]);
        for name in ["ana", "東京", "e\u{301}va", "🙂 bo", "\u{202e}x", "ｗｉｄｅ"] {
            table.row([name, "12"]);
        }
        table.rule();
        table.row(["total", "72"]);
        let text = table.to_string();
        let widths: Vec<usize> = text.lines().map(columns).collect();
        assert!(widths.iter().all(|width| *width == widths[0]), "{text}");
        assert!(!text.contains('\u{202e}'));
    }

    #[test]
    fn a_name_of_any_length_is_cut_and_no_figure_is() {
        for letter in ["x", "東", "\u{301}", "\n", "🙂"] {
            let mut table = TextTable::new().text(["user"]).figures(["billed"]);
            table.row([letter.repeat(65_536), "1".repeat(200)]);
            let text = table.to_string();
            assert!(text.lines().all(|line| columns(line) <= LONGEST + 2 + 200), "{letter:?}");
            assert!(text.contains(&"1".repeat(200)));
        }
    }
}
