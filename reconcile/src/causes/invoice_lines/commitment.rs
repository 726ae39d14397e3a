//! Charges because less was used than was committed to.

use crate::causes::bridge_builder::BridgeBuilder;
use crate::causes::context::CauseContext;
use crate::causes::invoice_lines::add_invoice_lines;
use crate::causes::spec::{CauseSpec, Theme};
use crate::error::Result;
use crate::model::category::Category;
use crate::model::disposition::Disposition;
use crate::model::invoice::LineKind;

/// Commitment shortfalls are accepted: the committed amount is in the contract, which this crate does not know.
pub(crate) const SPEC: CauseSpec = CauseSpec {
    is_invoice_line: true,
    ..CauseSpec::new(Category::Commitment, "Commitment shortfall", Theme::OtherLines, Disposition::Accepted)
};

/// Adds these lines.
pub(crate) fn find(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    add_invoice_lines(context, bridge, (&SPEC, &LineKind::Commitment), "committed to, whatever was used")
}
