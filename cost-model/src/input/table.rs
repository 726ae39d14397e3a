//! Tables of separated values.
//!
//! The reader is strict where spreadsheets and most CSV libraries repair silently: in a file of money, a cell that is
//! lost or moved is an amount in the wrong place. Cells borrow from the text unless they hold a doubled quote.
//! `Scanner` cuts the text; [`Table`] gives the cells names and places.

use std::borrow::Cow;

use super::text::is_invisible;
use super::{Cell, DecimalMark, InputError, Meaning, NumberReader, fold, quoted, visible};

/// The options with which a table is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableOptions {
    /// Whether lines that begin with `#` may be comments. Above the names of the columns all of them are. Below, a line
    /// with as many cells as there are columns (at least two) is a row: programs that write tables do not quote a `#`.
    pub comments: bool,
}

impl TableOptions {
    /// Makes the options for a table that may hold comments.
    pub fn with_comments() -> Self {
        Self { comments: true }
    }
}

/// The name of a column.
///
/// Spelling is compared without regard to what [`fold`] takes away, so that a column is found under the variants that
/// exports have used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Column {
    /// The name as it can be seen in the file.
    ///
    /// Invisible characters are removed and runs of blanks are one blank.
    pub name: String,
    folded: String,
}

impl Column {
    /// Returns whether the column has this name, compared as [`fold`] does.
    pub fn is(&self, name: &str) -> bool {
        self.folded == fold(name)
    }

    /// Returns the name as errors show it.
    pub fn shown(&self) -> String {
        quoted(&self.name)
    }
}

/// A comment of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Comment<'a> {
    /// The line, counted from 1.
    pub line: u64,
    /// The text behind the `#`.
    ///
    /// Blanks behind the `#` are kept.
    pub text: &'a str,
}

/// A row of a table.
///
/// It borrows from the text of the file where it can.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row<'a> {
    /// The line on which the row begins, counted from 1.
    pub line: u64,
    /// The cells, without blanks around them.
    ///
    /// As many as the table has columns, in their order. Invisible characters inside are kept.
    pub cells: Vec<Cow<'a, str>>,
}

impl Row<'_> {
    /// Returns the text in a column; empty if there is no such column.
    pub fn text(&self, column: Option<usize>) -> &str {
        column.and_then(|column| self.cells.get(column)).map(AsRef::as_ref).unwrap_or_default()
    }
}

/// A table of separated values: names of columns, and rows of as many cells.
///
/// The columns are separated by commas, semicolons, tabs or bars: by the one that a first line `sep=;` names, else by the one
/// that divides the line of names most. Iterating gives the rows; rows of empty cells are left out. A cell is quoted with
/// `"`, and a quote inside it written twice.
///
/// ```
/// use cost_model::input::{Table, TableOptions};
///
/// let mut table = Table::new("# a comment\nname;amount\nSeats;40\n", TableOptions::with_comments())?;
/// assert_eq!((table.separator(), table.comments()[0].text), (';', " a comment"));
/// let amount = table.need("Amount")?;
/// let row = table.next().unwrap()?;
/// assert_eq!((row.line, row.text(Some(amount))), (3, "40"));
/// # Ok::<(), cost_model::input::InputError>(())
/// ```
///
/// # Errors
/// Iterating fails with an [`InputError`] that has the line: a row with more or fewer cells than columns, a file that ends
/// inside a quoted cell, text behind a closing quote. [`Table::new`] fails where a column has no name or a name occurs twice.
#[derive(Clone, Debug)]
pub struct Table<'a> {
    scanner: Scanner<'a>,
    options: TableOptions,
    columns: Vec<Column>,
    /// How many cells the line of names has, those without a name at its end included.
    width: usize,
    header_line: u64,
    comments: Vec<Comment<'a>>,
}

