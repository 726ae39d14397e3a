//! Another price for the same calls.

use crate::causes::bridge_builder::BridgeBuilder;
use crate::causes::context::CauseContext;
use crate::causes::spec::{CauseSpec, Theme};
use crate::causes::usage_lines::line_differences::{LineCause, add_line_differences};
use crate::error::Result;
use crate::model::category::Category;
use crate::model::disposition::Disposition;
use crate::model::evidence::Confidence;

/// To be disputed: whether the price of the invoice or that of the charges was agreed is in the contract.
pub(crate) const SPEC: CauseSpec =
    CauseSpec::new(Category::Price, "Price difference", Theme::Terms, Disposition::ToDispute);

/// Adds a step for each line that bills the same calls at another price.
pub(crate) fn find(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    add_line_differences(context, bridge, |candidates| {
        (*candidates != [Category::MissingUsage] && candidates.len() <= 1).then_some(LineCause {
            category: Category::Price,
            candidates: Vec::new(),
            rule: "as many calls for another amount",
            confidence: Confidence::High,
        })
    })
}
