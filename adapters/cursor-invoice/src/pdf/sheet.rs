//! From the lines of the text to an invoice.

use chrono::NaiveDate;
use cost_model::input::{Amount, Cell, InputError, NumberReader, SumLabel};
use cost_model::{Currency, Money, Timestamp, Window};
use reconcile::invoice::{InvoiceLine, Remark, Wordings};
use reconcile::readers::{is_amount_due, settle_rows};
use reconcile::{Error, ErrorKind, Invoice, Result};

use super::Options;
use super::days::span;
use super::head::{Headings, Label, Stated, is_no_bill, stated, value};
use super::line::{TextLine, lines};
use super::row::{Row, is_figures, last_amount, may_end_in_amount};
use crate::CursorWordings;

/// How far the text has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Head,
    Table,
    /// Between subtotal and total.
    Sums,
    Foot,
}

/// A row whose description may go on.
#[derive(Debug)]
struct Draft {
    line: u64,
    row: Row,
    /// Whether it stands between subtotal and total.
    is_below: bool,
}

/// A sum that the text states.
#[derive(Clone, Copy, Debug)]
struct StatedSum {
    line: u64,
    amount: Amount,
}

/// An invoice in the making.
#[derive(Debug)]
pub(super) struct Sheet<'a> {
    options: &'a Options,
    numbers: NumberReader,
    part: Part,
    headings: Headings,
    /// Where the figures begin in text that is laid out in columns.
    figures_at: Option<usize>,
    /// In such text, whether figures stand beside the first line of their row; known from the first row on.
    figures_are_above: Option<bool>,
    number: Option<String>,
    issued: Option<NaiveDate>,
    period: Option<Window>,
    /// The days below the lines.
    days: Vec<(u64, Window)>,
    rows: Vec<Draft>,
    totals: Vec<StatedSum>,
    dues: Vec<StatedSum>,
    paid: Vec<StatedSum>,
    subtotals: Vec<StatedSum>,
    /// Negative amounts below the total, such as an applied balance.
    applied: Vec<StatedSum>,
    remarks: Vec<Remark>,
    /// A label whose value is to follow, with its line and text.
    label: Option<(Label, Remark)>,
    /// The label of a sum whose amount is to follow.
    sum_label: Option<(SumLabel, Remark)>,
    /// Text of the table to which no figures have come yet.
    pending: Vec<Remark>,
    /// Text of the table to which no figures came.
    unread: Vec<Remark>,
    /// The first line that only a printed total proves right: text that was taken for words of a row above or below it and may be
    /// one of its own, or a quantity that may be the thousands of its amount.
    unproven: Option<u64>,
    /// The first figure of the table that could not be read.
    problem: Option<InputError>,
}

impl<'a> Sheet<'a> {
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

    pub(super) fn read(mut self, text: &str) -> Result<Self> {
        let mut lines = lines(text).into_iter().peekable();
        while let Some(mut line) = lines.next() {
            // Columns that were copied one below the other.
            while self.figures_at.is_none()
                && is_figures(&line.text)
                && let Some(next) = lines.next_if(|next| is_figures(&next.text))
            {
                line = TextLine::new(line.number, &format!("{} {}", line.text, next.text));
            }
            self.take(line)?;
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

    fn take(&mut self, line: TextLine) -> Result<()> {
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
                self.take(TextLine::new(line.number, cell))?;
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
                None if matches!(self.part, Part::Table | Part::Sums) => self.add(line),
                None => {
                    self.note_applied(&line);
                    self.remarks.push(Remark::new(line.number, line.text));
                    Ok(())
                }
            },
        }
    }

    /// Notes a negative amount below the total, which may explain what is due.
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

    /// Takes up a sum, and tells whether it has become a field of the invoice.
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

    fn end_table(&mut self, part: Part) {
        if self.part != Part::Head {
            self.give_up_pending();
            self.part = part;
        }
    }

