//! The outcome: a bridge in which every amount has a name and evidence.

use cost_model::{Currency, Money, Window};
use serde::{Serialize, Serializer};

/// The bridge from the ingested total to an invoice's grand total.
///
/// Always, in exact arithmetic: `ingested + sum of steps + unexplained = invoice_total`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Reconciliation {
    /// The invoice's number.
    pub invoice: String,
    /// The billing period.
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
    #[serde(serialize_with = "by_name")]
    pub waypoints: Vec<Waypoint>,
    /// What no step accounts for.
    pub unexplained: Money,
    /// The part of `unexplained` that lies before the On-Demand Usage waypoint.
    pub unexplained_usage: Money,
    /// The grand total of the invoice.
    pub invoice_total: Money,
    /// What became of each invoice line, in order.
    pub lines: Vec<LineOutcome>,
    /// Charges in `months` that state no amount; they count as nothing here.
    pub records_without_amount: u64,
}

impl Reconciliation {
    /// The amount of a waypoint.
    pub fn waypoint(&self, name: WaypointName) -> Option<Money> {
        self.waypoints.iter().find(|waypoint| waypoint.name == name).map(|waypoint| waypoint.amount)
    }
}

/// One step of the bridge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Step {
    /// Why the two sides differ.
    pub category: Category,
    /// By how much.
    pub amount: Money,
    /// What shows it.
    pub evidence: Evidence,
}

/// Why ingested usage and an invoice differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Category {
    /// Usage that no invoice asks for: included in a plan, free, failed.
    NonBilledUsage,
    /// Charges of a kind that the source does not know, or of a known kind with an amount that it should not have.
    UnknownKind,
    /// Fees on calls made with the users' own provider keys, which lie outside on-demand usage.
    OwnKeyFees,
    /// On-demand charges whose billed cost differs from their effective cost.
    BilledBasis,
    /// On-demand usage in the months but before the billing period.
    BeforePeriod,
    /// On-demand usage in the months but after the billing period.
    AfterPeriod,
    /// The exact effect of rounding each line.
    Rounding,
    /// Seats and their prorations.
    Seats,
    /// Tax.
    Tax,
    /// Credits and refunds.
    Credit,
    /// What an earlier invoice of the same cycle already took.
    Netting,
    /// Invoice lines in a wording that is not known.
    UnrecognisedLine,
    /// The invoice's lines do not add up to the total it states.
    InvoiceArithmetic,
}

impl Category {
    /// A short text for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::NonBilledUsage => "usage that is not billed",
            Self::UnknownKind => "charges of unknown kind",
            Self::OwnKeyFees => "fees on users' own keys",
            Self::BilledBasis => "billed differs from effective",
            Self::BeforePeriod => "usage before the period",
            Self::AfterPeriod => "usage after the period",
            Self::Rounding => "rounding of lines",
            Self::Seats => "seats",
            Self::Tax => "tax",
            Self::Credit => "credits and refunds",
            Self::Netting => "already paid mid-cycle",
            Self::UnrecognisedLine => "lines of unknown wording",
            Self::InvoiceArithmetic => "lines do not add up to the total",
        }
    }
}

/// What shows that a step is right.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Evidence {
    /// How many charges stand behind the step.
    pub records: u64,
    /// The lines of the invoice file behind the step.
    pub lines: Vec<u64>,
    /// The rule that was applied, in words.
    pub rule: String,
}

/// A named sum on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Waypoint {
    /// Its name.
    pub name: WaypointName,
    /// Its amount.
    pub amount: Money,
    /// How many steps lie before it.
    pub after: usize,
}

/// The sums that every bridge passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WaypointName {
    /// The billed cost of on-demand charges in the months.
    UsageBasedTotal,
    /// The sum of the invoice's on-demand usage lines.
    OnDemandUsage,
}

impl WaypointName {
    /// A short text for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::UsageBasedTotal => "Usage-based total of the months",
            Self::OnDemandUsage => "On-Demand Usage on the invoice",
        }
    }
}

/// What became of an invoice line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
    /// Its status.
    pub status: LineStatus,
}

/// The status that an invoice line ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LineStatus {
    /// The charges behind it sum to it exactly, or up to rounding by the invoice's policy.
    Matched,
    /// The charges behind it do not sum to it; the difference is unexplained.
    Unmatched,
    /// No charges stand behind such lines: seats, tax, credits, netting.
    InvoiceOnly,
    /// Its wording is not known.
    Unrecognised,
}

fn by_name<S: Serializer>(waypoints: &[Waypoint], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(waypoints.iter().map(|waypoint| (waypoint.name, waypoint.amount)))
}
