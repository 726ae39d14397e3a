//! What a close states: figures by tag, what decided them, the invoices of the time, and what is missing.

use cost_model::digest::Digest;
use cost_model::report::{Query, Totals};
use cost_model::store::{ConnectionId, Scope};
use cost_model::tagger::NoTags;
use cost_model::{Dimension, Ledger, Metric, Money, Rounding, Tagger, Timestamp, Window};
use cursor_invoice::CursorInvoiceReader;
use reconcile::Invoice;
use reconcile::assessment::Verdict;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use virtual_tags::PeriodLock;

use crate::closing::period::ClosePeriod;
use crate::costs::CursorCosts;
use crate::error::{Error, ErrorKind, Result};
use crate::questions::read_invoice;
use crate::setup::account::Account;

/// What is locked of a period. Two that are equal say the same of the same rules, people, charges, invoices and coverage.
///
/// `Debug` leaves out the values of tags.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CloseStatement {
    /// The period.
    pub period: ClosePeriod,
    /// When it was prepared: facts about people that became known later do not count.
    pub known_at: Timestamp,
    /// How many charges the period has.
    pub charges: u64,
    /// How many of them state no effective cost, so that no figure contains them.
    pub unpriced: u64,
    /// The effective cost of all of them: the value used.
    pub effective: Money,
    /// The billed cost of all of them, without seats and tax.
    pub billed: Money,
    /// The digest of the rules.
    pub rules_digest: Digest,
    /// The digest of what the period used of the people.
    pub people_digest: Digest,
    /// How many people, service accounts and other actors the charges name.
    pub actors: usize,
    /// The digest of the charges.
    pub charges_digest: Digest,
    /// The figures by key and value of the rules.
    pub figures: Vec<KeyFigures>,
    /// What was not read or may still change.
    pub missing: Vec<CloseGap>,
    /// The invoices whose cycles touch the period, each explained.
    pub invoices: Vec<CloseInvoice>,
    /// The parts of the period that no invoice bills yet, of accounts with a folder of invoices.
    pub not_invoiced: Vec<CloseGap>,
}

cost_model::masked_debug!(CloseStatement {
    period,
    known_at,
    charges,
    rules_digest,
    people_digest,
    charges_digest,
    missing
});

/// The figures of one key of the rules. Each of their sums is that of the whole period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct KeyFigures {
    /// The key, such as `Team`.
    pub key: String,
    /// Its values, the most effective cost first.
    pub values: Vec<ValueFigures>,
}

impl KeyFigures {
    /// Returns by how much the figures of the values, each rounded to cents, miss the rounded sum of the period: effective and
    /// billed. `None` where they add up.
    ///
    /// # Errors
    /// [`ErrorKind::Query`](crate::ErrorKind::Query) when a figure is out of range.
    pub fn missed_by_rounding(&self, statement: &CloseStatement) -> Result<Option<[Decimal; 2]>> {
        let cents = |money: Money| money.round(2, Rounding::HalfUp).map_err(Error::query);
        let missed = |total: Money, figure: fn(&ValueFigures) -> Money| {
            let rows = self.values.iter().map(figure).map(cents).sum::<Result<Decimal>>()?;
            Ok::<_, Error>(rows - cents(total)?)
        };
        let missed = [
            missed(statement.effective, |each| each.effective)?,
            missed(statement.billed, |each| each.billed)?,
        ];
        Ok(Some(missed).filter(|missed| missed.iter().any(|each| !each.is_zero())))
    }
}

/// The figures of one value. `Debug` leaves out the value.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ValueFigures {
    /// The value; `None` is none.
    pub value: Option<String>,
    /// How many charges have it, at least in part.
    pub charges: u64,
    /// Their effective cost.
    pub effective: Money,
    /// Their billed cost.
    pub billed: Money,
}

cost_model::masked_debug!(ValueFigures { charges, effective, billed });

/// A span of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CloseGap {
    /// The account's id in the store.
    pub account: ConnectionId,
    /// The span.
    pub window: Window,
    /// `missing`, `provisional` or `not invoiced`.
    pub state: String,
}

/// An invoice beside the charges of its cycle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CloseInvoice {
    /// The name of its file.
    pub file: String,
    /// The digest of its file.
    pub digest: Digest,
    /// The id of its account in the store.
    pub account: ConnectionId,
    /// What it says and how it was explained; the reason why it could not be read or explained otherwise.
    pub found: std::result::Result<InvoiceFound, String>,
}

