//! How lines are to be read beside the charges: lines that repeat another one, and charges that stand for several calls.

use cost_model::Window;

use crate::error::Result;
use crate::input::last_digit::LastDigit;
use crate::input::line_groups::{Claim, Claims};
use crate::input::usage::Charge;
use crate::model::invoice::{Invoice, InvoiceLine};
use crate::search::pricing_fit::same_tokens;
use crate::search::selection::{Charges, Pot, View};

impl Claims {
    /// The claims as the charges of the stated period show that they are to be read. `complete` says that no charge is
    /// known to be lacking: a line that counts more calls than are held may else be about those.
    pub(crate) fn read_by(
        mut self,
        invoice: &Invoice,
        charges: &[Charge],
        digit: LastDigit,
        complete: bool,
    ) -> Result<Self> {
        let pots = plain_pots(charges, &self, (invoice.period, digit))?;
        for (claim, pot) in self.all.iter_mut().zip(&pots) {
            if let Some(once) = without_repeated(claim, pot, invoice, digit)? {
                *claim = once;
            }
        }
        if complete && is_aggregated(&self.all, &pots, digit) {
            for claim in &mut self.all {
                claim.aggregated_calls = claim.calls.take();
            }
        }
        Ok(self)
    }
}

/// What the charges of the stated period come to for each claim, as they are held.
fn plain_pots(charges: &[Charge], claims: &Claims, (period, digit): (Window, LastDigit)) -> Result<Vec<Pot>> {
    let charges = Charges::new(charges, claims, digit, None);
    charges.pots(&charges.cells(&View::now(period))?)
}

/// A claim whose equal lines are billed once, if the charges stand behind that and not behind all of its lines.
fn without_repeated(claim: &Claim, pot: &Pot, invoice: &Invoice, digit: LastDigit) -> Result<Option<Claim>> {
    let line = |number: &usize| invoice.lines.get(*number);
    let same = |one: &InvoiceLine, other: &InvoiceLine| {
        (&one.description, one.amount, one.quantity) == (&other.description, other.amount, other.quantity)
    };
    let is_repeated = |place: usize, number: &usize| {
        let earlier = claim.lines.iter().take(place).filter_map(line);
        line(number).is_some_and(|line| earlier.into_iter().any(|earlier| same(earlier, line)))
    };
    let (mut once, mut repeated) = (Vec::new(), Vec::new());
    for (place, number) in claim.lines.iter().enumerate() {
        let lines = if is_repeated(place, number) { &mut repeated } else { &mut once };
        lines.push(*number);
    }
    if repeated.is_empty() || fits(claim, pot, digit) {
        return Ok(None);
    }
    let once = Claim { repeated, ..Claim::of(invoice, once)? };
    Ok(fits(&once, pot, digit).then_some(once))
}

fn fits(claim: &Claim, pot: &Pot, digit: LastDigit) -> bool {
    pot.records > 0
        && digit.is_near(pot.billed, claim.asked)
        && claim.calls.is_none_or(|calls| calls == pot.records)
}

/// Whether charges stand for several calls each: lines count more calls than there are charges, and every one asks for the
/// charges' very amounts and tokens. One call more on some lines may come from a cut.
fn is_aggregated(claims: &[Claim], pots: &[Pot], digit: LastDigit) -> bool {
    let counted: Vec<(&Claim, &Pot, u64)> = claims
        .iter()
        .zip(pots)
        .filter_map(|(claim, pot)| Some((claim, pot, claim.calls.filter(|calls| *calls > 0)?)))
        .collect();
    let sums = |claim: &Claim, pot: &Pot| digit.is_near(pot.billed, claim.asked) && same_tokens(claim, pot);
    let beyond = |calls: u64, pot: &Pot| pot.records > 0 && calls > pot.records;
    let merged = counted.iter().filter(|(claim, pot, calls)| beyond(*calls, pot) && sums(claim, pot)).count();
    let same = counted.iter().filter(|(claim, pot, calls)| *calls == pot.records && sums(claim, pot)).count();
    let many_calls = counted.iter().any(|(_, pot, calls)| *calls >= pot.records.saturating_add(2));
    let enough = many_calls && (counted.len() == 1 || merged >= 2);
    enough && merged + same == counted.len()
}
