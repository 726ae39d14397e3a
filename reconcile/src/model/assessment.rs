//! Assessments of a bridge.

use crate::model::category::Category;
use std::fmt;

use cost_model::output::grouped;
use cost_model::store::{Gap, GapState};
use cost_model::{Money, Window};
use serde::{Deserialize, Serialize};

/// The threshold of a material difference: more than both an amount and a share of the on-demand usage.
///
/// ```
/// # use cost_model::{CostRecord, Costs, Currency, Filter, Ledger, Timestamp, Window};
/// # use reconcile::invoice::{InvoiceLine, LineKind, UsageLine};
/// # use reconcile::{BillingRules, Case, Invoice};
/// # let filter = |kind: &str| Filter::parse(&format!("costs.subcategory = '{kind}'"));
/// # let rules = BillingRules::new(filter("On-demand")?, filter("Own key")?);
/// # let september = Window::days("2026-09-01".parse()?, "2026-10-01".parse()?)?;
/// # let at = Timestamp::midnight("2026-09-20".parse()?);
/// # let mut charge = CostRecord::new(at, "acme", Currency::USD, Costs::flat("0.6175".parse()?));
/// # charge.edit(|set| set.subcategory = Some("On-demand".into()));
/// # charge.edit(|set| set.service_id = Some("model-a".into()));
/// # let mut ledger = Ledger::builder(Currency::USD);
/// # ledger.push(&charge)?;
/// # let ledger = ledger.build();
/// # let mut invoice = Invoice::new("INV-7", september, Currency::USD);
/// # let usage = LineKind::Usage(UsageLine::of_model("model-a"));
/// # invoice.lines.push(InvoiceLine::new(1, "Usage of model-a", "0.62".parse()?, usage));
/// # invoice.lines.push(InvoiceLine::new(2, "Tax", "0.05".parse()?, LineKind::Tax));
/// use reconcile::assessment::{Answer, Materiality};
///
/// // Material above 1.00 and above 0.5 percent of the on-demand usage.
/// let case = Case::new(&ledger, &invoice, &rules).materiality(Materiality::new("1".parse()?, 50));
/// assert_eq!(case.explain()?.reconciliation.assessment.immaterial, Answer::CannotBeSaid);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Materiality {
    /// Differences up to this amount are immaterial.
    pub amount: Money,
    /// Differences up to this share of the on-demand usage are immaterial, in hundredths of a percent.
    pub share: u32,
}

impl Default for Materiality {
    /// Returns a hundredth of the on-demand usage.
    fn default() -> Self {
        Self { amount: Money::ZERO, share: 100 }
    }
}

impl Materiality {
    /// Creates a threshold: differences up to `amount`, or up to `share` hundredths of a percent of the on-demand usage, are immaterial. Seats
    /// and taxes do not count: a large total would hide what is wrong with the usage.
    pub fn new(amount: Money, share: u32) -> Self {
        Self { amount, share }
    }
}

/// An answer about a period: yes, no, or none where parts of the period were not read.
///
/// ```
/// use reconcile::assessment::Answer;
///
/// assert_eq!(Answer::CannotBeSaid.label(), "cannot be said");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Answer {
    /// It holds.
    Yes,
    /// It does not hold.
    No,
    /// Something of the period is missing or may still change.
    CannotBeSaid,
}

impl Answer {
    /// Returns a short text for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::CannotBeSaid => "cannot be said",
        }
    }
}

/// The verdict on an invoice, for a program's exit status. The verdict on several invoices is the greatest of theirs.
///
/// ```
/// use reconcile::assessment::Verdict;
///
/// assert_eq!([Verdict::Done, Verdict::CannotBeSaid, Verdict::NeedsAction].map(Verdict::exit_status), [0, 2, 3]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// Every amount has a cause, and nothing has to be done.
    Done,
    /// Something of the period is missing or may still change: see [`Assessment::missing`].
    CannotBeSaid,
    /// Something is to be disputed, is of unknown wording, or has no cause.
    NeedsAction,
}

impl Verdict {
    /// Returns the exit status of a program: 0, 2 or 3.
    /// 1 is left to failures of the program itself, and so is never a verdict.
    pub fn exit_status(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::CannotBeSaid => 2,
            Self::NeedsAction => 3,
        }
    }
}

