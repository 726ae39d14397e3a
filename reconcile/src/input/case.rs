//! The input of an explanation: an invoice, its charges, and whatever else is known.

use crate::input::since_issue::SinceIssue;
use crate::model::assessment::Materiality;
use crate::model::invoice::Invoice;
use cost_model::{Ledger, Window};

use crate::model::billing_rules::BillingRules;

/// A case: an invoice to be explained, and everything that is known about it.
///
/// The ledger should hold the charges of one connection for every UTC month that the billing period touches, and a few
/// days around them. The other inputs let more differences be explained; without them such differences stay unexplained.
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
/// // Two charges are announced and one is held, and the line counts two calls.
/// if let LineKind::Usage(usage) = &mut invoice.lines[0].wording.kind {
///     usage.calls = Some(2);
/// }
/// invoice.lines[0].amount = "1.24".parse()?;
/// let case = Case::new(&ledger, &invoice, &rules).announced(september, 2);
/// let bridge = case.explain()?.reconciliation;
/// // One line alone does not tell a lost charge from rounding.
/// assert_eq!(bridge.steps[0].candidates, [Category::MissingUsage, Category::Rounding]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Case<'a> {
    pub(crate) ledger: &'a Ledger,
    pub(crate) invoice: &'a Invoice,
    pub(crate) rules: &'a BillingRules,
    pub(crate) earlier: &'a [Invoice],
    pub(crate) since_issue: Option<&'a SinceIssue>,
    pub(crate) announced: Vec<(Window, u64)>,
    pub(crate) materiality: Materiality,
}

impl<'a> Case<'a> {
    /// Creates a case from the charges that are held now, an invoice, and the billing rules of its provider.
    pub fn new(ledger: &'a Ledger, invoice: &'a Invoice, rules: &'a BillingRules) -> Self {
        Self {
            ledger,
            invoice,
            rules,
            earlier: &[],
            since_issue: None,
            announced: Vec::new(),
            materiality: Materiality::default(),
        }
    }

    /// Adds the earlier invoices of the same cycle, which netting lines credit.
    #[must_use]
    pub fn earlier(mut self, invoices: &'a [Invoice]) -> Self {
        self.earlier = invoices;
        self
    }

    /// Adds what became known of charges after the invoice was issued.
    /// The invoice may bill charges as they were at its issue; they are tried as well as those of now.
    #[must_use]
    pub fn since_issue(mut self, since: &'a SinceIssue) -> Self {
        self.since_issue = Some(since);
        self
    }

    /// Adds the number of charges of any kind that the provider announces for a window. If the ledger holds fewer, some were lost; if
    /// it holds more, some are there twice.
    #[must_use]
    pub fn announced(mut self, window: Window, charges: u64) -> Self {
        self.announced.push((window, charges));
        self
    }

    /// Sets the threshold of a material difference; one percent of the on-demand usage by default.
    #[must_use]
    pub fn materiality(mut self, materiality: Materiality) -> Self {
        self.materiality = materiality;
        self
    }
}
