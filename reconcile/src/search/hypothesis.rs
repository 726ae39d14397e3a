//! A hypothesis of which charges an invoice bills, and what it explains.

use cost_model::{Timestamp, Window};

use crate::model::category::Category;
use crate::model::evidence::FalsePositiveRate;
use crate::search::pricing_fit::PricingFit;
use crate::search::selection::{ChargeSelection, ChargeSum};

/// A hypothesis, and what it explains.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an observation of its own")]
pub(crate) struct Hypothesis {
    pub(crate) selection: ChargeSelection,
    /// The charges of each usage group, and of each line group.
    pub(crate) group_sums: Vec<ChargeSum>,
    pub(crate) line_sums: Vec<ChargeSum>,
    pub(crate) fit: PricingFit,
    /// The false positives of the search for its cut-off.
    pub(crate) false_positives: Option<FalsePositiveRate>,
    /// Number of usage groups have money that no line bills.
    pub(crate) unclaimed: usize,
    /// The number of lines that count the calls that there are, and bill another amount.
    pub(crate) repriced: usize,
    /// The line groups of which it is only supposed which charges they bill.
    pub(crate) assumed: Vec<usize>,
    /// The window is another one than the invoice states.
    pub(crate) moved: bool,
    /// Hardly any line fits: the invoice seems to be about other charges.
    pub(crate) of_other_charges: bool,
    /// The line groups with charges that came in after the invoice was issued.
    pub(crate) late: Vec<usize>,
    /// The line groups with charges that are equal to others of their instant.
    pub(crate) twinned: Vec<usize>,
    /// The charges next to the ends of the window, inside and outside, are on lines that are right.
    pub(crate) ends_are_right: bool,
    /// A charge was withdrawn since the invoice was issued, and nobody knows from which line.
    pub(crate) unplaced: bool,
    /// Every line comes right, and chance would have given that as well.
    pub(crate) by_chance: bool,
    /// Another cut puts every line right, though chance would have given that as well.
    pub(crate) cut_elsewhere: bool,
    /// Causes that explain as much with as many assumptions of the same sort.
    pub(crate) rivals: Vec<Category>,
}

impl Hypothesis {
    /// Lines that are reproduced, less the usage groups that no line bills.
    pub(crate) fn score(&self) -> isize {
        let count = |number| isize::try_from(number).unwrap_or(isize::MAX);
        count(self.fit.count()) - count(self.unclaimed)
    }

    /// Returns how much is supposed beside what the invoice says and what is known of the charges.
    pub(crate) fn assumptions(&self, stated: Window) -> usize {
        let shift = |end: fn(&Window) -> Timestamp| {
            end(&self.selection.window).millis().saturating_sub(end(&stated).millis())
        };
        let (start, end) = (shift(Window::start), shift(Window::end));
        // Another time of day at both ends is one thing to suppose.
        let cuts = if start == end {
            usize::from(start != 0)
        } else {
            usize::from(start != 0) + usize::from(end != 0)
        };
        usize::from(!self.selection.copies.is_empty()) + cuts + self.repriced
    }

    /// Returns how many charges it is about.
    pub(crate) fn records(&self) -> u64 {
        self.group_sums.iter().map(|charged| charged.records).sum()
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.score() == isize::try_from(self.fit.reproduced.len()).unwrap_or(isize::MAX)
    }
}