impl<'a> Table<'a> {
    /// Reads the names of the columns of a text.
    ///
    /// Passes over blank lines, comments and a `sep=` line above the names. An empty text is a table without columns.
    ///
    /// # Errors
    /// [`InputError`]: see [`Table`].
    pub fn new(text: &'a str, options: TableOptions) -> Result<Self, InputError> {
        let mut scanner = Scanner::new(text, 1, ',');
        let mut stated = None;
        let mut comments = Vec::new();
        loop {
            let line = scanner.peek_line();
            let seen = line.trim_matches(|each: char| each.is_whitespace() || is_invisible(each));
            if let Some(separator) = stated_separator(line) {
                stated = Some(separator);
            } else if options.comments && seen.starts_with('#') {
                comments.push(Comment { line: scanner.line, text: seen.strip_prefix('#').unwrap_or(seen) });
            } else if !seen.is_empty() || scanner.rest.is_empty() {
                break;
            }
            scanner.skip_line();
        }
        let header_line = scanner.line;
        scanner.separator = stated.unwrap_or_else(|| most_frequent_separator(scanner.peek_line()));
        let names = scanner.next_row()?.map(|row| row.cells).unwrap_or_default();
        let mut table =
            Self { scanner, options, columns: Vec::new(), width: names.len(), header_line, comments };
        table.name_columns(&names).map_err(|error| error.on_line(header_line))?;
        Ok(table)
    }

