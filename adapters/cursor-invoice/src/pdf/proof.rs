//! From the rows of a sheet to an invoice, which is proved by the sums that the text prints.
//!
//! Text from a PDF may lose or merge rows, so that an invoice is accepted only if its rows add up to a printed sum: the
//! total, or what is due and paid. Without any such sum, every line of the table must have been read in the only
//! possible way. The errors name the line to look at and what to do about it.

use cost_model::input::NumberReader;
use cost_model::{Currency, Money, Timestamp, Window};
use reconcile::invoice::{InvoiceLine, Remark, Wordings as _};
use reconcile::readers::{is_amount_due, settle_rows};
use reconcile::{Error, Invoice, Result};

use crate::pdf::sheet::{Draft, Sheet, StatedSum, invalid};
use crate::wordings::CursorWordings;

impl Sheet<'_> {
    /// Makes the invoice. Lines that miss a printed total are an error, unless the caller accepts the difference.
    ///
    /// # Errors
    /// [`ErrorKind::Invoice`](reconcile::ErrorKind::Invoice), at a line where there is one: no rows, no period, two
    /// currencies, a figure that can be read in two ways, or lines that no printed sum proves.
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
        // After the numbers are finished: until then, a decimal mark may be in doubt.
        let rows = self.lines_that_make(&totals, wordings)?;
        invoice.stated_total = totals.first().copied();
        settle_rows(&mut invoice, rows)?;
        self.check(&mut invoice, &totals)?;
        invoice.remarks.append(&mut self.remarks);
        invoice.remarks.append(&mut self.unread);
        invoice.remarks.sort_by_key(|remark| remark.line);
        Ok(invoice)
    }

    /// Returns the period that is given, else that of the text, else the days that stand below all lines.
    ///
    /// Days below lines count only if they are all the same: a line of another period would otherwise decide
    /// for all.
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
                let message = format!(
                    "lines are about different days, {} and {}, and there is no line like `Billing period ...`: state the \
                     period",
                    days_text(first),
                    days_text(days)
                );
                Err(invalid(message).on_line(*line))
            }
        }
    }

    /// Returns the currency that amounts are printed with; a bare `$` alone is the US dollar.
    ///
    /// An invoice has one currency; an amount in another one is an error at its line.
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

    /// Returns what the invoice adds up to by its total, or by what is due and paid where it prints no total.
    ///
    /// What is due may be printed with or without what is paid taken off, so that each reading is a
    /// candidate.
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

    /// Returns the rows as lines. Rows between subtotal and total, such as a tax that the amounts include, are none where the others
    /// alone add up to the total.
    ///
    /// Those rows become remarks, so that nothing of the text is lost.
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

    /// Shows that no money was passed over: the lines add up to the printed total, or nothing was left unread.
    ///
    /// The strongest evidence comes first: a printed total, then that every line could be read, then subtotals.
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
            "the lines that were read add up to {sum}, and the printed total is {total}: {difference} more. Compare the lines; if \
             the invoice itself is wrong, say that the difference is accepted, or write the invoice as CSV with its total{}",
            unread.unwrap_or_default()
        );
        Err(invalid(message).on_line(first_unread.map_or(place, |unread| unread.line)))
    }

    /// Refuses a second total, or an amount due, that contradicts what the lines add up to. A total of the lines above it
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
    ///
    /// Only used without a total, which proves more.
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

/// Makes the error for a printed sum that the lines do not add up to.
///
/// It is at the line of the printed sum, which is what a person can compare.
fn contradicts(stated: &StatedSum, sum: Money) -> Error {
    let message = format!(
        "the amount of {} contradicts the lines, which add up to {sum}, and no payment or applied balance that is printed explains \
         the difference. Compare the lines, and write the invoice as CSV if some of them stand below its total",
        stated.amount.value
    );
    invalid(message).on_line(stated.line)
}

/// Returns what the lines above a line of the text add up to.
fn sum_above(invoice: &Invoice, line: u64) -> Result<Money> {
    let above = invoice.lines.iter().filter(|each| each.line < line);
    Ok(Money::sum(above.map(|each| each.amount))?)
}

/// Returns the days of a span for a message, its end as the first day after it.
fn days_text(days: &Window) -> String {
    format!("{} to {}", days.start().date(), days.end().date())
}
