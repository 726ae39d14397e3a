//! Checks an invoice against its own figures.
//!
//! These checks need no usage, only the invoice: quantity, price, amount, words and total have to agree. Whatever is
//! off is a matter between the customer and the issuer, and its own cause in a bridge. Each rule leaves the room that
//! rounding needs, so that no correct invoice is reported.

use cost_model::{Money, Rounding};
use rust_decimal::Decimal;
use serde::Serialize;

use crate::error::{Error, ErrorKind, Result};
use crate::model::invoice::{Invoice, InvoiceLine, LineKind};

/// A figure of an [`Invoice`] that its other figures contradict.
///
/// It is found without any usage, so that an invoice can be refused before somebody looks for its charges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LineCheck {
    /// The [`InvoiceLine::line`] that is contradicted; `None` for the total.
    pub line: Option<u64>,
    /// The rule that is broken.
    pub rule: LineRule,
    /// The amount by the other figures.
    /// For a price in words, this is not rounded.
    pub expected: Money,
    /// The amount that the invoice states.
    pub found: Money,
    /// `found` minus `expected`.
    pub difference: Money,
}

/// A rule between the figures of an invoice.
///
/// Every rule leaves the room that rounding needs, so that no correct invoice breaks one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub enum LineRule {
    /// The amount is the count times the price that the words name; where that is not in whole cents, one of the two
    /// cents next to it.
    PriceInWords,
    /// The amount over the quantity is the printed price, give or take half of its last decimal: a printed price may be
    /// a rounded average. It is taken to be printed with two decimals, or as many more as it needs.
    PrintedPrice,
    /// The amount is the one that the words name.
    AmountInWords,
    /// The amount of a tax is the rate that its words name, of the lines that are taxed: all of them, or those of usage or
    /// of seats alone, before or after credits; rounded once or line by line.
    RateInWords,
    /// The stated total is the sum of the lines.
    StatedTotal,
}

impl LineRule {
    /// Returns a short text for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::PriceInWords => "the count times the price in the words",
            Self::PrintedPrice => "the quantity times the printed price",
            Self::AmountInWords => "the amount in the words",
            Self::RateInWords => "the rate in the words times what is taxed",
            Self::StatedTotal => "the sum of the lines",
        }
    }
}

/// The decimals with which invoices print amounts, at least.
const DECIMALS: u32 = 2;

impl Invoice {
    /// Checks each line against itself, and the stated total against the lines, and returns the rules that are broken.
    ///
    /// ```
    /// use cost_model::{Currency, Window};
    /// use reconcile::Invoice;
    /// use reconcile::invoice::{InvoiceLine, LineKind, LineRule};
    ///
    /// let september = Window::days("2026-09-01".parse()?, "2026-10-01".parse()?)?;
    /// let mut invoice = Invoice::new("INV-0007", september, Currency::USD);
    /// let seats = InvoiceLine::new(1, "Seats", "120.10".parse()?, LineKind::Seats);
    /// invoice.lines.push(seats.with_quantity(Some(3.into())).with_unit_price(Some("40".parse()?)));
    /// let found = invoice.checks()?;
    /// assert_eq!((found[0].line, found[0].rule), (Some(1), LineRule::PrintedPrice));
    /// assert_eq!((found[0].expected, found[0].difference), ("120".parse()?, "0.10".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`], with the line whose quantity times its price is out of range.
    pub fn checks(&self) -> Result<Vec<LineCheck>> {
        let mut found = Vec::new();
        for line in &self.lines {
            let rules = [
                amount_in_words(line)?,
                price_in_words(line)?,
                printed_price(line)?,
                self.rate_in_words(line)?,
            ];
            // One contradiction of a line is enough: another would tell the same amount again.
            found.extend(rules.into_iter().flatten().next());
        }
        if let Some(stated) = self.stated_total {
            found.extend(contradiction(None, LineRule::StatedTotal, self.sum_of_lines()?, stated)?);
        }
        Ok(found)
    }

    /// Returns a tax that is not its rate of any sum of lines that is likely to be taxed.
    /// It passes if any likely base and rounding gives the amount: invoices do not say which lines are taxed.
    fn rate_in_words(&self, line: &InvoiceLine) -> Result<Option<LineCheck>> {
        let Some(rate) = line.wording.rate.filter(|_| *line.kind() == LineKind::Tax) else { return Ok(None) };
        for taxed in TAXED {
            let base: Vec<Money> = self
                .lines
                .iter()
                .filter(|each| each.line != line.line && taxed(each.kind()))
                .map(|each| each.amount)
                .collect();
            let once = rate_of(Money::sum(base.iter().copied())?, rate).ok_or_else(|| out_of_range(line))?;
            if is_rounded(once, line.amount)? || is_rounded_line_by_line(&base, rate, line.amount) {
                return Ok(None);
            }
        }
        let all = self.lines.iter().filter(|each| *each.kind() != LineKind::Tax).map(|each| each.amount);
        let expected = rate_of(Money::sum(all)?, rate).ok_or_else(|| out_of_range(line))?;
        contradiction(
            Some(line.line),
            LineRule::RateInWords,
            expected.rounded(DECIMALS, Rounding::HalfUp)?,
            line.amount,
        )
    }
}

