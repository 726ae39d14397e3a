//! Stage: each usage line against the charges behind it.

use cost_model::Money;

use crate::bridge_builder::{BridgeBuilder, NewStep};
use crate::charges::Tally;
use crate::claims::Claim;
use crate::completeness::Completeness;
use crate::fit::{PotFit, RoundingPolicy, Terms, reproduces, same_usage};
use crate::hypotheses::Hypothesis;
use crate::view::Pot;
use crate::{Category, Invoice, LineStatus, Result, Strength};

/// Every usage line with the charges behind it, and why they differ.
#[derive(Debug)]
pub(crate) struct UsageLines<'a> {
    claims: &'a [Claim],
    found: &'a Hypothesis,
    pub(crate) resolved: Vec<Resolved>,
    /// The file's line numbers of each claim.
    numbers: Vec<Vec<u64>>,
}

/// A claim with the charges behind it.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    /// The pot that its lines speak of.
    pub(crate) pot: usize,
    pub(crate) outcome: Outcome,
    /// From the exact amount to the rounded one.
    rounding: Money,
    /// From there to the amount with the discount, rounded.
    discount: Money,
    /// From the rounded amount to what the lines ask for.
    pub(crate) difference: Money,
    /// From what the lines say in words to their amounts.
    arithmetic: Money,
}

/// Why a claim asks for something else than its charges, rounded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Same,
    OneOf(Vec<Category>),
    Unknown,
}

impl<'a> UsageLines<'a> {
    pub(crate) fn of(
        claims: &'a [Claim],
        found: &'a Hypothesis,
        completeness: &Completeness,
        invoice: &Invoice,
    ) -> Result<Self> {
        let number = |line: &usize| invoice.lines.get(*line).map(|line| line.line);
        let numbers = claims.iter().map(|claim| claim.lines.iter().filter_map(number).collect()).collect();
        let pots = relabelled(claims, found);
        let resolve = |(claim, pot): (&Claim, usize)| resolve(claim, claims.len(), pot, found, completeness);
        let resolved = claims.iter().zip(pots).map(resolve).collect::<Result<_>>()?;
        Ok(Self { claims, found, resolved, numbers })
    }

    /// The policies of rounding, if any line shows one.
    pub(crate) fn policies(&self) -> Vec<RoundingPolicy> {
        let shown = self.found.fit.count() > 0;
        self.found.fit.policies.iter().filter(|_| shown).copied().collect()
    }

    /// What is behind a line of the invoice: the exact sum, the number of charges, and the line's status.
    pub(crate) fn behind(&self, line: usize) -> Option<(Money, u64, LineStatus)> {
        let claim = self.claims.iter().position(|claim| claim.lines.contains(&line))?;
        let resolved = self.resolved.get(claim)?;
        let pot = self.found.pots.get(resolved.pot)?;
        let status = match resolved.outcome {
            Outcome::Same if resolved.arithmetic.is_zero() && resolved.pot == claim => LineStatus::Matched,
            Outcome::Same | Outcome::OneOf(_) => LineStatus::Explained,
            Outcome::Unknown => LineStatus::Unmatched,
        };
        Some((pot.billed, pot.records, status))
    }

    pub(crate) fn claim_of_pot(&self, pot: usize) -> Option<&Claim> {
        let claim = self.resolved.iter().position(|resolved| resolved.pot == pot)?;
        self.claims.get(claim)
    }

    /// Pots that no line speaks of.
    pub(crate) fn unclaimed(&self) -> impl Iterator<Item = &Pot> {
        let taken = |pot: usize| self.resolved.iter().any(|resolved| resolved.pot == pot);
        self.found.pots.iter().enumerate().filter(move |(number, _)| !taken(*number)).map(|(_, pot)| pot)
    }

