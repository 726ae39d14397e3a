//! Stage: where to look for what is unexplained. A clue moves no amount.

mod buckets;
mod probes;

use std::fmt;

use cost_model::output::for_terminal;
use cost_model::{Money, Rounding, Timestamp};
use serde::{Deserialize, Serialize};

use crate::last_digit::LastDigit;
use crate::search::Hypothesis;
use crate::search::claims::{Claim, Claims};
use crate::search::view::Charges;
use crate::stages::usage_lines::{Outcome, Resolved, UsageLines};
use crate::verdicts::size;
use crate::{Coincidences, Dispute, Result};

/// Something that fits an unexplained difference, and what to do about it. It is no explanation: nothing is moved by it.
///
/// `Display` is one sentence without its full stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Clue {
    /// The lines of the invoice file that it is about; none if it is about charges that are on no line.
    pub lines: Vec<u64>,
    /// The amount at stake.
    pub amount: Money,
    /// What fits.
    pub kind: ClueKind,
    /// How many such hits chance alone would give, if a search found it. Searches with more than one in twenty are left
    /// out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coincidences: Option<Coincidences>,
}

/// What fits an unexplained difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ClueKind {
    /// Hardly any line fits the charges.
    AnotherInvoice {
        /// How many lines fit.
        fit: u64,
    },
    /// The lines count more calls than are held.
    MoreCalls {
        /// How many more.
        calls: u64,
    },
    /// The lines count fewer calls than are held.
    FewerCalls {
        /// How many fewer.
        calls: u64,
    },
    /// The lines count the calls that are held, and ask for another amount.
    SameCalls,
    /// Charges that are on no line.
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
    /// The line is a round percentage more or less than was charged, such as `19 % more`.
    Percentage(String),
    /// The charges up to an instant come to the line.
    UpTo(Timestamp),
    /// The line is right if one model costs a round percentage more or less.
    OneModel {
        /// The provider's id of the model.
        model: String,
        /// Such as `25 % more`.
        percentage: String,
    },
    /// Lines that are equal.
    EqualLines,
}

/// More clues than this are no help.
const MOST: usize = 5;

/// What clues are looked for in.
pub(crate) struct Scene<'a> {
    pub(crate) charges: &'a Charges<'a>,
    pub(crate) claims: &'a Claims,
    pub(crate) found: &'a Hypothesis,
    pub(crate) lines: &'a UsageLines<'a>,
    pub(crate) digit: LastDigit,
}

impl Scene<'_> {
    /// The clues with the most money, and those about lines that are perhaps `billed_twice`.
    pub(crate) fn clues(&self, billed_twice: &[Dispute]) -> Result<Vec<Clue>> {
        let mut clues: Vec<Clue> = billed_twice
            .iter()
            .map(|dispute| Clue::new(dispute.lines.clone(), dispute.amount, ClueKind::EqualLines))
            .collect();
        if self.found.of_others {
            clues.push(self.another_invoice()?);
        } else {
            clues.extend(self.counted()?);
            for (number, claim, resolved) in self.unexplained() {
                clues.extend(self.of_line(number, claim, resolved)?);
            }
            clues.extend(self.unclaimed()?);
        }
        clues.sort_by_key(|clue| std::cmp::Reverse(size(clue.amount)));
        clues.truncate(MOST);
        Ok(clues)
    }

    fn unexplained(&self) -> impl Iterator<Item = (usize, &Claim, &Resolved)> {
        let all = self.claims.all.iter().zip(&self.lines.resolved).enumerate();
        all.filter(|(_, (_, resolved))| resolved.outcome == Outcome::Unknown)
            .map(|(number, (claim, resolved))| (number, claim, resolved))
    }

    fn another_invoice(&self) -> Result<Clue> {
        let differences = self.unexplained().map(|(.., resolved)| resolved.difference);
        let fit = self.found.fit.count();
        let kind = ClueKind::AnotherInvoice { fit: u64::try_from(fit).unwrap_or(u64::MAX) };
        Ok(Clue::new(self.lines.numbers(|_, _| true), Money::sum(differences)?, kind))
    }

    /// Lines that count more, fewer or just as many calls as are held: one clue for all of each sort.
    fn counted(&self) -> Result<Vec<Clue>> {
        let mut clues = Vec::new();
        for order in [std::cmp::Ordering::Greater, std::cmp::Ordering::Less, std::cmp::Ordering::Equal] {
            let (mut calls, mut amounts, mut numbers) = (0_u64, Vec::new(), Vec::new());
            for (number, claim, resolved) in self.unexplained() {
                let Some(stated) = claim.calls.filter(|stated| stated.cmp(&resolved.pot.records) == order)
                else {
                    continue;
                };
                calls = calls.saturating_add(stated.abs_diff(resolved.pot.records));
                amounts.push(resolved.difference);
                numbers.push(number);
            }
            let kind = match order {
                std::cmp::Ordering::Greater => ClueKind::MoreCalls { calls },
                std::cmp::Ordering::Less => ClueKind::FewerCalls { calls },
                std::cmp::Ordering::Equal => ClueKind::SameCalls,
            };
            if !numbers.is_empty() {
                let lines = self.lines.numbers(|claim, _| numbers.contains(&claim));
                clues.push(Clue::new(lines, Money::sum(amounts)?, kind));
            }
        }
        Ok(clues)
    }

    fn unclaimed(&self) -> Result<Option<Clue>> {
        let pots: Vec<_> = self.lines.unclaimed().filter(|pot| !pot.billed.is_zero()).collect();
        let records = pots.iter().map(|pot| pot.records).sum();
        let amount = Money::sum(pots.iter().map(|pot| pot.billed))?.checked_neg()?;
        let kind = ClueKind::UnclaimedUsage { records };
        Ok((!pots.is_empty()).then(|| Clue::new(Vec::new(), amount, kind)))
    }

    /// What fits the difference of one line.
    fn of_line(&self, number: usize, claim: &Claim, resolved: &Resolved) -> Result<Vec<Clue>> {
        let lines = self.lines.numbers(|each, _| each == number);
        let amount = resolved.difference;
        let clue = |(kind, coincidences)| Clue { coincidences, ..Clue::new(lines.clone(), amount, kind) };
        let swapped = self.is_transposed(claim, amount)?.then_some((ClueKind::TransposedDigits, None));
        let buckets = self.buckets(number, amount);
        let probes = if claim.calls.is_none() { self.probes(number, claim, resolved) } else { Vec::new() };
        Ok(swapped.into_iter().chain(buckets).chain(probes).map(clue).collect())
    }

    /// Whether the line would be right with two neighbouring digits swapped.
    fn is_transposed(&self, claim: &Claim, difference: Money) -> Result<bool> {
        let Ok(right) = claim.asked.checked_sub(difference) else { return Ok(false) };
        let digits = |amount: Money| -> Result<Vec<u8>> {
            let text = amount.to_fixed(self.digit.decimals, Rounding::HalfUp)?;
            Ok(text.bytes().filter(u8::is_ascii_digit).collect())
        };
        let (asked, right) = (digits(claim.asked)?, digits(right)?);
        let differ: Vec<usize> =
            (0..asked.len()).filter(|place| asked.get(*place) != right.get(*place)).collect();
        Ok(match differ[..] {
            [first, second] if second == first + 1 && asked.len() == right.len() => {
                asked.get(first) == right.get(second) && asked.get(second) == right.get(first)
            }
            _ => false,
        })
    }
}

