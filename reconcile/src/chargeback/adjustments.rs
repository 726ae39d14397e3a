//! The differences between charges and invoice lines as cost records, so that billed cost sums to the invoice.

use cost_model::{CostRecord, Costs, Money};

use crate::error::Result;
use crate::input::case::Case;
use crate::model::bridge::{Reconciliation, Step, SubtotalName};
use crate::model::category::Category;

impl Case<'_> {
    /// Returns the differences between the charges of the stated period and the invoice, as one cost record each: rounding, cut-offs,
    /// late charges, prices, and what is unexplained.
    ///
    /// The billed cost of the ledger's charges in the stated period, of [`Invoice::to_records`](crate::Invoice::to_records)
    /// and of these records is the invoice's grand total, exactly. A report over all three therefore charges the invoice
    /// back as a whole, however its rules split the costs. The records have the charge type `Adjustment`, the category
    /// `invoice`, the difference's label as subcategory, and the tag `invoice:number`.
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
    /// use cost_model::Money;
    ///
    /// let case = Case::new(&ledger, &invoice, &rules);
    /// let bridge = case.explain()?.reconciliation;
    /// let mut records = invoice.to_records("acme", "Team");
    /// records.extend(case.adjustments(&bridge, "acme", "Team")?);
    /// let charges = ledger.rows().filter_map(|row| row.costs.billed);
    /// let billed = Money::sum(charges.chain(records.iter().filter_map(|record| record.costs.billed)))?;
    /// assert_eq!(billed, invoice.total()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`](crate::ErrorKind::Overflow) when a sum leaves the range of [`Money`](cost_model::Money).
    pub fn adjustments(
        &self,
        explained: &Reconciliation,
        provider: &str,
        account: &str,
    ) -> Result<Vec<CostRecord>> {
        let mut records = Vec::new();
        for (number, step) in explained.steps.iter().enumerate() {
            if is_adjustment(explained, number, step) && !step.amount.is_zero() {
                records.push(self.record(step.category.label(), step.amount, provider, account));
            }
        }
        // Lines that contradict themselves are records with all of their amounts; what the total adds is on no line.
        let beyond_lines = self.invoice.total()?.checked_sub(self.invoice.sum_of_lines()?)?;
        if !beyond_lines.is_zero() {
            records.push(self.record(Category::InvoiceArithmetic.label(), beyond_lines, provider, account));
        }
        if !explained.unexplained.is_zero() {
            records.push(self.record("Unexplained", explained.unexplained, provider, account));
        }
        let not_asked_for = self.billed_beside_on_demand()?.checked_neg()?;
        if !not_asked_for.is_zero() {
            records.push(self.record("Outside on-demand usage", not_asked_for, provider, account));
        }
        Ok(records)
    }

    /// Makes the record of a difference, over the whole stated period.
    fn record(&self, subcategory: &str, amount: Money, provider: &str, account: &str) -> CostRecord {
        let mut costs = Costs::absent();
        costs.billed = Some(amount);
        costs.effective = Some(amount);
        let period = self.invoice.period;
        let mut record = CostRecord::new(period.start(), provider, self.invoice.currency, costs);
        record.end = Some(period.end());
        record.edit(|set| set.account = Some(account.into()));
        record.edit(|set| set.category = Some("invoice".into()));
        record.edit(|set| set.subcategory = Some(subcategory.into()));
        record.edit(|set| set.charge_type = Some("Adjustment".into()));
        record.edit(|set| set.tags.insert("invoice:number", self.invoice.number.as_str()));
        record
    }

    /// Returns what the ledger holds as billed in the stated period beside on-demand charges: the lines of fees on own keys, if
    /// there are any, bring those back as a step.
    fn billed_beside_on_demand(&self) -> Result<Money> {
        let on_demand = self.rules.on_demand_sets(self.ledger);
        let beside = self.ledger.rows().filter(|row| {
            self.invoice.period.contains(row.at) && on_demand.get(row.set.index()) != Some(&true)
        });
        Ok(Money::sum(beside.filter_map(|row| row.costs.billed))?)
    }
}

/// Returns whether a step lies between the on-demand charges of the stated period and the invoice, and is no line that
/// `Invoice::to_records` gives.
fn is_adjustment(explained: &Reconciliation, number: usize, step: &Step) -> bool {
    let usage_based = explained.subtotals.iter().find(|each| each.name == SubtotalName::UsageBasedTotal);
    if usage_based.is_none_or(|subtotal| number < subtotal.after) {
        return false;
    }
    match step.category {
        Category::BeforePeriod | Category::AfterPeriod => false,
        Category::Discount | Category::InvoiceArithmetic => !is_on_the_invoice_only(explained, number),
        category => !category.spec().is_invoice_line,
    }
}

/// Returns whether a step comes after the on-demand usage: a discount on a line of its own does, and so does
/// what other lines contradict.
fn is_on_the_invoice_only(explained: &Reconciliation, number: usize) -> bool {
    let usage = explained.subtotals.iter().find(|each| each.name == SubtotalName::OnDemandUsage);
    usage.is_some_and(|subtotal| number >= subtotal.after)
}