/// The lines that may be taxed, the likeliest first.
///
/// An invoice does not say which lines a tax is charged on, so that each of these selections is tried.
const TAXED: [fn(&LineKind) -> bool; 8] = [
    |kind| *kind != LineKind::Tax,
    |kind| !matches!(kind, LineKind::Tax | LineKind::Credit | LineKind::Refund | LineKind::Discount),
    |kind| !matches!(kind, LineKind::Tax | LineKind::Credit | LineKind::Refund),
    |kind| !matches!(kind, LineKind::Tax | LineKind::Netting),
    |kind| !matches!(kind, LineKind::Tax | LineKind::Netting | LineKind::Credit | LineKind::Refund),
    |kind| matches!(kind, LineKind::Usage(_) | LineKind::TokenFee | LineKind::OwnKeyFees),
    |kind| matches!(kind, LineKind::Seats | LineKind::Proration | LineKind::AddOn),
    // A second tax may be due on the first.
    |_| true,
];

/// `rate` percent of an amount, rounded down to the model's last digit; `None` out of range.
fn rate_of(base: Money, rate: Decimal) -> Option<Money> {
    let rate = rate.normalize();
    let whole = 10_i128.checked_pow(rate.scale())?.checked_mul(100)?;
    base.units().checked_mul(rate.mantissa())?.checked_div_euclid(whole).map(Money::from_units)
}

/// Returns whether an amount is that one, rounded to whole cents in either direction.
fn is_rounded(exact: Money, amount: Money) -> Result<bool> {
    for direction in [Rounding::Floor, Rounding::Ceil] {
        if exact.rounded(DECIMALS, direction)? == amount {
            return Ok(true);
        }
    }
    Ok(exact == amount)
}

/// Returns whether an amount is the sum of the taxes on each line, all rounded in the same way. An overflow is a no.
fn is_rounded_line_by_line(base: &[Money], rate: Decimal, amount: Money) -> bool {
    Rounding::ALL.into_iter().any(|rounding| {
        let taxes = base.iter().map(|line| rate_of(*line, rate)?.rounded(DECIMALS, rounding).ok());
        let sum = taxes.collect::<Option<Vec<_>>>().and_then(|taxes| Money::sum(taxes).ok());
        sum == Some(amount)
    })
}

/// Returns a line whose amount is not the one that its words name, as in `totalling: $76.02`.
fn amount_in_words(line: &InvoiceLine) -> Result<Option<LineCheck>> {
    let Some(words) = line.wording.amount else { return Ok(None) };
    contradiction(Some(line.line), LineRule::AmountInWords, words, line.amount)
}

/// Returns a usage line whose amount is not its count times the price that its words name. Where it
/// counts requests, those are the count.
fn price_in_words(line: &InvoiceLine) -> Result<Option<LineCheck>> {
    let LineKind::Usage(about) = line.kind() else { return Ok(None) };
    let Some(price) = line.wording.unit_price else { return Ok(None) };
    let Some(count) = about.requests.or(about.calls) else { return Ok(None) };
    let units = price.units().checked_mul(count.into()).ok_or_else(|| out_of_range(line))?;
    let expected = Money::from_units(units);
    for direction in [Rounding::Floor, Rounding::Ceil] {
        if expected.rounded(DECIMALS, direction)? == line.amount {
            return Ok(None);
        }
    }
    contradiction(Some(line.line), LineRule::PriceInWords, expected, line.amount)
}

/// Returns a line whose amount is further from quantity times printed price than rounding of that price explains.
fn printed_price(line: &InvoiceLine) -> Result<Option<LineCheck>> {
    let (Some(price), Some(quantity)) = (line.unit_price, line.quantity) else { return Ok(None) };
    let Some((expected, off, allowed)) = times(price, quantity.normalize(), line.amount) else {
        return Err(out_of_range(line));
    };
    if off <= allowed {
        return Ok(None);
    }
    contradiction(Some(line.line), LineRule::PrintedPrice, expected, line.amount)
}

/// Returns the price times the quantity; and how far the amount is from that and may be, both times ten to the quantity's scale.
fn times(price: Money, quantity: Decimal, amount: Money) -> Option<(Money, u128, u128)> {
    let whole = 10_i128.checked_pow(quantity.scale())?;
    let product = price.units().checked_mul(quantity.mantissa())?;
    let off = amount.units().checked_mul(whole)?.checked_sub(product)?.unsigned_abs();
    let allowed = half_a_step(price).checked_mul(quantity.mantissa().unsigned_abs())?;
    Some((Money::from_units(product.checked_div(whole)?), off, allowed))
}

