//! Invoices: read, explained against the stored charges, and listed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cost_model::{Ledger, Pseudonyms, Timestamp, Window};
use cursor_invoice::{CursorInvoiceReader, billing_rules};
use reconcile::bridge::ChargeStatus;
use reconcile::output::EvidenceRow;
use reconcile::tie_out::TieOut;
use reconcile::{Explained, Invoice, InvoiceReader, StoredUsage};

use crate::costs::CursorCosts;
use crate::error::{Error, ErrorKind, Result, StoreCall};
use crate::setup::account::Account;
use crate::spans::Span;

/// The endings of files that may be invoices.
const ENDINGS: [&str; 3] = ["csv", "json", "txt"];

/// An invoice, explained.
#[derive(Debug)]
#[non_exhaustive]
pub struct ExplainedInvoice {
    /// The invoice as it was read.
    pub invoice: Invoice,
    /// The bridge from the usage to its total, and the status of each charge and line.
    pub explained: Explained,
    /// The charges against what the provider states of people, if it stated anything of the cycle.
    pub tie_out: Option<TieOut>,
    usage: StoredUsage,
    pseudonyms: Option<Pseudonyms>,
}

impl ExplainedInvoice {
    /// Returns the charges that the invoice was held against.
    pub fn ledger(&self) -> &Ledger {
        self.usage.ledger()
    }

    /// Returns the charges of a status with what was decided of them, people by their pseudonyms where those are used.
    pub fn evidence<'a>(
        &'a self,
        wanted: impl Fn(ChargeStatus) -> bool + 'a,
    ) -> impl Iterator<Item = EvidenceRow> + 'a {
        self.explained.evidence(self.ledger(), wanted).map(|mut row| {
            if let Some(pseudonyms) = &self.pseudonyms {
                row.rename_people(pseudonyms);
            }
            row
        })
    }
}

/// Reads an invoice: CSV, JSON, or text of its PDF. `reader` says what the file may leave out.
///
/// # Errors
/// [`ErrorKind::File`], and [`ErrorKind::Invoice`] with line and field.
pub fn read_invoice(file: &Path, reader: &CursorInvoiceReader) -> Result<Invoice> {
    let bytes = std::fs::read(file).map_err(|error| Error::file(file, &error))?;
    let invoice = reader.read_invoice(&bytes, &file.display().to_string());
    invoice.map_err(|error| Error::new(ErrorKind::Invoice, "the invoice cannot be read").because(error))
}

impl CursorCosts {
    /// Explains an invoice of an account: the bridge from the stored usage to its total, in which every cent has a name.
    /// `earlier` are invoices of the same cycle that came before.
    ///
    /// # Errors
    /// [`ErrorKind::Invoice`], [`ErrorKind::Store`].
    pub async fn reconcile(
        &self,
        account: &Account,
        invoice: Invoice,
        earlier: &[Invoice],
    ) -> Result<ExplainedInvoice> {
        let span = Span::reconcile(account.name());
        span.count("lines", invoice.lines.len());
        let found = span.around(self.explain(account, invoice, earlier)).await?;
        span.count("steps", found.explained.reconciliation.steps.len());
        Ok(found)
    }

    async fn explain(
        &self,
        account: &Account,
        mut invoice: Invoice,
        earlier: &[Invoice],
    ) -> Result<ExplainedInvoice> {
        if let Some(pseudonyms) = self.pseudonyms() {
            invoice.rename_people(pseudonyms);
        }
        let rules = billing_rules().map_err(Error::query)?;
        let usage = StoredUsage::load(self.store(), account.id(), &invoice).await.map_err(Error::invoice)?;
        let explained = usage.case(&invoice, &rules).earlier(earlier).explain().map_err(Error::invoice)?;
        let tie_out = usage.tie_out(&rules).map_err(Error::invoice)?.map(|stated| self.renamed(stated));
        let pseudonyms = self.pseudonyms().cloned();
        Ok(ExplainedInvoice { invoice, explained, tie_out, usage, pseudonyms })
    }

    /// Returns the files in the folder of an account's invoices, by name. An account without a folder has none.
    ///
    /// # Errors
    /// [`ErrorKind::File`] when the folder cannot be read.
    pub fn invoice_files(&self, account: &Account) -> Result<Vec<PathBuf>> {
        let Some(folder) = account.invoices() else { return Ok(Vec::new()) };
        let entries = std::fs::read_dir(folder).map_err(|error| Error::file(folder, &error))?;
        let mut files = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| Error::file(folder, &error))?.path();
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            if ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(ending)) && path.is_file() {
                files.push(path);
            }
        }
        files.sort_unstable();
        Ok(files)
    }

    /// Returns the billing cycles that the invoices in the accounts' folders state; none where they overlap. Files that are no invoices are passed over:
    /// [`read_invoice`] tells what is wrong with one.
    pub(crate) fn billing_cycles(&self) -> Vec<Window> {
        let files = self.accounts().iter().filter_map(|account| self.invoice_files(account).ok()).flatten();
        let read = files.filter_map(|file| read_invoice(&file, &CursorInvoiceReader::new()).ok());
        let cycles: BTreeSet<Window> = read.map(|invoice| invoice.period).collect();
        let cycles: Vec<Window> = cycles.into_iter().collect();
        // Accounts that are billed on different days have no cycles in common; splits by month need none.
        let overlap = cycles.windows(2).any(|pair| matches!(pair, [one, next] if next.start() < one.end()));
        if overlap { Vec::new() } else { cycles }
    }

    /// Holds the charges of an account against what the provider stated last of each person's spend in its billing cycle;
    /// `None` if nothing was stated, or nothing of that cycle is stored.
    ///
    /// # Errors
    /// [`ErrorKind::Store`], [`ErrorKind::Invoice`].
    pub async fn tie_out(&self, account: &Account) -> Result<Option<TieOut>> {
        let observed = self
            .store()
            .observations(account.id())
            .await
            .or_store("what the provider stated cannot be read")?;
        let Some(last) = observed.last() else { return Ok(None) };
        let Some(start) = last.cycle_start else { return Ok(None) };
        let now: Timestamp = last.at.max(start);
        let scope = cost_model::store::Scope::all().connection(account.id().clone());
        let window = Window::new(start, now).map_err(Error::query)?.whole_months();
        let ledger = Ledger::from_store(self.store(), &scope.window(window), cost_model::Currency::USD).await;
        let ledger = ledger.or_store("the charges cannot be read from the store")?;
        let rules = billing_rules().map_err(Error::query)?;
        let stated = TieOut::compare(&ledger, last, &rules).map_err(Error::invoice)?;
        Ok(stated.map(|stated| self.renamed(stated)))
    }

    /// Returns the same with pseudonyms for people, where those are used.
    fn renamed(&self, mut stated: TieOut) -> TieOut {
        if let Some(pseudonyms) = self.pseudonyms() {
            for person in &mut stated.people {
                person.person = pseudonyms.rename_value(&person.person).into_owned();
            }
        }
        stated
    }
}
