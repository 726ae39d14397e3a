//! Sums among the lines of an invoice.
//!
//! A table of an invoice may have rows that sum up others, anywhere and under many names. A sum that is taken for a
//! line would count its amounts twice; a line that is taken for a sum would be missing. Labels decide where they are
//! clear; where they are not, the arithmetic does, or the file is refused.

use cost_model::Money;
use cost_model::input::SumLabel;

use crate::error::{Error, Result, invalid};
use crate::fault::Fault;
use crate::model::invoice::{Invoice, InvoiceLine, LineKind, Remark};

/// Adds the rows of a file to an invoice: lines to [`Invoice::lines`], and rows that repeat the sum of others to
/// [`Invoice::remarks`]. The total that such a row states becomes the [`Invoice::stated_total`], unless the file states one
/// outside of its rows.
///
/// A row is a sum by its words (`Subtotal`, `Total`, `Amount due`, in other languages too). A row whose words leave it open
/// (`Total usage`), or whose wording is unknown, and whose amount is the sum of the rows above it or of all others, is a sum or
/// a line as the stated total proves.
///
/// ```
/// use cost_model::{Currency, Window};
/// use reconcile::Invoice;
/// use reconcile::invoice::{InvoiceLine, LineKind};
/// use reconcile::readers::settle_rows;
///
/// let july = Window::days("2026-07-01".parse()?, "2026-08-01".parse()?)?;
/// let mut invoice = Invoice::new("INV-1", july, Currency::USD);
/// let row = |line, words: &str, amount: &str| -> Result<InvoiceLine, cost_model::Error> {
///     Ok(InvoiceLine::new(line, words, amount.parse()?, LineKind::Unrecognised))
/// };
/// settle_rows(&mut invoice, vec![row(1, "Seats", "20")?, row(2, "Tax", "2")?, row(3, "Total", "22")?])?;
/// assert_eq!((invoice.lines.len(), invoice.stated_total), (2, Some("22".parse()?)));
/// assert_eq!(invoice.remarks[0].text, "Total 22");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Invoice`](crate::ErrorKind::Invoice) with the line of a row that may be a sum or a line while no total proves
/// which, of a total or an amount due among the rows that contradicts the lines, and of a subtotal that no lines add up to where
/// there is no total; without a line, if no line is left.
pub fn settle_rows(invoice: &mut Invoice, rows: Vec<InvoiceLine>) -> Result<()> {
    let mut sheet = Sheet::default();
    for (place, row) in rows.into_iter().enumerate() {
        match SumLabel::of(&row.description) {
            None | Some(SumLabel::Unclear) => sheet.lines.push(Placed { place, row }),
            Some(label) => sheet.sums.push((label, Placed { place, row })),
        }
    }
    // First, since payments below the total would keep the lines from adding up to it.
    sheet.set_payments_apart()?;
    sheet.settle_doubtful(invoice.stated_total)?;
    if sheet.lines.is_empty() && !sheet.sums.is_empty() {
        return Err(invalid("there is no line that is not a sum of others"));
    }
    invoice.stated_total = sheet.total(invoice.stated_total)?;
    let sums = sheet.sums.into_iter().map(|(_, placed)| placed).chain(sheet.set_apart);
    invoice.remarks.extend(sums.map(|placed: Placed| {
        Remark::new(placed.row.line, format!("{} {}", placed.row.description, placed.row.amount))
    }));
    invoice.lines.extend(sheet.lines.into_iter().map(|placed| placed.row));
    Ok(())
}

/// A row with its place among the rows, from 0.
#[derive(Clone)]
struct Placed {
    place: usize,
    row: InvoiceLine,
}

/// The rows of an invoice, sums told from lines.
#[derive(Default)]
struct Sheet {
    lines: Vec<Placed>,
    sums: Vec<(SumLabel, Placed)>,
    /// Rows that are neither: payments below the total, and sums by arithmetic.
    set_apart: Vec<Placed>,
    /// The sum of the payments among those, which is negative.
    applied: Money,
}

impl Sheet {
    /// Returns the sums of one label.
    fn stated(&self, wanted: SumLabel) -> impl Iterator<Item = &Placed> {
        self.sums.iter().filter(move |(label, _)| *label == wanted).map(|(_, placed)| placed)
    }

