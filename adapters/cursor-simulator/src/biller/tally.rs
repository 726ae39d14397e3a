//! Usage added up, one line per model.
//!
//! Amounts are summed exactly and, side by side, as rounded one by one, so that any unit of rounding can be applied in
//! the end. Calls in max mode have a group of their own, which has its own line only where the terms use aliases.

use std::collections::BTreeMap;

use crate::biller::invoice_line::UsageLine;
use crate::biller::rounding::RoundingUnit;
use crate::biller::terms::{BillingTerms, TokenFee, WHOLE, part};
use crate::events::{Tokens, TrueEvent};

/// What some events add up to.
///
/// It is ordered by model, and so are the lines of an invoice.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// The usage of each model.
    models: BTreeMap<String, Modes>,
    /// The token fees of on-demand usage.
    pub(super) fees: Fees,
    /// The fees of calls with own keys.
    pub(super) own_key: Fees,
}

/// The groups of one model. All calls are in `plain` where the terms have no aliases.
///
/// A model that is called in one of the modes only has one line.
#[derive(Clone, Debug, Default)]
struct Modes {
    /// Calls outside max mode, or all calls.
    plain: Group,
    /// Calls in max mode, where the terms use aliases.
    max: Group,
}

/// The events of one line.
#[derive(Clone, Copy, Debug, Default)]
struct Group {
    calls: u64,
    tokens: Tokens,
    /// The sum of what the events are billed at, in 10^-24 US dollars, not rounded.
    exact: i128,
    /// The sum of the events' rounded amounts.
    rounded: i128,
}

/// Token fees, exactly.
///
/// Those of on-demand events are part of their charges, and are added up beside them for terms that bill them
/// apart.
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
        // `entry` would clone the name of the model for each event.
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

    /// Adds what another tally has, as for an invoice that bills the whole cycle again and nets what was paid.
    pub(super) fn merge(&mut self, other: &Self) {
        for (model, modes) in &other.models {
            let mine = self.models.entry(model.clone()).or_default();
            mine.plain.merge(&modes.plain);
            mine.max.merge(&modes.max);
        }
        self.fees.merge(other.fees);
        self.own_key.merge(other.own_key);
    }

    /// Returns the lines of usage in order of models, those outside max mode first; one line in all where the terms say
    /// so. Groups without calls have none.
    pub(super) fn usage_lines(&self, terms: &BillingTerms) -> Vec<UsageLine> {
        if terms.in_one_line() {
            let mut all = Group::default();
            self.models
                .values()
                .flat_map(|modes| [&modes.plain, &modes.max])
                .for_each(|group| all.merge(group));
            return all.line("", false, String::new(), terms).into_iter().collect();
        }
        self.models
            .iter()
            .flat_map(|(model, modes): (&String, &Modes)| {
                let plain = if modes.max.calls > 0 { format!("non-max-{model}") } else { model.clone() };
                let plain = modes.plain.line(model, false, plain, terms);
                [plain, modes.max.line(model, true, model.clone(), terms)]
            })
            .flatten()
            .collect()
    }
}

impl Group {
    /// Adds the events of another group.
    fn merge(&mut self, other: &Self) {
        self.calls += other.calls;
        self.tokens = self.tokens.plus(other.tokens);
        self.exact += other.exact;
        self.rounded += other.rounded;
    }

