//! Stage: where to look for what is unexplained. A lead moves no amount.

use std::collections::BTreeMap;

use cost_model::{Money, Rounding, Timestamp};
use serde::{Deserialize, Serialize};

use crate::last_digit::LastDigit;
use crate::search::Hypothesis;
use crate::search::claims::{Claim, Claims};
use crate::search::view::Charges;
use crate::stages::usage_lines::{Outcome, UsageLines};
use crate::{Coincidences, Result};

const HOUR: i64 = 60 * 60 * 1000;

/// Something that fits an unexplained difference. It is no explanation: nothing is moved by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Lead {
    /// The lines of the invoice file that it is about; none if it is about charges that no line speaks of.
    pub lines: Vec<u64>,
    /// The unexplained amount.
    pub amount: Money,
    /// What fits.
    pub hint: Hint,
    /// How many such hits chance alone would give, if a search found it. Searches with more than one in twenty are left
    /// out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coincidences: Option<Coincidences>,
}

/// What fits an unexplained difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Hint {
    /// The line counts more or fewer calls than are held.
    Calls {
        /// By the line.
        stated: u64,
        /// In the ledger.
        held: u64,
    },
    /// Charges that no line speaks of.
    UnclaimedUsage {
        /// How many.
        records: u64,
    },
    /// The charges of one UTC day come to the difference, or to half of it with the wrong sign.
    Day(Timestamp),
    /// The charges of one UTC hour do.
    Hour(Timestamp),
    /// Two neighbouring digits of the line's amount are the wrong way round.
    TransposedDigits,
}

pub(crate) fn all(
    charges: &Charges<'_>,
    claims: &Claims,
    found: &Hypothesis,
    lines: &UsageLines<'_>,
    digit: LastDigit,
) -> Result<Vec<Lead>> {
    let mut leads = Vec::new();
    for (number, (claim, resolved)) in claims.all.iter().zip(&lines.resolved).enumerate() {
        if resolved.outcome != Outcome::Unknown {
            continue;
        }
        let probe = Probe { number, claim, amount: resolved.difference, digit };
        let about = lines.numbers(|claim, _| claim == number);
        let held = resolved.pot.records;
        let hints = [probe.calls(held), probe.transposed()?].into_iter().flatten().map(|hint| (hint, None));
        for (hint, coincidences) in hints.chain(probe.buckets(charges, found)) {
            leads.push(Lead { lines: about.clone(), amount: resolved.difference, hint, coincidences });
        }
    }
    for pot in lines.unclaimed().filter(|pot| !pot.billed.is_zero()) {
        let hint = Hint::UnclaimedUsage { records: pot.records };
        leads.push(Lead { lines: Vec::new(), amount: pot.billed.checked_neg()?, hint, coincidences: None });
    }
    Ok(leads)
}

/// The classic probes of one line's difference.
struct Probe<'a> {
    number: usize,
    claim: &'a Claim,
    amount: Money,
    digit: LastDigit,
}

impl Probe<'_> {
    fn calls(&self, held: u64) -> Option<Hint> {
        let stated = self.claim.calls?;
        (stated != held).then_some(Hint::Calls { stated, held })
    }

    /// Swapping two neighbouring digits changes a number by nine times a power of ten times their difference.
    fn transposed(&self) -> Result<Option<Hint>> {
        let Ok(right) = self.claim.asked.checked_sub(self.amount) else { return Ok(None) };
        let digits = |amount: Money| -> Result<Vec<u8>> {
            Ok(amount
                .to_fixed(self.digit.decimals, Rounding::HalfUp)?
                .bytes()
                .filter(u8::is_ascii_digit)
                .collect())
        };
        let (asked, right) = (digits(self.claim.asked)?, digits(right)?);
        let differ: Vec<usize> =
            (0..asked.len()).filter(|place| asked.get(*place) != right.get(*place)).collect();
        let swapped = match differ[..] {
            [first, second] if second == first + 1 && asked.len() == right.len() => {
                asked.get(first) == right.get(second) && asked.get(second) == right.get(first)
            }
            _ => false,
        };
        Ok(swapped.then_some(Hint::TransposedDigits))
    }

    /// Days and hours whose charges on this line come to the difference.
    fn buckets(&self, charges: &Charges<'_>, found: &Hypothesis) -> Vec<(Hint, Option<Coincidences>)> {
        let mut hits = Vec::new();
        for (width, hint) in [(24 * HOUR, Hint::Day as fn(Timestamp) -> Hint), (HOUR, Hint::Hour)] {
            let mut sums: BTreeMap<i64, Option<i128>> = BTreeMap::new();
            for charge in charges.all.get(charges.span(found.view.window)).unwrap_or_default() {
                if charges.claims.claim_of(charge.cell) == Some(self.number) {
                    let sum = sums.entry(charge.at.millis().div_euclid(width)).or_insert(Some(0));
                    *sum = sum.and_then(|sum| sum.checked_add(charge.billed.units()));
                }
            }
            let coincidences = self.chance(&sums);
            if coincidences > Coincidences::LIMIT {
                continue;
            }
            let fitting = sums.iter().filter(|(_, sum)| sum.is_some_and(|sum| self.fits(sum)));
            let start = |bucket: &i64| Timestamp::from_millis(bucket.checked_mul(width)?).ok();
            hits.extend(fitting.filter_map(|(bucket, _)| Some((hint(start(bucket)?), Some(coincidences)))));
        }
        hits
    }

    /// Whether a sum is the difference up to a last digit: lost, counted twice, or with the wrong sign.
    fn fits(&self, sum: i128) -> bool {
        let near = |off: i128| off.unsigned_abs() < self.digit.size();
        let amount = self.amount.units();
        [amount, amount.saturating_neg(), amount / 2, amount.saturating_neg() / 2]
            .into_iter()
            .any(|wanted| near(sum.saturating_sub(wanted)))
    }

    /// Four wishes for each bucket, each met by two last digits out of as many as the buckets differ by.
    fn chance(&self, sums: &BTreeMap<i64, Option<i128>>) -> Coincidences {
        let outcomes = self.digit.spread(sums.values().copied().flatten());
        let tries = u64::try_from(sums.len()).unwrap_or(u64::MAX).saturating_mul(8);
        Coincidences::of(tries, outcomes.saturating_add(1))
    }
}
