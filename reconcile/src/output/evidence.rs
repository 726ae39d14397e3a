//! The charges behind the steps.

use std::io;
use std::sync::Arc;

use cost_model::ledger::LedgerRow;
use cost_model::money::TokenCounts;
use cost_model::{Dimension, Ledger, Money, Pseudonyms, Timestamp};

use crate::model::bridge::{ChargeStatus, Explained};
use crate::output::csv::{cell, name, write};

/// A charge with the status that it ended in: one row of the file that backs up a reconciliation.
///
/// Amounts are exact and absent where the charge states none. `Debug` leaves out the resource, which may name a
/// person.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EvidenceRow {
    /// The instant at which the charge arose.
    pub at: Timestamp,
    /// The user, machine or thing that caused it.
    pub resource: Option<Arc<str>>,
    /// The provider's id of the model.
    pub model: Option<Arc<str>>,
    /// The kind of charge, such as `Usage-based`: its subcategory.
    pub kind: Option<Arc<str>>,
    /// The amount that an invoice bills.
    pub billed: Option<Money>,
    /// The value used.
    pub effective: Option<Money>,
    /// The provider's fee, which is included in the amount charged.
    pub fee: Option<Money>,
    /// Tokens used.
    pub tokens: TokenCounts,
    /// Its status.
    pub status: ChargeStatus,
    /// The line of the invoice file that it is matched to, if any; the first of lines about the same charges.
    pub line: Option<u64>,
}

cost_model::masked_debug!(EvidenceRow { at, model, kind, billed, effective, fee, tokens, status, line });

impl Explained {
    /// Returns the charges whose status is `wanted`, in order of time: the charges behind a step, one by one.
    ///
    /// `ledger` is the one that was explained; of another one the charges would be given statuses that are not theirs.
    ///
    /// ```
    /// use cost_model::Ledger;
    /// use reconcile::Explained;
    /// use reconcile::bridge::ChargeStatus;
    ///
    /// fn unclaimed(explained: &Explained, ledger: &Ledger) -> usize {
    ///     explained.evidence(ledger, |status| status == ChargeStatus::Unclaimed).count()
    /// }
    /// ```
    pub fn evidence<'a>(
        &'a self,
        ledger: &'a Ledger,
        wanted: impl Fn(ChargeStatus) -> bool + 'a,
    ) -> impl Iterator<Item = EvidenceRow> + 'a {
        let charges = ledger.rows().zip(self.charges.iter().copied());
        charges
            .filter(move |(_, status)| wanted(*status))
            .map(|(charge, status)| self.evidence_row(ledger, &charge, status))
    }

    /// Returns the row of a charge, with the number of the line that bills it, if one does.
    fn evidence_row(&self, ledger: &Ledger, charge: &LedgerRow, status: ChargeStatus) -> EvidenceRow {
        let set = ledger.set(charge.set);
        let text = |dimension| set.and_then(|set| set.shared(&dimension));
        let line = match status {
            ChargeStatus::Line(place) => self.reconciliation.lines.get(place).map(|line| line.line),
            _ => None,
        };
        EvidenceRow {
            at: charge.at,
            resource: text(Dimension::Resource),
            model: text(Dimension::ServiceId),
            kind: text(Dimension::Subcategory),
            billed: charge.costs.billed,
            effective: charge.costs.effective,
            fee: charge.fee,
            tokens: charge.tokens,
            status,
            line,
        }
    }
}

impl EvidenceRow {
    /// Renames the person who caused the charge, and whatever else names one.
    /// The same person gets the same pseudonym in every row, so that rows can still be grouped.
    pub fn rename_people(&mut self, pseudonyms: &Pseudonyms) {
        for text in [&mut self.resource, &mut self.model, &mut self.kind].into_iter().flatten() {
            *text = pseudonyms.rename_value(text).into();
        }
    }

    /// Writes charges as CSV to `to`, one by one, with exact amounts and a line of headings. Absent values are empty cells.
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
    /// use reconcile::output::EvidenceRow;
    ///
    /// let explained = Case::new(&ledger, &invoice, &rules).explain()?;
    /// let mut file = Vec::new();
    /// EvidenceRow::write_csv(explained.evidence(&ledger, |_| true), &mut file)?;
    /// assert_eq!(String::from_utf8(file)?.lines().count(), 2, "headings and one charge");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The errors of `to`.
    pub fn write_csv(rows: impl IntoIterator<Item = Self>, to: impl io::Write) -> io::Result<()> {
        let headings = [
            "at",
            "resource",
            "model",
            "kind",
            "billed",
            "effective",
            "fee",
            "input_tokens",
            "output_tokens",
            "cache_write_tokens",
            "cache_read_tokens",
            "status",
            "line",
        ];
        write(headings, rows.into_iter().map(|row| row.cells()), to)
    }

    /// Returns the row as cells of CSV, in the order of the headings.
    fn cells(&self) -> [String; 13] {
        let status = match self.status {
            ChargeStatus::Line(_) => "line".to_owned(),
            other => name(other),
        };
        [
            self.at.to_string(),
            cell(self.resource.as_ref()),
            cell(self.model.as_ref()),
            cell(self.kind.as_ref()),
            cell(self.billed),
            cell(self.effective),
            cell(self.fee),
            self.tokens.input.to_string(),
            self.tokens.output.to_string(),
            self.tokens.cache_write.to_string(),
            self.tokens.cache_read.to_string(),
            status,
            cell(self.line),
        ]
    }
}
