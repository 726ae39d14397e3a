//! The list of causes, in the order of the bridge.

use crate::causes::bridge_builder::BridgeBuilder;
use crate::causes::context::CauseContext;
use crate::causes::invoice_lines::{
    add_on, allowance, commitment, credit, drawdown, netting, proration, refund, seats, surcharge, tax,
    unrecognised_line,
};
use crate::causes::scope::{billed_basis, non_billed_usage, own_key_fees, unknown_kind};
use crate::causes::spec::{CauseSpec, Theme};
use crate::causes::timing::{
    after_period, before_period, cut_off_end, cut_off_start, duplicated_usage, late_usage, missing_usage,
    repriced_usage, withdrawn_usage,
};
use crate::causes::usage_lines::{
    ambiguous, billed_twice, discount, invoice_arithmetic, other_currency, price, relabelled, rounding,
    token_fee,
};
use crate::error::Result;
use crate::model::bridge::{Step, SubtotalName};
use crate::model::category::Category;
use crate::model::disposition::Disposition;

/// Finds the steps of a cause and adds them to the bridge.
///
/// A cause that a case does not show adds none; one that is found on each line by itself adds a step for each.
type Finder = fn(&CauseContext<'_>, &mut BridgeBuilder) -> Result<()>;

/// A row of the list.
enum Row {
    /// A place of the bridge at which a cause may have steps.
    Cause(&'static CauseSpec, Finder),
    /// A cause that no step names alone: it is only a candidate of ambiguous ones.
    Candidate(&'static CauseSpec),
    /// A sum that the bridge passes.
    Subtotal(SubtotalName),
    /// The part of the usage lines that no cause explains.
    UnexplainedUsage,
}

impl Row {
    /// Returns the cause of a row; `None` for a subtotal and for the unexplained usage.
    fn spec(&self) -> Option<&'static CauseSpec> {
        match self {
            Self::Cause(spec, _) | Self::Candidate(spec) => Some(spec),
            Self::Subtotal(_) | Self::UnexplainedUsage => None,
        }
    }
}

/// The bridge from top to bottom. A new cause is a file beside the others and a row here.
const ROWS: &[Row] = &[
    Row::Cause(&non_billed_usage::SPEC, non_billed_usage::find),
    Row::Cause(&unknown_kind::SPEC, unknown_kind::find),
    Row::Cause(&own_key_fees::SPEC, own_key_fees::remove),
    Row::Cause(&billed_basis::SPEC, billed_basis::find),
    Row::Subtotal(SubtotalName::UsageBasedTotal),
    Row::Cause(&missing_usage::SPEC, missing_usage::find),
    Row::Cause(&duplicated_usage::SPEC, duplicated_usage::find),
    Row::Cause(&before_period::SPEC, before_period::find),
    Row::Cause(&after_period::SPEC, after_period::find),
    Row::Cause(&cut_off_start::SPEC, cut_off_start::find),
    Row::Cause(&cut_off_end::SPEC, cut_off_end::find),
    Row::Cause(&late_usage::SPEC, late_usage::find),
    Row::Cause(&repriced_usage::SPEC, repriced_usage::find),
    Row::Cause(&withdrawn_usage::SPEC, withdrawn_usage::find),
    Row::Cause(&relabelled::SPEC, relabelled::find),
    Row::Cause(&token_fee::SPEC, token_fee::remove),
    Row::Cause(&discount::SPEC, discount::find),
    Row::Cause(&price::SPEC, price::find),
    Row::Cause(&ambiguous::SPEC, ambiguous::find),
    Row::Cause(&billed_twice::SPEC, billed_twice::find),
    Row::Candidate(&other_currency::SPEC),
    Row::Cause(&rounding::SPEC, rounding::find),
    Row::Cause(&invoice_arithmetic::SPEC, invoice_arithmetic::find_in_usage_lines),
    Row::UnexplainedUsage,
    Row::Subtotal(SubtotalName::OnDemandUsage),
    Row::Cause(&token_fee::SPEC, token_fee::add_lines),
    Row::Cause(&own_key_fees::SPEC, own_key_fees::add_lines),
    Row::Cause(&seats::SPEC, seats::find),
    Row::Cause(&proration::SPEC, proration::find),
    Row::Cause(&add_on::SPEC, add_on::find),
    Row::Cause(&commitment::SPEC, commitment::find),
    Row::Cause(&surcharge::SPEC, surcharge::find),
    Row::Cause(&allowance::SPEC, allowance::find),
    Row::Cause(&drawdown::SPEC, drawdown::find),
    Row::Cause(&discount::SPEC, discount::add_lines),
    Row::Cause(&credit::SPEC, credit::find),
    Row::Cause(&refund::SPEC, refund::find),
    Row::Cause(&netting::SPEC, netting::find),
    Row::Cause(&unrecognised_line::SPEC, unrecognised_line::find),
    Row::Cause(&tax::SPEC, tax::find),
    Row::Cause(&invoice_arithmetic::SPEC, invoice_arithmetic::find_in_invoice),
];

/// Adds every step to a bridge, in the order of the rows.
///
/// The order matters: what is unexplained so far becomes the unexplained usage at its row, just before the subtotal.
pub(crate) fn add_steps(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    for row in ROWS {
        match row {
            Row::Cause(_, find) => find(context, bridge)?,
            Row::Candidate(_) => {}
            Row::Subtotal(name) => bridge.add_subtotal(*name),
            Row::UnexplainedUsage => {
                bridge.leave_unexplained(&context.lines.unexplained()?)?;
                bridge.unexplained_usage = bridge.unexplained;
            }
        }
    }
    Ok(())
}

impl CauseSpec {
    /// Returns every cause once, in the order of the bridge.
    /// A cause that has steps at two places of the bridge is returned at its first.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        ROWS.iter().enumerate().filter_map(|(place, row)| {
            let spec = row.spec()?;
            let is_repeated = ROWS.iter().take(place).any(|earlier| earlier.spec() == Some(spec));
            (!is_repeated).then_some(spec)
        })
    }
}

