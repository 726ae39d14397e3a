//! What can differ on the lines of usage.
//!
//! These change the terms and leave the events as they are.

use std::collections::BTreeSet;

use crate::amount::DOLLAR;
use crate::biller::{Rounding, RoundingMode, RoundingUnit, TokenFee, UsageLine};
use crate::dispute::case::Case;
use crate::dispute::kinds::Discrepancy;

/// Bills usage without the token fee.
pub(super) fn leave_out_fee(case: &mut Case) {
    case.terms.token_fee = TokenFee::LeftOut;
}

/// Takes a rate off every line of usage.
pub(super) fn discount(case: &mut Case) {
    let odd = 25 + u32::try_from(case.dice.below(2976)).unwrap_or(0);
    case.terms.discount = case.pick(&[500, 1000, 1250, 1500, 2000, odd], odd);
}

/// Bills one or two models at another price, of those with enough usage that the difference shows.
pub(super) fn other_price(case: &mut Case) {
    let lines = case.usage_lines();
    let mut models: Vec<_> = candidates(case, &lines, |line| line.exact >= DOLLAR / 2)
        .into_iter()
        .map(|line| line.model.clone())
        // A model may have two lines, and prices are those of a model.
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    case.dice.shuffle(&mut models);
    let factor = case.pick(&[5000, 8000, 9000, 11_000, 12_500, 15_000, 20_000], 12_500);
    let count = case.pick(&[1, 1, 2], 1);
    case.terms.prices = models.into_iter().take(count).map(|model| (model, factor)).collect();
}

/// Makes two lines carry each other's label, or one a label that no event has.
pub(super) fn relabel(case: &mut Case) {
    let lines = case.usage_lines();
    let mut lines = candidates(case, &lines, |line| !case.terms.prices.contains_key(&line.model));
    case.dice.shuffle(&mut lines);
    let unknown = case.pick(&["cursor-fast-preview", "agent-premium", "gpt-5.4-turbo"], "agent-premium");
    let Some((first, rest)) = lines.split_first() else { return };
    // Between lines of the same amount, an exchange would make no difference.
    let second = rest.iter().find(|line| line.amount != first.amount).filter(|_| case.dice.chance(500));
    case.terms.labels = match second {
        Some(second) => [(&first.label, &second.label), (&second.label, &first.label)]
            .map(|(from, to)| (from.clone(), to.clone()))
            .into(),
        None => [(first.label.clone(), unknown.to_owned())].into(),
    };
}

/// Returns the lines that fit and that nothing else has happened to; else those that fit; else all.
fn candidates(case: &Case, lines: &[UsageLine], fits: impl Fn(&UsageLine) -> bool) -> Vec<UsageLine> {
    let fitting: Vec<_> = lines.iter().filter(|line| fits(line)).cloned().collect();
    let fitting = if fitting.is_empty() { lines.to_vec() } else { fitting };
    let calm: Vec<_> = fitting.iter().filter(|line| !case.touched.contains(&line.model)).cloned().collect();
    if calm.is_empty() { fitting } else { calm }
}

/// Sets the first other policy, of all in random order, that comes to another total.
///
/// All usage on one line would hide what else is on the lines, so that policy stands alone or beside what is
/// not about usage.
pub(super) fn round_otherwise(case: &mut Case, all: &[Discrepancy]) {
    let usual = case.terms.rounding;
    let total = case.usage_total();
    let one_line =
        !all.iter().any(|what: &Discrepancy| Discrepancy::OwnKey < *what && *what < Discrepancy::Seats);
    let units = [RoundingUnit::Event, RoundingUnit::Line, RoundingUnit::Invoice];
    let mut policies: Vec<_> = units
        .into_iter()
        .filter(|unit| one_line || *unit != RoundingUnit::Invoice)
        .flat_map(|unit| RoundingMode::ALL.map(|mode| Rounding::new(unit, mode)))
        .collect();
    case.dice.shuffle(&mut policies);
    for policy in policies {
        case.terms.rounding = policy;
        if case.usage_total() != total {
            return;
        }
    }
    // Every other policy comes to the same total, so that there is nothing to find.
    case.terms.rounding = usual;
}
