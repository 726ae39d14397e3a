//! Amounts in another currency than the charges. It is only ever a candidate: no invoice proves it.

use crate::causes::spec::{CauseSpec, Theme};
use crate::model::category::Category;
use crate::model::disposition::Disposition;

/// To dispute, if it is what a factor on all lines comes from.
pub(crate) const SPEC: CauseSpec =
    CauseSpec::new(Category::OtherCurrency, "Other currency", Theme::Terms, Disposition::ToDispute);
