//! Stage: each usage line against the charges behind it.

use crate::causes::outcome::Outcome;
use cost_model::Money;

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::causes::circumstances::Circumstances;
use crate::error::Result;
use crate::input::completeness::Completeness;
use crate::input::line_groups::{Claim, Claims};
use crate::input::usage::Tally;
use crate::model::bridge::LineStatus;
use crate::model::category::Category;
use crate::model::evidence::{Coincidences, Strength};
use crate::model::invoice::Invoice;
use crate::model::terms::{RoundingPolicy, RoundingUnit};
use crate::search::hypothesis::Hypothesis;
use crate::search::matched_groups::cells_behind;
use crate::search::pricing_fit::{Asked, reproduces};
use crate::search::selection::Pot;
use crate::search::uniform_factor::Factor;

/// Every usage line with the charges behind it, and why they differ.
#[derive(Debug)]
pub(crate) struct UsageLines<'a> {
    claims: &'a Claims,
    found: &'a Hypothesis,
    pub(crate) resolved: Vec<Resolved>,
    /// The file's line numbers of each claim.
    numbers: Vec<Vec<u64>>,
    invoice: &'a Invoice,
    /// One factor on all lines.
    factor: Option<Factor>,
}

/// A claim with the charges behind it.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    /// The cells behind it.
    cells: Vec<usize>,
    /// Whether they are those that its lines name.
    own: bool,
    pub(crate) pot: Pot,
    pub(crate) outcome: Outcome,
    /// If the cause was searched for: how often chance alone would have looked like it.
    coincidences: Option<Coincidences>,
    /// From what was charged to the exact amount without the fees that the terms leave out.
    fee: Money,
    /// From the exact amount to the rounded one.
    rounding: Money,
    /// From there to the amount with the discount, rounded.
    discount: Money,
    /// From the rounded amount to what the lines ask for.
    pub(crate) difference: Money,
    /// From what the lines say in words to their amounts.
    arithmetic: Money,
}

impl<'a> UsageLines<'a> {
    pub(crate) fn of(
        claims: &'a Claims,
        found: &'a Hypothesis,
        completeness: &Completeness,
        invoice: &'a Invoice,
    ) -> Result<Self> {
        let number = |line: &usize| invoice.lines.get(*line).map(|line| line.line);
        let numbers =
            claims.all.iter().map(|claim| claim.lines.iter().filter_map(number).collect()).collect();
        let behind = cells_behind(claims, found);
        let circumstances = Circumstances::of(claims, &behind, (found, invoice), completeness)?;
        let resolve = |(number, cells): (usize, Vec<usize>)| {
            let own = cells == claims.cells_of(number);
            let claim = claims.all.get(number);
            claim.map(|claim| resolve((number, claim), (own, cells), found, &circumstances))
        };
        let resolved = behind.into_iter().enumerate().filter_map(resolve).collect::<Result<_>>()?;
        Ok(Self { claims, found, resolved, numbers, invoice, factor: circumstances.factor })
    }

    /// The number in the file and the amount of the line at that place of the invoice.
    fn line(&self, place: usize) -> Option<(u64, Money)> {
        self.invoice.lines.get(place).map(|line| (line.line, line.amount))
    }

    /// The policies of rounding, if any line shows one.
    pub(crate) fn policies(&self) -> Vec<RoundingPolicy> {
        let shown = self.found.fit.count() > 0;
        self.found.fit.policies.iter().filter(|_| shown).copied().collect()
    }

    /// What is behind a line of the invoice: the exact sum, the number of charges, and the line's status.
    pub(crate) fn behind(&self, line: usize) -> Option<(Money, u64, LineStatus)> {
        let of_line = |claim: &&Claim| claim.lines.contains(&line) || claim.repeated.contains(&line);
        let (number, claim) = self.claims.all.iter().enumerate().find(|(_, claim)| of_line(claim))?;
        let resolved = self.resolved.get(number)?;
        let merged = claim.aggregated_calls.is_some_and(|calls| calls > resolved.pot.records);
        let status = match resolved.outcome {
            _ if claim.repeated.contains(&line) => LineStatus::Explained,
            Outcome::Same if resolved.arithmetic.is_zero() && resolved.own && merged => {
                LineStatus::Aggregated
            }
            Outcome::Same if resolved.arithmetic.is_zero() && resolved.own => LineStatus::Matched,
            Outcome::Unknown => LineStatus::Unmatched,
            _ => LineStatus::Explained,
        };
        Some((resolved.pot.billed, resolved.pot.records, status))
    }

