//! Interpretation of lines by the charges: lines that repeat another one, and charges that represent several calls.
//!
//! This comes before the search, which takes the lines as they are read: it sees each line once, and counts that mean
//! something else than charges are set aside as aggregated.

use cost_model::Window;

use crate::error::Result;
use crate::input::last_digit::LastDigit;
use crate::input::line_groups::{LineGroup, LineGroups};
use crate::input::usage::Charge;
use crate::model::invoice::{Invoice, InvoiceLine};
use crate::search::pricing_fit::same_tokens;
use crate::search::selection::{ChargeHistory, ChargeSelection, ChargeSum};

impl LineGroups {
    /// Returns the line groups as the charges of the stated period show that they are to be read. `complete` says that no charge is
    /// known to be lacking: a line that counts more calls than are held may else be about those.
    pub(crate) fn interpret_by(
        mut self,
        invoice: &Invoice,
        charges: &[Charge],
        digit: LastDigit,
        complete: bool,
    ) -> Result<Self> {
        let line_sums = plain_line_sums(charges, &self, (invoice.period, digit))?;
        for (line_group, charged) in self.all.iter_mut().zip(&line_sums) {
            if let Some(once) = without_repeated(line_group, charged, invoice, digit)? {
                *line_group = once;
            }
        }
        if complete && is_aggregated(&self.all, &line_sums, digit) {
            for line_group in &mut self.all {
                line_group.aggregated_calls = line_group.calls.take();
            }
        }
        Ok(self)
    }
}

/// Returns what the charges of the stated period add up to for each line group, as they are held.
fn plain_line_sums(
    charges: &[Charge],
    line_groups: &LineGroups,
    (period, digit): (Window, LastDigit),
) -> Result<Vec<ChargeSum>> {
    let charges = ChargeHistory::new(charges, line_groups, digit, None);
    charges.line_sums(&charges.group_sums(&ChargeSelection::now(period))?)
}

/// Returns a line group whose equal lines are billed once, if the charges are behind that and not behind all of its lines.
///
/// Equal lines whose sum fits the charges stay as they are.
fn without_repeated(
    line_group: &LineGroup,
    charged: &ChargeSum,
    invoice: &Invoice,
    digit: LastDigit,
) -> Result<Option<LineGroup>> {
    let (mut once, mut repeated) = (Vec::new(), Vec::new());
    for (place, number) in line_group.lines.iter().enumerate() {
        let Some(line) = invoice.lines.get(*number) else { continue };
        let mut earlier = line_group.lines.iter().take(place).filter_map(|number| invoice.lines.get(*number));
        let is_repeated = earlier.any(|each| is_same_item(each, line));
        let lines = if is_repeated { &mut repeated } else { &mut once };
        lines.push(*number);
    }
    if repeated.is_empty() || fits(line_group, charged, digit) {
        return Ok(None);
    }
    let once = LineGroup { repeated, ..LineGroup::from_lines(invoice, once)? };
    Ok(fits(&once, charged, digit).then_some(once))
}

/// Returns whether a line group bills these charges, to about a last digit and with the same calls where it counts any.
fn fits(line_group: &LineGroup, charged: &ChargeSum, digit: LastDigit) -> bool {
    charged.records > 0
        && digit.is_near(charged.billed, line_group.amount)
        && line_group.calls.is_none_or(|calls| calls == charged.records)
}

/// Returns whether charges represent several calls each: lines count more calls than there are charges, and every one bills the
/// charges' very amounts and tokens. One call more on some lines may come from a cut.
fn is_aggregated(line_groups: &[LineGroup], line_sums: &[ChargeSum], digit: LastDigit) -> bool {
    let counted: Vec<(&LineGroup, &ChargeSum, u64)> = line_groups
        .iter()
        .zip(line_sums)
        .filter_map(|(line_group, charged)| {
            Some((line_group, charged, line_group.calls.filter(|calls| *calls > 0)?))
        })
        .collect();
    let right = counted.iter().filter(|(line_group, charged, _)| {
        digit.is_near(charged.billed, line_group.amount) && same_tokens(line_group, charged)
    });
    let merged =
        right.clone().filter(|(_, charged, calls)| charged.records > 0 && *calls > charged.records).count();
    let same = right.filter(|(_, charged, calls)| *calls == charged.records).count();
    let many_calls = counted.iter().any(|(_, charged, calls)| *calls >= charged.records.saturating_add(2));
    let enough = many_calls && (counted.len() == 1 || merged >= 2);
    enough && merged + same == counted.len()
}

/// Returns whether two lines have the same description, quantity and amount.
fn is_same_item(one: &InvoiceLine, other: &InvoiceLine) -> bool {
    (&one.description, one.amount, one.quantity) == (&other.description, other.amount, other.quantity)
}
