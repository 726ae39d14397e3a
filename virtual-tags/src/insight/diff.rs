//! Compares two taggers: the cost that moves from one value to another.
//!
//! It is meant for the review of a change: in CI before rules are merged, and when a closed period is
//! compared with what it would be now.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use cost_model::output::{counted, for_terminal};
use cost_model::tagger::TagCache;
use cost_model::{Dimension, Ledger, Metric, Money, Result, Rounding, Tagger, Window};
use rust_decimal::Decimal;

use crate::amounts::format_amount;
use crate::evaluate::fragments::split_amount;

/// The number of people who are listed of each move at most.
///
/// They are examples for the reviewer; all of them would be the ledger again.
const PEOPLE_MAX: usize = 3;

/// A value of the key, or none.
type Value = Option<Arc<str>>;

/// The cost that moves between the values of a key when one tagger replaces another. `Debug` leaves out the values.
///
/// `Display` gives a line for the total and one for each move, with two decimals.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diff {
    /// The key.
    pub key: Arc<str>,
    /// The sum of all amounts, each taken as positive.
    pub total: Money,
    /// The sum of the amounts that move, each taken as positive.
    pub moved: Money,
    /// The moves, the largest first.
    pub moves: Vec<CostMove>,
}

cost_model::masked_debug!(Diff { total, moved, moves });

/// The cost that moves from one value to another when the rules change.
///
/// `Debug` leaves out the values and people.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CostMove {
    /// The old value; `None` is no value.
    pub from: Option<Arc<str>>,
    /// The new value; `None` is no value.
    pub to: Option<Arc<str>>,
    /// The sum of the amounts, refunds subtracted.
    pub amount: Money,
    /// The number of charges.
    pub records: u64,
    /// The three people with the largest part of it, by resource, the largest first.
    pub people: Vec<(Arc<str>, Money)>,
}

cost_model::masked_debug!(CostMove { amount, records });

/// The sums of one move while charges are added. `magnitude` takes every amount as positive, so that a refund
/// does not hide a charge of the same size.
#[derive(Default)]
struct MoveSums {
    amount: Money,
    magnitude: Money,
    records: u64,
    people: BTreeMap<Arc<str>, Money>,
}

impl Diff {
    /// Compares the answers of two taggers for the charges of a window, or for all. Charges without an amount of the
    /// metric count as zero.
    ///
    /// For a split charge, only the difference between the shares counts as moved.
    ///
    /// ```
    /// use cost_model::{CostRecord, Costs, Currency, Ledger, Metric, Timestamp};
    /// use virtual_tags::insight::Diff;
    /// use virtual_tags::{Directory, ResolvedRules, RuleSet};
    ///
    /// let rules = |value: &str| -> virtual_tags::Result<ResolvedRules> {
    ///     let toml = format!("[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nvalue = \"{value}\"\nwho = \"person\"\n");
    ///     RuleSet::from_toml(&toml, "rules.toml")?.compile(Directory::default())?.tagger()
    /// };
    /// let at = Timestamp::midnight("2026-09-15".parse()?);
    /// let mut record = CostRecord::new(at, "cursor", Currency::USD, Costs::flat("8.2".parse()?));
    /// record.edit(|set| set.resource = Some("ana@acme.test".into()));
    /// let mut ledger = Ledger::builder(Currency::USD);
    /// ledger.push(&record)?;
    ///
    /// let diff = Diff::between((&rules("Web")?, &rules("Data")?), &ledger.build(), "Team", Metric::Effective, None)?;
    /// assert_eq!(
    ///     diff.to_string(),
    ///     "Team: 8.20 of 8.20 reassigned\n  Web -> Data: 8.20 in 1 charge (ana@acme.test 8.20)\n"
    /// );
    /// assert!(!diff.is_within("25".parse()?)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`](cost_model::ErrorKind::Overflow) when a sum leaves the range of [`Money`].
    pub fn between(
        (old, new): (&dyn Tagger, &dyn Tagger),
        ledger: &Ledger,
        key: &str,
        metric: Metric,
        window: Option<Window>,
    ) -> Result<Self> {
        let keys = [Arc::from(key)];
        let old = TagCache::new(ledger, old, &keys)?;
        let new = TagCache::new(ledger, new, &keys)?;
        let mut total = Money::ZERO;
        let mut sums: BTreeMap<(Value, Value), MoveSums> = BTreeMap::new();
        for (row, (before, after)) in ledger.rows().zip(old.answers(ledger)?.zip(new.answers(ledger)?)) {
            if window.is_some_and(|window| !window.contains(row.at)) {
                continue;
            }
            let amount = row.costs.get(metric).unwrap_or_default();
            total = total.checked_add(absolute(amount)?)?;
            let (before, after) = (old.parts(before), new.parts(after));
            // Most charges do not move; dividing their amounts would be for nothing.
            if before == after {
                continue;
            }
            let moves =
                find_moves(&split_amount(amount.units(), before)?, &split_amount(amount.units(), after)?);
            let person = ledger.set(row.set).and_then(|set| set.shared(&Dimension::Resource));
            for (from, to, units) in moves {
                sums.entry((from, to)).or_default().add_move(units, person.as_ref())?;
            }
        }
        let mut moved = Money::ZERO;
        let mut moves = Vec::with_capacity(sums.len());
        for ((from, to), sum) in sums {
            moved = moved.checked_add(sum.magnitude)?;
            moves.push(sum.into_move(from, to));
        }
        moves.sort_by_key(|each| std::cmp::Reverse(each.amount.units().unsigned_abs()));
        Ok(Self { key: key.into(), total, moved, moves })
    }

