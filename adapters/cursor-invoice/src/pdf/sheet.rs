//! From the lines of the text to the rows and sums of an invoice.
//!
//! The text of a PDF has no columns and no certain order, so that a sheet is read line by line with a state: head,
//! table, sums between subtotal and total, and foot. Text without figures waits in `pending` until a row claims it.
//! Nothing is trusted because it was read: `pdf::proof` compares the rows with the printed sums.

use chrono::NaiveDate;
use cost_model::Money;
use cost_model::Window;
use cost_model::input::{Amount, Cell, InputError, NumberReader, SumLabel};
use reconcile::{Error, ErrorKind, Result};

use crate::pdf::days::span;
use crate::pdf::head::{Label, Stated, is_no_bill, stated, value};
use crate::pdf::line::{TextLine, lines};
use crate::pdf::options::Options;
use crate::pdf::row::{Headings, Row, is_figures, last_amount, may_end_in_amount};
use reconcile::invoice::Remark;

/// The part of the text that is being read.
///
/// Headings that come again, as on every page, do not lead back to the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Head,
    Table,
    /// Between subtotal and total.
    Sums,
    Foot,
}

/// A row whose description may go on.
///
/// It becomes a line of the invoice once the sums prove it.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) line: u64,
    pub(super) row: Row,
    /// Whether it is between subtotal and total.
    pub(super) is_below: bool,
}

/// A sum that the text states.
///
/// The line is kept for errors and to tell what stands above it.
#[derive(Clone, Copy, Debug)]
pub(super) struct StatedSum {
    pub(super) line: u64,
    pub(super) amount: Amount,
}

/// An invoice in the making.
///
/// Fields are filled in the order of the text, and read by `proof` when all of it has been read.
#[derive(Debug)]
pub(super) struct Sheet<'a> {
    pub(super) options: &'a Options,
    pub(super) numbers: NumberReader,
    pub(super) part: Part,
    pub(super) headings: Headings,
    /// The place at which figures begin in text that is laid out in columns.
    pub(super) figures_at: Option<usize>,
    /// In such text, whether figures stand beside the first line of their row; known from the first row on.
    pub(super) figures_are_above: Option<bool>,
    pub(super) number: Option<String>,
    pub(super) issued: Option<NaiveDate>,
    pub(super) period: Option<Window>,
    /// The days below the lines.
    pub(super) days: Vec<(u64, Window)>,
    pub(super) rows: Vec<Draft>,
    pub(super) totals: Vec<StatedSum>,
    pub(super) dues: Vec<StatedSum>,
    pub(super) paid: Vec<StatedSum>,
    pub(super) subtotals: Vec<StatedSum>,
    /// Negative amounts below the total, such as an applied balance.
    pub(super) applied: Vec<StatedSum>,
    pub(super) remarks: Vec<Remark>,
    /// A label whose value is to follow, with its line and text.
    pub(super) label: Option<(Label, Remark)>,
    /// The label of a sum whose amount is to follow.
    pub(super) sum_label: Option<(SumLabel, Remark)>,
    /// Text of the table to which no figures have come yet.
    pub(super) pending: Vec<Remark>,
    /// Text of the table to which no figures came.
    pub(super) unread: Vec<Remark>,
    /// The first line that only a printed total proves right: text that was taken for words of a row above or below it and may be
    /// one of its own, or a quantity that may be the thousands of its amount.
    pub(super) unproven: Option<u64>,
    /// The first figure of the table that could not be read.
    pub(super) problem: Option<InputError>,
}

impl<'a> Sheet<'a> {
    /// Makes an empty sheet, which begins in its head.
    pub(super) fn new(options: &'a Options) -> Self {
        Self {
            options,
            numbers: NumberReader::new(options.decimal_mark),
            part: Part::Head,
            headings: Headings { has_tax: false },
            figures_at: None,
            figures_are_above: None,
            number: None,
            issued: None,
            period: None,
            days: Vec::new(),
            rows: Vec::new(),
            totals: Vec::new(),
            dues: Vec::new(),
            paid: Vec::new(),
            subtotals: Vec::new(),
            applied: Vec::new(),
            remarks: Vec::new(),
            label: None,
            sum_label: None,
            pending: Vec::new(),
            unread: Vec::new(),
            unproven: None,
            problem: None,
        }
    }

