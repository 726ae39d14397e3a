//! Reconciles several invoices of one cycle together.
//!
//! A provider may bill usage in mid-cycle and credit that bill on the last invoice of the cycle. Each invoice is
//! explained by itself; which charges were billed twice or never is counted over all of them.

use cost_model::{Ledger, Money, Window};

use crate::causes::credited;
use crate::error::Result;
use crate::input::case::Case;
use crate::input::usage::Tally;
use crate::model::billing_rules::BillingRules;
use crate::model::bridge::{ChargeStatus, Explained, Reconciliation};
use crate::model::invoice::{Invoice, InvoiceLine, LineKind};

/// The invoices of one cycle, each explained, and whether together they bill every charge once.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CycleReconciliation {
    /// The explanation of each invoice, in order, those included that a later one credits as paid.
    pub invoices: Vec<Reconciliation>,
    /// The total of all invoices, once netting lines have credited what was paid.
    pub total: Money,
    /// On-demand charges that lines of more than one invoice bill, without a netting line that credits the earlier one:
    /// their number, and their billed cost.
    pub billed_twice: (u64, Money),
    /// On-demand charges of the cycle that no line of any invoice bills: their number, and their billed cost.
    pub never_billed: (u64, Money),
}

/// Explains the invoices of one cycle, oldest first: those that were issued when usage passed a threshold, and the last one.
///
/// Netting lines are matched with the invoices that they credit. The cycle is the span of all periods.
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
/// use reconcile::cycle::reconcile_cycle;
///
/// let cycle = reconcile_cycle(&ledger, &[invoice.clone()], &rules)?;
/// assert_eq!((cycle.billed_twice.0, cycle.never_billed.0), (0, 0));
/// assert_eq!(cycle.total, "0.67".parse()?);
///
/// // The same invoice again bills the charge twice.
/// let cycle = reconcile_cycle(&ledger, &[invoice.clone(), invoice], &rules)?;
/// assert_eq!(cycle.billed_twice, (1, "0.6175".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`Case::explain`].
pub fn reconcile_cycle(
    ledger: &Ledger,
    invoices: &[Invoice],
    rules: &BillingRules,
) -> Result<CycleReconciliation> {
    let mut explained: Vec<Explained> = Vec::new();
    for (number, invoice) in invoices.iter().enumerate() {
        let earlier = invoices.get(..number).unwrap_or_default();
        explained.push(Case::new(ledger, invoice, rules).earlier(earlier).explain()?);
    }
    let paid_back = paid_back(invoices)?;
    let mut asked = vec![0_u32; ledger.len()];
    for (explained, paid_back) in explained.iter().zip(&paid_back) {
        for (count, status) in asked.iter_mut().zip(&explained.charges) {
            // What a later invoice takes back, that invoice bills again: it counts there alone.
            *count += u32::from(!paid_back && matches!(status, ChargeStatus::Line(_)));
        }
    }
    let last = explained.last().map(|explained| explained.charges.as_slice()).unwrap_or_default();
    let (mut twice, mut never) = (Tally::default(), Tally::default());
    let starts = invoices.iter().map(|invoice| invoice.period.start());
    let ends = invoices.iter().map(|invoice| invoice.period.end());
    let cycle = starts.min().zip(ends.max()).and_then(|(start, end)| Window::new(start, end).ok());
    for ((row, asked), status) in ledger.rows().zip(&asked).zip(last) {
        let billed = row.costs.billed.unwrap_or_default();
        let in_cycle = cycle.is_some_and(|cycle| cycle.contains(row.at));
        let on_demand = !matches!(
            status,
            ChargeStatus::NonBilled
                | ChargeStatus::UnknownKind
                | ChargeStatus::OwnKey
                | ChargeStatus::OutsideMonths
        );
        match asked {
            0 if in_cycle && on_demand => never.add_charge(billed)?,
            0 | 1 => {}
            _ => twice.add_charge(billed)?,
        }
    }
    Ok(CycleReconciliation {
        total: Money::sum(explained.iter().map(|each| each.reconciliation.invoice_total))?,
        invoices: explained.into_iter().map(|each| each.reconciliation).collect(),
        billed_twice: (twice.records, twice.amount),
        never_billed: (never.records, never.amount),
    })
}

/// Returns for each invoice, whether a later one has a line of netting that takes it back.
fn paid_back(invoices: &[Invoice]) -> Result<Vec<bool>> {
    let mut paid_back = vec![false; invoices.len()];
    for (number, invoice) in invoices.iter().enumerate() {
        let netting: Vec<&InvoiceLine> =
            invoice.lines.iter().filter(|line| *line.kind() == LineKind::Netting).collect();
        for taken in credited(&netting, invoices.get(..number).unwrap_or_default())?.into_iter().flatten() {
            if let Some(paid_back) = paid_back.get_mut(taken) {
                *paid_back = true;
            }
        }
    }
    Ok(paid_back)
}
