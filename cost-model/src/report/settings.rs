//! Settings of a report: which kinds of charge it counts.

/// The kinds of charge that a report counts, by their charge type. The default counts all of them.
///
/// ```
/// use cost_model::report::{Query, Settings};
///
/// // As a report in Vantage counts unless it is told otherwise.
/// let query = Query::all_resources().settings(Settings::vantage());
/// # let _ = query;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "five switches that people set one by one")]
pub struct Settings {
    /// Charge type Credit.
    pub credits: bool,
    /// Charge type Refund.
    pub refunds: bool,
    /// Charge type Discount.
    pub discounts: bool,
    /// Charge type Tax.
    pub tax: bool,
    /// Charges that have no value for a tag that the report groups by.
    pub unallocated: bool,
}

impl Settings {
    /// Returns the defaults of Vantage's API: no credits, refunds or unallocated charges.
    pub fn vantage() -> Self {
        Self { credits: false, refunds: false, discounts: true, tax: true, unallocated: false }
    }

    /// Returns whether a charge of this type counts.
    pub(super) fn counts(self, charge_type: Option<&str>) -> bool {
        match charge_type {
            Some("Credit") => self.credits,
            Some("Refund") => self.refunds,
            Some("Discount") => self.discounts,
            Some("Tax") => self.tax,
            _ => true,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self { credits: true, refunds: true, discounts: true, tax: true, unallocated: true }
    }
}
