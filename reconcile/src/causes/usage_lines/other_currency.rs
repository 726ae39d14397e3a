//! Amounts in another currency than the charges. It is only ever a candidate: no invoice proves it.

use crate::causes::spec::{CauseSpec, Theme};
use crate::model::category::Category;
use crate::model::disposition::Disposition;

pub(crate) const SPEC: CauseSpec = CauseSpec {
    category: Category::OtherCurrency,
    label: "Other currency",
    theme: Theme::Terms,
    timing: false,
    disposition: Disposition::ToDispute,
    on_own_line: None,
    is_invoice_line: false,
    advice: None,
};