    /// Reads a whole text.
    ///
    /// # Errors
    /// `ErrorKind::Invoice` where there are no headings of a table, two invoice numbers, a heading of a text that is no
    /// bill, or a sum that cannot be read.
    pub(super) fn read_lines(mut self, text: &str) -> Result<Self> {
        let mut lines = lines(text).into_iter().peekable();
        while let Some(mut line) = lines.next() {
            // Columns that were copied one below the other.
            while self.figures_at.is_none()
                && is_figures(&line.text)
                && let Some(next) = lines.next_if(|next| is_figures(&next.text))
            {
                line = TextLine::new(line.number, &format!("{} {}", line.text, next.text));
            }
            self.take_line(line)?;
        }
        self.end_labels();
        self.give_up_pending();
        if self.part == Part::Head {
            return Err(invalid(
                "there is no line like `Description Qty Unit price Amount`, below which an invoice has its lines",
            ));
        }
        Ok(self)
    }

    /// Decides what a line is: a value for the label before it, something that it states itself, a part of the table,
    /// or a remark. Fields that are side by side in the head are taken one by one.
    fn take_line(&mut self, line: TextLine) -> Result<()> {
        let known = stated(&line.text);
        if self.take_value(&line)? {
            return Ok(());
        }
        if matches!(self.part, Part::Head | Part::Foot) && is_no_bill(&line.text) {
            let message = format!("`{}`: the text is no invoice that is to be paid", line.text);
            return Err(invalid(message).on_line(line.number));
        }
        self.end_labels();
        let is_whole = matches!(known, Some(Stated::Headings(_) | Stated::Sum(..) | Stated::Aside));
        if self.part == Part::Head && line.cells.len() > 1 && !is_whole {
            // Fields side by side.
            for cell in &line.cells {
                self.take_line(TextLine::new(line.number, cell))?;
            }
            return Ok(());
        }
        match known {
            Some(Stated::Headings(headings)) => {
                // They come again on every page, and above whatever else is listed below the total.
                if self.part == Part::Head {
                    self.part = Part::Table;
                    self.headings = headings;
                    self.figures_at = (line.cells.len() > 1).then_some(line.starts.1);
                }
                Ok(())
            }
            Some(stated) => self.state(line, stated),
            None => match SumLabel::of(&line.text).filter(|label| *label != SumLabel::Unclear) {
                Some(label) => {
                    self.sum_label = Some((label, Remark::new(line.number, line.text)));
                    Ok(())
                }
                None if matches!(self.part, Part::Table | Part::Sums) => self.add_line(line),
                None => {
                    self.note_applied(&line);
                    self.remarks.push(Remark::new(line.number, line.text));
                    Ok(())
                }
            },
        }
    }

    /// Notes a negative amount below the total, which may explain what is due.
    ///
    /// On a clone of the numbers: text of the foot must not decide what the decimal mark is.
    fn note_applied(&mut self, line: &TextLine) {
        if self.part != Part::Foot {
            return;
        }
        let text = last_amount(&line.text).map_or_else(|| line.text.clone(), |(_, amount)| amount);
        if let Ok(amount) = self.numbers.clone().amount(Cell::new(&text).on_line(line.number))
            && amount.value < Money::ZERO
        {
            self.applied.push(StatedSum { line: line.number, amount });
        }
    }

    /// Takes a line as the value of the label before it, if it can be one.
    ///
    /// Returns whether it was taken. A label waits for one line only.
    fn take_value(&mut self, line: &TextLine) -> Result<bool> {
        if let Some((label, remark)) = self.label.take() {
            let is_number = label != Label::Number
                || (!line.text.contains(' ') && line.text.contains(|each: char| each.is_ascii_digit()));
            if let Some(stated) = value(label, &line.text).filter(|_| is_number) {
                self.state(TextLine::new(remark.line, &format!("{} {}", remark.text, line.text)), stated)?;
                return Ok(true);
            }
            self.label = Some((label, remark));
        }
        if let Some((label, remark)) = self.sum_label.take() {
            // On a clone of the numbers: a line that is not taken must not decide what the decimal mark is.
            if is_figures(&line.text)
                && Row::read(&line.text, line.number, self.headings, &mut self.numbers.clone())
                    .is_ok_and(|row| row.is_some())
            {
                let text = format!("{} {}", remark.text, line.text);
                self.state(TextLine::new(remark.line, &text), Stated::Sum(label, line.text.clone()))?;
                return Ok(true);
            }
            self.sum_label = Some((label, remark));
        }
        Ok(false)
    }