/// A reason for which no final answer can be given.
///
/// While there is one, answers that it could change are [`Answer::CannotBeSaid`]: a match of incomplete data proves
/// nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Missing {
    /// A span that was not ingested.
    Unread(Window),
    /// A span that was ingested and whose charges may still change.
    Provisional(Window),
    /// A span of which it is unknown whether it was ingested.
    Unknown(Window),
    /// The number of charges that the provider announced and the ledger does not hold.
    NotHeld(u64),
}

impl Missing {
    /// Returns what a gap of the ledger keeps from being said. A state that a later release adds counts as unknown.
    pub(crate) fn from_gap(gap: &Gap) -> Self {
        match gap.state {
            GapState::Missing => Self::Unread(gap.window),
            GapState::Provisional => Self::Provisional(gap.window),
            _ => Self::Unknown(gap.window),
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unread(window) => write!(f, "{} to {} was not ingested", window.start(), window.end()),
            Self::Provisional(window) => {
                write!(f, "{} to {} may still change", window.start(), window.end())
            }
            Self::Unknown(window) => {
                write!(f, "it is unknown whether {} to {} was ingested", window.start(), window.end())
            }
            Self::NotHeld(1) => f.write_str("1 charge was announced and is not held"),
            Self::NotHeld(charges) => {
                write!(f, "{} charges were announced and are not held", grouped(charges))
            }
        }
    }
}

/// An amount that the issuer of the invoice or the importer of the charges has to correct.
///
/// ```
/// # use cost_model::{CostRecord, Costs, Currency, Filter, Ledger, Timestamp, Window};
/// # use reconcile::invoice::{InvoiceLine, LineKind, UsageLine};
/// # use reconcile::{BillingRules, Case, Invoice};
/// # let filter = |kind: &str| Filter::parse(&format!("costs.subcategory = '{kind}'"));
/// # let rules = BillingRules::new(filter("On-demand")?, filter("Own key")?);
/// # let september = Window::days("2026-09-01".parse()?, "2026-10-01".parse()?)?;
/// # let at = Timestamp::midnight("2026-09-20".parse()?);
/// # let mut charge = CostRecord::new(at, "acme", Currency::USD, Costs::flat("0.6175".parse()?));
/// # charge.edit(|set| set.subcategory = Some("On-demand".into()));
/// # charge.edit(|set| set.service_id = Some("model-a".into()));
/// # let mut ledger = Ledger::builder(Currency::USD);
/// # ledger.push(&charge)?;
/// # let ledger = ledger.build();
/// # let mut invoice = Invoice::new("INV-7", september, Currency::USD);
/// # let usage = LineKind::Usage(UsageLine::of_model("model-a"));
/// # invoice.lines.push(InvoiceLine::new(1, "Usage of model-a", "0.62".parse()?, usage));
/// # invoice.lines.push(InvoiceLine::new(2, "Tax", "0.05".parse()?, LineKind::Tax));
/// use reconcile::Category;
/// use reconcile::assessment::Party;
///
/// invoice.stated_total = Some("1.67".parse()?);
/// let bridge = Case::new(&ledger, &invoice, &rules).explain()?.reconciliation;
/// let dispute = &bridge.assessment.disputes[0];
/// assert_eq!((dispute.category, dispute.party), (Category::InvoiceArithmetic, Party::Issuer));
/// assert_eq!(dispute.amount, "1".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Dispute {
    /// The cause.
    pub category: Category,
    /// The causes that fit equally well, if the category is [`Category::Ambiguous`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Category>,
    /// The amount that the invoice bills too much; negative where it bills too little.
    pub amount: Money,
    /// The lines of the invoice file that it is about; none if it is about the total or about charges alone.
    pub lines: Vec<u64>,
    /// The party that has to act.
    pub party: Party,
}

/// The party that has to act on a [`Dispute`].
///
/// A wrong invoice and wrong usage data look the same from the outside; the cause tells whose figures are wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Party {
    /// Whoever issued the invoice has to correct it, before it is paid.
    Issuer,
    /// Whoever imports the charges has to read them again, before the month is closed.
    Importer,
}

impl Party {
    /// Returns the party in words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Issuer => "whoever issued the invoice",
            Self::Importer => "whoever imports the charges",
        }
    }

    /// Returns the deadline in words, such as `before it is paid`.
    /// They are occasions, not dates: this crate knows neither terms of payment nor a calendar of closings.
    pub fn deadline(self) -> &'static str {
        match self {
            Self::Issuer => "before it is paid",
            Self::Importer => "before the month is closed",
        }
    }
}

