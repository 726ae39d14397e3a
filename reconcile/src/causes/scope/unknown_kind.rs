//! Charges of a kind that the billing rules do not know.
//!
//! The rules take them for neither on-demand usage nor fees on own keys, and their billed cost is not a stated zero.
//! They are removed, so that usage lines are compared with on-demand charges alone, and shown as a step, so that
//! somebody extends the rules.

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::causes::context::CauseContext;
use crate::causes::spec::{CauseSpec, Theme};
use crate::error::Result;
use crate::model::category::Category;
use crate::model::disposition::Disposition;

/// Outside usage until the rules know the kind.
pub(crate) const SPEC: CauseSpec = CauseSpec {
    advice: Some("find out what it is"),
    ..CauseSpec::new(
        Category::UnknownKind,
        "Charges of unknown kind",
        Theme::Scope,
        Disposition::OutsideUsage,
    )
};

/// Removes them from the ingested total.
pub(crate) fn find(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    let step = NewStep::new(
        Category::UnknownKind,
        context.usage.unknown_kind,
        "neither on-demand nor own-key, and not billed at zero",
    );
    bridge.add_step(step.negated()?)
}