impl Category {
    /// Returns the specification of the cause.
    pub fn spec(self) -> &'static CauseSpec {
        // A test holds that every category has a row.
        CauseSpec::all().find(|spec| spec.category == self).unwrap_or(&ambiguous::SPEC)
    }

    /// Returns the name of the cause for people, such as `Usage before the billing period`.
    pub fn label(self) -> &'static str {
        self.spec().label
    }

    /// Returns whether the difference is about when charges were counted or known; it goes away with time or moves to
    /// another invoice.
    pub fn is_timing(self) -> bool {
        self.spec().timing
    }
}

impl Step {
    /// Returns what to do about the step's amount. A step with several candidates is to be disputed if one of them is.
    pub fn disposition(&self) -> Disposition {
        let spec = self.category.spec();
        match spec.on_own_line {
            // A discount or a fee on a line of its own is written on the invoice; one inside the usage lines is not.
            Some((_, disposition)) if !self.evidence.lines.is_empty() => disposition,
            _ if self.category == Category::Ambiguous => {
                let all = self.candidates.iter().map(|candidate| candidate.spec().disposition);
                all.max().unwrap_or(spec.disposition)
            }
            _ => spec.disposition,
        }
    }

    /// Returns the part of a report that the step belongs to.
    pub fn theme(&self) -> Theme {
        let spec = self.category.spec();
        spec.on_own_line.filter(|_| !self.evidence.lines.is_empty()).map_or(spec.theme, |(theme, _)| theme)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_category_has_one_row_and_a_label_of_its_own() {
        let mut categories = BTreeSet::new();
        let mut labels = BTreeSet::new();
        for spec in CauseSpec::all() {
            assert!(categories.insert(spec.category), "{:?} has two specifications", spec.category);
            assert!(labels.insert(spec.label), "two causes are called {}", spec.label);
            assert!(spec.label.len() <= 34, "{} does not fit its column", spec.label);
        }
        assert_eq!(categories, Category::ALL.into_iter().collect());
    }
}