    /// Gives up labels to which no value came.
    fn end_labels(&mut self) {
        self.remarks.extend(self.label.take().map(|(_, remark)| remark));
        if let Some((_, remark)) = self.sum_label.take() {
            match self.part {
                Part::Table | Part::Sums => self.pending.push(remark),
                Part::Head | Part::Foot => self.remarks.push(remark),
            }
        }
    }

    /// Takes up what a line of text states. Of what is stated twice the first counts, and the rest is a remark.
    ///
    /// # Errors
    /// Two invoice numbers, and a sum that cannot be read.
    fn state(&mut self, line: TextLine, stated: Stated) -> Result<()> {
        let TextLine { number, text, .. } = line;
        let is_kept = match stated {
            Stated::Furniture | Stated::Headings(_) => true,
            Stated::Label(label) => {
                self.label = Some((label, Remark::new(number, text)));
                return Ok(());
            }
            Stated::Number(text) => {
                if let Some(first) = self.number.as_ref().filter(|first| **first != text) {
                    let message = format!(
                        "the text has two invoice numbers, {first} and {text}: read each invoice from a file of its own"
                    );
                    return Err(invalid(message).on_line(number));
                }
                fill(&mut self.number, text)
            }
            Stated::Issued(day) => self.options.issued.is_none() && fill(&mut self.issued, day),
            Stated::Period(days) => self.options.period.is_none() && fill(&mut self.period, days),
            Stated::Sum(label, amount) => self.take_sum(number, label, &amount)?,
            Stated::Days(days) => {
                if self.part == Part::Table {
                    self.days.push((number, days));
                }
                false
            }
            Stated::Aside => false,
        };
        if !is_kept {
            self.remarks.push(Remark::new(number, text));
        }
        Ok(())
    }

    /// Takes up a sum, and returns whether it has become a field of the invoice.
    ///
    /// Only the first total becomes a field; further ones are compared with it.
    fn take_sum(&mut self, line: u64, label: SumLabel, amount: &str) -> Result<bool> {
        let amount = self.numbers.amount(Cell::new(amount).on_line(line))?;
        let sum = StatedSum { line, amount };
        match label {
            SumLabel::Total => {
                self.end_table(Part::Foot);
                self.totals.push(sum);
                return Ok(self.totals.len() == 1);
            }
            SumLabel::Due => {
                self.end_table(Part::Foot);
                self.dues.push(sum);
            }
            SumLabel::Paid => {
                self.end_table(Part::Foot);
                self.paid.push(sum);
            }
            _ => {
                self.subtotals.push(sum);
                self.end_table(Part::Sums);
            }
        }
        Ok(false)
    }

    /// Moves on to the next part, unless the table has not begun; text that waits for figures gets none any more.
    fn end_table(&mut self, part: Part) {
        if self.part != Part::Head {
            self.give_up_pending();
            self.part = part;
        }
    }

    /// Adds a line of the table: text of a description, figures, or both.
    ///
    /// In text without columns, the words of a row may stand on lines above its figures, which `pending`
    /// holds until then.
    fn add_line(&mut self, line: TextLine) -> Result<()> {
        if let Some(figures_at) = self.figures_at {
            self.add_laid_out(line, figures_at);
            return Ok(());
        }
        // On a clone: what the numbers reveal about their decimal mark counts once, when the row is complete.
        let own = match Row::read(&line.text, line.number, self.headings, &mut self.numbers.clone()) {
            Ok(own) => own,
            Err(problem) => {
                self.problem.get_or_insert(problem);
                None
            }
        };
        let Some(own) = own else {
            self.pending.push(Remark::new(line.number, line.text));
            return Ok(());
        };
        self.doubt_pending();
        let text = self.without_days(line.number, &line.text, &own.description);
        self.pending.push(Remark::new(line.number, text));
        // A figure at the start of the line may belong to the words before it.
        let words: Vec<&str> = self.pending.iter().map(|part| part.text.as_str()).collect();
        let row = Row::read(words.join(" ").trim(), line.number, self.headings, &mut self.numbers);
        if let Some(row) = row? {
            self.push(line.number, row);
        }
        Ok(())
    }

