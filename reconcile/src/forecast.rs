//! The forecast of a running cycle's invoice.
//!
//! A forecast needs the ledger, the rules of the biller and, for seats and tax, the invoice before. It is not a
//! reconciliation: nothing of it is proved by an invoice. Only `Forecast::so_far` is exact; the rest is an estimate
//! from past weeks.

use std::collections::BTreeMap;

use cost_model::{Ledger, Money, Rounding, Timestamp, Window};
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};
use crate::fault::Fault;
use crate::model::billing_rules::BillingRules;
use crate::model::invoice::{Invoice, LineKind};

/// One day in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;
/// One week in milliseconds.
const WEEK: i64 = 7 * DAY;
/// The number of past weeks that a forecast rests on, at most.
const WEEKS: i64 = 4;

/// A forecast of a running cycle's invoice, with an interval.
///
/// The method: the usage of the days that are left is taken from the same days one, two, three and four weeks ago (the
/// effective cost of all charges). The forecast is the mean of the four, and the interval reaches from the week with the
/// least usage to that with the most. The on-demand part is estimated in two ways, both from the same part of the cycle
/// before, since what a plan includes is used up first: the same share, and the same amount included. Weeks before the
/// ledger's first charge are left out; if the ledger does not hold the cycle before, the share is that of the past weeks.
/// Seats and add-ons are those of the invoice before, and so is the rate of tax. People who will join and prices that will
/// change are not taken into account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Forecast {
    /// The cycle.
    pub period: Window,
    /// The instant up to which charges are known.
    pub as_of: Timestamp,
    /// The billed on-demand charges of the cycle so far, exactly: the amount to accrue at `as_of`.
    pub so_far: Money,
    /// The on-demand usage of the whole cycle: least, most likely, most.
    pub on_demand: ForecastRange,
    /// Seats, add-ons and other fixed lines of the invoice before.
    pub fixed: Money,
    /// Tax on all that, at the rate of the invoice before.
    pub tax: ForecastRange,
    /// The whole invoice.
    pub total: ForecastRange,
    /// The number of past weeks that the forecast is based on, at most four.
    pub weeks: u32,
}

/// An amount with an interval.
/// No probability is attached to the interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ForecastRange {
    /// The amount at the pace of the week with the least usage.
    pub low: Money,
    /// The amount at the mean pace.
    pub likely: Money,
    /// The amount at the pace of the week with the most usage.
    pub high: Money,
}

