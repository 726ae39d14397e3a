//! Sums by (day, service, team).

use std::collections::{BTreeMap, HashMap};
use std::iter::zip;

use chrono::NaiveDate;
use cost_model::report::{Query, Report};
use cost_model::{Bin, Dimension, Money};
use rust_decimal::Decimal;

use crate::contestants::Plain;
use crate::figures::{Cell, Figures, Unit};
use crate::{Contestants, Failure};

type Key = (NaiveDate, String, String);

/// The rival's sums: the same figures as everyone's.
#[derive(Default)]
pub struct PlainSums {
    amounts: [Decimal; 4],
    missing: [u64; 4],
    tokens: [u64; 4],
    requests: Decimal,
    usage: Decimal,
    records: u64,
}

impl Contestants<'_> {
    /// This workspace: asks the rules, and sums all figures.
    pub fn group_by_query(&self) -> Result<Report, Failure> {
        let query = Query::all_resources()
            .group_by(Dimension::Service)
            .group_by(Dimension::VirtualTag("Team".into()))
            .bin(Bin::Day);
        Ok(query.run(&self.ledger, self.rules)?)
    }

    /// The floor: days, services and teams are numbers already; adds all figures to a dense table, checked.
    pub fn group_in_dense_table(&self) -> Result<Vec<Figures>, Failure> {
        let mut cells = vec![Cell::default(); self.cell_count()];
        for (place, charge) in self.places().zip(self.codes.charges()) {
            let cell = cells.get_mut(place?).ok_or("a code is out of range")?;
            cell.add(&charge).ok_or("a sum is out of range")?;
        }
        let figures = cells.into_iter().map(Cell::finish).collect::<Option<_>>();
        Ok(figures.ok_or("a sum is out of range")?)
    }

    /// The same for effective amounts alone, and nothing is counted.
    pub fn group_one_amount(&self) -> Result<Vec<Option<i128>>, Failure> {
        let mut sums: Vec<Option<i128>> = vec![None; self.cell_count()];
        for (place, amount) in self.places().zip(&self.codes.effective) {
            let sum = sums.get_mut(place?).ok_or("a code is out of range")?;
            *sum = Some(sum.unwrap_or_default().checked_add(*amount).ok_or("a sum is out of range")?);
        }
        Ok(sums)
    }

    /// The rival: text keys in the standard map, decimal sums. Its teams are given, not asked for.
    pub fn group_by_text(&self) -> HashMap<Key, PlainSums> {
        let mut groups: HashMap<Key, PlainSums> = HashMap::new();
        for charge in &self.plain {
            let key = (charge.day, charge.service.clone(), charge.team.clone());
            groups.entry(key).or_default().add(charge);
        }
        groups
    }

    pub fn totals_of_query(&self, report: &Report) -> BTreeMap<Key, Figures> {
        let text = |key: Option<&Option<std::sync::Arc<str>>>| {
            key.and_then(|key| key.as_deref()).unwrap_or_default().to_owned()
        };
        let rows = report.rows.iter();
        rows.map(|row| {
            let day = row.bin.map(cost_model::Timestamp::date).unwrap_or_default();
            let key = (day, text(row.keys.first()), text(row.keys.get(1)));
            (key, Figures::from(&row.totals))
        })
        .collect()
    }

    pub fn totals_of_dense_table(&self, cells: &[Figures]) -> BTreeMap<Key, Figures> {
        self.with_keys(cells.iter().map(|figures| (figures.records > 0).then_some(*figures)))
    }

    pub fn totals_of_one_amount(&self, sums: &[Option<i128>]) -> BTreeMap<Key, i128> {
        self.with_keys(sums.iter().copied())
    }

    pub fn totals_of_text(&self, groups: HashMap<Key, PlainSums>) -> Result<BTreeMap<Key, Figures>, Failure> {
        groups.into_iter().map(|(key, sums)| Ok((key, sums.figures()?))).collect()
    }

    fn cell_count(&self) -> usize {
        let codes = &self.codes;
        codes.days.values.len() * codes.services.values.len() * codes.teams.values.len()
    }

    /// The place of each charge in a dense table.
    fn places(&self) -> impl Iterator<Item = Result<usize, Failure>> {
        let codes = &self.codes;
        let (services, teams) = (codes.services.values.len(), codes.teams.values.len());
        let rows = codes.day.iter().zip(&codes.service).zip(&codes.team);
        rows.map(move |((day, service), team)| {
            let (day, service) = (usize::try_from(*day)?, usize::try_from(*service)?);
            Ok((day * services + service) * teams + usize::try_from(*team)?)
        })
    }

    fn with_keys<T>(&self, mut cells: impl Iterator<Item = Option<T>>) -> BTreeMap<Key, T> {
        let codes = &self.codes;
        let mut totals = BTreeMap::new();
        for day in &codes.days.values {
            for service in &codes.services.values {
                for (team, cell) in codes.teams.values.iter().zip(&mut cells) {
                    if let Some(cell) = cell {
                        totals.insert((*day, service.to_string(), team.to_string()), cell);
                    }
                }
            }
        }
        totals
    }
}

impl PlainSums {
    fn add(&mut self, charge: &Plain) {
        for ((sum, missing), amount) in zip(zip(&mut self.amounts, &mut self.missing), charge.amounts) {
            match amount {
                Some(amount) => *sum += amount,
                None => *missing += 1,
            }
        }
        for (sum, count) in zip(&mut self.tokens, charge.tokens) {
            *sum += count;
        }
        if let Some(requests) = charge.requests {
            self.requests += requests;
        }
        match charge.unit {
            Unit::Tokens => self.usage += Decimal::from(charge.tokens.iter().sum::<u64>()),
            Unit::Requests => self.usage += charge.requests.unwrap_or_default(),
            Unit::Unknown => {}
        }
        self.records += 1;
    }

    fn figures(&self) -> Result<Figures, Failure> {
        let units = |sum: Decimal| Ok::<_, Failure>(Money::try_from(sum)?.units());
        let [effective, billed, list, contracted] = self.amounts;
        Ok(Figures {
            amounts: [units(effective)?, units(billed)?, units(list)?, units(contracted)?],
            missing: self.missing,
            tokens: self.tokens,
            requests: units(self.requests)?,
            usage: units(self.usage)?,
            records: self.records,
        })
    }
}
