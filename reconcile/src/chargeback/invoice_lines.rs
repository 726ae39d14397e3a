//! Invoice lines without usage, as cost records.

use std::sync::Arc;

use cost_model::{CostRecord, Costs};

use crate::model::invoice::{Invoice, InvoiceLine, LineKind};

impl LineKind {
    /// Returns whether such lines are on the invoice alone, and no usage charges add up to them: true for all kinds but usage,
    /// the token fee and fees on own keys, whose charges are in the usage feed.
    pub fn is_invoice_only(&self) -> bool {
        charge(self).is_some()
    }
}

/// Returns the kind of such a line in a word, and its charge type after FOCUS (ChargeCategory).
///
/// `None` for usage and fees: the charges behind those lines are records already.
fn charge(kind: &LineKind) -> Option<(&'static str, &'static str)> {
    match kind {
        LineKind::Usage(_) | LineKind::TokenFee | LineKind::OwnKeyFees => None,
        LineKind::Seats => Some(("Seats", "Purchase")),
        LineKind::Proration => Some(("Proration", "Purchase")),
        LineKind::AddOn => Some(("Add-on", "Purchase")),
        LineKind::Commitment => Some(("Commitment", "Purchase")),
        LineKind::Surcharge => Some(("Surcharge", "Purchase")),
        LineKind::Allowance => Some(("Allowance", "Credit")),
        LineKind::Drawdown => Some(("Drawdown", "Credit")),
        LineKind::Discount => Some(("Discount", "Credit")),
        LineKind::Credit => Some(("Credit", "Credit")),
        LineKind::Refund => Some(("Refund", "Adjustment")),
        LineKind::Netting => Some(("Netting", "Adjustment")),
        LineKind::Unrecognised => Some(("Unrecognised", "Adjustment")),
        LineKind::Tax => Some(("Tax", "Tax")),
    }
}

impl Invoice {
    /// Returns one cost record for each line [without usage](LineKind::is_invoice_only), so that billed cost can be reported
    /// and charged back as a whole. Add them to a ledger for reports, not to the one that an invoice is reconciled against:
    /// there they would be usage that no line bills.
    ///
    /// | field | value |
    /// |---|---|
    /// | billed and effective cost | the line's amount; list and contracted cost are not known |
    /// | from, to | the billing period |
    /// | category | `invoice` |
    /// | charge type `Purchase` | subcategory `Seats`, `Proration`, `Add-on`, `Commitment` or `Surcharge` |
    /// | charge type `Credit` | subcategory `Allowance`, `Drawdown`, `Discount` or `Credit` |
    /// | charge type `Adjustment` | subcategory `Refund`, `Netting` or `Unrecognised` |
    /// | charge type `Tax` | subcategory `Tax` |
    /// | tags | `invoice:number`, `invoice:line` |
    /// | attributes | `invoice:description`; `invoice:quantity`, if the line has one |
    ///
    /// ```
    /// use cost_model::{Currency, Window};
    /// use reconcile::Invoice;
    /// use reconcile::invoice::{InvoiceLine, LineKind};
    ///
    /// let september = Window::days("2026-09-01".parse()?, "2026-10-01".parse()?)?;
    /// let mut invoice = Invoice::new("INV-0007", september, Currency::USD);
    /// invoice.lines.push(InvoiceLine::new(1, "Usage", "5".parse()?, LineKind::Usage(Default::default())));
    /// invoice.lines.push(InvoiceLine::new(2, "Tax", "0.95".parse()?, LineKind::Tax));
    /// let records = invoice.to_records("cursor", "Acme");
    /// assert_eq!(records.len(), 1);
    /// assert_eq!(records[0].dimensions.charge_type.as_deref(), Some("Tax"));
    /// assert_eq!(records[0].costs.billed, Some("0.95".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_records(&self, provider: impl Into<Arc<str>>, account: impl Into<Arc<str>>) -> Vec<CostRecord> {
        let (provider, account) = (provider.into(), account.into());
        self.lines.iter().filter_map(|line| self.line_record(line, &provider, &account)).collect()
    }

    /// Returns the record of a line; `None` for usage lines, whose charges are records already.
    fn line_record(&self, line: &InvoiceLine, provider: &Arc<str>, account: &Arc<str>) -> Option<CostRecord> {
        let (kind, charge_type) = charge(line.kind())?;
        // List and contracted cost stay absent: an invoice does not state what a line would cost without discounts.
        let mut costs = Costs::absent();
        costs.billed = Some(line.amount);
        costs.effective = Some(line.amount);
        let mut record = CostRecord::new(self.period.start(), Arc::clone(provider), self.currency, costs);
        record.end = Some(self.period.end());
        record.edit(|set| {
            set.account = Some(Arc::clone(account));
            set.category = Some("invoice".into());
            set.subcategory = Some(kind.into());
            set.charge_type = Some(charge_type.into());
            set.tags.insert("invoice:number", self.number.as_str());
            set.tags.insert("invoice:line", line.line.to_string());
            set.attributes.insert("invoice:description", line.description.as_str());
            if let Some(quantity) = line.quantity {
                set.attributes.insert("invoice:quantity", quantity.to_string());
            }
        });
        Some(record)
    }
}
