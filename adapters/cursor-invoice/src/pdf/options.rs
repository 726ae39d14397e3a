//! Options of the reader: facts about an invoice that the caller states.

use cost_model::input::DecimalMark;
use cost_model::{Timestamp, Window};

/// The facts that the caller knows of an invoice.
///
/// Each is `None` or false where the text itself has to say it.
#[derive(Debug, Default)]
pub(crate) struct Options {
    pub(crate) period: Option<Window>,
    pub(crate) issued: Option<Timestamp>,
    pub(crate) decimal_mark: Option<DecimalMark>,
    pub(crate) accepts_difference: bool,
}
