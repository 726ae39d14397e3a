//! The floors of reports: codes and all figures stand in plain columns already, and one loop adds them up.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use cost_model::money::TokenType;
use cost_model::{CostRecord, Dimension, Dimensions, Metric};
use virtual_tags::{Answer, ResolvedRules};

use crate::Failure;
use crate::figures::{Cell, Charge, Figures, Present, Unit};
use crate::reports::{KEPT_KIND, KEPT_SERVICES, Totals};

/// Charges as columns, a place each.
#[derive(Default)]
pub struct Columns {
    day: Codes,
    model: Codes,
    service: Codes,
    kind: Codes,
    team: Codes,
    /// Effective amounts, zero where absent.
    effective: Vec<i128>,
    /// The other three, in the order of [`Metric::ALL`], zero where absent.
    others: Vec<[i128; 3]>,
    present: Vec<Present>,
    tokens: Vec<[u32; 4]>,
    requests: Vec<i128>,
    unit: Vec<Unit>,
}

/// Numbers for distinct texts, in the order in which they appear.
#[derive(Default)]
struct Codes {
    column: Vec<u32>,
    texts: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
}

impl Codes {
    fn push(&mut self, text: &str) -> Result<(), Failure> {
        let number = match self.numbers.get(text) {
            Some(number) => *number,
            None => {
                let number = u32::try_from(self.texts.len())?;
                let text: Arc<str> = text.into();
                self.texts.push(Arc::clone(&text));
                self.numbers.insert(text, number);
                number
            }
        };
        self.column.push(number);
        Ok(())
    }

    /// Which codes are kept by a list of texts.
    fn kept(&self, texts: &[&str]) -> Vec<bool> {
        self.texts.iter().map(|text| texts.contains(&&**text)).collect()
    }
}

impl Columns {
    /// Adds a charge; the rules say whose it is.
    pub fn push(&mut self, record: &CostRecord, rules: &ResolvedRules) -> Result<(), Failure> {
        let amounts = Metric::ALL.map(|metric| record.costs.get(metric));
        let [effective, others @ ..] = amounts.map(|amount| amount.unwrap_or_default().units());
        let mut tokens = [0; 4];
        for (count, token_type) in tokens.iter_mut().zip(TokenType::ALL) {
            *count = u32::try_from(record.tokens.get(token_type).count())?;
        }
        self.day.push(&record.at.date().to_string())?;
        for (codes, dimension) in [
            (&mut self.model, Dimension::ServiceId),
            (&mut self.service, Dimension::Service),
            (&mut self.kind, Dimension::Subcategory),
        ] {
            codes.push(&record.get(&dimension).unwrap_or_default())?;
        }
        match rules.answer("Team", record, record.at) {
            Answer::Value(team) => self.team.push(&team)?,
            Answer::Shares(_) | Answer::Unset => return Err("a charge has no team".into()),
        }
        self.effective.push(effective);
        self.others.push(others);
        self.present.push(Present::of(&amounts));
        self.tokens.push(tokens);
        self.requests.push(record.requests.unwrap_or_default().units());
        self.unit.push(Unit::of(record.get(&Dimension::UsageUnit).as_deref()));
        Ok(())
    }

    /// Adds all figures to a dense table, checked.
    pub fn group_by_day_model_team(&self) -> Result<Vec<Figures>, Failure> {
        let (models, teams) = (self.model.texts.len(), self.team.texts.len());
        let mut cells = vec![Cell::default(); self.day.texts.len() * models * teams];
        let codes = self.day.column.iter().zip(&self.model.column).zip(&self.team.column);
        for (((day, model), team), charge) in codes.zip(self.charges()) {
            let (day, model, team) =
                (usize::try_from(*day)?, usize::try_from(*model)?, usize::try_from(*team)?);
            add(&mut cells, (day * models + model) * teams + team, &charge)?;
        }
        finish(cells)
    }

    /// The same by service alone.
    pub fn group_by_service(&self) -> Result<Vec<Figures>, Failure> {
        let mut cells = vec![Cell::default(); self.service.texts.len()];
        for (service, charge) in self.service.column.iter().zip(self.charges()) {
            add(&mut cells, usize::try_from(*service)?, &charge)?;
        }
        finish(cells)
    }

    /// The same for what the filter keeps: a truth value for each kind and each service is there at once.
    pub fn filter_by_service(&self) -> Result<Vec<Figures>, Failure> {
        let (kinds, services) = (self.kind.kept(&[KEPT_KIND]), self.service.kept(&KEPT_SERVICES));
        let mut cells = vec![Cell::default(); self.service.texts.len()];
        let codes = self.kind.column.iter().zip(&self.service.column);
        for ((kind, service), charge) in codes.zip(self.charges()) {
            let (kind, service) = (usize::try_from(*kind)?, usize::try_from(*service)?);
            if kinds.get(kind) == Some(&true) && services.get(service) == Some(&true) {
                add(&mut cells, service, &charge)?;
            }
        }
        finish(cells)
    }

    /// The cells of [`group_by_day_model_team`](Self::group_by_day_model_team) that have charges, by their texts.
    pub fn totals_by_day_model_team(&self, cells: &[Figures]) -> Totals {
        let mut cells = cells.iter();
        let mut totals = BTreeMap::new();
        for day in &self.day.texts {
            for model in &self.model.texts {
                for (team, figures) in self.team.texts.iter().zip(&mut cells) {
                    if figures.records > 0 {
                        totals.insert([day, model, team].map(ToString::to_string).to_vec(), *figures);
                    }
                }
            }
        }
        totals
    }

    /// The cells by service that have charges, by their texts.
    pub fn totals_by_service(&self, cells: &[Figures]) -> Totals {
        let cells = self.service.texts.iter().zip(cells).filter(|(_, figures)| figures.records > 0);
        cells.map(|(service, figures)| (vec![service.to_string()], *figures)).collect()
    }

    /// The figures of every charge.
    fn charges(&self) -> impl Iterator<Item = Charge> {
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

#[inline]
fn add(cells: &mut [Cell], place: usize, charge: &Charge) -> Result<(), Failure> {
    let cell = cells.get_mut(place).ok_or("a code is out of range")?;
    Ok(cell.add(charge).ok_or("a sum is out of range")?)
}

fn finish(cells: Vec<Cell>) -> Result<Vec<Figures>, Failure> {
    Ok(cells.into_iter().map(Cell::finish).collect::<Option<_>>().ok_or("a sum is out of range")?)
}