impl Forecast {
    /// Forecasts the invoice of the cycle `period` from the charges before `as_of`.
    ///
    /// ```
    /// # use cost_model::{CostRecord, Costs, Currency, Filter, Ledger, Timestamp, Window};
    /// # use reconcile::invoice::{InvoiceLine, LineKind, UsageLine};
    /// # use reconcile::{BillingRules, Case, Invoice};
    /// # let filter = |kind: &str| Filter::parse(&format!("costs.subcategory = '{kind}'"));
    /// # let rules = BillingRules::new(filter("On-demand")?, filter("Own key")?);
    /// # let september = Window::days("2026-09-01".parse()?, "2026-10-01".parse()?)?;
    /// # let at = Timestamp::midnight("2026-09-20".parse()?);
    /// # let mut charge = CostRecord::new(at, "acme", Currency::USD, Costs::flat("0.6175".parse()?));
    /// # charge.edit(|set| set.subcategory = Some("On-demand".into()));
    /// # charge.edit(|set| set.service_id = Some("model-a".into()));
    /// # let mut ledger = Ledger::builder(Currency::USD);
    /// # ledger.push(&charge)?;
    /// # let ledger = ledger.build();
    /// # let mut invoice = Invoice::new("INV-7", september, Currency::USD);
    /// # let usage = LineKind::Usage(UsageLine::of_model("model-a"));
    /// # invoice.lines.push(InvoiceLine::new(1, "Usage of model-a", "0.62".parse()?, usage));
    /// # invoice.lines.push(InvoiceLine::new(2, "Tax", "0.05".parse()?, LineKind::Tax));
    /// use reconcile::forecast::Forecast;
    ///
    /// let (cycle, as_of) = (september, "2026-09-28T00:00:00Z".parse()?);
    /// let forecast = Forecast::for_cycle(&ledger, cycle, as_of, &rules, Some(&invoice))?;
    /// assert_eq!(forecast.so_far, "0.6175".parse()?);
    /// assert!(forecast.total.contains(forecast.total.likely));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Period`] when `as_of` does not lie in the period, or the ledger knows less than a week before it;
    /// [`ErrorKind::Overflow`].
    pub fn for_cycle(
        ledger: &Ledger,
        period: Window,
        as_of: Timestamp,
        rules: &BillingRules,
        before: Option<&Invoice>,
    ) -> Result<Self> {
        if !period.contains(as_of) {
            return Err(Fault::OutsideCycle(as_of).into());
        }
        let charges = Charges::from_ledger(ledger, rules)?;
        let weeks = charges.weeks_before(as_of);
        if weeks == 0 {
            return Err(Fault::NoWeekBefore(as_of).into());
        }
        let so_far = charges.on_demand.sum(period.start().millis(), as_of.millis())?;
        let rest = (as_of.millis(), period.end().millis());
        // The days that are left are compared with past weeks from the same weekday on: usage follows the days of the
        // week.
        let paces = charges.paces(rest, period.end().millis() - period.start().millis(), weeks)?;
        let on_demand = ForecastRange {
            low: so_far.checked_add(paces.iter().min().copied().unwrap_or_default())?,
            likely: so_far.checked_add(mean(&paces)?)?,
            high: so_far.checked_add(paces.iter().max().copied().unwrap_or_default())?,
        };
        let fixed = Money::sum(before.into_iter().flat_map(|invoice| &invoice.lines).filter_map(|line| {
            // Prorations, credits and the like belong to one cycle, and are not expected again.
            matches!(line.kind(), LineKind::Seats | LineKind::AddOn).then_some(line.amount)
        }))?;
        // Tax comes last: it is due on the fixed lines as well.
        let untaxed = on_demand.each(|amount| Ok(amount.checked_add(fixed)?))?;
        let tax = untaxed.each(|amount| tax(amount, before, rules.line_decimals))?;
        let total = untaxed.plus(tax)?;
        Ok(Self {
            period,
            as_of,
            so_far,
            on_demand,
            fixed,
            tax,
            total,
            weeks: u32::try_from(weeks).unwrap_or(u32::MAX),
        })
    }
}

impl ForecastRange {
    /// Changes each of the three amounts.
    fn each(self, change: impl Fn(Money) -> Result<Money>) -> Result<Self> {
        Ok(Self { low: change(self.low)?, likely: change(self.likely)?, high: change(self.high)? })
    }

    /// Adds amount by amount.
    fn plus(self, other: Self) -> Result<Self> {
        Ok(Self {
            low: self.low.checked_add(other.low)?,
            likely: self.likely.checked_add(other.likely)?,
            high: self.high.checked_add(other.high)?,
        })
    }

    /// Returns whether an amount lies inside, ends included.
    /// Use it to see afterwards whether the invoice came in as forecast.
    pub fn contains(&self, amount: Money) -> bool {
        self.low <= amount && amount <= self.high
    }
}

/// The usage of a ledger, and the part of it that was on demand.
///
/// Both are running sums, so that the sum of any span is the difference of two look-ups.
struct Charges {
    used: Running,
    on_demand: Running,
}

impl Charges {
    /// Sums the effective cost of all charges and the billed cost of those on demand. Charges without the amount count
    /// as zero.
    fn from_ledger(ledger: &Ledger, rules: &BillingRules) -> Result<Self> {
        let on_demand = rules.on_demand_sets(ledger);
        let mut charges = Self { used: Running::default(), on_demand: Running::default() };
        for row in ledger.rows() {
            charges.used.add_amount(row.at, row.costs.effective.unwrap_or_default())?;
            if on_demand.get(row.set.index()) == Some(&true) {
                charges.on_demand.add_amount(row.at, row.costs.billed.unwrap_or_default())?;
            }
        }
        Ok(charges)
    }

    /// Whole weeks before that instant since the day of the first charge, at most four.
    ///
    /// The day of the first charge, in UTC, counts from its midnight.
    fn weeks_before(&self, as_of: Timestamp) -> i64 {
        let first = self.used.first().map_or(i64::MAX, |at| at.div_euclid(DAY).saturating_mul(DAY));
        (as_of.millis().saturating_sub(first) / WEEK).clamp(0, WEEKS)
    }

