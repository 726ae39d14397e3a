//! What is known when an invoice is to be explained.

use crate::input::since_issue::SinceIssue;
use crate::model::assessment::Materiality;
use crate::model::invoice::Invoice;
use cost_model::{Ledger, Window};

use crate::model::billing_rules::BillingRules;

/// An invoice to be explained, and everything that is known about it.
///
/// The ledger should hold the charges of one connection for every UTC month that the billing period touches, and a few
/// days around them. Whatever else is known makes more differences explicable: without it they stay unexplained, and
/// nothing is guessed.
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
    /// An invoice, the charges that are held now, and how the provider bills.
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

    /// The earlier invoices of the same cycle, which lines of netting speak of.
    #[must_use]
    pub fn earlier(mut self, invoices: &'a [Invoice]) -> Self {
        self.earlier = invoices;
        self
    }

    /// What became known of charges after the invoice was issued.
    #[must_use]
    pub fn since_issue(mut self, since: &'a SinceIssue) -> Self {
        self.since_issue = Some(since);
        self
    }

    /// How many charges of any kind the provider announces for a window. If the ledger holds fewer, some were lost; if
    /// it holds more, some are there twice.
    #[must_use]
    pub fn announced(mut self, window: Window, charges: u64) -> Self {
        self.announced.push((window, charges));
        self
    }

    /// What counts as a material difference; a hundredth of the total unless said otherwise.
    #[must_use]
    pub fn materiality(mut self, materiality: Materiality) -> Self {
        self.materiality = materiality;
        self
    }
}