    /// The file's line numbers of the claims that `wanted` picks.
    pub(crate) fn numbers(&self, wanted: impl Fn(usize, &Resolved) -> bool) -> Vec<u64> {
        let picked = self.numbers.iter().zip(&self.resolved).enumerate();
        let mut numbers: Vec<u64> = picked
            .filter(|(claim, (_, resolved))| wanted(*claim, resolved))
            .flat_map(|(_, (numbers, _))| numbers.iter().copied())
            .collect();
        numbers.sort_unstable();
        numbers
    }

    /// Adds the step of the calls that the ledger lacks.
    pub(crate) fn missing_usage(&self, bridge: &mut BridgeBuilder, completeness: &Completeness) -> Result<()> {
        let missing = |resolved: &Resolved| resolved.outcome == Outcome::OneOf(vec![Category::MissingUsage]);
        let short = self.claims.iter().zip(&self.resolved).filter(|(_, resolved)| missing(resolved));
        let calls: u64 = short.map(|(claim, resolved)| self.shortfall(claim, resolved)).sum();
        let strength = if calls == completeness.lacking { Strength::Proof } else { Strength::Strong };
        let rule = format!("the lines count {calls} calls more than are held; {}", completeness.rule());
        let tally = Tally { records: 0, amount: self.sum(missing)? };
        let lines = self.numbers(|_, resolved| missing(resolved));
        bridge.push(NewStep::new(Category::MissingUsage, tally, rule).with_lines(lines).with_strength(strength))
    }

    fn shortfall(&self, claim: &Claim, resolved: &Resolved) -> u64 {
        let records = self.found.pots.get(resolved.pot).map_or(0, |pot| pot.records);
        claim.calls.map_or(0, |calls| calls.saturating_sub(records))
    }

    /// Adds the steps from the charges to the lines, and returns what they leave.
    pub(crate) fn steps(&self, bridge: &mut BridgeBuilder, decimals: u32) -> Result<Money> {
        self.relabelled_step(bridge)?;
        self.terms_steps(bridge)?;
        for category in [Category::Price, Category::Ambiguous] {
            self.outcome_steps(bridge, category)?;
        }
        self.rounding_step(bridge, decimals)?;
        let amount = Money::sum(self.resolved.iter().map(|resolved| resolved.arithmetic))?;
        let lines = self.numbers(|_, resolved| !resolved.arithmetic.is_zero());
        let tally = Tally { records: 0, amount };
        let rule = "amounts that are not those of the lines' own words";
        bridge.push(NewStep::new(Category::InvoiceArithmetic, tally, rule).with_lines(lines))?;
        let unclaimed = Money::sum(self.unclaimed().map(|pot| pot.billed))?;
        Ok(self.sum(|resolved| resolved.outcome == Outcome::Unknown)?.checked_sub(unclaimed)?)
    }

    fn sum(&self, wanted: impl Fn(&Resolved) -> bool) -> Result<Money> {
        Ok(Money::sum(self.resolved.iter().filter(|each| wanted(each)).map(|each| each.difference))?)
    }

    fn relabelled_step(&self, bridge: &mut BridgeBuilder) -> Result<()> {
        let moved = |(claim, resolved): &(usize, &Resolved)| *claim != resolved.pot;
        let pots = self.resolved.iter().enumerate().filter(moved).filter_map(|(_, each)| self.found.pots.get(each.pot));
        let tally = Tally { records: pots.map(|pot| pot.records).sum(), amount: Money::ZERO };
        let lines = self.numbers(|claim, resolved| claim != resolved.pot);
        let rule = "calls, tokens and amounts are those of other charges than the label names";
        bridge.push(NewStep::new(Category::Relabelled, tally, rule).with_lines(lines))
    }

