//! Inputs and results of a reconciliation, as data: invoices and billing rules, the bridge, its evidence.

pub(crate) mod amounts;
pub(crate) mod assessment;
pub(crate) mod billing_rules;
pub(crate) mod bridge;
pub(crate) mod category;
pub(crate) mod clue;
pub(crate) mod disposition;
pub(crate) mod evidence;
pub(crate) mod invoice;
pub(crate) mod line_checks;
pub(crate) mod terms;
pub(crate) mod windows;