    /// Returns what the rest of the cycle may add up to on demand, for each past week: if the same share is on demand as in the
    /// same part of the cycle before, and if the plan includes as much as there. Without a cycle before, the share is
    /// that of the past weeks.
    fn paces(&self, rest: (i64, i64), cycle: i64, weeks: i64) -> Result<Vec<Money>> {
        let known = self.used.first().is_some_and(|first| first <= rest.0 - cycle);
        let (from, to) =
            if known { (rest.0 - cycle, rest.1 - cycle) } else { (rest.0 - weeks * WEEK, rest.0) };
        let (used, on_demand) = (self.used.sum(from, to)?, self.on_demand.sum(from, to)?);
        let share = Share::of_total(on_demand, used);
        let mut paces = Vec::new();
        for week in 1..=weeks {
            let pace = self.used.pace(rest, week)?;
            paces.push(share.apply_to(pace));
            if known {
                paces.push(pace.checked_sub(used)?.checked_add(on_demand)?.max(Money::ZERO));
            }
        }
        Ok(paces)
    }
}

/// A share, in millionths.
#[derive(Clone, Copy)]
struct Share(i128);

impl Share {
    /// The whole in millionths.
    const WHOLE: i128 = 1_000_000;

    /// Returns the share of a part; 0 of nothing.
    fn of_total(part: Money, whole: Money) -> Self {
        // Dividing before multiplying keeps large sums in range; amounts below a millionth of a unit are lost, as an
        // estimate may.
        let millionth = whole.units() / Self::WHOLE;
        Self(part.units().checked_div(millionth).unwrap_or(0))
    }

    /// Returns that share of an amount.
    fn apply_to(self, amount: Money) -> Money {
        Money::from_units((amount.units() / Self::WHOLE).saturating_mul(self.0))
    }
}

/// Amounts by instant, summed up from the first.
#[derive(Default)]
struct Running {
    /// The sum of everything at or before each instant.
    reached: BTreeMap<i64, Money>,
    sum: Money,
}

impl Running {
    /// Adds an amount at an instant that is not before the last one.
    fn add_amount(&mut self, at: Timestamp, amount: Money) -> Result<()> {
        self.sum = self.sum.checked_add(amount)?;
        self.reached.insert(at.millis(), self.sum);
        Ok(())
    }

    /// Returns the instant of the first charge.
    fn first(&self) -> Option<i64> {
        self.reached.keys().next().copied()
    }

    /// Returns the sum from `start` up to `end`, which is left out, in time logarithmic in the number of instants.
    fn sum(&self, start: i64, end: i64) -> Result<Money> {
        Ok(self.sum_before(end).checked_sub(self.sum_before(start))?)
    }

    /// Returns the sum of everything before an instant.
    fn sum_before(&self, at: i64) -> Money {
        self.reached.range(..at).next_back().map_or(Money::ZERO, |(_, sum)| *sum)
    }

    /// Returns what the span would add up to if each of its weeks were the one that many weeks before its start.
    fn pace(&self, (start, end): (i64, i64), week: i64) -> Result<Money> {
        let past = start.saturating_sub(week * WEEK);
        let (whole, rest) = ((end - start) / WEEK, (end - start) % WEEK);
        let of_week = self.sum(past, past.saturating_add(WEEK))?;
        let whole = of_week.units().checked_mul(i128::from(whole)).map(Money::from_units);
        let whole =
            whole.ok_or_else(|| Error::new(ErrorKind::Overflow, "the forecast leaves the range of money"))?;
        Ok(whole.checked_add(self.sum(past, past.saturating_add(rest))?)?)
    }
}

/// Returns the mean, rounded towards zero; zero of no amounts.
fn mean(amounts: &[Money]) -> Result<Money> {
    let sum = Money::sum(amounts.iter().copied())?.units();
    let count = i128::try_from(amounts.len()).unwrap_or(1).max(1);
    Ok(Money::from_units(sum.checked_div(count).unwrap_or_default()))
}

