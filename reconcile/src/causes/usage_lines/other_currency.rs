//! Amounts in another currency than the charges. It is only ever a candidate: no invoice proves it.

use crate::causes::spec::{CauseSpec, Theme};
use crate::model::category::Category;
use crate::model::disposition::Disposition;

/// To be disputed. A single factor on all lines has it as its last candidate, after a tax or discount and another
/// price.
pub(crate) const SPEC: CauseSpec =
    CauseSpec::new(Category::OtherCurrency, "Other currency", Theme::Terms, Disposition::ToDispute);
