//! What is known when an invoice is to be explained.

use cost_model::{Ledger, Window};

use crate::stages::explain;
use crate::{
    BillingRules, ChargeStatus, Error, ErrorKind, Invoice, Materiality, Reconciliation, Result, SinceIssue,
};

/// Explains why an invoice's total differs from the usage in a ledger, step by step: a [`Case`] of which no more is
/// known than these.
///
/// # Errors
/// As [`Case::explain`].
pub fn reconcile(ledger: &Ledger, invoice: &Invoice, rules: &BillingRules) -> Result<Reconciliation> {
    Ok(Case::new(ledger, invoice, rules).explain()?.reconciliation)
}

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

/// An invoice explained, and what became of each charge.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explained {
    /// The bridge.
    pub reconciliation: Reconciliation,
    /// The status of every charge of the ledger, in the order of [`Ledger::rows`].
    pub charges: Vec<ChargeStatus>,
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

    /// Explains the invoice.
    ///
    /// # Errors
    /// [`ErrorKind::Currency`] when invoice and ledger are in different currencies; [`ErrorKind::Overflow`].
    pub fn explain(&self) -> Result<Explained> {
        let (asked, held) = (self.invoice.currency, self.ledger.currency());
        if asked != held {
            let message = format!("the invoice is in {asked}, the usage in {held}");
            return Err(Error::new(ErrorKind::Currency, message));
        }
        explain(self)
    }
}
