//! The same charges, three times: as a ledger, as bare columns of codes, and as plain structs.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use cost_model::{CostRecord, Currency, Ledger, LedgerBuilder, Metric, Money, TokenType};
use rust_decimal::Decimal;
use virtual_tags::{Answer, ResolvedRules};

use crate::figures::{Charge, Present, Unit};
use crate::{Demo, Failure};

/// Every contestant's data, ready to be asked.
pub struct Contestants<'a> {
    pub rules: &'a ResolvedRules,
    pub ledger: Ledger,
    pub codes: Codes,
    pub plain: Vec<Plain>,
}

/// What the floors need: numbers for days, services and teams, and the figures, a column each.
#[derive(Default)]
pub struct Codes {
    pub(crate) day: Vec<u32>,
    pub(crate) service: Vec<u32>,
    pub(crate) team: Vec<u32>,
    /// The ledger's tuple of each charge, for filters.
    pub(crate) tuple: Vec<u32>,
    /// Effective amounts, zero where absent.
    pub(crate) effective: Vec<i128>,
    /// The other three, in the order of [`Metric::ALL`], zero where absent.
    others: Vec<[i128; 3]>,
    present: Vec<Present>,
    tokens: Vec<[u32; 4]>,
    requests: Vec<i128>,
    unit: Vec<Unit>,
    pub(crate) days: Texts<NaiveDate>,
    pub(crate) services: Texts<Arc<str>>,
    pub(crate) teams: Texts<Arc<str>>,
}

/// A charge as a straightforward program would keep it.
pub struct Plain {
    pub(crate) day: NaiveDate,
    pub(crate) service: String,
    pub(crate) team: String,
    /// In the order of [`Metric::ALL`].
    pub(crate) amounts: [Option<Decimal>; 4],
    /// In the order of [`TokenType::ALL`].
    pub(crate) tokens: [u64; 4],
    pub(crate) requests: Option<Decimal>,
    pub(crate) unit: Unit,
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
        let mut plain = Vec::with_capacity(if with_plain { count } else { 0 });
        demo.for_each(count, &mut |record| {
            builder.push(record)?;
            let team = team(&demo.rules, record);
            if with_plain {
                plain.push(Plain::new(record, &team)?);
            }
            codes.push(record, team)
        })?;
        let ledger = builder.build();
        codes.tuple = ledger.rows().map(|row| u32::try_from(row.set.index())).collect::<Result<_, _>>()?;
        Ok(Self { rules: &demo.rules, ledger, codes, plain })
    }
}

impl Codes {
    fn push(&mut self, record: &CostRecord, team: Arc<str>) -> Result<(), Failure> {
        let amounts = Metric::ALL.map(|metric| record.costs.get(metric));
        let [effective, others @ ..] = amounts.map(|amount| amount.unwrap_or_default().units());
        let mut tokens = [0; 4];
        for (count, token_type) in tokens.iter_mut().zip(TokenType::ALL) {
            *count = u32::try_from(record.tokens.get(token_type).count())?;
        }
        self.day.push(self.days.number(record.at.date())?);
        self.service.push(self.services.number(record.dimensions.service.clone().unwrap_or_default())?);
        self.team.push(self.teams.number(team)?);
        self.effective.push(effective);
        self.others.push(others);
        self.present.push(Present::of(&amounts));
        self.tokens.push(tokens);
        self.requests.push(record.requests.unwrap_or_default().units());
        self.unit.push(Unit::of(record.dimensions.usage_unit.as_deref()));
        Ok(())
    }

    /// The figures of every charge.
    pub(crate) fn charges(&self) -> impl Iterator<Item = Charge> {
        let amounts = self.effective.iter().zip(&self.others).zip(&self.present);
        let quantities = self.tokens.iter().zip(&self.requests).zip(&self.unit);
        amounts.zip(quantities).map(|(((effective, others), present), ((tokens, requests), unit))| {
            let [billed, list, contracted] = *others;
            Charge {
                amounts: [*effective, billed, list, contracted],
                present: *present,
                tokens: *tokens,
                requests: *requests,
                unit: *unit,
            }
        })
    }
}

impl Plain {
    fn new(record: &CostRecord, team: &str) -> Result<Self, Failure> {
        let mut amounts = [None; 4];
        for (amount, metric) in amounts.iter_mut().zip(Metric::ALL) {
            *amount = record.costs.get(metric).map(Money::try_to_decimal).transpose()?;
        }
        // Request units are as fine as money, so that money says them as decimals.
        let requests = record.requests.map(|requests| Money::from_units(requests.units()));
        Ok(Self {
            day: record.at.date(),
            service: record.dimensions.service.as_deref().unwrap_or_default().to_owned(),
            team: team.to_owned(),
            amounts,
            tokens: TokenType::ALL.map(|token_type| record.tokens.get(token_type).count()),
            requests: requests.map(Money::try_to_decimal).transpose()?,
            unit: Unit::of(record.dimensions.usage_unit.as_deref()),
        })
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

fn team(rules: &ResolvedRules, record: &CostRecord) -> Arc<str> {
    match rules.answer("Team", record, record.at) {
        Answer::Value(team) => team,
        Answer::Shares(_) | Answer::Unset => Arc::default(),
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
