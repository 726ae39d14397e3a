//! Plans, add-ons and minimum fees.
//!
//! A platform fee or a minimum fee is billed whatever was used, so that nothing in the usage can confirm its
//! amount.

use crate::causes::bridge_builder::BridgeBuilder;
use crate::causes::context::CauseContext;
use crate::causes::invoice_lines::add_invoice_lines;
use crate::causes::spec::{CauseSpec, Theme};
use crate::error::Result;
use crate::model::category::Category;
use crate::model::disposition::Disposition;
use crate::model::invoice::LineKind;

/// Plans and add-ons are accepted: their prices are in the contract, which this crate does not know.
pub(crate) const SPEC: CauseSpec = CauseSpec {
    is_invoice_line: true,
    ..CauseSpec::new(Category::AddOn, "Plans and add-ons", Theme::OtherLines, Disposition::Accepted)
};

/// Adds these lines.
pub(crate) fn find(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    add_invoice_lines(context, bridge, (&SPEC, &LineKind::AddOn), "billed whatever was used")
}
