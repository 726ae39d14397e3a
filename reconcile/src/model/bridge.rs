//! The outcome: a bridge in which every amount has a name and evidence.

use crate::model::evidence::Confidence;
use crate::model::evidence::Evidence;
use cost_model::{Currency, Money, Timestamp, Window};
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};
use crate::model::assessment::{Assessment, Verdict};
use crate::model::category::Category;
use crate::model::clue::Clue;
use crate::model::terms::{RoundingPolicy, Terms};

/// The bridge from the ingested total to an invoice's grand total.
///
/// Always, in exact arithmetic: `ingested + sum of steps + unexplained = invoice_total`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reconciliation {
    /// The invoice's number.
    pub invoice: String,
    /// The billing period that the invoice states.
    pub period: Window,
    /// The UTC months that the period touches: what `ingested` covers.
    pub months: Window,
    /// The currency of every amount.
    pub currency: Currency,
    /// The effective cost of every charge in `months`.
    pub ingested: Money,
    /// The steps, in the order of the bridge.
    pub steps: Vec<Step>,
    /// Sums that the bridge passes on its way.
    #[serde(rename = "waypoints")]
    pub subtotals: Vec<Subtotal>,
    /// What no step accounts for.
    pub unexplained: Money,
    /// The part of `unexplained` that lies before the On-Demand Usage subtotal.
    pub unexplained_usage: Money,
    /// The grand total of the invoice.
    pub invoice_total: Money,
    /// What became of each invoice line, in order.
    pub lines: Vec<LineOutcome>,
    /// Charges in `months` that state no amount; they count as nothing here.
    pub records_without_amount: u64,
    /// When the invoice was really cut, as far as its lines tell.
    pub cut_off: Option<CutOff>,
    /// What the usage lines ask for of what was charged.
    pub terms: Terms,
    /// The policies of rounding that reproduce every line that any reproduces, the plainest first. They give the same
    /// amounts.
    pub rounding: Vec<RoundingPolicy>,
    /// What an auditor would conclude.
    #[serde(rename = "verdicts")]
    pub assessment: Assessment,
    /// Where to look for what is unexplained, a few at most, those with the most money first. No amount is moved by a clue.
    pub clues: Vec<Clue>,
}

impl Reconciliation {
    /// The same bridge, if it adds up: from what was ingested over every step and what is unexplained to the invoice's
    /// total, past both subtotals. A bridge that does not is a mistake of this crate, and nobody is to see it.
    pub(crate) fn checked(self) -> crate::error::Result<Self> {
        // Sums may leave the range on the way and come back: modulo 2^128 they are still equal or not.
        let mut reached = self.ingested.units();
        for number in 0..=self.steps.len() {
            for subtotal in self.subtotals.iter().filter(|subtotal| subtotal.after == number) {
                if subtotal.name == SubtotalName::OnDemandUsage {
                    reached = reached.wrapping_add(self.unexplained_usage.units());
                }
                self.check_sum(subtotal.name.label(), reached, subtotal.amount)?;
            }
            reached = reached.wrapping_add(self.steps.get(number).map_or(0, |step| step.amount.units()));
        }
        let beside_usage = self.unexplained.units().wrapping_sub(self.unexplained_usage.units());
        self.check_sum("the total", reached.wrapping_add(beside_usage), self.invoice_total)?;
        Ok(self)
    }

    fn check_sum(&self, name: &str, reached: i128, stated: Money) -> crate::error::Result<()> {
        if reached == stated.units() {
            return Ok(());
        }
        let missed = Money::from_units(reached.wrapping_sub(stated.units()));
        let message = format!(
            "the bridge of invoice {} misses {name} by {missed}: this is a mistake of the library, please report it",
            self.invoice
        );
        Err(Error::new(ErrorKind::Internal, message))
    }

    /// The amount of a subtotal.
    pub fn subtotal(&self, name: SubtotalName) -> Option<Money> {
        self.subtotals.iter().find(|subtotal| subtotal.name == name).map(|subtotal| subtotal.amount)
    }

