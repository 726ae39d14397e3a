//! What the charges of each hour come to, so that a report need not add up every charge again.

use super::charges::Charges;
use super::class::{Class, Extent};
use super::columns::Columns;
use super::narrow::index;

/// An hour in milliseconds.
pub(crate) const HOUR: i64 = 3_600_000;

/// Where the charges of each hour begin, and what those of one class come to in it. Hours are those of UTC.
///
/// Nothing is lost by it for a report whose steps begin at full hours and that asks about no charge by itself.
pub(super) struct Hours {
    /// Those that have charges, in order, and the end of time.
    hours: Vec<Hour>,
    /// As if the charges of one hour and class were one, which arose with the first of them. Empty where it would save
    /// little.
    sums: Columns,
}

/// One hour.
struct Hour {
    /// Its first millisecond.
    start: i64,
    /// What comes before it among all charges, and among the sums.
    charges: Extent,
    sums: Extent,
}

/// Consecutive hours as reports see them.
pub(crate) struct WholeHours<'a> {
    /// The first millisecond of the first.
    pub(crate) start: i64,
    /// Their sums. Of a class that is not plain, each charge is one.
    pub(crate) sums: Charges<'a>,
    /// The charges after these hours.
    pub(crate) after: Charges<'a>,
}

impl Hours {
    /// The hours of charges, which are in order of time.
    pub(super) fn of(columns: &Columns, classes: &[Class]) -> Self {
        let mut hours: Vec<Hour> = Vec::new();
        let mut sums = Some(Sums::new(classes));
        let (mut charges, mut before) = (columns.charges(classes), Extent::default());
        let place =
            |sums: &Option<Sums<'_>>| sums.as_ref().map(|sums| sums.columns.extent()).unwrap_or_default();
        while let Some(at) = charges.at.first() {
            let start = hour_of(at.millis());
            if hours.last().is_none_or(|hour| hour.start < start) {
                hours.push(Hour { start, charges: before, sums: place(&sums) });
            }
            if let Some(sums) = &mut sums {
                sums.add_first(start, &charges);
            }
            if sums.as_ref().is_some_and(|sums| sums.columns.len() > columns.len() / 2) {
                sums = None;
            }
            before = before.plus(charges.pass_first());
        }
        hours.push(Hour { start: i64::MAX, charges: before, sums: place(&sums) });
        hours.shrink_to_fit();
        let mut sums = sums.map(|sums| sums.columns).unwrap_or_default();
        sums.shrink();
        Self { hours, sums }
    }

    /// Those of all charges that arose from that millisecond on.
    pub(super) fn charges_from<'a>(&self, millis: i64, mut charges: Charges<'a>) -> Charges<'a> {
        let after = self.hours.partition_point(|hour| hour.start <= millis);
        if let Some(hour) = after.checked_sub(1).and_then(|last| self.hours.get(last)) {
            charges.pass(hour.charges);
        }
        charges.pass_before(millis);
        charges
    }

    /// The hours that begin and end between two milliseconds, if they have charges whose sums are known.
    pub(super) fn within<'a>(&'a self, (from, to): (i64, i64), all: Charges<'a>) -> Option<WholeHours<'a>> {
        let first = self.hours.partition_point(|hour| hour.start < from);
        let end = self.hours.partition_point(|hour| hour.start <= to.saturating_sub(HOUR));
        let (first, end) = (self.hours.get(first)?, self.hours.get(end)?);
        let count = end.sums.charges.checked_sub(first.sums.charges).filter(|count| *count > 0)?;
        let (mut sums, mut after) = (self.sums.charges(all.classes), all);
        sums.pass(first.sums);
        sums.figures = sums.figures.get(..count)?;
        after.pass(end.charges);
        Some(WholeHours { start: first.start, sums, after })
    }
}

/// The sums so far.
struct Sums<'a> {
    classes: &'a [Class],
    columns: Columns,
    /// By class: the start of the last hour in which it was met, and the place of its sum.
    latest: Vec<Option<(i64, Extent)>>,
}

impl<'a> Sums<'a> {
    fn new(classes: &'a [Class]) -> Self {
        Self { classes, columns: Columns::default(), latest: vec![None; classes.len()] }
    }

    /// Adds the first charge to the sum of its class in the hour that begins then, or begins one with it.
    fn add_first(&mut self, start: i64, charges: &Charges<'_>) {
        let (Some(at), Some(figures)) = (charges.at.first(), charges.figures.first()) else { return };
        let class = index(figures.class);
        let sum = self.latest.get(class).copied().flatten().filter(|(hour, _)| *hour == start);
        // What is not plain must be looked at charge by charge, and is only here to say so.
        let plain = self.classes.get(class).is_some_and(|class| class.shape.is_plain());
        if plain && sum.is_some_and(|(_, place)| self.columns.add_first(place, charges)) {
            return;
        }
        if let Some(latest) = self.latest.get_mut(class) {
            *latest = Some((start, self.columns.extent()));
        }
        self.columns.push_first(*at, charges);
    }
}

