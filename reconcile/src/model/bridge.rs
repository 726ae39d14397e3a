//! The result: a bridge in which every amount has a cause and evidence.

use crate::model::evidence::Confidence;
use crate::model::evidence::Evidence;
use cost_model::{Currency, Money, Timestamp, Window};
use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::model::assessment::{Assessment, Verdict};
use crate::model::category::Category;
use crate::model::clue::Clue;
use crate::model::terms::{RoundingPolicy, Terms};

/// The bridge from the ingested total to an invoice's grand total.
///
/// Always, in exact arithmetic: `ingested + sum of steps + unexplained = invoice_total`.
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
/// use reconcile::assessment::Verdict;
///
/// let bridge = Case::new(&ledger, &invoice, &rules).explain()?.reconciliation;
/// let steps: Vec<_> = bridge.steps.iter().map(|step| (step.category, step.amount.to_string())).collect();
/// assert_eq!(steps, [(Category::Rounding, "0.0025".to_owned()), (Category::Tax, "0.05".to_owned())]);
/// assert!(bridge.unexplained.is_zero());
/// assert_eq!(bridge.verdict(), Verdict::CannotBeSaid, "nobody said that September was read");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
    /// The subtotals between the steps.
    pub subtotals: Vec<Subtotal>,
    /// The amount that no step explains.
    pub unexplained: Money,
    /// The part of `unexplained` that lies before the On-Demand Usage subtotal.
    pub unexplained_usage: Money,
    /// The grand total of the invoice.
    pub invoice_total: Money,
    /// The outcome of each invoice line, in order.
    pub lines: Vec<LineOutcome>,
    /// The number of charges in `months` that state no amount; they count as zero.
    pub records_without_amount: u64,
    /// The span that the invoice really bills, as far as its lines show it.
    pub cut_off: Option<CutOff>,
    /// The terms of the usage lines: fees and discounts that all of them share.
    pub terms: Terms,
    /// The rounding policies that reproduce the most lines, the simplest first. They give the same amounts.
    pub rounding: Vec<RoundingPolicy>,
    /// The assessment: what an auditor would conclude.
    pub assessment: Assessment,
    /// Clues to what is unexplained, five at most, those with the most money first. They move no amount.
    pub clues: Vec<Clue>,
}

impl Reconciliation {
    /// Returns the same bridge, if it adds up: from what was ingested over every step and what is unexplained to the invoice's
    /// total, past both subtotals. A bridge that does not add up is a fault of this crate and is never returned.
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

    /// Checks that the steps so far lead to a subtotal in every unit. `reached` is counted modulo 2^128.
    fn check_sum(&self, name: &'static str, reached: i128, stated: Money) -> crate::error::Result<()> {
        if reached == stated.units() {
            return Ok(());
        }
        let by = Money::from_units(reached.wrapping_sub(stated.units()));
        Err(Fault::MissedSum { invoice: self.invoice.clone(), name, by }.into())
    }

    /// Returns the sum of the steps that rest on lines of the invoice alone, such as seats, tax and credits: they are taken as
    /// the invoice states them, since no charge shows whether they are right.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`](crate::ErrorKind::Overflow) when the sum leaves the range of [`Money`].
    pub fn taken_as_stated(&self) -> crate::error::Result<Money> {
        let stated = self.steps.iter().filter(|step| {
            step.evidence.records == 0
                && !step.evidence.lines.is_empty()
                && step.category != Category::Rounding
        });
        Ok(Money::sum(stated.map(|step| step.amount))?)
    }

    /// Returns the amount of a subtotal.
    /// Every bridge of this crate has both; `None` is possible only for one that was read from elsewhere.
    pub fn subtotal(&self, name: SubtotalName) -> Option<Money> {
        self.subtotals.iter().find(|subtotal| subtotal.name == name).map(|subtotal| subtotal.amount)
    }

    /// Returns the verdict: whether somebody has to act, and whether an answer can be given at all.
    /// It is that of the [assessment](Self::assessment).
    pub fn verdict(&self) -> Verdict {
        self.assessment.overall()
    }

    /// Returns the sum of a category's steps.
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
    ///
    /// let bridge = Case::new(&ledger, &invoice, &rules).explain()?.reconciliation;
    /// assert_eq!(bridge.sum(Category::Tax)?, "0.05".parse()?);
    /// assert!(bridge.sum(Category::Discount)?.is_zero());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`](crate::ErrorKind::Overflow).
    pub fn sum(&self, category: Category) -> crate::error::Result<Money> {
        Ok(Money::sum(self.steps.iter().filter(|step| step.category == category).map(|step| step.amount))?)
    }
}