    /// How the explanation ends: whether somebody has to act, and whether an answer can be given at all.
    pub fn verdict(&self) -> Verdict {
        self.assessment.overall()
    }

    /// The sum of a category's steps.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`](crate::ErrorKind::Overflow).
    pub fn sum(&self, category: Category) -> crate::error::Result<Money> {
        Ok(Money::sum(self.steps.iter().filter(|step| step.category == category).map(|step| step.amount))?)
    }
}

/// One step of the bridge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Step {
    /// Why the two sides differ.
    pub category: Category,
    /// The categories that fit equally well, if the step is [`Category::Ambiguous`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Category>,
    /// By how much.
    pub amount: Money,
    /// How good the evidence is.
    #[serde(rename = "strength")]
    pub confidence: Confidence,
    /// What shows it.
    pub evidence: Evidence,
}

/// When an invoice was really cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CutOff {
    /// The span that the invoice says it asks for.
    pub stated: Window,
    /// The span that it really asks for, at likely instants.
    pub period: Window,
    /// The instants that explain the lines just as well as the start of `period`: the first and the last one.
    pub start: (Timestamp, Timestamp),
    /// The same for its end.
    pub end: (Timestamp, Timestamp),
    /// The usage lines that agree.
    pub lines: u64,
    /// How good the evidence is.
    #[serde(rename = "strength")]
    pub confidence: Confidence,
}

/// A named sum on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Subtotal {
    /// Its name.
    pub name: SubtotalName,
    /// Its amount.
    pub amount: Money,
    /// How many steps lie before it.
    pub after: usize,
}

/// The sums that every bridge passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SubtotalName {
    /// The billed cost of on-demand charges in the months.
    UsageBasedTotal,
    /// The sum of the invoice's on-demand usage lines.
    OnDemandUsage,
}

impl SubtotalName {
    /// A short text for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::UsageBasedTotal => "Usage-based total of the months",
            Self::OnDemandUsage => "On-demand usage on the invoice",
        }
    }
}

/// What became of an invoice line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LineOutcome {
    /// The line of the file it stands on.
    pub line: u64,
    /// Its description, verbatim.
    pub description: String,
    /// Its amount.
    pub amount: Money,
    /// The exact sum of the charges behind it, if charges stand behind such lines. Lines about the same charges share
    /// one sum.
    pub computed: Option<Money>,
    /// The number of those charges.
    pub records: Option<u64>,
    /// The number of calls that it states.
    pub calls: Option<u64>,
    /// Its status.
    pub status: LineStatus,
}

/// The status that an invoice line ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LineStatus {
    /// The charges behind it sum to it exactly, or up to rounding by the invoice's policy and terms.
    Matched,
    /// The charges behind it sum to it, and it counts more calls than there are charges: a charge stands for several
    /// calls, as where usage is put together by the hour.
    Aggregated,
    /// A step explains by how much the charges behind it differ.
    Explained,
    /// The charges behind it do not sum to it; the difference, or a part of it, is unexplained.
    Unmatched,
    /// No charges stand behind such lines: seats, tax, credits, netting.
    InvoiceOnly,
    /// Its wording is not known.
    Unrecognised,
}

/// The status that a charge of the ledger ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChargeStatus {
    /// Not in the months that the invoice touches.
    OutsideMonths,
    /// No invoice asks for it.
    NonBilled,
    /// Of a kind that is not known.
    UnknownKind,
    /// A fee on a call with a user's own key.
    OwnKey,
    /// On demand, before the span that the invoice asks for.
    BeforePeriod,
    /// On demand, after the span that the invoice asks for.
    AfterPeriod,
    /// Held twice; this is the second one.
    Duplicate,
    /// Came in after the invoice was issued.
    Late,
    /// On demand, and behind the invoice line that stands at this place in the list of lines, counted from 0.
    Line(usize),
    /// On demand, in the span, and behind no line.
    Unclaimed,
}

/// An invoice explained, and what became of each charge.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explained {
    /// The bridge.
    pub reconciliation: Reconciliation,
    /// The status of every charge of the ledger, in the order of [`Ledger::rows`].
    pub charges: Vec<ChargeStatus>,
}