/// Half of the last decimal that a price is printed with.
/// A price of zero is taken to be printed with two decimals.
fn half_a_step(price: Money) -> u128 {
    let mut step = 10_u128.pow(24 - DECIMALS);
    while !price.units().unsigned_abs().is_multiple_of(step) {
        step /= 10;
    }
    step / 2
}

/// Returns the contradiction between two amounts, with `found` minus `expected` as its difference; `None` where they
/// are equal.
fn contradiction(
    line: Option<u64>,
    rule: LineRule,
    expected: Money,
    found: Money,
) -> Result<Option<LineCheck>> {
    let difference = found.checked_sub(expected)?;
    Ok((!difference.is_zero()).then_some(LineCheck { line, rule, expected, found, difference }))
}

/// Makes the error of a line whose figures are too large to be multiplied.
fn out_of_range(line: &InvoiceLine) -> Error {
    Error::new(ErrorKind::Overflow, "quantity times price is out of range").on_line(line.line)
}

#[cfg(test)]
mod tests {
    use cost_model::{Currency, Window};

    use super::*;
    use crate::model::invoice::{UsageLine, Wording};

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    fn invoice(lines: Vec<InvoiceLine>) -> Invoice {
        let day = |text: &str| text.parse().unwrap();
        let period = Window::days(day("2026-09-01"), day("2026-10-01")).unwrap();
        Invoice { lines, ..Invoice::new("INV-7", period, Currency::USD) }
    }

    fn requests(count: u64, price: &str, amount: &str) -> Invoice {
        let about = UsageLine { requests: Some(count), ..UsageLine::default() };
        let wording = Wording { unit_price: Some(money(price)), ..LineKind::Usage(about).into() };
        invoice(vec![InvoiceLine::new(3, "requests", money(amount), wording)])
    }

    #[test]
    fn a_price_in_words_is_exact_up_to_a_whole_cent() {
        assert_eq!(requests(97, "0.04", "3.88").checks().unwrap(), []);
        assert_eq!(requests(9, "0.025", "0.22").checks().unwrap(), []);
        assert_eq!(requests(9, "0.025", "0.23").checks().unwrap(), []);
        assert_eq!(requests(9, "0.025", "0.225").checks().unwrap(), []);
        let found = requests(97, "0.04", "3.89").checks().unwrap();
        let expected = LineCheck {
            line: Some(3),
            rule: LineRule::PriceInWords,
            expected: money("3.88"),
            found: money("3.89"),
            difference: money("0.01"),
        };
        assert_eq!(found, [expected]);
        let error = requests(u64::MAX, "100000000", "1").checks().unwrap_err();
        assert_eq!(error.to_string(), "line 3: quantity times price is out of range");
    }

    fn priced(quantity: &str, price: &str, amount: &str) -> Invoice {
        let line = InvoiceLine::new(3, "seats", money(amount), LineKind::Seats);
        let quantity = Some(Decimal::from_str_exact(quantity).unwrap());
        invoice(vec![line.with_quantity(quantity).with_unit_price(Some(money(price)))])
    }

    #[test]
    fn a_printed_price_may_be_a_rounded_average() {
        for (quantity, price, amount) in [
            ("578", "0.05", "26.94"),
            ("578", "0.05", "31.79"),
            ("200", "40", "8000"),
            ("0.5", "40", "20"),
            ("0", "40", "0"),
            ("3", "0.0333", "0.10"),
            ("-2", "40", "-80"),
        ] {
            assert_eq!(priced(quantity, price, amount).checks().unwrap(), [], "{quantity} x {price}");
        }
        for (quantity, price, amount, difference) in [
            ("578", "0.05", "31.80", "2.9"),
            ("0", "40", "0.01", "0.01"),
            ("2", "40", "80.02", "0.02"),
            ("3", "0.0333", "0.11", "0.0101"),
        ] {
            let found = priced(quantity, price, amount).checks().unwrap();
            assert_eq!(found.len(), 1, "{quantity} x {price}");
            assert_eq!((found[0].rule, found[0].difference), (LineRule::PrintedPrice, money(difference)));
        }
    }

    #[test]
    fn words_and_totals_are_held_against_the_amounts() {
        let wording = Wording { amount: Some(money("5")), ..LineKind::TokenFee.into() };
        let mut invoice = invoice(vec![InvoiceLine::new(1, "fee", money("4"), wording)]);
        invoice.stated_total = Some(money("6"));
        let found: Vec<_> = invoice
            .checks()
            .unwrap()
            .into_iter()
            .map(|check| (check.line, check.rule, check.difference))
            .collect();
        let expected =
            [(Some(1), LineRule::AmountInWords, money("-1")), (None, LineRule::StatedTotal, money("2"))];
        assert_eq!(found, expected);
    }
}