/// One step of the bridge.
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
/// let rounding = &bridge.steps[0];
/// assert_eq!((rounding.evidence.records, &rounding.evidence.lines[..]), (1, &[1][..]));
/// assert!(rounding.evidence.rule.starts_with("rounded to 2 decimals"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Step {
    /// The cause of the difference.
    pub category: Category,
    /// The categories that fit equally well, if the step is [`Category::Ambiguous`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Category>,
    /// The amount, with its sign: what leads from the sum before the step to the sum after it.
    pub amount: Money,
    /// The confidence in it.
    pub confidence: Confidence,
    /// The evidence for it.
    pub evidence: Evidence,
}

/// The billing period that the lines of an invoice show, where it is not the stated one or every line agrees with it.
///
/// Invoices state days, and bill calls up to an instant of them. The number of calls on each line shows between which
/// two charges that instant lies; nothing shows it more closely, so that the ends are spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CutOff {
    /// The billing period as the invoice states it.
    pub stated: Window,
    /// The span that it really bills, with likely instants for its ends: the stated one, a midnight, a whole hour.
    pub period: Window,
    /// The instants that explain the lines just as well as the start of `period`: the first and the last one.
    pub start: (Timestamp, Timestamp),
    /// The same for its end.
    pub end: (Timestamp, Timestamp),
    /// The number of usage lines that agree.
    pub lines: u64,
    /// The confidence in it.
    pub confidence: Confidence,
}

/// A named sum that the bridge passes.
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
/// use reconcile::bridge::SubtotalName;
///
/// let bridge = Case::new(&ledger, &invoice, &rules).explain()?.reconciliation;
/// assert_eq!(bridge.subtotal(SubtotalName::UsageBasedTotal), Some("0.6175".parse()?));
/// assert_eq!(bridge.subtotal(SubtotalName::OnDemandUsage), Some("0.62".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Subtotal {
    /// Its name.
    pub name: SubtotalName,
    /// Its amount.
    pub amount: Money,
    /// The number of steps before it.
    pub after: usize,
}

/// The subtotals of every bridge.
///
/// They divide the bridge into three parts: what is ingested but not billed as usage, what makes the usage lines
/// differ from the charges, and what the invoice bills beside usage.
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
    /// Returns a short text for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::UsageBasedTotal => "Usage-based total of the months",
            Self::OnDemandUsage => "On-demand usage on the invoice",
        }
    }
}

/// The outcome of an invoice line.
///
/// Its difference is `amount - computed`, in the currency of the bridge and before any rounding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LineOutcome {
    /// The number of its line in the file, counted from 1.
    pub line: u64,
    /// Its description, verbatim.
    pub description: String,
    /// Its amount.
    pub amount: Money,
    /// The exact sum of the charges matched to it; absent for kinds of lines without usage. Lines about the same charges share
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
/// use reconcile::bridge::LineStatus;
///
/// let bridge = Case::new(&ledger, &invoice, &rules).explain()?.reconciliation;
/// let statuses: Vec<_> = bridge.lines.iter().map(|line| line.status).collect();
/// assert_eq!(statuses, [LineStatus::Matched, LineStatus::InvoiceOnly]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LineStatus {
    /// The charges behind it sum to it exactly, or up to rounding by the invoice's policy and terms.
    Matched,
    /// The charges behind it sum to it, and it counts more calls than there are charges: a charge represents several
    /// calls, as where usage is put together by the hour.
    Aggregated,
    /// A step explains by how much the charges behind it differ.
    Explained,
    /// The charges behind it do not sum to it; the difference, or a part of it, is unexplained.
    Unmatched,
    /// A line without usage: seats, tax, credits, netting.
    InvoiceOnly,
    /// Its wording is not known.
    Unrecognised,
}

/// The status that a charge of the ledger ends in.
///
/// Each charge has exactly one, so that the charges of all statuses together are the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChargeStatus {
    /// Not in the months that the invoice touches.
    OutsideMonths,
    /// Not billed: no invoice bills it.
    NonBilled,
    /// Of a kind that is not known.
    UnknownKind,
    /// A fee on a call with a user's own key.
    OwnKey,
    /// On demand, before the span that the invoice bills.
    BeforePeriod,
    /// On demand, after the span that the invoice bills.
    AfterPeriod,
    /// Held twice; this is the second one.
    Duplicate,
    /// Came in after the invoice was issued.
    Late,
    /// On demand, and matched to the invoice line at this index in the list of lines, counted from 0.
    Line(usize),
    /// On demand, in the span, and matched to no line.
    Unclaimed,
}

/// An explained invoice, with the status of each charge.
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
/// use reconcile::bridge::ChargeStatus;
///
/// let explained = Case::new(&ledger, &invoice, &rules).explain()?;
/// assert_eq!(explained.charges, [ChargeStatus::Line(0)], "the charge is behind the first line");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explained {
    /// The bridge.
    pub reconciliation: Reconciliation,
    /// The status of every charge of the ledger, in the order of [`Ledger::rows`](cost_model::Ledger::rows).
    pub charges: Vec<ChargeStatus>,
}
