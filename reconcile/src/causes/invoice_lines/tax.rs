//! Taxes.

use crate::causes::bridge_builder::BridgeBuilder;
use crate::causes::context::CauseContext;
use crate::causes::invoice_lines::add_invoice_lines;
use crate::causes::spec::{CauseSpec, Theme};
use crate::error::Result;
use crate::model::category::Category;
use crate::model::disposition::Disposition;
use crate::model::invoice::LineKind;

/// Taxes are accepted. [`Invoice::checks`](crate::Invoice::checks) finds one whose rate does not give its amount.
pub(crate) const SPEC: CauseSpec = CauseSpec {
    is_invoice_line: true,
    ..CauseSpec::new(Category::Tax, "Tax", Theme::OtherLines, Disposition::Accepted)
};

/// Adds these lines.
pub(crate) fn find(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    add_invoice_lines(context, bridge, (&SPEC, &LineKind::Tax), "tax is not in the usage feed")
}