    /// Sets apart what is between the total and what is due, such as an applied balance: it pays the invoice and is no
    /// part of it, which the two figures prove.
    fn set_payments_apart(&mut self) -> Result<()> {
        let Some((place, total)) =
            self.stated(SumLabel::Total).last().map(|total| (total.place, total.row.amount))
        else {
            return Ok(());
        };
        let (above, below): (Vec<_>, Vec<_>) =
            self.lines.iter().cloned().partition(|each| each.place < place);
        if below.is_empty() || !below.iter().all(may_pay) || sum_amounts(&above)? != total {
            return Ok(());
        }
        let applied = sum_amounts(&below)?;
        let paid = self.paid()?;
        let dues: Vec<Money> = self.stated(SumLabel::Due).map(|due| due.row.amount).collect();
        if dues.into_iter().any(|due| due != total && is_amount_due(due, total, applied, paid)) {
            self.applied = applied;
            self.lines = above;
            self.set_apart = below;
        }
        Ok(())
    }

    /// Tells sums by arithmetic from lines.
    fn settle_doubtful(&mut self, apart: Option<Money>) -> Result<()> {
        let doubtful = self.doubtful();
        let Some(first) = doubtful.first() else { return Ok(()) };
        let (as_sums, as_lines): (Vec<_>, Vec<_>) = self
            .lines
            .iter()
            .cloned()
            .partition(|each: &Placed| doubtful.iter().any(|doubtful| doubtful.place == each.place));
        let totals = self.totals(apart)?;
        let are_lines = totals.contains(&sum_amounts(&self.lines)?);
        let are_sums = totals.contains(&sum_amounts(&as_lines)?);
        // Without a total, words for a sum and the sum of several lines are proof enough.
        let speak_for_sums = totals.is_empty() && doubtful.iter().all(|each| each.has_words && each.rows > 1);
        match (are_lines, are_sums || speak_for_sums) {
            (true, false) => Ok(()),
            (false, true) => {
                self.lines = as_lines;
                self.set_apart.extend(as_sums);
                Ok(())
            }
            _ => Err(invalid(
                "the amount is the sum of other lines, and no total shows whether the line is a sum of them or one more: \
                 state the invoice's total, or remove the sum",
            )
            .on_line(first.line)),
        }
    }

    /// Returns the rows that may be sums by their amount. Sums out of range show nothing.
    fn doubtful(&self) -> Vec<Doubtful> {
        let mut doubtful = Vec::new();
        let Ok(all) = sum_amounts(&self.lines) else { return doubtful };
        let (mut above, mut rows) = (Some(Money::ZERO), 0_usize);
        for Placed { place, row } in &self.lines {
            let has_words = SumLabel::of(&row.description).is_some();
            let is_unknown = matches!(row.kind(), LineKind::Unrecognised);
            // Without words for a sum, one equal row is no evidence: two things may cost the same.
            let least = if has_words { 1 } else { 2 };
            let of_above = rows >= least && above == Some(row.amount);
            let of_others = self.lines.len() > least
                && all.checked_sub(row.amount).is_ok_and(|others| others == row.amount);
            if !row.amount.is_zero() && (has_words || is_unknown) && (of_above || of_others) {
                let rows = if of_above { rows } else { self.lines.len().saturating_sub(1) };
                doubtful.push(Doubtful { place: *place, line: row.line, has_words, rows });
                continue;
            }
            above = above.and_then(|above| above.checked_add(row.amount).ok());
            rows = rows.saturating_add(1);
        }
        doubtful
    }

    /// Returns what the invoice may add up to by the totals that it states.
    fn totals(&self, apart: Option<Money>) -> Result<Vec<Money>> {
        let mut totals: Vec<Money> = apart.into_iter().collect();
        totals.extend(self.stated(SumLabel::Total).map(|total| total.row.amount));
        if totals.is_empty() {
            let paid = Money::sum(self.stated(SumLabel::Paid).map(|paid| paid.row.amount))?;
            // Files state payments with either sign, and due is the total or what is left of it.
            for due in self.stated(SumLabel::Due).map(|due| due.row.amount) {
                totals.extend([due, due.checked_add(paid)?, due.checked_sub(paid)?]);
            }
        }
        Ok(totals)
    }

    /// Returns the total that the file states, which the lines must add up to if it is stated among them.
    fn total(&self, apart: Option<Money>) -> Result<Option<Money>> {
        let mut rows = self.stated(SumLabel::Total).chain(self.stated(SumLabel::Due));
        let Some(row) = rows.next() else {
            self.check_subtotals(apart)?;
            return Ok(apart);
        };
        let sum = sum_amounts(&self.lines)?;
        if self.totals(None)?.into_iter().any(|total| total == sum || Some(total) == apart) {
            self.check_others(sum, apart)?;
            return Ok(apart.or(Some(sum)));
        }
        let difference = row.row.amount.checked_sub(sum)?;
        let fault = Fault::OtherTotal { sum, total: row.row.amount, difference };
        Err(Error::from(fault).on_line(row.row.line))
    }

