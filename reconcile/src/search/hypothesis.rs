//! A hypothesis of which charges an invoice bills, and what it explains.

use std::cmp::Reverse;

use cost_model::Window;

use crate::error::Result;
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
    /// How many usage groups have money that no line bills.
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
        signed(self.fit.count()) - signed(self.unclaimed)
    }

    /// Returns what some usage groups add up to.
    pub(crate) fn sum_of(&self, usage_groups: &[usize]) -> Result<ChargeSum> {
        ChargeSum::sum(usage_groups.iter().filter_map(|usage_group| self.group_sums.get(*usage_group)))
    }

    /// Returns how much is supposed beside what the invoice says and what is known of the charges.
    ///
    /// Each moved end counts, or both once if they moved by the same time; second copies count once, however many there
    /// are; and so does each line that bills another amount for the calls that it counts.
    pub(crate) fn assumptions(&self, stated: Window) -> usize {
        let window = self.selection.window;
        let start = window.start().millis().saturating_sub(stated.start().millis());
        let end = window.end().millis().saturating_sub(stated.end().millis());
        // Another time of day at both ends is one thing to suppose.
        let cuts = if start == end {
            usize::from(start != 0)
        } else {
            usize::from(start != 0) + usize::from(end != 0)
        };
        usize::from(!self.selection.copies.is_empty()) + cuts + self.repriced
    }

    /// Returns the order of preference: what explains more, then what supposes less.
    pub(crate) fn rank(&self, stated: Window) -> (isize, Reverse<usize>) {
        (self.score(), Reverse(self.assumptions(stated)))
    }

    /// Returns how many charges it is about.
    pub(crate) fn records(&self) -> u64 {
        self.group_sums.iter().map(|charged| charged.records).sum()
    }

    /// Returns whether every line group is reproduced and every usage group with money is billed by one.
    pub(crate) fn is_complete(&self) -> bool {
        self.score() == signed(self.fit.reproduced.len())
    }
}

/// Returns a count with a sign, so that counts can be subtracted.
fn signed(count: usize) -> isize {
    isize::try_from(count).unwrap_or(isize::MAX)
}
