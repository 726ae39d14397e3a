//! Stage: each usage line against the charges behind it.

use crate::causes::outcome::LineFinding;
use cost_model::Money;

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::causes::circumstances::InvoiceFacts;
use crate::error::Result;
use crate::input::completeness::Completeness;
use crate::input::line_groups::{LineGroup, LineGroups};
use crate::input::usage::Tally;
use crate::model::bridge::LineStatus;
use crate::model::category::Category;
use crate::model::evidence::{Confidence, FalsePositiveRate};
use crate::model::invoice::Invoice;
use crate::model::terms::{RoundingPolicy, RoundingUnit};
use crate::search::hypothesis::Hypothesis;
use crate::search::matched_groups::matched_groups;
use crate::search::pricing_fit::{ExpectedAmount, reproduces};
use crate::search::selection::ChargeSum;
use crate::search::uniform_factor::Factor;

/// Every usage line with the charges behind it, and why they differ.
#[derive(Debug)]
pub(crate) struct UsageLines<'a> {
    line_groups: &'a LineGroups,
    found: &'a Hypothesis,
    pub(crate) resolved: Vec<LineMatch>,
    /// The file's line numbers of each claim.
    numbers: Vec<Vec<u64>>,
    invoice: &'a Invoice,
    /// One factor on all lines.
    factor: Option<Factor>,
}

/// A claim with the charges behind it.
#[derive(Clone, Debug)]
pub(crate) struct LineMatch {
    /// The cells behind it.
    usage_groups: Vec<usize>,
    /// Whether they are those that its lines name.
    own: bool,
    pub(crate) charged: ChargeSum,
    pub(crate) outcome: LineFinding,
    /// If the cause was searched for: how often chance alone would have looked like it.
    false_positives: Option<FalsePositiveRate>,
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
    pub(crate) fn match_charges(
        line_groups: &'a LineGroups,
        found: &'a Hypothesis,
        completeness: &Completeness,
        invoice: &'a Invoice,
    ) -> Result<Self> {
        let number = |line: &usize| invoice.lines.get(*line).map(|line| line.line);
        let numbers = line_groups
            .all
            .iter()
            .map(|line_group| line_group.lines.iter().filter_map(number).collect())
            .collect();
        let behind = matched_groups(line_groups, found);
        let circumstances = InvoiceFacts::gather(line_groups, &behind, (found, invoice), completeness)?;
        let resolve = |(number, usage_groups): (usize, Vec<usize>)| {
            let own = usage_groups == line_groups.usage_groups_of(number);
            let line_group = line_groups.all.get(number);
            line_group
                .map(|line_group| resolve((number, line_group), (own, usage_groups), found, &circumstances))
        };
        let resolved = behind.into_iter().enumerate().filter_map(resolve).collect::<Result<_>>()?;
        Ok(Self { line_groups, found, resolved, numbers, invoice, factor: circumstances.factor })
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
        let of_line =
            |line_group: &&LineGroup| line_group.lines.contains(&line) || line_group.repeated.contains(&line);
        let (number, line_group) =
            self.line_groups.all.iter().enumerate().find(|(_, line_group)| of_line(line_group))?;
        let resolved = self.resolved.get(number)?;
        let merged = line_group.aggregated_calls.is_some_and(|calls| calls > resolved.charged.records);
        let status = match resolved.outcome {
            _ if line_group.repeated.contains(&line) => LineStatus::Explained,
            LineFinding::Same if resolved.arithmetic.is_zero() && resolved.own && merged => {
                LineStatus::Aggregated
            }
            LineFinding::Same if resolved.arithmetic.is_zero() && resolved.own => LineStatus::Matched,
            LineFinding::Unknown => LineStatus::Unmatched,
            _ => LineStatus::Explained,
        };
        Some((resolved.charged.billed, resolved.charged.records, status))
    }

    /// For each cell, the place in the invoice of the first line that it is behind.
    pub(crate) fn line_of_groups(&self) -> Vec<Option<usize>> {
        let mut lines = vec![None; self.line_groups.group_count()];
        for (line_group, resolved) in self.line_groups.all.iter().zip(&self.resolved) {
            for usage_group in &resolved.usage_groups {
                if let Some(line) = lines.get_mut(*usage_group) {
                    *line = line_group.lines.first().copied();
                }
            }
        }
        lines
    }

    /// The cells that are behind no line.
    pub(crate) fn unclaimed(&self) -> impl Iterator<Item = &ChargeSum> {
        let taken = |usage_group: usize| {
            self.resolved.iter().any(|resolved| resolved.usage_groups.contains(&usage_group))
        };
        self.found
            .group_sums
            .iter()
            .enumerate()
            .filter(move |(usage_group, _)| !taken(*usage_group))
            .map(|(_, charged)| charged)
    }