/// What an invoice says, and how it was explained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InvoiceFound {
    /// Its number.
    pub number: String,
    /// The billing period that it states, which may reach beyond the period of the close.
    pub period: Window,
    /// Its total.
    pub total: Money,
    /// What no step of its bridge accounts for.
    pub unexplained: Money,
    /// Whether it is explained, somebody has to act, or that cannot be said.
    pub verdict: Verdict,
}

impl CloseStatement {
    /// Returns whether every part of the period was read, and no late charge is to be expected.
    pub fn is_final(&self) -> bool {
        self.missing.is_empty()
    }

    /// Returns whether an invoice could not be read, has something unexplained, or has something to dispute.
    pub fn needs_action(&self) -> bool {
        self.invoices.iter().any(|invoice| match &invoice.found {
            Ok(found) => found.verdict == Verdict::NeedsAction,
            Err(_) => true,
        })
    }

    /// Returns whether something is missing for a final answer: about the period, or about one of its invoices.
    pub fn cannot_be_said(&self) -> bool {
        let is_open = |invoice: &CloseInvoice| {
            invoice.found.as_ref().is_ok_and(|found| found.verdict == Verdict::CannotBeSaid)
        };
        !self.is_final() || self.invoices.iter().any(is_open)
    }

    /// Returns what differs from another statement of the same period, each in a word.
    pub(crate) fn differences(&self, other: &Self) -> Vec<&'static str> {
        let mut differences = Vec::new();
        let mut compare = |is_different: bool, what| {
            if is_different {
                differences.push(what);
            }
        };
        compare(self.rules_digest != other.rules_digest, "the rules");
        compare(self.people_digest != other.people_digest, "the people");
        compare(self.charges_digest != other.charges_digest, "the charges");
        compare(self.missing != other.missing, "what is missing or provisional");
        compare(self.invoices != other.invoices || self.not_invoiced != other.not_invoiced, "the invoices");
        if differences.is_empty() && self != other {
            differences.push("the figures");
        }
        differences
    }
}

impl CursorCosts {
    /// Returns the charges of the months that a period touches.
    pub(crate) async fn close_ledger(&self, period: &ClosePeriod) -> Result<Ledger> {
        let mut scope = Scope::all().window(period.window.whole_months());
        if let Some(account) = &period.account {
            scope = scope.connection(account.clone());
        }
        self.read_ledger(&scope).await
    }

    /// Returns the accounts that a period is about, by their ids.
    pub(crate) async fn accounts_of(&self, period: &ClosePeriod) -> Result<Vec<ConnectionId>> {
        match &period.account {
            Some(account) => Ok(vec![account.clone()]),
            None => self.stored_accounts().await,
        }
    }

    /// Works out what closing a period would lock.
    pub(crate) async fn close_statement(
        &self,
        period: &ClosePeriod,
        known_at: Timestamp,
    ) -> Result<(CloseStatement, PeriodLock)> {
        self.load_people().await?;
        let (rules, people) = self.setup.ownership.rules_with_facts()?;
        let ledger = self.close_ledger(period).await?;
        let lock = PeriodLock::close((&rules, &people), &ledger, period.window, known_at, Metric::Effective);
        let lock = lock.map_err(Error::rules)?;
        let tagger = lock.open().map_err(Error::rules)?;
        let total = period_totals(&ledger, period.window)?;
        let (invoices, not_invoiced) = self.close_invoices(period).await?;
        let statement = CloseStatement {
            period: period.clone(),
            known_at,
            charges: total.records,
            unpriced: total.effective.missing,
            effective: total.effective.amount,
            billed: total.billed.amount,
            rules_digest: lock.rules,
            people_digest: lock.people,
            actors: lock.charged_actors(),
            charges_digest: lock.charges,
            figures: key_figures(&ledger, period.window, &tagger)?,
            missing: self.close_gaps(period).await?,
            invoices,
            not_invoiced,
        };
        Ok((statement, lock))
    }

