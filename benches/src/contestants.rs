//! The same charges, three times: as a ledger, as bare columns of codes, and as plain structs.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use cost_model::{Assignment, CostRecord, Currency, Ledger, LedgerBuilder, Tagger};
use rust_decimal::Decimal;
use virtual_tags::Rules;

use crate::{Demo, Failure};

/// Every contestant's data, ready to be asked.
pub struct Contestants<'a> {
    pub rules: &'a Rules,
    pub ledger: Ledger,
    pub codes: Codes,
    pub plain: Vec<Plain>,
}

/// What the floor needs: a number for each day, service and team, and the effective amount, a column each.
#[derive(Default)]
pub struct Codes {
    pub(crate) day: Vec<u32>,
    pub(crate) service: Vec<u32>,
    pub(crate) team: Vec<u32>,
    pub(crate) amount: Vec<i128>,
    /// The ledger's tuple of each charge, for filters.
    pub(crate) tuple: Vec<u32>,
    pub(crate) days: Texts<NaiveDate>,
    pub(crate) services: Texts<Arc<str>>,
    pub(crate) teams: Texts<Arc<str>>,
}

/// A charge as a straightforward program would keep it.
pub struct Plain {
    pub(crate) day: NaiveDate,
    pub(crate) service: String,
    pub(crate) team: String,
    pub(crate) amount: Decimal,
}

/// Numbers for distinct values, in the order in which they appear.
pub(crate) struct Texts<T> {
    pub(crate) values: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<'a> Contestants<'a> {
    /// The first `count` records of the scaled demo. The plain structs are left out unless asked for: they take a
    /// multiple of the room.
    pub fn new(demo: &'a Demo, count: usize, with_plain: bool) -> Result<Self, Failure> {
        let mut builder = Ledger::builder(Currency::USD);
        let mut codes = Codes::default();
        let mut plain = Vec::new();
        demo.for_each(count, &mut |record| {
            builder.push(record)?;
            let service = record.service.clone().unwrap_or_default();
            let team = team(&demo.rules, record);
            let amount = record.costs.effective.unwrap_or_default();
            let day = record.at.date();
            if with_plain {
                let (service, team) = (service.to_string(), team.to_string());
                plain.push(Plain { day, service, team, amount: amount.try_to_decimal()? });
            }
            codes.day.push(codes.days.number(day)?);
            codes.service.push(codes.services.number(service)?);
            codes.team.push(codes.teams.number(team)?);
            codes.amount.push(amount.units());
            Ok(())
        })?;
        let ledger = builder.build();
        codes.tuple = ledger.rows().map(|row| u32::try_from(row.tuple)).collect::<Result<_, _>>()?;
        Ok(Self { rules: &demo.rules, ledger, codes, plain })
    }
}

impl Demo {
    /// A ledger of the first `count` records of the scaled demo, and nothing else.
    pub fn ledger(&self, count: usize) -> Result<Ledger, Failure> {
        let mut builder: LedgerBuilder = Ledger::builder(Currency::USD);
        self.for_each(count, &mut |record| Ok(builder.push(record)?))?;
        Ok(builder.build())
    }
}

fn team(rules: &Rules, record: &CostRecord) -> Arc<str> {
    match rules.assign("Team", record, record.at) {
        Assignment::Value(team) => team.into(),
        Assignment::Shares(_) | Assignment::Unset => Arc::default(),
    }
}

impl<T> Default for Texts<T> {
    fn default() -> Self {
        Self { values: Vec::new(), numbers: HashMap::new() }
    }
}

impl<T: Clone + Eq + std::hash::Hash> Texts<T> {
    fn number(&mut self, value: T) -> Result<u32, Failure> {
        if let Some(number) = self.numbers.get(&value) {
            return Ok(*number);
        }
        let number = u32::try_from(self.values.len())?;
        self.values.push(value.clone());
        self.numbers.insert(value, number);
        Ok(number)
    }
}
