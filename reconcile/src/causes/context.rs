//! The context of the causes: everything that the steps of a bridge are made from.

use crate::input::case::Case;
use crate::input::completeness::Completeness;
use crate::input::usage::Usage;
use crate::matching::fee_lines::FeeLines;
use crate::matching::usage_lines::UsageLines;
use crate::model::bridge::CutOff;
use crate::model::line_checks::LineCheck;
use crate::search::hypothesis::Hypothesis;
use crate::search::selection::ChargeHistory;

/// A case with what was found of it: which charges the invoice bills, and which are behind each line.
///
/// All of it is decided before the first step, and no cause changes it. A step therefore depends on no step before it.
pub(crate) struct CauseContext<'a> {
    pub(crate) case: &'a Case<'a>,
    pub(crate) usage: &'a Usage,
    pub(crate) completeness: &'a Completeness,
    pub(crate) charges: &'a ChargeHistory<'a>,
    pub(crate) found: &'a Hypothesis,
    pub(crate) lines: &'a UsageLines<'a>,
    /// The span that the invoice really bills, as far as its lines show one.
    pub(crate) cut_off: Option<&'a CutOff>,
    pub(crate) token_fee_lines: Option<&'a FeeLines>,
    pub(crate) own_key_lines: Option<&'a FeeLines>,
    /// Figures of the invoice that contradict each other.
    pub(crate) checks: &'a [LineCheck],
}