    /// What the terms leave out: fees, and a discount.
    fn terms_steps(&self, bridge: &mut BridgeBuilder) -> Result<()> {
        let terms = self.found.fit.terms;
        let (mut fees, mut discount) = (Tally::default(), Tally::default());
        for resolved in &self.resolved {
            let Some(pot) = self.found.pots.get(resolved.pot) else { continue };
            let left_out = if terms.without_fees { pot.fee } else { Money::ZERO };
            fees.amount = fees.amount.checked_sub(left_out)?;
            discount.amount = discount.amount.checked_add(resolved.discount)?;
            fees.records += pot.records;
            discount.records += pot.records;
        }
        if terms.without_fees {
            bridge.push(NewStep::new(Category::TokenFee, fees, "the lines leave out the token fee of each charge"))?;
        }
        if terms.discount > 0 {
            let (whole, part) = (terms.discount / 100, terms.discount % 100);
            let rule = format!("every line is {whole}.{part:02} percent less than was charged");
            bridge.push(NewStep::new(Category::Discount, discount, rule))?;
        }
        Ok(())
    }

    fn outcome_steps(&self, bridge: &mut BridgeBuilder, category: Category) -> Result<()> {
        for (number, resolved) in self.resolved.iter().enumerate() {
            let Outcome::OneOf(candidates) = &resolved.outcome else { continue };
            let is = if candidates.len() > 1 { Category::Ambiguous } else { Category::Price };
            if is != category || *candidates == [Category::MissingUsage] {
                continue;
            }
            let records = self.found.pots.get(resolved.pot).map_or(0, |pot| pot.records);
            let tally = Tally { records, amount: resolved.difference };
            let (rule, strength) = match category {
                Category::Price => ("as many calls for another amount", Strength::Strong),
                _ => ("the line's amount alone does not tell", Strength::Candidate),
            };
            let step = NewStep::new(category, tally, rule).with_lines(self.numbers(|claim, _| claim == number));
            let candidates = if category == Category::Ambiguous { candidates.clone() } else { Vec::new() };
            bridge.push(NewStep { candidates, ..step.with_strength(strength) })?;
        }
        Ok(())
    }

    fn rounding_step(&self, bridge: &mut BridgeBuilder, decimals: u32) -> Result<()> {
        let rounded = |resolved: &Resolved| !resolved.rounding.is_zero();
        let behind = self.resolved.iter().filter(|each| rounded(each)).filter_map(|each| self.found.pots.get(each.pot));
        let tally = Tally {
            records: behind.map(|pot| pot.records).sum(),
            amount: Money::sum(self.resolved.iter().map(|resolved| resolved.rounding))?,
        };
        let names: Vec<_> = self.found.fit.policies.iter().map(|policy| policy.label()).collect();
        let rule = format!("rounded to {decimals} decimals, {}", names.join(" or "));
        let lines = self.numbers(|_, resolved| rounded(resolved));
        bridge.push(NewStep::new(Category::Rounding, tally, rule).with_lines(lines))
    }
}

/// For each claim its own pot, or another one that its lines fit to the last digit while their own does not.
fn relabelled(claims: &[Claim], found: &Hypothesis) -> Vec<usize> {
    let reproduced = |claim: usize| found.fit.reproduced.get(claim).is_some_and(Option::is_some);
    let free = |pot: usize| pot >= claims.len() || !reproduced(pot);
    let fits = |claim: &Claim| -> Vec<usize> {
        let pots = found.pots.iter().zip(&found.fit.pots).enumerate();
        let fitting = pots.filter(|(number, (pot, fit))| {
            free(*number) && claim.calls.is_some_and(|calls| calls > 0) && reproduces(claim, pot, fit.rounded).is_some()
        });
        fitting.map(|(number, _)| number).collect()
    };
    let mut taken = vec![false; found.pots.len()];
    let other_pot = |(number, claim): (usize, &Claim)| {
        if reproduced(number) {
            return number;
        }
        // Two pots that fit equally well are no evidence for either.
        match fits(claim)[..] {
            [only] if !taken.get(only).copied().unwrap_or(true) => {
                if let Some(taken) = taken.get_mut(only) {
                    *taken = true;
                }
                only
            }
            _ => number,
        }
    };
    let mut pots: Vec<usize> = claims.iter().enumerate().map(other_pot).collect();
    // Whose own charges are on another line has none left; an empty pot of its own stands for that.
    for number in 0..pots.len() {
        let lost = pots.iter().enumerate().any(|(other, pot)| other != number && *pot == number);
        if lost && pots.get(number) == Some(&number) {
            if let Some(pot) = pots.get_mut(number) {
                *pot = usize::MAX;
            }
        }
    }
    pots
}