    /// Takes the names of the columns, without the empty ones at the right. Fails for a name that is empty between
    /// others or that occurs twice, since a lookup by name could then find the wrong cells.
    fn name_columns(&mut self, names: &[Cow<'_, str>]) -> Result<(), InputError> {
        // Spreadsheets leave empty columns at the right; their cells must be empty as well.
        let named =
            names.iter().rposition(|name| !visible(name).is_empty()).map_or(0, |last| last.saturating_add(1));
        for (number, name) in (1..).zip(names.iter().take(named)) {
            let words = visible(name);
            let name_of_column = words.split_whitespace().collect::<Vec<_>>().join(" ");
            let column = Column { name: name_of_column, folded: fold(name) };
            if column.folded.is_empty() {
                return Err(InputError::new(format!("column {number} has no name")));
            }
            if self
                .columns
                .iter()
                .any(|other: &Column| other.name.to_lowercase() == column.name.to_lowercase())
            {
                return Err(InputError::new(format!(
                    "the column `{}` occurs twice: leave one of them",
                    quoted(&column.name)
                )));
            }
            self.columns.push(column);
        }
        Ok(())
    }

    /// Returns the columns, in order.
    ///
    /// Empty columns at the right of the file are not among them.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Returns the line of their names, counted from 1.
    ///
    /// More than 1 where comments, blank lines or a `sep=` line come first.
    pub fn header_line(&self) -> u64 {
        self.header_line
    }

    /// Returns the character between the columns.
    pub fn separator(&self) -> char {
        self.scanner.separator
    }

    /// Returns the comments so far: those above the rows that have been read.
    pub fn comments(&self) -> &[Comment<'a>] {
        &self.comments
    }

    /// Returns the index of the first column that has one of these names, compared as [`fold`] does.
    ///
    /// `None` if no column has any of them.
    pub fn find(&self, names: &[&str]) -> Option<usize> {
        self.columns.iter().position(|column| names.iter().any(|name| column.is(name)))
    }

    /// Returns the index of a column that must be there.
    ///
    /// # Errors
    /// [`InputError`] that lists the columns that are there, if none has the name.
    pub fn need(&self, name: &str) -> Result<usize, InputError> {
        self.find(&[name]).ok_or_else(|| {
            let known: Vec<_> = self.columns.iter().map(Column::shown).collect();
            let message = match known[..] {
                [] => format!("the file is empty: there is no column `{name}`"),
                _ => format!("there is no column `{name}`; the columns are: {}", known.join(", ")),
            };
            InputError::new(message).on_line(self.header_line)
        })
    }

    /// Returns the name of a column, as the file has it.
    pub fn name(&self, column: usize) -> &str {
        self.columns.get(column).map(|column| column.name.as_str()).unwrap_or_default()
    }

    /// Returns a cell of a row with its place.
    ///
    /// An unknown column is an empty text without a name.
    pub fn cell<'r>(&'r self, row: &'r Row<'_>, column: usize) -> Cell<'r> {
        Cell::new(row.text(Some(column))).on_line(row.line).in_column(self.name(column))
    }

    /// Returns the names of the columns that are not among `read`. `passed_over` are names that the user allows to be left
    /// out.
    ///
    /// # Errors
    /// [`InputError`] for one that looks like an amount, a date, a kind or a person and is not among `passed_over`: its
    /// contents would be lost silently.
    pub fn unread(&self, read: &[usize], passed_over: &[String]) -> Result<Vec<String>, InputError> {
        let mut unread = Vec::new();
        for (place, column) in self.columns.iter().enumerate().filter(|(place, _)| !read.contains(place)) {
            let allowed = passed_over.iter().any(|name| column.is(name));
            if let Some(meaning) = Meaning::of(&column.name).filter(|_| !allowed) {
                let message = format!(
                    "the column `{}` looks like {} and would not be read: rename it, remove it, or state that it is to \
                     be passed over",
                    quoted(self.name(place)),
                    meaning.label()
                );
                return Err(InputError::new(message).on_line(self.header_line));
            }
            unread.push(column.name.clone());
        }
        Ok(unread)
    }

    /// Refuses a row with an amount in a column that is not read: a number with decimals, or with a currency. Names of columns
    /// are in any words, so that [`Self::unread`] cannot know them all. `unread` are the columns that it returned, and
    /// `passed_over` those that the user allows to be left out.
    ///
    /// # Errors
    /// [`InputError`], with the cell.
    pub fn refuse_unread_amounts(
        &self,
        row: &Row<'_>,
        unread: &[String],
        passed_over: &[String],
    ) -> Result<(), InputError> {
        for (place, column) in self.columns.iter().enumerate() {
            let is_unread = unread.contains(&column.name) && !passed_over.iter().any(|name| column.is(name));
            let cell = self.cell(row, place);
            if is_unread && looks_like_an_amount(cell.text) {
                let message = format!(
                    "`{}` looks like an amount, and the column would not be read: rename it, remove it, or state that it is \
                     to be passed over",
                    quoted(cell.text)
                );
                return Err(cell.error(message));
            }
        }
        Ok(())
    }

    /// Returns the line of a last row that nothing ends, neither a line feed nor a closing quote: where a file was cut off
    /// inside its last cell, this is all that shows it. `None` until that row has been read.
    pub fn open_row(&self) -> Option<u64> {
        self.scanner.open_row
    }

    /// Returns the next row that is no comment. Collects comments on the way and leaves out rows of empty cells.
    /// Fails for a row with more or fewer cells than columns.
    fn next_row(&mut self) -> Result<Option<Row<'a>>, InputError> {
        loop {
            let line = self.scanner.peek_line();
            // A row may begin with `#` too, since programs that write tables do not quote it; its number of cells
            // decides.
            let is_marked = self.options.comments && visible(line).starts_with('#');
            if is_marked && !self.is_row(line) {
                // Before the line is dropped as a comment: a row that lost a cell would take its amounts with it.
                self.refuse_figures(line)?;
                let seen = line.trim().trim_start_matches(is_invisible);
                self.comments
                    .push(Comment { line: self.scanner.line, text: seen.strip_prefix('#').unwrap_or(seen) });
                self.scanner.skip_line();
                continue;
            }
            let Some(mut row) = self.scanner.next_row()? else { return Ok(None) };
            if row.cells.iter().all(|cell| cell.is_empty()) {
                continue;
            }
            self.fit(&mut row);
            if row.cells.len() != self.columns.len() {
                let (cells, columns) = (row.cells.len(), self.columns.len());
                let message = format!("the row has {cells} fields, and the header {columns}");
                return Err(InputError::new(message).on_line(row.line));
            }
            return Ok(Some(row));
        }
    }

    /// Takes off the empty cells at the end of a row that the line of names ends in as well. A row that lacks some of those is
    /// another one.
    fn fit(&self, row: &mut Row<'_>) {
        let is_whole = row.cells.len() >= self.width;
        while is_whole
            && row.cells.len() > self.columns.len()
            && row.cells.last().is_some_and(|cell| cell.is_empty())
        {
            row.cells.pop();
        }
    }

    /// Returns whether a line that begins with `#` has as many cells as there are columns, so that it is a row. A
    /// comment may hold a quote, and a row may go on below; so either the line alone or what follows its quotes must
    /// fit.
    fn is_row(&self, line: &str) -> bool {
        let alone = Scanner::new(line, 1, self.scanner.separator);
        self.columns.len() > 1 && (self.begins_row(self.scanner.clone()) || self.begins_row(alone))
    }

    /// Returns whether what a scanner reads next has as many cells as there are columns.
    fn begins_row(&self, mut scanner: Scanner<'_>) -> bool {
        scanner.next_row().ok().flatten().is_some_and(|mut row| {
            self.fit(&mut row);
            row.cells.len() == self.columns.len()
        })
    }
}

