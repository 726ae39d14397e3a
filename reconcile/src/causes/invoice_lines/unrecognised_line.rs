//! Invoice lines in a wording that is not known, at their amounts.
//!
//! The amount is taken as it is, so that the bridge still adds up; what it is for has to be read by a person.

use crate::causes::bridge_builder::BridgeBuilder;
use crate::causes::context::CauseContext;
use crate::causes::invoice_lines::add_invoice_lines;
use crate::causes::spec::{CauseSpec, Theme};
use crate::error::Result;
use crate::model::category::Category;
use crate::model::disposition::Disposition;
use crate::model::invoice::LineKind;

/// Neither accepted nor disputed, until somebody has read it.
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
