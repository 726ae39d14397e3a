//! Seats that came or went within a period.

use crate::causes::bridge_builder::BridgeBuilder;
use crate::causes::context::CauseContext;
use crate::causes::invoice_lines::add_invoice_lines;
use crate::causes::spec::{CauseSpec, Theme};
use crate::error::Result;
use crate::model::category::Category;
use crate::model::disposition::Disposition;
use crate::model::invoice::LineKind;

/// Prorations are accepted: usage does not show when a seat was added or removed.
pub(crate) const SPEC: CauseSpec = CauseSpec {
    is_invoice_line: true,
    ..CauseSpec::new(Category::Proration, "Seat proration", Theme::OtherLines, Disposition::Accepted)
};

/// Adds these lines.
pub(crate) fn find(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    add_invoice_lines(context, bridge, (&SPEC, &LineKind::Proration), "seats are not in the usage feed")
}
