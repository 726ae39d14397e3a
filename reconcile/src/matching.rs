//! Which charges stand behind which lines, and what rounding does to them.

use std::collections::BTreeMap;

use cost_model::{Money, Rounding};

use crate::usage::{Cell, Tally, Usage};
use crate::{Invoice, LineKind, Result, UsageLine};

/// Lines about the same charges, and those charges.
#[derive(Debug)]
pub(crate) struct Claim {
    /// The numbers of the lines in the invoice, counted from 0.
    pub(crate) lines: Vec<usize>,
    pub(crate) asked: Money,
    pub(crate) charges: Tally,
}

impl Claim {
    /// What the lines ask for beyond the charges behind them.
    pub(crate) fn difference(&self) -> Result<Money> {
        Ok(self.asked.checked_sub(self.charges.amount)?)
    }

    pub(crate) fn follows(&self, policy: Rounding, decimals: u32) -> Result<bool> {
        Ok(self.charges.amount.rounded(decimals, policy)? == self.asked)
    }
}

/// The claims of all usage lines, and the charges of the period that no line claims.
pub(crate) fn match_usage(invoice: &Invoice, usage: &Usage) -> Result<(Vec<Claim>, Tally)> {
    let mut groups: BTreeMap<UsageLine, Vec<usize>> = BTreeMap::new();
    for (number, line) in invoice.lines.iter().enumerate() {
        if let LineKind::Usage(about) = &line.kind {
            groups.entry(UsageLine { calls: None, ..about.clone() }).or_default().push(number);
        }
    }
    // The most particular lines choose first; each charge goes to one claim.
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(about, _)| (about.model.is_none(), about.max_mode.is_none()));
    let mut left: BTreeMap<&Cell, Tally> =
        usage.in_period.iter().map(|(cell, tally)| (cell, *tally)).collect();
    let mut claims = Vec::with_capacity(groups.len());
    for (about, lines) in groups {
        let taken: Vec<_> = left.keys().filter(|cell| speaks_of(&about, cell)).copied().collect();
        let charges = sum(taken.iter().filter_map(|cell| left.remove(cell)))?;
        let asked =
            Money::sum(lines.iter().filter_map(|number| invoice.lines.get(*number)).map(|line| line.amount))?;
        claims.push(Claim { lines, asked, charges });
    }
    Ok((claims, sum(left.into_values())?))
}

/// The claim of the lines about own-key fees, if there are any.
pub(crate) fn match_own_key(invoice: &Invoice, usage: &Usage) -> Result<Option<Claim>> {
    let lines: Vec<_> =
        (0..).zip(&invoice.lines).filter(|(_, line)| line.kind == LineKind::OwnKeyFees).collect();
    if lines.is_empty() {
        return Ok(None);
    }
    Ok(Some(Claim {
        asked: Money::sum(lines.iter().map(|(_, line)| line.amount))?,
        lines: lines.into_iter().map(|(number, _)| number).collect(),
        charges: usage.own_key_in_period,
    }))
}

/// The first policy by which the most claims are their charges rounded, and the others that reproduce the very same
/// claims.
pub(crate) fn rounding_policies(claims: &[&Claim], decimals: u32) -> Result<Vec<Rounding>> {
    let (mut best, mut most, mut policies) = (Vec::new(), 0, Vec::new());
    for policy in Rounding::ALL {
        let reproduced: Vec<bool> =
            claims.iter().map(|claim| claim.follows(policy, decimals)).collect::<Result<_>>()?;
        let count = reproduced.iter().filter(|each| **each).count();
        if policies.is_empty() || count > most {
            (best, most, policies) = (reproduced, count, vec![policy]);
        } else if reproduced == best {
            policies.push(policy);
        }
    }
    Ok(policies)
}

fn speaks_of(about: &UsageLine, cell: &Cell) -> bool {
    about.model.as_ref().is_none_or(|model| *model == cell.model)
        && about.max_mode.is_none_or(|max_mode| max_mode == cell.max_mode)
}

fn sum(tallies: impl IntoIterator<Item = Tally>) -> Result<Tally> {
    tallies.into_iter().try_fold(Tally::default(), |sum, each| {
        Ok(Tally { records: sum.records + each.records, amount: sum.amount.checked_add(each.amount)? })
    })
}