    /// The file's line numbers of the claims that `wanted` picks.
    pub(crate) fn numbers(&self, wanted: impl Fn(usize, &LineMatch) -> bool) -> Vec<u64> {
        let picked = self.numbers.iter().zip(&self.resolved).enumerate();
        let mut numbers: Vec<u64> = picked
            .filter(|(line_group, (_, resolved))| wanted(*line_group, resolved))
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
        let missing =
            |resolved: &LineMatch| resolved.outcome == LineFinding::OneOf(vec![Category::MissingUsage]);
        let short = self.line_groups.all.iter().zip(&self.resolved).filter(|(_, resolved)| missing(resolved));
        let lacking = |(line_group, resolved): (&LineGroup, &LineMatch)| {
            line_group.calls.map_or(0, |calls| calls.saturating_sub(resolved.charged.records))
        };
        let calls: u64 = short.map(lacking).sum();
        let confidence = if calls == completeness.lacking { Confidence::Exact } else { Confidence::High };
        let rule = format!("the lines count {calls} calls more than are held; {}", completeness.rule());
        let tally = Tally { records: 0, amount: self.sum(missing)? };
        let lines = self.numbers(|_, resolved| missing(resolved));
        bridge.push(
            NewStep::new(Category::MissingUsage, tally, rule).with_lines(lines).with_confidence(confidence),
        )
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
        let unknown = self.resolved.iter().filter(|each| each.outcome == LineFinding::Unknown);
        let unclaimed = self.unclaimed().map(|charged| charged.billed.checked_neg().map_err(Into::into));
        unknown.map(|each| Ok(each.difference)).chain(unclaimed).collect()
    }

    fn sum(&self, wanted: impl Fn(&LineMatch) -> bool) -> Result<Money> {
        Ok(Money::sum(self.resolved.iter().filter(|each| wanted(each)).map(|each| each.difference))?)
    }

    fn relabelled_step(&self, bridge: &mut BridgeBuilder) -> Result<()> {
        let moved = self.resolved.iter().filter(|each| !each.own && each.outcome == LineFinding::Same);
        let tally = Tally { records: moved.map(|each| each.charged.records).sum(), amount: Money::ZERO };
        let lines = self.numbers(|_, each| !each.own && each.outcome == LineFinding::Same);
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
            let explained = resolved.outcome != LineFinding::Unknown;
            fees.records += if explained || !resolved.fee.is_zero() { resolved.charged.records } else { 0 };
            discount.records += if explained { resolved.charged.records } else { 0 };
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
                step = NewStep { category: Category::Ambiguous, ..step.with_confidence(Confidence::Low) };
                step.candidates = vec![Category::Discount, Category::Rounding];
            }
            bridge.push(step)?;
        }
        Ok(())
    }

    /// One factor on all lines is one step. A discount is found by its percentage; this is anything else.
    fn uniform_step(&self, bridge: &mut BridgeBuilder) -> Result<()> {
        let Some(factor) = self.factor else { return Ok(()) };
        let differ = || self.resolved.iter().filter(|each| each.outcome == LineFinding::Uniform);
        let tally = Tally {
            records: differ().map(|each| each.charged.records).sum(),
            amount: Money::sum(differ().map(|each| each.difference))?,
        };
        let rule = format!("every line is {} than was charged", factor.label());
        let lines = self.numbers(|_, each| each.outcome == LineFinding::Uniform);
        let step = NewStep::new(Category::Ambiguous, tally, rule).with_lines(lines);
        let dearer = tally.amount.units() > 0;
        let candidates = if dearer {
            vec![Category::Tax, Category::Price, Category::OtherCurrency]
        } else {
            vec![Category::Discount, Category::Price, Category::OtherCurrency]
        };
        let false_positives = Some(factor.false_positives);
        bridge.push(NewStep { candidates, false_positives, ..step.with_confidence(Confidence::Low) })
    }

    /// Equal lines beyond those that charges stand behind.
    fn repeated_step(&self, bridge: &mut BridgeBuilder) -> Result<()> {
        let mut tally = Tally::default();
        let mut lines = Vec::new();
        for (number, amount) in self
            .line_groups
            .all
            .iter()
            .flat_map(|line_group| &line_group.repeated)
            .filter_map(|line| self.line(*line))
        {
            tally.amount = tally.amount.checked_add(amount)?;
            lines.push(number);
        }
        let rule = "equal to another line, and the charges are those of one of them";
        let step = NewStep::new(Category::BilledTwice, tally, rule).with_lines(lines);
        bridge.push(step.with_confidence(Confidence::High))
    }

    fn outcome_steps(&self, bridge: &mut BridgeBuilder, category: Category) -> Result<()> {
        for (number, resolved) in self.resolved.iter().enumerate() {
            let LineFinding::OneOf(candidates) = &resolved.outcome else { continue };
            let is = if candidates.len() > 1 { Category::Ambiguous } else { Category::Price };
            if is != category || *candidates == [Category::MissingUsage] {
                continue;
            }
            let tally = Tally { records: resolved.charged.records, amount: resolved.difference };
            let (rule, confidence) = match category {
                Category::Price => ("as many calls for another amount", Confidence::High),
                _ => ("the line's amount alone does not tell", Confidence::Low),
            };
            let step = NewStep::new(category, tally, rule)
                .with_lines(self.numbers(|line_group, _| line_group == number));
            let candidates = if category == Category::Ambiguous { candidates.clone() } else { Vec::new() };
            let false_positives = resolved.false_positives;
            bridge.push(NewStep { candidates, false_positives, ..step.with_confidence(confidence) })?;
        }
        Ok(())
    }

    fn rounding_step(&self, bridge: &mut BridgeBuilder, decimals: u32) -> Result<()> {
        let rounded = |resolved: &LineMatch| !resolved.rounding.is_zero();
        let behind = self.resolved.iter().filter(|each| rounded(each));
        let tally = Tally {
            records: behind.map(|each| each.charged.records).sum(),
            amount: Money::sum(self.resolved.iter().map(|resolved| resolved.rounding))?,
        };
        let names: Vec<_> = self.found.fit.policies.iter().map(|policy| policy.label()).collect();
        let lines = self.numbers(|_, resolved| rounded(resolved));
        let held_rounded = self.resolved.iter().any(|each| each.outcome == LineFinding::RoundedCharges);
        let rule = if held_rounded {
            format!("each charge is held with {decimals} decimals, and was billed with more")
        } else {
            format!("rounded to {decimals} decimals, {}", names.join(" or "))
        };
        let confidence = if held_rounded { Confidence::Low } else { Confidence::Exact };
        bridge
            .push(NewStep::new(Category::Rounding, tally, rule).with_lines(lines).with_confidence(confidence))
    }
}