    /// Adds a line of the table: text of a description, figures, or both.
    fn add(&mut self, line: TextLine) -> Result<()> {
        if let Some(figures_at) = self.figures_at {
            self.add_laid_out(line, figures_at);
            return Ok(());
        }
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

    /// The text without the days that stand before its figures, which are kept.
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

    /// Makes a row of the text that is pending.
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

    fn give_up_pending(&mut self) {
        self.unread.append(&mut self.pending);
    }

    pub(super) fn invoice(mut self, wordings: &CursorWordings, file: &str) -> Result<Invoice> {
        if self.rows.is_empty() {
            let none = "below the headings there is no line that ends in an amount such as $96.10";
            return Err(self.problem.map_or_else(|| invalid(none), Error::from));
        }
        let period = self.period()?;
        let number = self.number.take().unwrap_or_else(|| file.to_owned());
        let mut invoice = Invoice::new(number, period, self.currency()?);
        invoice.issued = self.options.issued.or(self.issued.map(Timestamp::midnight));
        let finish = std::mem::replace(&mut self.numbers, NumberReader::new(None)).finish();
        finish?;
        let totals = self.stated_totals()?;
        let rows = self.lines_that_make(&totals, wordings)?;
        invoice.stated_total = totals.first().copied();
        settle_rows(&mut invoice, rows)?;
        self.check(&mut invoice, &totals)?;
        invoice.remarks.append(&mut self.remarks);
        invoice.remarks.append(&mut self.unread);
        invoice.remarks.sort_by_key(|remark| remark.line);
        Ok(invoice)
    }

    /// The period that is given, else that of the text, else the days that stand below all lines.
    fn period(&self) -> Result<Window> {
        if let Some(period) = self.options.period.or(self.period) {
            return Ok(period);
        }
        let Some((_, first)) = self.days.first() else {
            return Err(invalid(
                "there is no line like `Billing period Sep 14 \u{2013} Oct 14, 2026`, and no period was given",
            ));
        };
        match self.days.iter().find(|(_, days)| days != first) {
            None => Ok(*first),
            Some((line, days)) => {
                let day = |days: &Window| format!("{} to {}", days.start().date(), days.end().date());
                let message = format!(
                    "lines are about different days, {} and {}, and there is no line like `Billing period ...`: state the \
                     period",
                    day(first),
                    day(days)
                );
                Err(invalid(message).on_line(*line))
            }
        }
    }

    /// The currency that amounts are printed with; a bare `$` alone is the US dollar.
    fn currency(&self) -> Result<Currency> {
        let sums = self.totals.iter().chain(&self.dues).chain(&self.paid);
        let amounts: Vec<_> = self
            .rows
            .iter()
            .map(|draft| (draft.line, draft.row.amount))
            .chain(sums.map(|sum| (sum.line, sum.amount)))
            .collect();
        let currency = amounts.iter().find_map(|(_, amount)| amount.currency()).unwrap_or(Currency::USD);
        match amounts.iter().find(|(_, amount)| !amount.fits(currency)) {
            None => Ok(currency),
            Some((line, _)) => {
                let message = format!(
                    "the amount is in another currency than others of the invoice, which are in {currency}"
                );
                Err(invalid(message).on_line(*line))
            }
        }
    }

    /// What the invoice comes to by its total, or by what is due and paid where it prints no total.
    fn stated_totals(&self) -> Result<Vec<Money>> {
        let mut totals: Vec<Money> = self.totals.iter().map(|sum| sum.amount.value).collect();
        if totals.is_empty() {
            let paid = Money::sum(self.paid.iter().map(|sum| sum.amount.value))?;
            for due in self.dues.iter().map(|sum| sum.amount.value) {
                totals.extend([due, due.checked_add(paid)?, due.checked_sub(paid)?]);
            }
        }
        Ok(totals)
    }

    /// The rows as lines. Rows between subtotal and total, such as a tax that the amounts include, are none where the others
    /// alone come to the total.
    fn lines_that_make(&mut self, totals: &[Money], wordings: &CursorWordings) -> Result<Vec<InvoiceLine>> {
        let all = Money::sum(self.rows.iter().map(|draft| draft.row.amount.value))?;
        let above = self.rows.iter().filter(|draft| !draft.is_below);
        let above = Money::sum(above.map(|draft| draft.row.amount.value))?;
        let are_included = !totals.contains(&all) && totals.contains(&above);
        let mut lines = Vec::new();
        for Draft { line, row, is_below } in self.rows.drain(..) {
            if is_below && are_included {
                self.remarks.push(Remark::new(line, format!("{} {}", row.description, row.amount.value)));
                continue;
            }
            let wording = wordings.interpret(&row.description);
            let read = InvoiceLine::new(line, row.description, row.amount.value, wording);
            lines.push(read.with_quantity(row.quantity).with_unit_price(row.unit_price));
        }
        Ok(lines)
    }

    /// Shows that no money was passed over: the lines come to the printed total, or nothing was left unread.
    fn check(&self, invoice: &mut Invoice, totals: &[Money]) -> Result<()> {
        let sum = invoice.sum_of_lines()?;
        if totals.contains(&sum) {
            self.check_others(invoice, sum)?;
            invoice.stated_total = Some(sum);
            return Ok(());
        }
        if let Some(problem) = &self.problem {
            return Err(problem.clone().into());
        }
        let first_unread = self.unread.first();
        let Some(total) = totals.first() else {
            self.check_subtotals(invoice)?;
            return match first_unread.map(|unread| unread.line).or(self.unproven) {
                None => Ok(()),
                Some(line) => Err(invalid(
                    "the line has no amount that could be read, or one that can be read in two ways, and no printed total shows \
                     what it bills",
                )
                .on_line(line)),
            };
        };
        if self.options.accepts_difference && first_unread.is_none() {
            return Ok(());
        }
        let place = self.totals.first().or(self.dues.first()).map_or(0, |sum| sum.line);
        let difference = total.checked_sub(sum)?;
        let unread =
            first_unread.map(|unread| format!("; the first line without an amount is {}", unread.line));
        let message = format!(
            "the lines that were read come to {sum}, and the printed total is {total}: {difference} more. Compare the lines; if \
             the invoice itself is wrong, say that the difference is accepted, or write the invoice as CSV with its total{}",
            unread.unwrap_or_default()
        );
        Err(invalid(message).on_line(first_unread.map_or(place, |unread| unread.line)))
    }

    /// Refuses a second total, or an amount due, that contradicts what the lines come to. A total of the lines above it
    /// contradicts nothing, nor does an amount due that payments or applied balances explain.
    fn check_others(&self, invoice: &Invoice, sum: Money) -> Result<()> {
        for total in &self.totals {
            if total.amount.value != sum && total.amount.value != sum_above(invoice, total.line)? {
                return Err(contradicts(total, sum));
            }
        }
        let applied = Money::sum(self.applied.iter().map(|sum| sum.amount.value))?;
        let all_paid = Money::sum(self.paid.iter().map(|paid| paid.amount.value))?;
        // A payment may be printed twice, above and below the lines.
        let paid: Vec<Money> = self.paid.iter().map(|paid| paid.amount.value).chain([all_paid]).collect();
        let contradicting = self
            .dues
            .iter()
            .find(|due| !paid.iter().any(|paid| is_amount_due(due.amount.value, sum, applied, *paid)));
        contradicting.map_or(Ok(()), |due| Err(contradicts(due, sum)))
    }

    /// Refuses a subtotal that the lines above it miss, where no total shows that none is missing.
    fn check_subtotals(&self, invoice: &Invoice) -> Result<()> {
        for subtotal in &self.subtotals {
            let above = sum_above(invoice, subtotal.line)?;
            if above != subtotal.amount.value {
                return Err(contradicts(subtotal, above));
            }
        }
        Ok(())
    }
}

fn contradicts(stated: &StatedSum, sum: Money) -> Error {
    let message = format!(
        "the amount of {} contradicts the lines, which come to {sum}, and no payment or applied balance that is printed explains \
         the difference. Compare the lines, and write the invoice as CSV if some of them stand below its total",
        stated.amount.value
    );
    invalid(message).on_line(stated.line)
}

/// What the lines above a line of the text come to.
fn sum_above(invoice: &Invoice, line: u64) -> Result<Money> {
    let above = invoice.lines.iter().filter(|each| each.line < line);
    Ok(Money::sum(above.map(|each| each.amount))?)
}

/// Sets a field that is not set yet, and tells whether it has.
fn fill<T>(field: &mut Option<T>, value: T) -> bool {
    let empty = field.is_none();
    field.get_or_insert(value);
    empty
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Invoice, message)
}
