//! A table in plain text.

use std::fmt;

use super::terminal::{columns, cut, for_terminal};

/// A name longer than this would push every figure off the screen.
const LONGEST: usize = 100;

/// A text cut shorter than this says too little.
const NARROWEST: usize = 12;

/// A table for a terminal: text is left-aligned, figures are right-aligned, by the width at which they are shown.
///
/// Every cell is neutralised by [`for_terminal`]. A text of more than 100 columns is truncated, and so are the longest texts
/// of a table that is to fit [`within`](Self::within) a width; figures never are.
///
/// ```
/// use cost_model::output::TextTable;
/// let mut table = TextTable::new().text(["model"]).figures(["events"]);
/// table.row(["gpt\n5", "17"]);
/// assert_eq!(table.to_string(), "model   events\n--------------\ngpt\\n5      17\n");
/// ```
#[derive(Clone, Debug)]
pub struct TextTable {
    headings: Vec<String>,
    is_text: Vec<bool>,
    rows: Vec<Vec<String>>,
    /// Before which rows a rule is drawn.
    rules: Vec<usize>,
    /// How many columns of a terminal the table may take up.
    width: usize,
}

impl Default for TextTable {
    fn default() -> Self {
        Self {
            headings: Vec::new(),
            is_text: Vec::new(),
            rows: Vec::new(),
            rules: Vec::new(),
            width: usize::MAX,
        }
    }
}

impl TextTable {
    /// Makes a table without columns.
    pub fn new() -> Self {
        Self::default()
    }

    /// Truncates the longest texts until the table takes up at most `width` columns of a terminal. Figures are never
    /// truncated, and no text below 12 columns, so that a table with many columns may still be wider.
    ///
    /// ```
    /// use cost_model::output::TextTable;
    /// let mut table = TextTable::new().within(22).text(["model"]).figures(["billed"]);
    /// table.row(["claude-4.5-sonnet", "1,204.50"]);
    /// assert!(table.to_string().ends_with("claude-4.5-…  1,204.50\n"));
    /// ```
    pub fn within(mut self, width: usize) -> Self {
        self.width = width;
        self
    }

    /// Adds columns of text.
    pub fn text(self, headings: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.columns(headings, true)
    }

    /// Adds columns of figures.
    pub fn figures(self, headings: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.columns(headings, false)
    }

    /// Adds columns whose headings are neutralised and truncated as texts are.
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

    /// Draws a horizontal line before the next row.
    pub fn rule(&mut self) {
        self.rules.push(self.rows.len());
    }
}

impl TextTable {
    /// Returns the headings and all rows.
    fn lines(&self) -> impl Iterator<Item = &Vec<String>> {
        std::iter::once(&self.headings).chain(&self.rows)
    }

    /// Returns the width of each column: that of its widest cell, less where the table would be too wide.
    fn widths(&self) -> Vec<usize> {
        let mut widths: Vec<usize> = vec![0; self.headings.len()];
        for line in self.lines() {
            for (width, cell) in widths.iter_mut().zip(line) {
                *width = (*width).max(columns(cell));
            }
        }
        while total_width(&widths) > self.width {
            let over = total_width(&widths) - self.width;
            let texts = widths.iter_mut().zip(&self.is_text).filter(|(_, is_text)| **is_text);
            let mut texts: Vec<&mut usize> = texts.map(|(width, _)| width).collect();
            texts.sort_unstable_by(|a, b| b.cmp(a));
            // The widest gives way first, down to the next one.
            let next = texts.get(1).map_or(0, |width| **width).max(NARROWEST);
            let Some(widest) = texts.first_mut().filter(|width| ***width > NARROWEST) else { break };
            let less = over.min(widest.saturating_sub(next)).max(1);
            **widest -= less;
        }
        widths
    }
}

/// Returns the width of a line with columns of these widths, two blanks between each.
fn total_width(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1)
}

/// Neutralises a cell, and truncates it if it is a text.
fn shown(cell: &str, is_text: bool) -> String {
    let neutral = for_terminal(cell);
    if is_text { cut(&neutral, LONGEST).into_owned() } else { neutral.into_owned() }
}

impl fmt::Display for TextTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        let rule = "-".repeat(total_width(&widths));
        for (number, line) in self.lines().enumerate() {
            if number == 1 || number.checked_sub(1).is_some_and(|row| row > 0 && self.rules.contains(&row)) {
                writeln!(f, "{rule}")?;
            }
            let mut text = String::new();
            for (place, ((cell, width), is_text)) in line.iter().zip(&widths).zip(&self.is_text).enumerate() {
                let cell = if *is_text { cut(cell, *width) } else { cell.into() };
                let blanks = " ".repeat(width.saturating_sub(columns(&cell)));
                let gap = if place > 0 { "  " } else { "" };
                let (before, after) = if *is_text { ("", &*blanks) } else { (&*blanks, "") };
                text.extend([gap, before, &*cell, after]);
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
    fn a_table_fits_where_texts_can_give_way_and_no_figure_is_cut() {
        for (width, expected) in [(200, 83), (80, 80), (60, 60), (50, 50), (10, 12 + 12 + 11 + 4)] {
            let mut table = TextTable::new().within(width).text(["user", "models"]).figures(["effective"]);
            table.row([
                "ana.abara@contractors.acme.test",
                "claude-4.5-sonnet, gpt-5, \u{6771}\u{4eac}\u{90fd}",
                "-9,204.25",
            ]);
            table.row(["東京都庁の開発者の皆さん", "auto", "-109,204.25"]);
            let text = table.to_string();
            let widest = text.lines().map(columns).max().unwrap();
            assert!(widest <= expected, "{width}: {text}");
            assert!(text.contains("  -9,204.25\n") && text.contains("  -109,204.25\n"), "{text}");
        }
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