    /// Returns the line of a group, rounded as the terms say; `None` without calls. Where only the invoice is rounded,
    /// there is one line, so that both are the same.
    fn line(&self, model: &str, max_mode: bool, label: String, terms: &BillingTerms) -> Option<UsageLine> {
        let amount = match terms.rounding.unit {
            RoundingUnit::Event => self.rounded,
            // An invoice that is rounded as a whole has one line of usage: see `in_one_line`.
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
    /// Adds the fee of one event.
    fn add(&mut self, fee: i128) {
        self.merge(Self { calls: 1, exact: fee });
    }

    /// Adds other fees.
    fn merge(&mut self, other: Self) {
        self.calls += other.calls;
        self.exact += other.exact;
    }
}

/// Returns what an on-demand event adds to its line.
///
/// The fee is taken off first where it is not inside the line, so that other prices and discounts do not
/// apply to it.
fn price(event: &TrueEvent, fee: i128, terms: &BillingTerms) -> i128 {
    let charged = event.billed().unwrap_or(0);
    let inside = if terms.token_fee == TokenFee::Inside { charged } else { charged - fee };
    let factor = terms.prices.get(&event.model).copied().unwrap_or(WHOLE);
    part(part(inside, factor), WHOLE.saturating_sub(terms.discount))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::CENT;
    use crate::biller::invoice_line::LineKind;
    use crate::biller::rounding::{Rounding, RoundingMode};
    use crate::biller::terms::Wording;

    fn call(model: &str, max_mode: bool, charged: i128) -> TrueEvent {
        let mut event =
            TrueEvent::new(BillingTerms::default().period.start_ms, model, TrueEvent::USAGE_BASED);
        event.max_mode = max_mode;
        event.tokens = Some(Tokens::new(1, 2, 3, 4));
        event.token_fee = Some(CENT / 4);
        event.charged = Some(charged);
        event
    }

    fn events() -> Vec<TrueEvent> {
        let mut free = call("a", false, 50 * CENT);
        free.kind = TrueEvent::FREE.to_owned();
        let half = CENT / 2;
        vec![
            call("a", false, CENT + half),
            call("a", false, CENT + half),
            call("a", true, half),
            call("b", true, CENT),
            free,
        ]
    }

    fn lines(terms: &BillingTerms) -> Vec<(String, u64, i128)> {
        let usage = terms.bill(events()).bill.usage;
        usage.into_iter().map(|line| (line.label, line.calls, line.amount / CENT)).collect()
    }

    fn line(label: &str, calls: u64, cents: i128) -> (String, u64, i128) {
        (label.to_owned(), calls, cents)
    }

    #[test]
    fn max_mode_has_lines_of_its_own_only_with_aliases() {
        let mut terms = BillingTerms::default();
        assert_eq!(lines(&terms), [line("non-max-a", 2, 3), line("a", 1, 1), line("b", 1, 1)]);
        terms.aliases = false;
        assert_eq!(lines(&terms), [line("a", 3, 4), line("b", 1, 1)]);
        terms.labels = [("b".to_owned(), "c".to_owned())].into();
        assert_eq!(lines(&terms)[1], line("c", 1, 1));
    }

    #[test]
    fn each_unit_rounds_in_its_place() {
        let mut terms = BillingTerms { aliases: false, ..BillingTerms::default() };
        terms.rounding = Rounding::new(RoundingUnit::Event, RoundingMode::HalfUp);
        assert_eq!(lines(&terms), [line("a", 3, 5), line("b", 1, 1)]);
        terms.rounding.mode = RoundingMode::Floor;
        assert_eq!(lines(&terms), [line("a", 3, 2), line("b", 1, 1)]);
        terms.rounding = Rounding::new(RoundingUnit::Invoice, RoundingMode::Floor);
        assert_eq!(lines(&terms), [line("", 4, 4)]);
        terms.rounding.unit = RoundingUnit::Line;
        assert_eq!(lines(&terms), [line("a", 3, 3), line("b", 1, 1)]);
        terms.wording = Wording::Summary;
        assert_eq!(lines(&terms), [line("", 4, 4)]);
        assert_eq!(terms.bill(events()).bill.lines[0].description, "On-Demand Usage");
    }

    #[test]
    fn fees_prices_and_discounts_change_the_exact_sum() {
        let exact = |terms: &BillingTerms| {
            let usage = terms.bill(events()).bill.usage;
            usage.into_iter().map(|line| line.exact).sum::<i128>()
        };
        let mut terms = BillingTerms::default();
        assert_eq!(exact(&terms), 450 * CENT / 100);
        terms.token_fee = TokenFee::LeftOut;
        assert_eq!(exact(&terms), 350 * CENT / 100);
        terms.prices = [("b".to_owned(), 20_000)].into();
        assert_eq!(exact(&terms), 425 * CENT / 100);
        terms.discount = 1000;
        assert_eq!(exact(&terms), 3825 * CENT / 1000);
        terms.token_fee = TokenFee::OwnLine;
        let bill = terms.bill(events()).bill;
        let fee = bill.lines.iter().find(|line| line.kind == LineKind::TokenFee).unwrap();
        assert_eq!((fee.description.as_str(), fee.amount), ("Cursor token fee, totalling: $0.01", CENT));
    }

    #[test]
    fn tokens_are_added_up() {
        let usage = BillingTerms::default().bill(events()).bill.usage;
        assert_eq!(usage[0].tokens, Tokens::new(2, 4, 6, 8));
        assert_eq!((usage[2].model.as_str(), usage[2].max_mode), ("b", true));
    }
}