fn resolve(
    claim: &Claim,
    claims: usize,
    number: usize,
    found: &Hypothesis,
    completeness: &Completeness,
) -> Result<Resolved> {
    let pot = found.pots.get(number).copied().unwrap_or(Pot::EMPTY);
    let amounts = |fits: &[PotFit]| {
        let fit = fits.get(number).copied().unwrap_or(PotFit { exact: None, rounded: None });
        let exact = fit.exact.unwrap_or(pot.billed);
        (exact, fit.rounded.unwrap_or(exact))
    };
    let (_, rounded) = amounts(&found.fit.pots);
    let (exact, undiscounted) = amounts(&found.fit.undiscounted);
    let mut resolved = Resolved {
        pot: number,
        outcome: Outcome::Same,
        rounding: undiscounted.checked_sub(exact)?,
        discount: rounded.checked_sub(undiscounted)?,
        difference: Money::ZERO,
        arithmetic: Money::ZERO,
    };
    if let Some(reproduced) = reproduces(claim, &pot, Some(rounded)) {
        resolved.arithmetic = claim.asked.checked_sub(reproduced)?;
        return Ok(resolved);
    }
    // What a line says in words is what it asks for; an amount that is not that is the invoice's own mistake.
    let asked = claim.in_words.unwrap_or(claim.asked);
    resolved.arithmetic = claim.asked.checked_sub(asked)?;
    resolved.difference = asked.checked_sub(rounded)?;
    resolved.outcome = cause(claim, claims, &pot, resolved.difference, found, completeness);
    if resolved.outcome == Outcome::Unknown {
        resolved.difference = asked.checked_sub(exact)?;
        resolved.rounding = Money::ZERO;
        resolved.discount = Money::ZERO;
    }
    Ok(resolved)
}

/// What the difference of a line can only come from.
fn cause(
    claim: &Claim,
    claims: usize,
    pot: &Pot,
    difference: Money,
    found: &Hypothesis,
    completeness: &Completeness,
) -> Outcome {
    let more = difference.units() > 0;
    match claim.calls {
        Some(calls) if calls > pot.records && more && completeness.is_short() => {
            Outcome::OneOf(vec![Category::MissingUsage])
        }
        Some(calls) if calls == pot.records && calls > 0 && same_usage(claim, pot) => {
            let mut fitting = vec![Category::Price];
            let without_fee = Terms { without_fees: true, ..found.fit.terms };
            if !found.fit.terms.without_fees && !pot.fee.is_zero() && is_rounded(without_fee, pot, claim) {
                fitting.push(Category::TokenFee);
            }
            // On a line alone, a discount is a price; and one on some lines is the price of each.
            let shared = found.fit.discount_on_most.is_some_and(|terms| is_rounded(terms, pot, claim));
            if !more && found.fit.terms.discount == 0 && (claims == 1 || shared) {
                fitting.push(Category::Discount);
            }
            Outcome::OneOf(fitting)
        }
        None if more && completeness.is_short() => Outcome::OneOf(vec![Category::MissingUsage, Category::Price]),
        _ => Outcome::Unknown,
    }
}

/// Whether a line asks for what other terms would, up to rounding.
fn is_rounded(terms: Terms, pot: &Pot, claim: &Claim) -> bool {
    const CENT: u128 = 10_u128.pow(22);
    let exact = terms.apply(pot.billed, pot.fee);
    exact.and_then(|exact| exact.checked_sub(claim.asked).ok()).is_some_and(|off| off.units().unsigned_abs() < CENT)
}