impl Table<'_> {
    /// Refuses a comment below the names that has a number in a cell of its own: it may be a row that lost a cell.
    fn refuse_figures(&self, line: &str) -> Result<(), InputError> {
        let mut alone = Scanner::new(line, self.scanner.line, self.scanner.separator);
        let cells = alone.next_row().ok().flatten().map(|row| row.cells).unwrap_or_default();
        if cells
            .iter()
            .skip(1)
            .any(|cell: &Cow<'_, str>| NumberReader::new(None).amount(Cell::new(cell)).is_ok())
        {
            let message = "the line begins with `#` and has numbers in cells of their own, but not as many cells as there are \
                           columns: complete the row, or write the comment without separators";
            return Err(InputError::new(message).on_line(self.scanner.line));
        }
        Ok(())
    }
}

impl<'a> Iterator for Table<'a> {
    type Item = Result<Row<'a>, InputError>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = self.next_row().transpose();
        if matches!(row, Some(Err(_))) {
            // What follows a row that cannot be read cannot be trusted.
            self.scanner.rest = "";
        }
        row
    }
}

/// Returns whether a cell is a number with decimals or with a currency, by either decimal mark.
fn looks_like_an_amount(text: &str) -> bool {
    let is_number = [DecimalMark::Point, DecimalMark::Comma]
        .into_iter()
        .any(|mark| NumberReader::new(Some(mark)).amount(Cell::new(text)).is_ok());
    is_number && text.chars().any(|each| !each.is_ascii_digit() && !matches!(each, ' ' | '-' | '+'))
}

/// Returns the separator that a line such as `sep=;` names. Returns `None` for other lines and for a character that
/// is not among the separators.
fn stated_separator(line: &str) -> Option<char> {
    let line = line.trim_matches(|each: char| matches!(each, ' ' | '"' | '\r' | '\n') || is_invisible(each));
    let (key, value) = line.split_once('=')?;
    let mut separator = value.chars();
    let first = separator.next()?;
    let names_one = key.trim().eq_ignore_ascii_case("sep") && separator.next().is_none();
    names_one.then_some(first).filter(|first| SEPARATORS.contains(first))
}

const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];

/// Returns the separator that divides a line most; the first of equals.
fn most_frequent_separator(line: &str) -> char {
    // Counted in cells, not in characters: a separator inside a quoted name divides nothing.
    let mut best = (',', count_cells(line, ','));
    for separator in SEPARATORS {
        let count = count_cells(line, separator);
        if count > best.1 {
            best = (separator, count);
        }
    }
    best.0
}

/// Cuts a text into rows and cells. Unlike the readers at hand it refuses what they repair in silence: a file that ends
/// inside a quoted cell, and text behind a closing quote.
#[derive(Clone, Debug)]
struct Scanner<'a> {
    rest: &'a str,
    line: u64,
    separator: char,
    /// The line of a row that the end of the text ends, if its last cell is not quoted.
    open_row: Option<u64>,
}

impl<'a> Scanner<'a> {
    fn new(rest: &'a str, line: u64, separator: char) -> Self {
        Self { rest, line, separator, open_row: None }
    }