    async fn close_gaps(&self, period: &ClosePeriod) -> Result<Vec<CloseGap>> {
        let mut missing = Vec::new();
        let accounts = self.accounts_of(period).await?;
        if accounts.is_empty() {
            // Nothing was read of nobody, and no gap would tell.
            let message = "there is no account, and the store is empty: there is nothing to close";
            return Err(Error::new(ErrorKind::NotFound, message));
        }
        for account in accounts {
            let gaps = self.gaps_of_connection(&account, period.window).await?;
            missing.extend(gaps.into_iter().map(|gap| CloseGap {
                account: account.clone(),
                window: gap.window,
                state: gap.state.name().to_owned(),
            }));
        }
        missing.sort_by(|one, other| (&one.account, one.window).cmp(&(&other.account, other.window)));
        Ok(missing)
    }

    /// Returns the invoices whose cycles touch a period, explained, and the parts of the period that none bills.
    async fn close_invoices(&self, period: &ClosePeriod) -> Result<(Vec<CloseInvoice>, Vec<CloseGap>)> {
        let (mut invoices, mut not_invoiced) = (Vec::new(), Vec::new());
        let is_meant = |account: &&Account| period.account.as_ref().is_none_or(|id| id == account.id());
        for account in self.accounts().iter().filter(is_meant) {
            if account.invoices().is_none() {
                continue;
            }
            let mut read = Vec::new();
            for file in self.invoice_files(account)? {
                let bytes = std::fs::read(&file).map_err(|error| Error::file(&file, &error))?;
                let invoice = read_invoice(&file, &CursorInvoiceReader::new());
                // A file that cannot be read may be an invoice of the period.
                let touches = |invoice: &Invoice| invoice.period.intersection(period.window).is_some();
                if invoice.as_ref().map_or(true, touches) {
                    let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
                    read.push((name.unwrap_or_default(), Digest::of(&bytes), invoice));
                }
            }
            let cycles: Vec<Window> = read
                .iter()
                .filter_map(|(_, _, read)| read.as_ref().ok().map(|invoice| invoice.period))
                .collect();
            let open = cycles.iter().fold(vec![period.window], |open, cycle| {
                open.iter().flat_map(|window| window.minus(*cycle)).collect()
            });
            not_invoiced.extend(open.into_iter().map(|window| CloseGap {
                account: account.id().clone(),
                window,
                state: "not invoiced".to_owned(),
            }));
            let all: Vec<Invoice> =
                read.iter().filter_map(|(_, _, read)| read.as_ref().ok().cloned()).collect();
            for (file, digest, invoice) in read {
                let found = match invoice {
                    Ok(invoice) => self.invoice_found(account, invoice, &all).await,
                    Err(error) => Err(error),
                };
                let found = found.map_err(|error| error.in_one_line());
                invoices.push(CloseInvoice { file, digest, account: account.id().clone(), found });
            }
        }
        Ok((invoices, not_invoiced))
    }

    async fn invoice_found(
        &self,
        account: &Account,
        invoice: Invoice,
        all: &[Invoice],
    ) -> Result<InvoiceFound> {
        let is_earlier = |other: &&Invoice| {
            other.period == invoice.period && other.number != invoice.number && other.issued < invoice.issued
        };
        let earlier: Vec<Invoice> = all.iter().filter(is_earlier).cloned().collect();
        let found = self.reconcile(account, invoice, &earlier).await?;
        let bridge = &found.explained.reconciliation;
        Ok(InvoiceFound {
            number: bridge.invoice.clone(),
            period: bridge.period,
            total: bridge.invoice_total,
            unexplained: bridge.unexplained,
            verdict: bridge.verdict(),
        })
    }
}

/// Sums the charges of a period.
pub(crate) fn period_totals(ledger: &Ledger, window: Window) -> Result<Totals> {
    Ok(Query::all_resources().window(window).run(ledger, &NoTags).map_err(Error::query)?.total)
}

fn key_figures(ledger: &Ledger, window: Window, tagger: &dyn Tagger) -> Result<Vec<KeyFigures>> {
    let mut figures = Vec::new();
    for key in tagger.keys() {
        let query = Query::all_resources().window(window).group_by(Dimension::VirtualTag(key.clone()));
        let report = query.run(ledger, tagger).map_err(Error::query)?;
        let values = report.rows.into_iter().map(|row| ValueFigures {
            value: row.keys.into_iter().next().flatten().map(|value| value.as_ref().to_owned()),
            charges: row.totals.records,
            effective: row.totals.effective.amount,
            billed: row.totals.billed.amount,
        });
        figures.push(KeyFigures { key: key.to_string(), values: values.collect() });
    }
    Ok(figures)
}