/// The assessment of a bridge: what is missing, which tolerances it meets, and what to dispute. It changes no amount.
///
/// ```
/// # use cost_model::{CostRecord, Costs, Currency, Filter, Ledger, Timestamp, Window};
/// # use reconcile::invoice::{InvoiceLine, LineKind, UsageLine};
/// # use reconcile::{BillingRules, Case, Invoice};
/// # let filter = |kind: &str| Filter::parse(&format!("costs.subcategory = '{kind}'"));
/// # let rules = BillingRules::new(filter("On-demand")?, filter("Own key")?);
/// # let september = Window::days("2026-09-01".parse()?, "2026-10-01".parse()?)?;
/// # let at = Timestamp::midnight("2026-09-20".parse()?);
/// # let mut charge = CostRecord::new(at, "acme", Currency::USD, Costs::flat("0.6175".parse()?));
/// # charge.edit(|set| set.subcategory = Some("On-demand".into()));
/// # charge.edit(|set| set.service_id = Some("model-a".into()));
/// # let mut ledger = Ledger::builder(Currency::USD);
/// # ledger.push(&charge)?;
/// # let ledger = ledger.build();
/// # let mut invoice = Invoice::new("INV-7", september, Currency::USD);
/// # let usage = LineKind::Usage(UsageLine::of_model("model-a"));
/// # invoice.lines.push(InvoiceLine::new(1, "Usage of model-a", "0.62".parse()?, usage));
/// # invoice.lines.push(InvoiceLine::new(2, "Tax", "0.05".parse()?, LineKind::Tax));
/// let bridge = Case::new(&ledger, &invoice, &rules).explain()?.reconciliation;
/// let assessment = &bridge.assessment;
/// assert_eq!(assessment.accepted, "0.05".parse()?, "the tax");
/// assert!(assessment.disputes.is_empty() && !assessment.missing.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Assessment {
    /// The reasons why the answers below are [`Answer::CannotBeSaid`]; empty where all of the period was read and is final.
    pub missing: Vec<Missing>,
    /// Every amount has a cause that is sure, none is to be disputed, and every line's words are known.
    pub exact: Answer,
    /// Amounts to dispute, of unknown wording or without a cause are at most half a last digit for each usage line.
    pub within_rounding: Answer,
    /// The usage lines minus the charges of the period are within FOCUS's tolerance.
    pub within_focus_tolerance: Answer,
    /// That tolerance: the larger of 100 last digits and half a last digit times the square root of the charges, rounded
    /// down to whole last digits (FOCUS 1.4 draft, appendix on rounding variance tolerance).
    pub focus_tolerance: Money,
    /// Amounts to dispute, of unknown wording or without a cause are below the threshold of materiality.
    pub immaterial: Answer,
    /// The invoice's On-Demand Usage minus the billed cost of on-demand charges in the stated period: FOCUS's variance, which
    /// a report filtered by the kind of usage shows as well.
    pub usage_based_difference: Money,
    /// That difference is at most a hundredth of the On-Demand Usage: the check that Vantage's page on Cursor advises.
    pub usage_based_within_one_percent: Answer,
    /// The sum of the steps of timing and rounding.
    pub timing_and_rounding: Money,
    /// The sum of what is written on the invoice beside usage: seats, plans, credits, taxes.
    pub accepted: Money,
    /// The disputes, one by one.
    pub disputes: Vec<Dispute>,
    /// The amounts of lines in words that are not known, added up without their signs.
    pub unknown_wording: Money,
    /// The differences without a cause, added up without their signs: where two cancel out, both are here.
    pub unexplained: Money,
}

impl Assessment {
    /// Returns the verdict over all: something to do outranks something missing, and nothing of either is done.
    ///
    /// While something is missing, there is something to do only where the invoice alone shows it: sums that contradict each
    /// other, and lines in words that are not known. What is open beside charges that were not read may be nothing once they
    /// are.
    pub fn overall(&self) -> Verdict {
        let is_certain =
            |dispute: &Dispute| self.missing.is_empty() || dispute.category == Category::InvoiceArithmetic;
        let open = self.disputes.iter().any(is_certain)
            || !self.unknown_wording.is_zero()
            || (self.missing.is_empty() && !self.unexplained.is_zero());
        match (open, self.missing.is_empty()) {
            (true, _) => Verdict::NeedsAction,
            (false, false) => Verdict::CannotBeSaid,
            (false, true) => Verdict::Done,
        }
    }
}
