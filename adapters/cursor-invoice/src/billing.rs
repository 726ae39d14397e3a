//! Cursor's billing rules.
//!
//! They say how an invoice of Cursor's is compared with charges: which charges it bills, in which precision,
//! and at which hours its cycles may be cut. `reconcile` has no such rule of its own.

use chrono::FixedOffset;
use cost_model::{Dimension, Error, Filter};
use reconcile::BillingRules;

/// Returns Cursor's billing rules: on-demand lines bill the charges of kind `Usage-based`; fees on calls with the users' own
/// provider keys lie outside them; lines price calls in Max Mode apart; line amounts are in whole cents. Cycles are likely cut at
/// midnight in UTC, or in Cursor's own time zone, the Pacific one, in winter or in summer.
///
/// Source: the Admin API page says to sum `chargedCents` of usage events; which kinds an invoice bills is the
/// meaning of their labels on Cursor's usage page.
///
/// ```
/// use cost_model::Dimension;
/// use cursor_invoice::billing_rules;
///
/// let rules = billing_rules()?;
/// assert_eq!(rules.mode, Some(Dimension::Tag("cursor:max_mode".into())));
/// assert_eq!(rules.line_decimals, 2, "whole cents");
/// # Ok::<(), cost_model::Error>(())
/// ```
///
/// # Errors
/// None in practice: the filters are constant and tested.
pub fn billing_rules() -> Result<BillingRules, Error> {
    // The subcategory is the label of the kind, however an event spells it.
    let mut rules = BillingRules::new(
        Filter::parse("costs.provider = 'cursor' AND costs.subcategory = 'Usage-based'")?,
        Filter::parse("costs.provider = 'cursor' AND costs.subcategory = 'User API Key'")?,
    );
    rules.mode = Some(Dimension::Tag("cursor:max_mode".into()));
    rules.likely_offsets =
        [0, -8, -7].into_iter().filter_map(|hours| FixedOffset::east_opt(hours * 3_600)).collect();
    Ok(rules)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_filters_parse() {
        let rules = super::billing_rules().unwrap();
        assert_eq!((rules.line_decimals, rules.likely_offsets.len()), (2, 3));
    }
}