fn resolve(
    (number, line_group): (usize, &LineGroup),
    (own, usage_groups): (bool, Vec<usize>),
    found: &Hypothesis,
    circumstances: &InvoiceFacts,
) -> Result<LineMatch> {
    let charged =
        ChargeSum::sum(usage_groups.iter().filter_map(|usage_group| found.group_sums.get(*usage_group)))?;
    let amounts = |asked: ExpectedAmount| {
        let exact = asked.exact.unwrap_or(charged.billed);
        (exact, asked.rounded.unwrap_or(exact))
    };
    let (_, rounded) = amounts(found.fit.expected(&usage_groups, &charged));
    let (exact, undiscounted) = amounts(found.fit.undiscounted(&usage_groups, &charged));
    let mut resolved = LineMatch {
        usage_groups,
        own,
        charged,
        outcome: LineFinding::Same,
        false_positives: None,
        fee: exact.checked_sub(charged.billed)?,
        rounding: undiscounted.checked_sub(exact)?,
        discount: rounded.checked_sub(undiscounted)?,
        difference: Money::ZERO,
        arithmetic: Money::ZERO,
    };
    // A sum of lines that is rounded as a whole leaves each of them less than a last digit off.
    let by_sum = found.fit.policies.first().is_some_and(|policy| policy.unit == RoundingUnit::Invoice);
    if by_sum {
        let rounded = if found.fit.terms.discount == 0 { line_group.amount } else { undiscounted };
        resolved.rounding = rounded.checked_sub(exact)?;
        resolved.discount = line_group.amount.checked_sub(rounded)?;
        return Ok(resolved);
    }
    if let Some(reproduced) = reproduces(line_group, &charged, Some(rounded)) {
        resolved.arithmetic = line_group.amount.checked_sub(reproduced)?;
        return Ok(resolved);
    }
    // What a line says in words is what it asks for; an amount that is not that is the invoice's own mistake.
    let asked = line_group.in_words.unwrap_or(line_group.amount);
    resolved.arithmetic = line_group.amount.checked_sub(asked)?;
    resolved.difference = asked.checked_sub(rounded)?;
    let assumed = found.assumed.contains(&number);
    (resolved.outcome, resolved.false_positives) =
        circumstances.cause(line_group, assumed, &charged, resolved.difference, found);
    if resolved.outcome == LineFinding::RoundedCharges {
        resolved.rounding = asked.checked_sub(exact)?;
        resolved.difference = Money::ZERO;
    }
    // A fee that has a line of its own is in no usage line, whether or not that line is explained.
    let fee_apart =
        resolved.outcome == LineFinding::Unknown && circumstances.fee_apart && found.fit.terms.without_fees;
    if fee_apart {
        resolved.difference = asked.checked_sub(exact)?;
        resolved.rounding = Money::ZERO;
        resolved.discount = Money::ZERO;
    } else if matches!(resolved.outcome, LineFinding::Unknown | LineFinding::Uniform) {
        // No part of an unexplained difference has a name: neither a fee nor a discount is claimed on it.
        resolved.difference = asked.checked_sub(charged.billed)?;
        resolved.fee = Money::ZERO;
        resolved.rounding = Money::ZERO;
        resolved.discount = Money::ZERO;
    }
    Ok(resolved)
}