    /// Adds a line of text that is laid out in columns, where wide gaps tell figures from words.
    ///
    /// Words below a row belong to it where figures stand beside the first line of their row, and else to the
    /// next row.
    fn add_laid_out(&mut self, line: TextLine, figures_at: usize) {
        let stands_alone = line.starts.0.saturating_mul(2) > figures_at && is_figures(&line.text);
        let (words, figures) = match line.cells.split_first() {
            Some((words, figures)) if !stands_alone && !figures.is_empty() => {
                (words.as_str(), figures.join(" "))
            }
            _ if stands_alone => ("", line.text.clone()),
            _ => (line.text.as_str(), String::new()),
        };
        let row = match Row::read(&figures, line.number, self.headings, &mut self.numbers) {
            Ok(row) => row,
            Err(problem) => {
                self.problem.get_or_insert(problem);
                None
            }
        };
        self.figures_are_above.get_or_insert(row.is_some() && !words.is_empty());
        let Some(mut row) = row else {
            match self.rows.last_mut().filter(|_| self.figures_are_above == Some(true) && figures.is_empty())
            {
                Some(last) => {
                    self.unproven.get_or_insert(line.number);
                    last.row.description = format!("{} {}", last.row.description, line.text);
                }
                None => self.pending.push(Remark::new(line.number, line.text)),
            }
            return;
        };
        self.doubt_pending();
        let words = self.without_days(line.number, words, words);
        let above: Vec<String> = self.pending.iter().map(|part| part.text.clone()).collect();
        let parts = above.into_iter().chain([words, row.description]).filter(|part| !part.is_empty());
        row.description = parts.collect::<Vec<_>>().join(" ");
        self.push(line.number, row);
    }

    /// Returns the text without the days that stand before its figures, which are kept.
    fn without_days(&mut self, number: u64, text: &str, description: &str) -> String {
        let Some(days) = span(description) else { return text.to_owned() };
        self.days.push((number, days));
        self.remarks.push(Remark::new(number, description));
        text.strip_prefix(description).unwrap_or(text).trim().to_owned()
    }

    /// Notes that text which is taken for words of a row may be a row of its own.
    fn doubt_pending(&mut self) {
        let doubtful = self.pending.iter().find(|part| may_end_in_amount(&part.text));
        self.unproven = self.unproven.or(doubtful.map(|part| part.line));
    }

    /// Makes a row of the text that is pending, or a sum if its words are those of one.
    fn push(&mut self, number: u64, row: Row) {
        let first = self.pending.first().map_or(number, |part| part.line);
        self.pending.clear();
        let label = SumLabel::of(&row.description).filter(|label| *label != SumLabel::Unclear);
        if let Some(label) = label {
            let text = TextLine::new(first, &format!("{} {}", row.description, row.amount.value));
            let amount = StatedSum { line: first, amount: row.amount };
            match label {
                SumLabel::Total => self.totals.push(amount),
                SumLabel::Due => self.dues.push(amount),
                SumLabel::Paid => self.paid.push(amount),
                _ => self.subtotals.push(amount),
            }
            self.end_table(if label == SumLabel::Subtotal { Part::Sums } else { Part::Foot });
            self.remarks.push(Remark::new(text.number, text.text));
            return;
        }
        if row.may_be_thousands {
            self.unproven.get_or_insert(first);
        }
        self.rows.push(Draft { line: first, row, is_below: self.part == Part::Sums });
    }

    /// Sets text without figures aside as unread; the proof has to show that it bills nothing.
    fn give_up_pending(&mut self) {
        self.unread.append(&mut self.pending);
    }
}

/// Sets a field that is not set yet, and returns whether it did.
fn fill<T>(field: &mut Option<T>, value: T) -> bool {
    let empty = field.is_none();
    field.get_or_insert(value);
    empty
}

/// Makes an error about the invoice.
pub(super) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Invoice, message)
}
