//! From the lines of the text to an invoice.

use cost_model::{Currency, Money, Timestamp, Window};
use reconcile::{Error, ErrorKind, Invoice, InvoiceLine, Remark, Result, Wordings};

use super::head::{Stated, stated};
use super::row::{Row, is_figures};
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

/// An invoice in the making.
#[derive(Debug)]
pub(super) struct Sheet<'a> {
    wordings: &'a CursorWordings,
    part: Part,
    number: Option<String>,
    given: Option<Window>,
    period: Option<Window>,
    currency: Option<Currency>,
    issued: Option<Timestamp>,
    total: Option<Money>,
    due: Option<Money>,
    lines: Vec<InvoiceLine>,
    remarks: Vec<Remark>,
    /// Text of the table to which no figures have come yet.
    pending: Vec<Remark>,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(wordings: &'a CursorWordings, given: Option<Window>) -> Self {
        Self {
            wordings,
            part: Part::Head,
            number: None,
            given,
            period: None,
            currency: None,
            issued: None,
            total: None,
            due: None,
            lines: Vec::new(),
            remarks: Vec::new(),
            pending: Vec::new(),
        }
    }

    pub(super) fn read(mut self, text: &str) -> Result<Self> {
        let lines = (1..).zip(text.lines().map(blanks)).filter(|(_, line)| !line.is_empty());
        let mut lines = lines.peekable();
        while let Some((number, mut line)) = lines.next() {
            // Columns that were copied one below the other.
            while is_figures(&line)
                && let Some((_, next)) = lines.next_if(|(_, next)| is_figures(next))
            {
                line = format!("{line} {next}");
            }
            match stated(&line) {
                Some(stated) => self.state(number, line, stated),
                None if matches!(self.part, Part::Table | Part::Sums) => self.add(number, line),
                None => self.remarks.push(Remark::new(number, line)),
            }
        }
        self.give_up_pending();
        if self.part == Part::Head {
            return Err(invalid(
                "there is no line like `Description Qty Unit price Amount`, below which an invoice has its lines",
            ));
        }
        if self.lines.is_empty() {
            return Err(invalid("below the headings there is no line that ends in an amount such as $96.10"));
        }
        Ok(self)
    }

    /// Takes up what a line of text states. Of what is stated twice the first counts, and the rest is a remark.
    fn state(&mut self, number: u64, line: String, stated: Stated) {
        let kept = match stated {
            Stated::Furniture => true,
            Stated::Headings => {
                // They come again on every page, and above whatever else is listed below the total.
                if self.part == Part::Head {
                    self.part = Part::Table;
                }
                true
            }
            Stated::Number(text) => fill(&mut self.number, text),
            Stated::Issued(at) => fill(&mut self.issued, at),
            Stated::Period(days) => self.given.is_none() && fill(&mut self.period, days),
            Stated::Subtotal => {
                self.end_table(Part::Sums);
                false
            }
            Stated::Total(total, currency) => {
                self.end_table(Part::Foot);
                self.currency = self.currency.or(currency);
                fill(&mut self.total, total)
            }
            Stated::Due(due, currency) => {
                self.end_table(Part::Foot);
                self.currency = self.currency.or(currency);
                self.due = self.due.or(Some(due));
                false
            }
            Stated::Aside => false,
        };
        if !kept {
            self.remarks.push(Remark::new(number, line));
        }
    }

    fn end_table(&mut self, part: Part) {
        if self.part != Part::Head {
            self.give_up_pending();
            self.part = part;
        }
    }

    /// Adds text to the description of the next line, and makes it a line when figures follow.
    fn add(&mut self, number: u64, line: String) {
        let may_end_a_row = Row::read(&line).is_some();
        self.pending.push(Remark::new(number, line));
        if !may_end_a_row {
            return;
        }
        // A figure at the start of the line may belong to the words before it.
        let words: Vec<&str> = self.pending.iter().map(|part| part.text.as_str()).collect();
        let Some(row) = Row::read(&words.join(" ")) else { return };
        let first = self.pending.first().map_or(number, |part| part.line);
        self.pending.clear();
        let wording = self.wordings.read(&row.description);
        let line = InvoiceLine::new(first, row.description, row.amount, wording);
        self.lines.push(line.with_quantity(row.quantity).with_unit_price(row.unit_price));
    }

    fn give_up_pending(&mut self) {
        self.remarks.append(&mut self.pending);
    }

    pub(super) fn invoice(mut self, file: &str) -> Result<Invoice> {
        let period = self.given.or(self.period).ok_or_else(|| {
            invalid(
                "there is no line like `Billing period Sep 14 \u{2013} Oct 14, 2026`, and no period was given",
            )
        })?;
        let number = self.number.unwrap_or_else(|| file.to_owned());
        let mut invoice = Invoice::new(number, period, self.currency.unwrap_or(Currency::USD));
        invoice.issued = self.issued;
        invoice.stated_total = self.total.or(self.due);
        invoice.lines = self.lines;
        self.remarks.sort_by_key(|remark| remark.line);
        invoice.remarks = self.remarks;
        Ok(invoice)
    }
}

/// Sets a field that is not set yet, and tells whether it has.
fn fill<T>(field: &mut Option<T>, value: T) -> bool {
    let empty = field.is_none();
    field.get_or_insert(value);
    empty
}

/// The line with one blank for any white space, and one minus for any.
fn blanks(line: &str) -> String {
    line.replace('\u{2212}', "-").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn invalid(message: &str) -> Error {
    Error::new(ErrorKind::Invoice, message)
}
