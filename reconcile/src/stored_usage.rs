//! The usage of a store that an invoice is explained from.

use cost_model::source::ProviderSnapshot;
use cost_model::store::{ConnectionId, Scope};
use cost_model::{CostStore, Ledger};

use crate::error::{Error, ErrorKind, Result};
use crate::input::case::Case;
use crate::input::since_issue::SinceIssue;
use crate::model::billing_rules::BillingRules;
use crate::model::invoice::Invoice;
use crate::tie_out::TieOut;

/// The usage of an invoice, read from a store: the charges around its period, the changes of them since it was issued, and
/// the provider's own statements.
///
/// Every program that explains an invoice of stored charges should read it with this type, so that all give the same result.
///
/// ```
/// # use cost_model::{Currency, MemoryStore, Window};
/// # use cost_model::store::ConnectionId;
/// # use reconcile::{BillingRules, Invoice, Result, StoredUsage};
/// # async fn example(store: &MemoryStore, invoice: &Invoice, rules: &BillingRules) -> Result<()> {
/// let usage = StoredUsage::load(store, &ConnectionId::new("Acme"), invoice).await?;
/// let explained = usage.case(invoice, rules).explain()?;
/// println!("{}", explained.reconciliation);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct StoredUsage {
    ledger: Ledger,
    since: Option<SinceIssue>,
    observed: Option<ProviderSnapshot>,
}

impl StoredUsage {
    /// Reads the charges of a connection in the invoice's months and a few days around them. Later changes are used only if
    /// the invoice states when it was issued.
    ///
    /// # Errors
    /// [`ErrorKind::Store`], with the store's own error as its source.
    pub async fn load(store: &dyn CostStore, connection: &ConnectionId, invoice: &Invoice) -> Result<Self> {
        let scope = Scope::all().connection(connection.clone()).window(invoice.window_of_charges());
        let ledger = Ledger::from_store(store, &scope, invoice.currency).await.map_err(unreadable)?;
        let since = match invoice.issued {
            Some(issued) => {
                let mut since = SinceIssue::new(issued);
                store.scan(&scope, &mut since).await.map_err(unreadable)?;
                let restatements = store.restatements(connection).await.map_err(unreadable)?;
                Some(since.restatements(&restatements))
            }
            None => None,
        };
        let observed = store.observations(connection).await.map_err(unreadable)?;
        // The latest snapshot of the cycle: earlier ones state less of it.
        let observed =
            observed.into_iter().rev().find(|each| each.cycle_start == Some(invoice.period.start()));
        Ok(Self { ledger, since, observed })
    }

    /// Returns the charges.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Returns a case of the invoice with all of these inputs.
    /// The invoice has to be the one for which the usage was loaded, as the charges are those of its months.
    pub fn case<'a>(&'a self, invoice: &'a Invoice, rules: &'a BillingRules) -> Case<'a> {
        let case = Case::new(&self.ledger, invoice, rules);
        match &self.since {
            Some(since) => case.since_issue(since),
            None => case,
        }
    }

    /// Returns the charges against what the provider stated of people in the invoice's cycle, if it stated anything.
    ///
    /// # Errors
    /// As [`TieOut::compare`].
    pub fn tie_out(&self, rules: &BillingRules) -> Result<Option<TieOut>> {
        let tie_out = self.observed.as_ref().map(|observed| TieOut::compare(&self.ledger, observed, rules));
        Ok(tie_out.transpose()?.flatten())
    }
}

/// Makes the error of a store that does not give its usage, with the store's own error as its source.
fn unreadable(error: cost_model::Error) -> Error {
    Error::new(ErrorKind::Store, "the usage cannot be read from the store").with_source(error)
}