/// The first millisecond of the hour.
pub(crate) fn hour_of(millis: i64) -> i64 {
    millis.saturating_sub(millis.rem_euclid(HOUR))
}

#[cfg(test)]
mod tests {
    use crate::report::Query;
    use crate::{
        CostRecord, Costs, Currency, ErrorKind, Ledger, Metric, Money, Quantity, Result, Timestamp, Tokens,
        Untagged,
    };

    use super::HOUR;

    fn charge(millis: i64, cents: i128) -> CostRecord {
        let at = Timestamp::from_millis(millis).unwrap_or_else(|error| panic!("{error}"));
        CostRecord::new(at, "cursor", Currency::USD, Costs::flat(Money::from_units(cents * 10_i128.pow(22))))
    }

    fn ledger(records: &[CostRecord]) -> Result<Ledger> {
        let mut builder = Ledger::builder(Currency::USD);
        records.iter().try_for_each(|record| builder.push(record))?;
        Ok(builder.build())
    }

    const NONE: [u32; 0] = [];

    /// How many charges each sum is of, in the hours of the first day.
    fn records(ledger: &Ledger) -> Vec<u32> {
        let Some(hours) = ledger.hours_within(0, 24 * HOUR) else { return Vec::new() };
        hours.sums.figures.iter().map(|figures| figures.records).collect()
    }

    #[test]
    fn charges_of_one_hour_and_class_are_one_sum() -> Result<()> {
        let ledger = ledger(&[
            charge(0, 1),
            charge(1, 2),
            charge(HOUR - 1, 3),
            charge(HOUR, 4),
            charge(HOUR, 5),
            charge(3 * HOUR, 6),
        ])?;
        assert_eq!(records(&ledger), [3, 2, 1]);
        let sums = ledger
            .hours_within(1, 3 * HOUR)
            .map(|hours| (hours.start, hours.sums.figures.len(), hours.after.at.len()));
        assert_eq!(sums, Some((HOUR, 1, 1)), "the first hour is cut, and the third has no charge");
        assert!(ledger.hours_within(1, HOUR + 1).is_none(), "both hours are cut");
        Ok(())
    }

    #[test]
    fn what_does_not_fit_begins_another_sum() -> Result<()> {
        let limit = i128::from(i64::MAX) / 10_i128.pow(12);
        let (mut full, mut listed, mut fine) = (charge(0, 1), charge(0, 1), charge(0, 1));
        full.tokens.input = Tokens::new(u32::MAX.into());
        // In the narrow column is what comes after the first own figure.
        (listed.costs.list, listed.costs.contracted) = (charge(0, 2).costs.list, charge(0, limit).costs.list);
        fine.costs.list = Some(Money::from_units(i128::MAX));
        let few = [full, charge(0, limit), listed].into_iter().flat_map(|each| [each.clone(), each]);
        let many = few.chain(vec![charge(0, 1); 12]).collect::<Vec<_>>();
        let fitting = ledger(&many)?;
        assert_eq!(records(&fitting), [1, 1, 1, 1, 1, 1, 12]);
        let total = Query::all_resources().run(&fitting, &Untagged)?.total;
        let costs = |metric| many.iter().filter_map(move |record| record.costs.get(metric)).map(Money::units);
        for metric in Metric::ALL {
            assert_eq!(total.get(metric).amount.units(), costs(metric).sum::<i128>(), "{metric}");
        }
        let ledger = ledger(&[vec![fine; 2], many].concat())?;
        assert_eq!(records(&ledger), [1, 1, 1, 1, 1, 1, 1, 1, 12]);
        let error = Query::all_resources().run(&ledger, &Untagged).map_err(|error| error.kind());
        assert_eq!(error.err(), Some(ErrorKind::Overflow));
        Ok(())
    }

    #[test]
    fn there_are_no_sums_where_they_would_save_little() -> Result<()> {
        let mut stored = charge(0, 1);
        stored.quantity = Some(Quantity::from_units(1));
        assert_eq!(records(&ledger(&vec![stored; 4])?), NONE, "each is added up by itself");
        assert_eq!(records(&ledger(&[charge(0, 1), charge(1, 1), charge(HOUR, 1)])?), NONE);
        Ok(())
    }

    #[test]
    fn charges_are_found_from_any_instant_on() -> Result<()> {
        let instants = [0, 0, 5, HOUR - 1, HOUR, 2 * HOUR + 5, 2 * HOUR + 5];
        let ledger = ledger(&instants.map(|instant| charge(instant, 1)))?;
        for from in [i64::MIN, -1, 0, 1, 5, 6, HOUR - 1, HOUR, HOUR + 1, 2 * HOUR + 5, 2 * HOUR + 6, i64::MAX]
        {
            let left = instants.iter().filter(|instant| **instant >= from).count();
            assert_eq!(ledger.charges_from(from).at.len(), left, "from {from}");
        }
        Ok(())
    }
}