    /// Returns what was paid by the rows that say so.
    fn paid(&self) -> Result<Money> {
        Ok(Money::sum(self.stated(SumLabel::Paid).map(|paid| paid.row.amount))?)
    }

    /// Refuses a second total, or an amount due, that contradicts what the lines add up to. A total of the lines above it
    /// contradicts nothing, nor does an amount due that payments explain.
    fn check_others(&self, sum: Money, apart: Option<Money>) -> Result<()> {
        let paid = self.paid()?;
        for Placed { place, row } in self.stated(SumLabel::Total) {
            let above = self.lines.iter().filter(|line| line.place < *place);
            let above = Money::sum(above.map(|line| line.row.amount))?;
            if ![Some(sum), Some(above), apart].contains(&Some(row.amount)) {
                return Err(contradicts(row, sum));
            }
        }
        for Placed { row, .. } in self.stated(SumLabel::Due) {
            let totals = [Some(sum), apart];
            if !totals.into_iter().flatten().any(|total| is_amount_due(row.amount, total, self.applied, paid))
            {
                return Err(contradicts(row, sum));
            }
        }
        Ok(())
    }

    /// Refuses a subtotal that is the sum of no lines that follow each other, where no total shows that none is missing.
    fn check_subtotals(&self, apart: Option<Money>) -> Result<()> {
        if apart.is_some() {
            return Ok(());
        }
        for Placed { row, .. } in self.stated(SumLabel::Subtotal) {
            if !is_sum_of_neighbours(row.amount, &self.lines) {
                return Err(Error::from(Fault::NoSubtotal(row.amount)).on_line(row.line));
            }
        }
        Ok(())
    }
}

/// Makes the error of a sum that the lines do not add up to, at its row.
fn contradicts(row: &InvoiceLine, sum: Money) -> Error {
    Error::from(Fault::OtherSum { amount: row.amount, sum }).on_line(row.line)
}

/// Returns whether some lines that follow each other add up to an amount.
fn is_sum_of_neighbours(sum: Money, lines: &[Placed]) -> bool {
    (0..lines.len()).any(|first| {
        let mut run = Some(Money::ZERO);
        lines.iter().skip(first).any(|line| {
            run = run.and_then(|run| run.checked_add(line.row.amount).ok());
            run == Some(sum)
        })
    })
}

/// Returns whether a row below the total may be a payment of the invoice, such as an applied balance.
fn may_pay(placed: &Placed) -> bool {
    let is_of_a_kind_that_pays = matches!(
        placed.row.kind(),
        LineKind::Unrecognised | LineKind::Credit | LineKind::Drawdown | LineKind::Refund
    );
    is_of_a_kind_that_pays && placed.row.amount < Money::ZERO
}

/// Returns whether an amount may be what is due of an invoice: its total, less balances applied to it (a negative amount), less
/// payments (of either sign), less both. Amounts out of range explain nothing.
///
/// ```
/// use cost_model::Money;
/// use reconcile::readers::is_amount_due;
///
/// let [due, total, paid]: [Money; 3] = ["0".parse()?, "22".parse()?, "22".parse()?];
/// assert!(is_amount_due(due, total, Money::ZERO, paid));
/// assert!(!is_amount_due("48".parse()?, total, Money::ZERO, paid));
/// # Ok::<(), cost_model::Error>(())
/// ```
pub fn is_amount_due(due: Money, total: Money, applied: Money, paid: Money) -> bool {
    let less_applied = total.checked_add(applied).ok();
    [Some(total), less_applied].into_iter().flatten().any(|left| {
        let less_paid = if paid < Money::ZERO { left.checked_add(paid) } else { left.checked_sub(paid) };
        due == left || less_paid.is_ok_and(|left| due == left)
    })
}

/// A row that may be a sum of others.
///
/// Its label does not decide it, and the amounts of the other rows have to.
struct Doubtful {
    place: usize,
    line: u64,
    /// Whether its label has a word for a sum.
    has_words: bool,
    /// Of how many others it is the sum.
    rows: usize,
}

/// Returns what rows add up to.
fn sum_amounts(lines: &[Placed]) -> Result<Money> {
    Ok(Money::sum(lines.iter().map(|each| each.row.amount))?)
}
