//! Usage added up, one line per model.

use std::collections::BTreeMap;

use crate::biller::terms::{WHOLE, part};
use crate::biller::{BillingTerms, RoundingUnit, TokenFee};
use crate::event::{Tokens, TrueEvent};

/// The events behind one line of on-demand usage.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UsageLine {
    /// The model id of the events; empty where all usage is one line.
    pub model: String,
    /// Whether these are the calls in max mode. Never where the terms have no aliases.
    pub max_mode: bool,
    /// The model as the line names it: `non-max-` stands before it where the invoice also has calls in max mode.
    pub label: String,
    /// How many events.
    pub calls: u64,
    /// Their tokens.
    pub tokens: Tokens,
    /// Their exact sum on these terms, as a count of 10^-24 US dollars.
    pub exact: i128,
    /// `exact` in whole cents.
    pub amount: i128,
}

/// What some events add up to.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    models: BTreeMap<String, Modes>,
    /// The token fees of on-demand usage.
    pub(super) fees: Fees,
    pub(super) own_key: Fees,
}

#[derive(Clone, Debug, Default)]
struct Modes {
    plain: Group,
    max: Group,
}

#[derive(Clone, Copy, Debug, Default)]
struct Group {
    calls: u64,
    tokens: Tokens,
    exact: i128,
    /// The sum of the events' rounded amounts.
    rounded: i128,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fees {
    pub(super) calls: u64,
    pub(super) exact: i128,
}

impl Tally {
    /// Takes the event in if it is billed. Returns what it adds to on-demand usage.
    pub(super) fn add(&mut self, event: &TrueEvent, terms: &BillingTerms) -> i128 {
        let fee = event.token_fee.unwrap_or(0);
        match event.kind.as_str() {
            TrueEvent::USAGE_BASED => self.fees.add(fee),
            TrueEvent::OWN_KEY => {
                self.own_key.add(fee);
                return 0;
            }
            _ => return 0,
        }
        let amount = price(event, fee, terms);
        if !self.models.contains_key(&event.model) {
            self.models.insert(event.model.clone(), Modes::default());
        }
        if let Some(modes) = self.models.get_mut(&event.model) {
            let group = if event.max_mode && terms.aliases { &mut modes.max } else { &mut modes.plain };
            group.merge(&Group {
                calls: 1,
                tokens: event.tokens.unwrap_or_default(),
                exact: amount,
                rounded: terms.rounding.mode.round(amount),
            });
        }
        amount
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (model, modes) in &other.models {
            let mine = self.models.entry(model.clone()).or_default();
            mine.plain.merge(&modes.plain);
            mine.max.merge(&modes.max);
        }
        self.fees.merge(other.fees);
        self.own_key.merge(other.own_key);
    }

    pub(super) fn usage_lines(&self, terms: &BillingTerms) -> Vec<UsageLine> {
        if terms.in_one_line() {
            let mut all = Group::default();
            self.models
                .values()
                .flat_map(|modes| [&modes.plain, &modes.max])
                .for_each(|group| all.merge(group));
            return all.line("", false, String::new(), terms).into_iter().collect();
        }
        let both = |(model, modes): (&String, &Modes)| {
            let plain = if modes.max.calls > 0 { format!("non-max-{model}") } else { model.clone() };
            let plain = modes.plain.line(model, false, plain, terms);
            [plain, modes.max.line(model, true, model.clone(), terms)]
        };
        self.models.iter().flat_map(both).flatten().collect()
    }
}

impl Group {
    fn merge(&mut self, other: &Self) {
        self.calls += other.calls;
        self.tokens = self.tokens.plus(other.tokens);
        self.exact += other.exact;
        self.rounded += other.rounded;
    }

    fn line(&self, model: &str, max_mode: bool, label: String, terms: &BillingTerms) -> Option<UsageLine> {
        let amount = match terms.rounding.unit {
            RoundingUnit::Event => self.rounded,
            RoundingUnit::Line | RoundingUnit::Invoice => terms.rounding.mode.round(self.exact),
        };
        (self.calls > 0).then(|| UsageLine {
            model: model.to_owned(),
            max_mode,
            label: terms.labels.get(&label).cloned().unwrap_or(label),
            calls: self.calls,
            tokens: self.tokens,
            exact: self.exact,
            amount,
        })
    }
}

impl Fees {
    fn add(&mut self, fee: i128) {
        self.merge(Self { calls: 1, exact: fee });
    }

    fn merge(&mut self, other: Self) {
        self.calls += other.calls;
        self.exact += other.exact;
    }
}

/// What an on-demand event adds to its line.
fn price(event: &TrueEvent, fee: i128, terms: &BillingTerms) -> i128 {
    let charged = event.billed().unwrap_or(0);
    let inside = if terms.token_fee == TokenFee::Inside { charged } else { charged - fee };
    let factor = terms.prices.get(&event.model).copied().unwrap_or(WHOLE);
    part(part(inside, factor), WHOLE.saturating_sub(terms.discount))
}
