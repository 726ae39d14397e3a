//! Invoice lines in a wording that is not known, at their amounts.
//!
//! The amount is taken as printed, so that the bridge still adds up. The confidence of the step is low, so that an
//! invoice with such a line is never reconciled exactly.

use crate::causes::bridge_builder::BridgeBuilder;
use crate::causes::context::CauseContext;
use crate::causes::invoice_lines::add_invoice_lines;
use crate::causes::spec::{CauseSpec, Theme};
use crate::error::Result;
use crate::model::category::Category;
use crate::model::disposition::Disposition;
use crate::model::invoice::LineKind;

/// A disposition of its own, since nobody can accept or dispute a line before its words were read.
pub(crate) const SPEC: CauseSpec = CauseSpec {
    is_invoice_line: true,
    advice: Some("read what it says"),
    ..CauseSpec::new(
        Category::UnrecognisedLine,
        "Unrecognised invoice lines",
        Theme::OtherLines,
        Disposition::UnknownWording,
    )
};

/// Adds these lines.
pub(crate) fn find(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    add_invoice_lines(
        context,
        bridge,
        (&SPEC, &LineKind::Unrecognised),
        "the wording is not known; taken at its amount",
    )
}
