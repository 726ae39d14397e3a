//! How Cursor bills usage.

use cost_model::{Dimension, Error, Filter};
use reconcile::BillingRules;

/// Cursor's billing rules: on-demand lines add up the charges of kind `Usage-based`; fees on calls with the users' own
/// provider keys lie outside them; line amounts are in whole cents.
///
/// Source: the Admin API page says to sum `chargedCents` of usage events; which kinds an invoice asks for is the
/// meaning of their labels on Cursor's usage page.
///
/// # Errors
/// None in practice: the filters are constant and tested.
pub fn billing_rules() -> Result<BillingRules, Error> {
    Ok(BillingRules::new(
        Filter::parse("costs.provider = 'cursor' AND costs.subcategory = 'Usage-based'")?,
        Filter::parse("costs.provider = 'cursor' AND costs.subcategory = 'User API Key'")?,
        Dimension::Tag("cursor:max_mode".into()),
    ))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_filters_parse() {
        assert_eq!(super::billing_rules().unwrap().line_decimals, 2);
    }
}