    /// Returns the next line, without its end.
    fn peek_line(&self) -> &'a str {
        self.rest.split(['\n', '\r']).next().unwrap_or_default()
    }

    fn skip_line(&mut self) {
        self.take(self.peek_line().len());
        self.end_line();
    }

    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    /// Passes over the end of a line, if it is here.
    fn end_line(&mut self) -> bool {
        let end = ["\r\n", "\n", "\r"].into_iter().find(|end| self.rest.starts_with(end));
        self.take(end.map_or(0, str::len));
        self.line = self.line.saturating_add(u64::from(end.is_some()));
        end.is_some()
    }

    /// Returns the next row, of at least one cell; `None` at the end of the text.
    fn next_row(&mut self) -> Result<Option<Row<'a>>, InputError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let mut row = Row { line: self.line, cells: Vec::new() };
        loop {
            let is_quoted = self.is_at_quote();
            row.cells.push(self.next_cell()?);
            if self.rest.starts_with(self.separator) {
                self.take(self.separator.len_utf8());
            } else {
                let is_ended = self.end_line() || is_quoted;
                self.open_row = (!is_ended).then_some(row.line);
                return Ok(Some(row));
            }
        }
    }

    /// Returns what follows, without the blanks that may stand before an opening quote.
    fn behind_blanks(&self) -> &'a str {
        self.rest.trim_start_matches(|each: char| {
            each != self.separator && matches!(each, ' ' | '\u{a0}' | '\t' | '\u{feff}')
        })
    }

    fn is_at_quote(&self) -> bool {
        self.behind_blanks().starts_with('"')
    }

    /// Reads up to the next separator or end of line. Blanks before an opening quote are passed over; a quote further
    /// inside is an ordinary character.
    fn next_cell(&mut self) -> Result<Cow<'a, str>, InputError> {
        if self.is_at_quote() {
            self.rest = self.behind_blanks();
            return self.quoted_cell();
        }
        let end = self.rest.find([self.separator, '\n', '\r']).unwrap_or(self.rest.len());
        Ok(Cow::Borrowed(trimmed(self.take(end))))
    }

    /// Returns a cell from its opening quote on.
    fn quoted_cell(&mut self) -> Result<Cow<'a, str>, InputError> {
        let opened = self.line;
        self.take(1);
        let mut cell = Cow::Borrowed("");
        loop {
            let Some(end) = self.rest.find('"') else {
                let message = "the file ends inside a quoted cell that begins here: it was cut off, or a quote is missing";
                return Err(InputError::new(message).on_line(opened));
            };
            let part = self.take(end);
            self.take(1);
            // Line feeds only: `\r\n` must not count twice.
            let ends = part.bytes().filter(|byte| *byte == b'\n').map(|_| 1).sum::<u64>();
            self.line = self.line.saturating_add(ends);
            if cell.is_empty() {
                cell = Cow::Borrowed(part);
            } else {
                cell.to_mut().push_str(part);
            }
            if !self.rest.starts_with('"') {
                break;
            }
            self.take(1);
            cell.to_mut().push('"');
        }
        let end = self.rest.find([self.separator, '\n', '\r']).unwrap_or(self.rest.len());
        if !trimmed(self.take(end)).is_empty() {
            let message =
                "there is text behind the closing quote of a cell: a quote inside a cell is written twice";
            return Err(InputError::new(message).on_line(opened));
        }
        Ok(match cell {
            Cow::Borrowed(cell) => Cow::Borrowed(trimmed(cell)),
            Cow::Owned(cell) => Cow::Owned(trimmed(&cell).to_owned()),
        })
    }
}

/// Returns the cell without blanks of any kind around it. Invisible characters stay: whether they matter depends on
/// what the cell is.
fn trimmed(cell: &str) -> &str {
    cell.trim()
}