impl Clue {
    fn new(lines: Vec<u64>, amount: Money, kind: ClueKind) -> Self {
        Self { lines, amount, kind, coincidences: None }
    }
}

impl Clue {
    /// Its lines, as the subject of a sentence.
    fn subject(&self) -> String {
        const LISTED: usize = 5;
        match &self.lines[..] {
            [] => "no line".to_owned(),
            [one] => format!("line {one}"),
            few if few.len() <= LISTED => {
                format!("lines {}", few.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
            }
            many => format!("{} lines", many.len()),
        }
    }

    /// What fits, and what to do.
    fn sentence(&self) -> String {
        let subject = self.subject();
        let count = if self.lines.len() == 1 { "counts" } else { "count" };
        match &self.kind {
            ClueKind::AnotherInvoice { fit } => format!(
                "hardly any line fits ({fit} of {}): this is probably the invoice of another connection or period, look \
                 for the right one",
                self.lines.len()
            ),
            ClueKind::MoreCalls { calls } => {
                format!("{subject} {count} {} more than you hold: run an audit", counted(*calls, "call"))
            }
            ClueKind::FewerCalls { calls } => format!(
                "{subject} {count} {} fewer than you hold: read these days again, and look for them on the next invoice",
                counted(*calls, "call")
            ),
            ClueKind::SameCalls => {
                format!("{subject} {count} the calls that you hold for another amount: ask for the price")
            }
            ClueKind::UnclaimedUsage { records } => {
                format!("{} on no line: look for them on another invoice", counted(*records, "charge"))
            }
            ClueKind::Day(day) => {
                format!(
                    "the charges of {} come to what {subject} differs by: read that day again",
                    day.date()
                )
            }
            ClueKind::Hour(hour) => format!(
                "the charges of the hour from {hour} come to what {subject} differs by: read that day again"
            ),
            ClueKind::TransposedDigits => {
                format!("two digits of {subject} seem to be swapped: ask who issued the invoice")
            }
            ClueKind::Percentage(percentage) => {
                format!(
                    "{subject} is {percentage} than was charged: look for a tax, a discount or a currency"
                )
            }
            ClueKind::UpTo(instant) => {
                format!("the charges up to {instant} come to {subject}: ask when the invoice was cut")
            }
            ClueKind::OneModel { model, percentage } => {
                format!("{subject} is right if {} costs {percentage}: compare its price", for_terminal(model))
            }
            ClueKind::EqualLines => format!("{subject} equals another line: ask whether it was billed twice"),
        }
    }
}

fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

impl fmt::Display for Clue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence())?;
        if let Some(coincidences) = self.coincidences {
            write!(f, " (by chance at most {} in 100)", coincidences.millionths().div_ceil(10_000))?;
        }
        Ok(())
    }
}