    /// For each cell, the place in the invoice of the first line that it is behind.
    pub(crate) fn line_of_cells(&self) -> Vec<Option<usize>> {
        let mut lines = vec![None; self.claims.cells()];
        for (claim, resolved) in self.claims.all.iter().zip(&self.resolved) {
            for cell in &resolved.cells {
                if let Some(line) = lines.get_mut(*cell) {
                    *line = claim.lines.first().copied();
                }
            }
        }
        lines
    }

    /// The cells that are behind no line.
    pub(crate) fn unclaimed(&self) -> impl Iterator<Item = &Pot> {
        let taken = |cell: usize| self.resolved.iter().any(|resolved| resolved.cells.contains(&cell));
        self.found.cells.iter().enumerate().filter(move |(cell, _)| !taken(*cell)).map(|(_, pot)| pot)
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
    pub(crate) fn missing_usage(
        &self,
        bridge: &mut BridgeBuilder,
        completeness: &Completeness,
    ) -> Result<()> {
        let missing = |resolved: &Resolved| resolved.outcome == Outcome::OneOf(vec![Category::MissingUsage]);
        let short = self.claims.all.iter().zip(&self.resolved).filter(|(_, resolved)| missing(resolved));
        let lacking = |(claim, resolved): (&Claim, &Resolved)| {
            claim.calls.map_or(0, |calls| calls.saturating_sub(resolved.pot.records))
        };
        let calls: u64 = short.map(lacking).sum();
        let strength = if calls == completeness.lacking { Strength::Proof } else { Strength::Strong };
        let rule = format!("the lines count {calls} calls more than are held; {}", completeness.rule());
        let tally = Tally { records: 0, amount: self.sum(missing)? };
        let lines = self.numbers(|_, resolved| missing(resolved));
        bridge
            .push(NewStep::new(Category::MissingUsage, tally, rule).with_lines(lines).with_strength(strength))
    }

    /// Adds the steps from the charges to the lines, and returns what they leave, line by line.
    pub(crate) fn steps(&self, bridge: &mut BridgeBuilder, decimals: u32) -> Result<Vec<Money>> {
        self.relabelled_step(bridge)?;
        self.terms_steps(bridge)?;
        self.uniform_step(bridge)?;
        for category in [Category::Price, Category::Ambiguous] {
            self.outcome_steps(bridge, category)?;
        }
        self.repeated_step(bridge)?;
        self.rounding_step(bridge, decimals)?;
        let amount = Money::sum(self.resolved.iter().map(|resolved| resolved.arithmetic))?;
        let lines = self.numbers(|_, resolved| !resolved.arithmetic.is_zero());
        let tally = Tally { records: 0, amount };
        let rule = "amounts that are not those of the lines' own words";
        bridge.push(NewStep::new(Category::InvoiceArithmetic, tally, rule).with_lines(lines))?;
        let unknown = self.resolved.iter().filter(|each| each.outcome == Outcome::Unknown);
        let unclaimed = self.unclaimed().map(|pot| pot.billed.checked_neg().map_err(Into::into));
        unknown.map(|each| Ok(each.difference)).chain(unclaimed).collect()
    }

    fn sum(&self, wanted: impl Fn(&Resolved) -> bool) -> Result<Money> {
        Ok(Money::sum(self.resolved.iter().filter(|each| wanted(each)).map(|each| each.difference))?)
    }

    fn relabelled_step(&self, bridge: &mut BridgeBuilder) -> Result<()> {
        let moved = self.resolved.iter().filter(|each| !each.own && each.outcome == Outcome::Same);
        let tally = Tally { records: moved.map(|each| each.pot.records).sum(), amount: Money::ZERO };
        let lines = self.numbers(|_, each| !each.own && each.outcome == Outcome::Same);
        let rule = "calls, tokens and amounts are those of other charges than the label names";
        bridge.push(NewStep::new(Category::Relabelled, tally, rule).with_lines(lines))
    }

    /// What the terms leave out: fees, and a discount.
    fn terms_steps(&self, bridge: &mut BridgeBuilder) -> Result<()> {
        let terms = self.found.fit.terms;
        let (mut fees, mut discount) = (Tally::default(), Tally::default());
        for resolved in &self.resolved {
            fees.amount = fees.amount.checked_add(resolved.fee)?;
            discount.amount = discount.amount.checked_add(resolved.discount)?;
            let explained = resolved.outcome != Outcome::Unknown;
            fees.records += if explained || !resolved.fee.is_zero() { resolved.pot.records } else { 0 };
            discount.records += if explained { resolved.pot.records } else { 0 };
        }
        if terms.without_fees {
            bridge.push(NewStep::new(
                Category::TokenFee,
                fees,
                "the lines leave out the token fee of each charge",
            ))?;
        }
        if terms.discount > 0 {
            let (whole, part) = (terms.discount / 100, terms.discount % 100);
            let rule = format!("every line is {whole}.{part:02} percent less than was charged");
            let mut step = NewStep::new(Category::Discount, discount, rule);
            if self.found.fit.unsure_discount {
                step = NewStep { category: Category::Ambiguous, ..step.with_strength(Strength::Candidate) };
                step.candidates = vec![Category::Discount, Category::Rounding];
            }
            bridge.push(step)?;
        }
        Ok(())
    }

    /// One factor on all lines is one step. A discount is found by its percentage; this is anything else.
    fn uniform_step(&self, bridge: &mut BridgeBuilder) -> Result<()> {
        let Some(factor) = self.factor else { return Ok(()) };
        let differ = || self.resolved.iter().filter(|each| each.outcome == Outcome::Uniform);
        let tally = Tally {
            records: differ().map(|each| each.pot.records).sum(),
            amount: Money::sum(differ().map(|each| each.difference))?,
        };
        let rule = format!("every line is {} than was charged", factor.label());
        let lines = self.numbers(|_, each| each.outcome == Outcome::Uniform);
        let step = NewStep::new(Category::Ambiguous, tally, rule).with_lines(lines);
        let dearer = tally.amount.units() > 0;
        let candidates = if dearer {
            vec![Category::Tax, Category::Price, Category::OtherCurrency]
        } else {
            vec![Category::Discount, Category::Price, Category::OtherCurrency]
        };
        let coincidences = Some(factor.coincidences);
        bridge.push(NewStep { candidates, coincidences, ..step.with_strength(Strength::Candidate) })
    }

    /// Equal lines beyond those that charges stand behind.
    fn repeated_step(&self, bridge: &mut BridgeBuilder) -> Result<()> {
        let mut tally = Tally::default();
        let mut lines = Vec::new();
        for (number, amount) in
            self.claims.all.iter().flat_map(|claim| &claim.repeated).filter_map(|line| self.line(*line))
        {
            tally.amount = tally.amount.checked_add(amount)?;
            lines.push(number);
        }
        let rule = "equal to another line, and the charges are those of one of them";
        let step = NewStep::new(Category::BilledTwice, tally, rule).with_lines(lines);
        bridge.push(step.with_strength(Strength::Strong))
    }

    fn outcome_steps(&self, bridge: &mut BridgeBuilder, category: Category) -> Result<()> {
        for (number, resolved) in self.resolved.iter().enumerate() {
            let Outcome::OneOf(candidates) = &resolved.outcome else { continue };
            let is = if candidates.len() > 1 { Category::Ambiguous } else { Category::Price };
            if is != category || *candidates == [Category::MissingUsage] {
                continue;
            }
            let tally = Tally { records: resolved.pot.records, amount: resolved.difference };
            let (rule, strength) = match category {
                Category::Price => ("as many calls for another amount", Strength::Strong),
                _ => ("the line's amount alone does not tell", Strength::Candidate),
            };
            let step =
                NewStep::new(category, tally, rule).with_lines(self.numbers(|claim, _| claim == number));
            let candidates = if category == Category::Ambiguous { candidates.clone() } else { Vec::new() };
            let coincidences = resolved.coincidences;
            bridge.push(NewStep { candidates, coincidences, ..step.with_strength(strength) })?;
        }
        Ok(())
    }

    fn rounding_step(&self, bridge: &mut BridgeBuilder, decimals: u32) -> Result<()> {
        let rounded = |resolved: &Resolved| !resolved.rounding.is_zero();
        let behind = self.resolved.iter().filter(|each| rounded(each));
        let tally = Tally {
            records: behind.map(|each| each.pot.records).sum(),
            amount: Money::sum(self.resolved.iter().map(|resolved| resolved.rounding))?,
        };
        let names: Vec<_> = self.found.fit.policies.iter().map(|policy| policy.label()).collect();
        let lines = self.numbers(|_, resolved| rounded(resolved));
        let held_rounded = self.resolved.iter().any(|each| each.outcome == Outcome::RoundedCharges);
        let rule = if held_rounded {
            format!("each charge is held with {decimals} decimals, and was billed with more")
        } else {
            format!("rounded to {decimals} decimals, {}", names.join(" or "))
        };
        let strength = if held_rounded { Strength::Candidate } else { Strength::Proof };
        bridge.push(NewStep::new(Category::Rounding, tally, rule).with_lines(lines).with_strength(strength))
    }
}

fn resolve(
    (number, claim): (usize, &Claim),
    (own, cells): (bool, Vec<usize>),
    found: &Hypothesis,
    circumstances: &Circumstances,
) -> Result<Resolved> {
    let pot = Pot::sum(cells.iter().filter_map(|cell| found.cells.get(*cell)))?;
    let amounts = |asked: Asked| {
        let exact = asked.exact.unwrap_or(pot.billed);
        (exact, asked.rounded.unwrap_or(exact))
    };
    let (_, rounded) = amounts(found.fit.asked(&cells, &pot));
    let (exact, undiscounted) = amounts(found.fit.undiscounted(&cells, &pot));
    let mut resolved = Resolved {
        cells,
        own,
        pot,
        outcome: Outcome::Same,
        coincidences: None,
        fee: exact.checked_sub(pot.billed)?,
        rounding: undiscounted.checked_sub(exact)?,
        discount: rounded.checked_sub(undiscounted)?,
        difference: Money::ZERO,
        arithmetic: Money::ZERO,
    };
    // A sum of lines that is rounded as a whole leaves each of them less than a last digit off.
    let by_sum = found.fit.policies.first().is_some_and(|policy| policy.unit == RoundingUnit::Invoice);
    if by_sum {
        let rounded = if found.fit.terms.discount == 0 { claim.asked } else { undiscounted };
        resolved.rounding = rounded.checked_sub(exact)?;
        resolved.discount = claim.asked.checked_sub(rounded)?;
        return Ok(resolved);
    }
    if let Some(reproduced) = reproduces(claim, &pot, Some(rounded)) {
        resolved.arithmetic = claim.asked.checked_sub(reproduced)?;
        return Ok(resolved);
    }
    // What a line says in words is what it asks for; an amount that is not that is the invoice's own mistake.
    let asked = claim.in_words.unwrap_or(claim.asked);
    resolved.arithmetic = claim.asked.checked_sub(asked)?;
    resolved.difference = asked.checked_sub(rounded)?;
    let supposed = found.supposed.contains(&number);
    (resolved.outcome, resolved.coincidences) =
        circumstances.cause(claim, supposed, &pot, resolved.difference, found);
    if resolved.outcome == Outcome::RoundedCharges {
        resolved.rounding = asked.checked_sub(exact)?;
        resolved.difference = Money::ZERO;
    }
    // A fee that has a line of its own is in no usage line, whether or not that line is explained.
    let fee_apart =
        resolved.outcome == Outcome::Unknown && circumstances.fee_apart && found.fit.terms.without_fees;
    if fee_apart {
        resolved.difference = asked.checked_sub(exact)?;
        resolved.rounding = Money::ZERO;
        resolved.discount = Money::ZERO;
    } else if matches!(resolved.outcome, Outcome::Unknown | Outcome::Uniform) {
        // No part of an unexplained difference has a name: neither a fee nor a discount is claimed on it.
        resolved.difference = asked.checked_sub(pot.billed)?;
        resolved.fee = Money::ZERO;
        resolved.rounding = Money::ZERO;
        resolved.discount = Money::ZERO;
    }
    Ok(resolved)
}
