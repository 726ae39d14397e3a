//! Sums by (day, service, team).

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use cost_model::report::{Query, Report};
use cost_model::{Bin, Dimension};
use rust_decimal::Decimal;

use crate::{Contestants, Failure};

/// Effective costs in units of 10^-24 dollars by day, service and team, in order.
pub type Totals = BTreeMap<(NaiveDate, String, String), i128>;

type PlainKey = (NaiveDate, String, String);

impl Contestants<'_> {
    /// This workspace: asks the rules, and sums all four costs, tokens, requests and counts.
    pub fn group_by_query(&self) -> Result<Report, Failure> {
        let query = Query::all_resources()
            .group_by(Dimension::Service)
            .group_by(Dimension::VirtualTag("Team".into()))
            .bin(Bin::Day);
        Ok(query.run(&self.ledger, self.rules)?)
    }

    /// The floor: days, services and teams are numbers already, and one amount is added to a table, checked.
    pub fn group_in_dense_table(&self) -> Result<Vec<Option<i128>>, Failure> {
        let codes = &self.codes;
        let (services, teams) = (codes.services.values.len(), codes.teams.values.len());
        let mut sums: Vec<Option<i128>> = vec![None; codes.days.values.len() * services * teams];
        let rows = codes.day.iter().zip(&codes.service).zip(&codes.team).zip(&codes.amount);
        for (((day, service), team), amount) in rows {
            let place = (usize::try_from(*day)? * services + usize::try_from(*service)?) * teams
                + usize::try_from(*team)?;
            let sum = sums.get_mut(place).ok_or("a code is out of range")?;
            *sum = Some(sum.unwrap_or_default().checked_add(*amount).ok_or("a sum is out of range")?);
        }
        Ok(sums)
    }

    /// The rival: text keys in the standard map, decimal sums. Its teams are given, not asked for.
    pub fn group_by_text(&self) -> HashMap<PlainKey, Decimal> {
        let mut sums = HashMap::new();
        for charge in &self.plain {
            let key = (charge.day, charge.service.clone(), charge.team.clone());
            *sums.entry(key).or_default() += charge.amount;
        }
        sums
    }

    pub fn totals_of_query(&self, report: &Report) -> Totals {
        let text = |key: Option<&Option<std::sync::Arc<str>>>| {
            key.and_then(|key| key.as_deref()).unwrap_or_default().to_owned()
        };
        let rows = report.rows.iter();
        rows.map(|row| {
            let day = row.bin.map(cost_model::Timestamp::date).unwrap_or_default();
            let key = (day, text(row.keys.first()), text(row.keys.get(1)));
            (key, row.totals.effective.amount.units())
        })
        .collect()
    }

    pub fn totals_of_dense_table(&self, sums: &[Option<i128>]) -> Totals {
        let codes = &self.codes;
        let mut places = sums.iter();
        let mut totals = Totals::new();
        for day in &codes.days.values {
            for service in &codes.services.values {
                for (team, sum) in codes.teams.values.iter().zip(&mut places) {
                    if let Some(sum) = sum {
                        totals.insert((*day, service.to_string(), team.to_string()), *sum);
                    }
                }
            }
        }
        totals
    }

    pub fn totals_of_text(&self, sums: HashMap<PlainKey, Decimal>) -> Result<Totals, Failure> {
        let units = |(key, sum)| Ok((key, cost_model::Money::try_from(sum)?.units()));
        sums.into_iter().map(units).collect()
    }
}