    /// Returns whether at most a percentage of the total moves: the guard for CI. With 0 it says whether a closed month
    /// stays as it was.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`](cost_model::ErrorKind::Overflow) when an amount is too long to compare.
    pub fn is_within(&self, percent: Decimal) -> Result<bool> {
        if self.moved.is_zero() || self.total.is_zero() {
            return Ok(self.moved.is_zero());
        }
        // Ten decimals decide any percentage that somebody writes, and leave room to multiply by it.
        let limit = self.total.round(10, Rounding::HalfEven)?.checked_mul(percent);
        let moved = self.moved.round(10, Rounding::HalfEven)?.checked_mul(Decimal::ONE_HUNDRED);
        moved.zip(limit).map(|(moved, limit)| moved <= limit).ok_or_else(|| {
            cost_model::Error::new(
                cost_model::ErrorKind::Overflow,
                "an amount is too long to compare with a share",
            )
        })
    }
}

/// Returns an amount without its sign; the smallest of all has no positive counterpart and is an error.
fn absolute(amount: Money) -> Result<Money> {
    if amount < Money::ZERO { amount.checked_neg() } else { Ok(amount) }
}

impl MoveSums {
    /// Adds a part of one charge, in units of [`Money`].
    fn add_move(&mut self, units: i128, person: Option<&Arc<str>>) -> Result<()> {
        let amount = Money::from_units(units);
        self.amount = self.amount.checked_add(amount)?;
        self.magnitude = self.magnitude.checked_add(absolute(amount)?)?;
        self.records += 1;
        if let Some(person) = person {
            let sum = self.people.entry(Arc::clone(person)).or_default();
            *sum = sum.checked_add(amount)?;
        }
        Ok(())
    }

    /// Returns the move, with those of its people who have the largest part of it.
    fn into_move(self, from: Value, to: Value) -> CostMove {
        let mut people: Vec<_> = self.people.into_iter().collect();
        people.sort_by_key(|(_, amount)| std::cmp::Reverse(amount.units().unsigned_abs()));
        people.truncate(PEOPLE_MAX);
        CostMove { from, to, amount: self.amount, records: self.records, people }
    }
}

/// Finds the moves of one charge: the losses of values go to those that gain, in order.
///
/// The order of values decides which loser pays which gainer, so that the same change always gives the same
/// moves. For a refund gains and losses are exchanged.
fn find_moves(before: &[(Value, i128)], after: &[(Value, i128)]) -> Vec<(Value, Value, i128)> {
    let mut change: BTreeMap<&Value, i128> = BTreeMap::new();
    for (value, units) in after {
        *change.entry(value).or_default() += units;
    }
    for (value, units) in before {
        *change.entry(value).or_default() -= units;
    }
    // The parts of one charge have one sign, so that any of them tells it.
    let negative = before.iter().any(|(_, units)| *units < 0);
    let sign = if negative { -1 } else { 1 };
    let gains = change.iter().filter(|(_, units)| **units * sign > 0);
    let losses = change.iter().filter(|(_, units)| **units * sign < 0);
    let gainers: Vec<(&Value, i128)> = gains.map(|(value, units)| (*value, units.abs())).collect();
    let mut losers = losses.map(|(value, units)| (*value, units.abs()));
    let mut loser = losers.next();
    let mut moves = Vec::new();
    for (to, mut wanted) in gainers {
        while let Some((from, left)) = loser.filter(|_| wanted > 0) {
            let moved = wanted.min(left);
            moves.push((from.clone(), to.clone(), moved * sign));
            wanted -= moved;
            loser = if left > moved { Some((from, left - moved)) } else { losers.next() };
        }
    }
    moves
}

impl fmt::Display for Diff {
    /// A line for each move.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}: {} of {} reassigned",
            for_terminal(&self.key),
            format_amount(self.moved),
            format_amount(self.total)
        )?;
        for each in &self.moves {
            let people: Vec<_> = each
                .people
                .iter()
                .map(|(person, amount)| format!("{person} {}", format_amount(*amount)))
                .collect();
            let (from, to) = (value_for_terminal(&each.from), value_for_terminal(&each.to));
            let people = people.join(", ");
            let (amount, charges) = (format_amount(each.amount), counted(each.records, "charge"));
            writeln!(f, "  {from} -> {to}: {amount} in {charges} ({})", for_terminal(&people))?;
        }
        Ok(())
    }
}

/// Returns a value with control characters made visible, or words for none.
fn value_for_terminal(value: &Value) -> Cow<'_, str> {
    for_terminal(value.as_deref().unwrap_or("(no value)"))
}