/// Returns the tax on an amount, at the rate that the invoice before has on everything else.
///
/// Without an invoice before, no tax is forecast.
fn tax(amount: Money, before: Option<&Invoice>, decimals: u32) -> Result<Money> {
    let Some(before) = before else { return Ok(Money::ZERO) };
    let taxes = before.lines.iter().filter(|line| *line.kind() == LineKind::Tax).map(|line| line.amount);
    let taxes = Money::sum(taxes)?;
    let untaxed = before.sum_of_lines()?.checked_sub(taxes)?;
    Ok(Share::of_total(taxes, untaxed).apply_to(amount).rounded(decimals, Rounding::HalfUp)?)
}

#[cfg(test)]
mod tests {
    use cost_model::{CostRecord, Costs, Currency, Filter};

    use super::*;
    use crate::model::invoice::InvoiceLine;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    fn day(number: i64) -> Timestamp {
        let first = Timestamp::midnight("2026-09-01".parse().unwrap()).millis();
        Timestamp::from_millis(first + number * DAY).unwrap()
    }

    fn rules() -> BillingRules {
        BillingRules::new(
            Filter::parse("costs.subcategory = 'Usage-based'").unwrap(),
            Filter::parse("costs.subcategory = 'User API Key'").unwrap(),
        )
    }

    /// Returns a charge each noon, as large as its week's number and zero on the last two days of each.
    fn ledger(days: i64) -> Ledger {
        let mut ledger = Ledger::builder(Currency::USD);
        for number in (0..days).filter(|number| number % 7 < 5) {
            let noon = Timestamp::from_millis(day(number).millis() + DAY / 2).unwrap();
            let amount = Money::from_units(i128::from(1 + number / 7) * 10_i128.pow(24));
            let mut record = CostRecord::new(noon, "p", Currency::USD, Costs::flat(amount));
            record.edit(|set| set.subcategory = Some("Usage-based".into()));
            ledger.push(&record).unwrap();
        }
        ledger.build()
    }

    fn period() -> Window {
        Window::new(day(14), day(44)).unwrap()
    }

    #[test]
    fn the_rest_is_what_past_weeks_were() {
        // Known: weeks 0 to 3, of 5, 10, 15 and 20 dollars; left: two weeks and two days.
        let accrual = Forecast::for_cycle(&ledger(28), period(), day(28), &rules(), None).unwrap();
        assert_eq!((accrual.so_far, accrual.weeks), (money("35"), 4));
        let rest = |week: i128| 2 * 5 * week + 2 * week;
        assert_eq!(accrual.on_demand.low, Money::from_units((35 + rest(1)) * 10_i128.pow(24)));
        assert_eq!(accrual.on_demand.high, Money::from_units((35 + rest(4)) * 10_i128.pow(24)));
        assert_eq!(accrual.on_demand.likely, money("65"));
        assert_eq!((accrual.fixed, accrual.total), (Money::ZERO, accrual.on_demand));
    }

    #[test]
    fn seats_and_tax_follow_the_invoice_before() {
        let mut before = Invoice::new("INV-1", Window::new(day(-16), day(14)).unwrap(), Currency::USD);
        before.lines = vec![
            InvoiceLine::new(1, "seats", money("80"), LineKind::Seats),
            InvoiceLine::new(
                2,
                "usage",
                money("20"),
                LineKind::Usage(crate::model::invoice::UsageLine::default()),
            ),
            InvoiceLine::new(3, "tax", money("8.25"), LineKind::Tax),
        ];
        let accrual = Forecast::for_cycle(&ledger(28), period(), day(28), &rules(), Some(&before)).unwrap();
        assert_eq!(accrual.fixed, money("80"));
        assert_eq!(accrual.tax.likely, money("11.96"));
        assert_eq!(accrual.total.likely, money("156.96"));
    }

    #[test]
    fn without_a_week_there_is_no_forecast() {
        let error = Forecast::for_cycle(&ledger(5), period(), day(14), &rules(), None).err();
        assert!(error.is_none(), "two weeks have passed since the first charge");
        let error =
            Forecast::for_cycle(&ledger(20), Window::new(day(0), day(30)).unwrap(), day(3), &rules(), None);
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Period);
        let error = Forecast::for_cycle(&ledger(20), period(), day(50), &rules(), None).unwrap_err();
        assert_eq!(error.to_string(), "2026-10-21T00:00:00Z does not lie in the cycle");
    }
}
