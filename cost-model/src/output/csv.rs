//! Text for CSV files, which people open in spreadsheets.

use std::borrow::Cow;
use std::fmt;
use std::io;

/// Returns a cell that no spreadsheet takes for a formula. A cell that is a plain number, negative ones included, stays.
///
/// A text that begins with `=`, `+`, `-` or `@`, in wide forms too, gets an apostrophe in front, also where only blanks,
/// invisible characters or apostrophes come before it; so does one that begins with a tab or a line break. The same holds
/// after each line break, tab and semicolon inside the text, where a program with other separators begins a new cell.
/// Different texts stay different: whoever takes one apostrophe from before such a beginning has the text as it was.
///
/// ```
/// use cost_model::output::for_csv;
/// assert_eq!(for_csv("=HYPERLINK(\"http://example.com\")"), "'=HYPERLINK(\"http://example.com\")");
/// assert_eq!(for_csv("-12.50"), "-12.50");
/// assert_eq!(for_csv("-12.50+cmd"), "'-12.50+cmd");
/// assert_eq!(for_csv("claude-4.5-sonnet"), "claude-4.5-sonnet");
/// ```
pub fn for_csv(cell: &str) -> Cow<'_, str> {
    let begins_blank = begins_blank(cell);
    if is_number(cell) || !(begins_blank || parts(cell).any(is_formula)) {
        return Cow::Borrowed(cell);
    }
    let mut safe = String::with_capacity(cell.len() + 1);
    for (number, part) in parts(cell).enumerate() {
        if (number == 0 && begins_blank) || is_formula(part) {
            safe.push('\'');
        }
        safe.push_str(part);
    }
    Cow::Owned(safe)
}

/// Returns a text cut behind what begins a new cell in a program that splits rows elsewhere than at commas.
fn parts(cell: &str) -> impl Iterator<Item = &str> {
    cell.split_inclusive(['\n', '\r', '\t', ';'])
}

/// Returns whether a text is `[-]digits[.digits]`, as every amount and count of this crate is written.
fn is_number(text: &str) -> bool {
    let size = text.strip_prefix('-').unwrap_or(text);
    match size.split_once('.') {
        Some((whole, fraction)) => is_digits(whole) && is_digits(fraction),
        None => is_digits(size),
    }
}

/// Returns whether a text begins with a tab or a line break.
fn begins_blank(text: &str) -> bool {
    text.trim_start_matches(is_skipped).starts_with(['\t', '\r', '\n'])
}

/// Returns whether a text begins as a formula does, behind whatever a spreadsheet may drop.
fn is_formula(text: &str) -> bool {
    let begin = text.trim_start_matches(is_skipped);
    begin.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫', '\u{2212}'])
}

/// Blanks, invisible characters and apostrophes, but no separators.
fn is_skipped(character: char) -> bool {
    !matches!(character, '\n' | '\r' | '\t')
        && (character == '\'' || character.is_whitespace() || super::terminal::is_invisible(character))
}

/// Writes a table as CSV, row by row, every cell made harmless by [`for_csv`].
///
/// It writes each row at once and keeps none. Rows end in a line feed, and cells are quoted where they must be.
///
/// ```
/// use cost_model::output::CsvWriter;
/// let mut writer = CsvWriter::new(Vec::new(), ["model", "billed"])?;
/// writer.row(["=1+1", "-0.25"])?;
/// assert_eq!(writer.finish()?, b"model,billed\n'=1+1,-0.25\n");
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct CsvWriter<W: io::Write> {
    writer: csv::Writer<W>,
}

impl<W: io::Write> CsvWriter<W> {
    /// Begins a table and writes its headings, which are neutralised as other cells are.
    ///
    /// # Errors
    /// The errors of `to`.
    #[expect(clippy::disallowed_methods, reason = "the one place that makes cells harmless")]
    pub fn new(to: W, headings: impl IntoIterator<Item = impl AsRef<str>>) -> io::Result<Self> {
        let mut table = Self { writer: csv::Writer::from_writer(to) };
        table.row(headings)?;
        Ok(table)
    }

    /// Writes a row.
    ///
    /// # Errors
    /// The errors of the underlying writer, and one of kind [`io::ErrorKind::Other`] for a row of another length than the
    /// headings.
    pub fn row(&mut self, cells: impl IntoIterator<Item = impl AsRef<str>>) -> io::Result<()> {
        for cell in cells {
            self.writer.write_field(for_csv(cell.as_ref()).as_bytes())?;
        }
        self.writer.write_record(None::<&[u8]>)?;
        Ok(())
    }

    /// Flushes the underlying writer.
    ///
    /// # Errors
    /// The errors of the underlying writer.
    pub fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }

    /// Flushes and returns the underlying writer.
    ///
    /// # Errors
    /// The errors of the underlying writer.
    pub fn finish(self) -> io::Result<W> {
        self.writer.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

impl<W: io::Write> fmt::Debug for CsvWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsvWriter").finish_non_exhaustive()
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Returns the way back: one apostrophe less before whatever still begins as a formula.
    fn read(cell: &str) -> String {
        parts(cell)
            .enumerate()
            .map(|(number, part): (usize, &str)| match part.strip_prefix('\'') {
                Some(rest) if is_formula(rest) || (number == 0 && begins_blank(rest)) => rest.to_owned(),
                _ => part.to_owned(),
            })
            .collect()
    }

    #[test]
    fn a_cell_that_begins_as_a_formula_is_a_text() {
        for cell in [
            "=1+1",
            "+1",
            "-1+cmd|' /C calc'!A0",
            "@SUM(A1)",
            "\tname",
            "\rname",
            "\n",
            " \t",
            "  =1",
            "\u{a0}=1",
            "\u{feff}=1",
            "\u{200b}@x",
            "'=1",
            "＝1+1",
            "－1",
            "−1+1",
            "-",
            "--1",
            "-1.",
            "-.5",
            "-1e5",
            "- item",
        ] {
            assert_eq!(for_csv(cell).split_at(1), ("'", cell));
        }
        assert_eq!(for_csv("\t=1"), "'\t'=1");
        assert_eq!(for_csv("name;=1+1"), "name;'=1+1");
        assert_eq!(for_csv("name\n=1+1"), "name\n'=1+1");
    }

    #[test]
    fn numbers_and_plain_texts_stay() {
        for cell in [
            "",
            "0",
            "-0.5",
            "-17",
            "12345678901234567890.000000000000000000000001",
            "2026-09-15",
            "ana@acme.test",
            "gpt-5.1=x",
            "'t Hooft",
            "a; b",
            "one\n\ntwo",
            "{\"cursor:user\":\"=1\"}",
        ] {
            assert_eq!(for_csv(cell), cell);
        }
    }

    #[test]
    fn a_row_of_another_length_is_refused() {
        let mut writer = CsvWriter::new(Vec::new(), ["a", "b"]).unwrap();
        assert!(writer.row(["1"]).is_err());
    }

    proptest! {
        #[test]
        fn no_cell_is_a_formula_and_none_loses_what_it_was(
            cell in prop_oneof!["[ '=+\\-@;a1.\\n\\t\u{feff}]{0,8}", any::<String>(), "-?[0-9]{1,9}(\\.[0-9]{1,9})?"]
        ) {
            let safe = for_csv(&cell);
            if is_number(&cell) {
                prop_assert_eq!(&safe, &cell);
            } else {
                prop_assert!(!parts(&safe).any(|part: &str| is_formula(part) && !part.starts_with('\'')));
                prop_assert_eq!(read(&safe), cell);
            }
        }
    }
}