/// Counts the cells of a line that a character divides.
fn count_cells(line: &str, separator: char) -> usize {
    let mut scanner = Scanner::new(line, 1, separator);
    scanner.next_row().ok().flatten().map_or(0, |row| row.cells.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(u64, Vec<String>)>, InputError> {
        let table = Table::new(text, TableOptions::with_comments())?;
        table
            .map(|each| {
                each.map(|row: Row<'_>| (row.line, row.cells.iter().map(ToString::to_string).collect()))
            })
            .collect()
    }

    fn rows(text: &str) -> Vec<(u64, Vec<String>)> {
        read(text).unwrap()
    }

    fn row(line: u64, cells: &[&str]) -> (u64, Vec<String>) {
        (line, cells.iter().map(|cell| (*cell).to_owned()).collect())
    }

    #[test]
    fn every_separator_is_found_or_named() {
        for text in [
            "a,b\n1,2\n",
            "a;b\n1;2\n",
            "a\tb\r\n1\t2\r\n",
            "a|b\n1|2",
            "sep=;\na;b\n1;2\n",
            "\"sep=,\"\na,b\n1,2\n",
            "SEP=\t\na\tb\n1\t2\n",
            "\"a\";\"b\"\n\"1\";\"2\"\n",
            "\u{200b}a , b\n 1,\u{a0}2\u{a0}\n",
            "a,b,,\n1,2,,\n,,,\n",
        ] {
            let table = rows(text);
            assert_eq!(
                table.iter().map(|(_, cells)| cells.as_slice()).collect::<Vec<_>>(),
                [["1", "2"]],
                "{text}"
            );
        }
    }

    #[test]
    fn quotes_line_ends_and_line_numbers_are_exact() {
        let text = "# one\n\na,b\r\n\"x, \"\"y\"\"\nz\", 2\n\n# between\n3,4\n";
        assert_eq!(rows(text), [row(4, &["x, \"y\"\nz", "2"]), row(8, &["3", "4"])]);
        assert_eq!(rows("a,b\r1,2\r3,4"), [row(2, &["1", "2"]), row(3, &["3", "4"])]);
        assert_eq!(rows("a,b\n5\" disk,2\n"), [row(2, &["5\" disk", "2"])]);
    }

    #[test]
    fn a_line_that_begins_with_a_hash_is_a_row_if_it_has_the_cells_of_one() {
        let text = "# one, two\na,b\n#2 seats,80\n# a remark\n\"#3\",5\n#said \"so\n";
        assert_eq!(rows(text), [row(3, &["#2 seats", "80"]), row(5, &["#3", "5"])]);
        assert_eq!(rows("a\n# a remark\n1\n"), [row(3, &["1"])]);
        assert_eq!(rows("a,b,,\n#2 seats,80,,\n"), [row(2, &["#2 seats", "80"])]);
    }

    #[test]
    fn what_other_readers_repair_is_refused_with_its_line() {
        for (text, line, word) in [
            ("a,b\n1,2\n\"3,4\n5,6\n", 3, "ends inside"),
            ("a,b\n1,\"2", 2, "ends inside"),
            ("a,b\n\"1\"2,3\n", 2, "closing quote"),
            ("a,b\n\"1,2\n\"3\",4\n", 2, "closing quote"),
            ("a,b\n1,2\n3\n", 3, "1 fields"),
            ("a,b\n1,2,3\n", 2, "3 fields"),
            ("a,A\n1,2\n", 1, "twice"),
            ("Unit\u{a0}price,unit  Price\u{200b}\n", 1, "twice"),
            ("a,,b\n1,2,3\n", 1, "no name"),
            ("a,b,c\n#2 seats,80.00\n", 2, "begins with `#`"),
        ] {
            let error = read(text).unwrap_err();
            assert_eq!(error.line(), Some(line), "{text}: {error}");
            assert!(error.message().contains(word), "{text}: {error}");
        }
    }

    #[test]
    fn columns_that_look_like_money_are_not_passed_over() {
        fn table(text: &str) -> Table<'_> {
            Table::new(text, TableOptions::default()).unwrap()
        }
        assert_eq!(table("a,Note\n").unread(&[0], &[]).unwrap(), ["Note"]);
        for name in ["Cost (USD)", "User Email", "Amount", "Price", "Spend", "Member", "Usage Type", "When"] {
            let text = format!("a,{name}\n");
            assert_eq!(table(&text).unread(&[0], &[]).unwrap_err().line(), Some(1), "{name}");
            assert_eq!(table(&text).unread(&[0], &[name.to_owned()]).unwrap(), [name]);
        }
    }

    #[test]
    fn amounts_in_columns_that_are_not_read_are_refused_whatever_the_columns_are_called() {
        let refused = |cell: &str| {
            let text = format!("a;Quux\n1;{cell}\n");
            let mut table = Table::new(&text, TableOptions::default()).unwrap();
            let row = table.next().unwrap().unwrap();
            let quux = ["Quux".to_owned()];
            assert!(table.refuse_unread_amounts(&row, &quux, &quux).is_ok(), "{cell}");
            table.refuse_unread_amounts(&row, &quux, &[]).is_err()
        };
        for cell in ["0.5", "-0.50", "1,234.50", "0,5", "$5", "5 EUR", "(2.00)", "1.234"] {
            assert!(refused(cell), "{cell}");
        }
        for cell in ["", "5", "-5", "eu-west-1", "2026-07-01", "1.2.3", "yes", "12 GB", "a@x.test"] {
            assert!(!refused(cell), "{cell}");
        }
    }

    #[test]
    fn a_last_row_that_nothing_ends_is_told() {
        for (text, line) in [
            ("a,b\n1,2", Some(2)),
            ("a,b\n1,2\n3,", Some(3)),
            ("a,b\n\"x\ny\",2", Some(2)),
            ("a,b\n1,2\n", None),
            ("a,b\n1,2\r\n", None),
            ("a,b\n1,\"2\"", None),
            ("a,b\n1, \"2\"", None),
            ("a,b\n", None),
        ] {
            let mut table = Table::new(text, TableOptions::default()).unwrap();
            assert!(table.by_ref().all(|row| row.is_ok()), "{text}");
            assert_eq!(table.open_row(), line, "{text}");
        }
    }
}
