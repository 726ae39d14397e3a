//! Made-up disputes over invoices, put before the reconciliation, and how its findings compare with the truth.

use std::collections::BTreeMap;

use cost_model::money::{TokenCounts, Tokens};
use cost_model::record::{Identity, Provenance, RecordId};
use cost_model::store::{ConnectionId, RecordSink, Restatement};
use cost_model::{CostRecord, Costs, Currency, Ledger, Money, StoredRecord, Timestamp, Window};
use cursor_invoice::{CursorWordings, billing_rules};
use cursor_simulator::TrueEvent;
use cursor_simulator::biller::Bill;
use cursor_simulator::dispute::{Discrepancy, Dispute, Entry, FedEvent, FeedChange, dispute};
use reconcile::readers::CsvInvoiceReader;
use reconcile::{Case, Category, Invoice, InvoiceReader, Reconciliation, SinceIssue};

use crate::Failure;

/// How the findings of one case compare with the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Every step has its exact amount, and nothing is unexplained.
    Exact,
    /// A step names several causes, the true one among them; all others have their exact amounts.
    Ambiguous,
    /// Some amount is left unexplained, and no step has money of another one: a step may have a part of its own.
    Unexplained,
    /// Some step has money that is not its own.
    Wrong,
}

/// One case with its findings.
#[derive(Debug)]
pub struct Trial {
    pub dispute: Dispute,
    pub found: Reconciliation,
    /// The billed cost of the period's charges, of the invoice's own lines as records, and of the adjustments.
    pub charged_back: Money,
}

impl Trial {
    /// Makes up a case and explains its invoice.
    ///
    /// # Errors
    /// None in practice: the cases are in range and well-formed.
    pub fn new(seed: u64, what: &[Discrepancy]) -> Result<Self, Failure> {
        let dispute = dispute(seed, what);
        let (found, charged_back) = explain(&dispute)?;
        Ok(Self { dispute, found, charged_back })
    }

    pub fn verdict(&self) -> Verdict {
        let found = self.found_entries();
        let open = !self.found.assessment.unexplained.is_zero();
        let entries = Entry::ALL.iter().copied();
        let (mut lacking, mut wrong) = (Vec::new(), false);
        for entry in entries {
            let expected = self.dispute.expected.get(&entry).copied().unwrap_or(0);
            match found.get(&entry).copied().unwrap_or(0) {
                found if found == expected => {}
                0 => lacking.push(entry),
                // A part of what is so has its name, and the rest has none.
                found if open && found.signum() == expected.signum() && found.abs() < expected.abs() => {
                    lacking.push(entry);
                }
                // What follows from what is lacking: a line that is not explained shows no rounding.
                _ if entry == Entry::Rounding => lacking.push(entry),
                _ => wrong = true,
            }
        }
        let ambiguous = self.found.steps.iter().find(|step| step.category == Category::Ambiguous);
        let named = |step: &reconcile::Step| {
            lacking.iter().any(|entry| step.candidates.iter().any(|each| entry_of(*each) == Some(*entry)))
        };
        match ambiguous {
            _ if wrong => Verdict::Wrong,
            Some(step) if named(step) => Verdict::Ambiguous,
            Some(_) => Verdict::Wrong,
            None if lacking.is_empty() && !open => Verdict::Exact,
            None if !open => Verdict::Wrong,
            None => Verdict::Unexplained,
        }
    }

    /// The amounts of the steps, by the entries of the truth.
    pub fn found_entries(&self) -> BTreeMap<Entry, i128> {
        let mut entries = BTreeMap::new();
        for step in &self.found.steps {
            if let Some(entry) = entry_of(step.category) {
                *entries.entry(entry).or_default() += step.amount.units();
            }
        }
        entries
    }
}

/// The true name of a category; none for those that stand for no cause.
fn entry_of(category: Category) -> Option<Entry> {
    Some(match category {
        Category::NonBilledUsage => Entry::NonBilled,
        Category::UnknownKind => Entry::UnknownKind,
        Category::OwnKeyFees => Entry::OwnKey,
        Category::MissingUsage => Entry::Missing,
        Category::DuplicatedUsage => Entry::Duplicated,
        Category::BeforePeriod => Entry::BeforePeriod,
        Category::AfterPeriod => Entry::AfterPeriod,
        Category::CutOffStart => Entry::CutOffStart,
        Category::CutOffEnd => Entry::CutOffEnd,
        Category::LateUsage => Entry::Late,
        Category::RepricedUsage => Entry::Repriced,
        Category::WithdrawnUsage => Entry::Withdrawn,
        Category::TokenFee => Entry::TokenFee,
        Category::Discount => Entry::Discount,
        Category::Price => Entry::Price,
        Category::Rounding => Entry::Rounding,
        Category::Seats => Entry::Seats,
        Category::Proration => Entry::Proration,
        Category::AddOn => Entry::AddOn,
        Category::Credit => Entry::Credit,
        Category::Refund => Entry::Refund,
        Category::Netting => Entry::Netting,
        Category::Tax => Entry::Tax,
        Category::InvoiceArithmetic => Entry::Arithmetic,
        _ => return None,
    })
}

fn explain(dispute: &Dispute) -> Result<(Reconciliation, Money), Failure> {
    let invoice = read(&dispute.bill)?;
    let earlier = dispute.earlier.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let rules = billing_rules()?;
    let ledger = ledger(dispute)?;
    let since = since_issue(dispute)?;
    let case = Case::new(&ledger, &invoice, &rules)
        .earlier(&earlier)
        .since_issue(&since)
        .announced(invoice.period, dispute.announced);
    let found = case.explain()?.reconciliation;
    let mut records = invoice.to_records("cursor", "Acme");
    records.extend(case.adjustments(&found, "cursor", "Acme")?);
    let in_period = ledger.rows().filter(|row| invoice.period.contains(row.at));
    let billed = in_period.filter_map(|row| row.costs.billed);
    let charged_back = Money::sum(billed.chain(records.iter().filter_map(|record| record.costs.billed)))?;
    Ok((found, charged_back))
}

fn read(bill: &Bill) -> Result<Invoice, Failure> {
    let mut invoice =
        CsvInvoiceReader::new(CursorWordings::new()).read_invoice(bill.csv().as_bytes(), "invoice.csv")?;
    invoice.issued = Some(Timestamp::from_millis(bill.issued_ms)?);
    invoice.stated_total = Some(Money::from_units(bill.total));
    Ok(invoice)
}

/// What the ingest holds now, and what it covers.
fn ledger(dispute: &Dispute) -> Result<Ledger, Failure> {
    let mut ledger = Ledger::builder(Currency::USD);
    for fed in &dispute.feed {
        ledger.push(&record(&fed.event)?)?;
    }
    ledger.cover(ConnectionId::new("cursor"), covered(dispute));
    Ok(ledger.build())
}

/// Everything for months around, less the gaps.
fn covered(dispute: &Dispute) -> Vec<Window> {
    const FAR: i64 = 100 * 24 * 60 * 60 * 1000;
    let mut windows = Vec::new();
    let mut from = dispute.bill.period.start_ms - FAR;
    let mut gaps = dispute.gaps.clone();
    gaps.sort_unstable();
    for (start, end) in gaps {
        windows.extend(window(from, start));
        from = end;
    }
    windows.extend(window(from, dispute.bill.period.end_ms + FAR));
    windows
}

fn window(start: i64, end: i64) -> Option<Window> {
    Window::new(Timestamp::from_millis(start).ok()?, Timestamp::from_millis(end).ok()?).ok()
}

/// What a store tells of the time after the invoice was issued: when it first saw each charge, and what it restated.
fn since_issue(dispute: &Dispute) -> Result<SinceIssue, Failure> {
    let mut since = SinceIssue::new(Timestamp::from_millis(dispute.bill.issued_ms)?);
    for FedEvent { event, first_seen_ms, .. } in &dispute.feed {
        let record = record(event)?;
        let id = RecordId::of(&record, 0);
        let first_seen = Timestamp::from_millis(*first_seen_ms)?;
        let connection = ConnectionId::new("cursor");
        let provenance = Provenance::stored(connection, "run".into(), first_seen, id);
        since.record(&StoredRecord { record, provenance })?;
    }
    let restatements = dispute.changes.iter().map(restatement).collect::<Result<Vec<_>, _>>()?;
    Ok(since.restatements(&restatements))
}

fn restatement(change: &FeedChange) -> Result<Restatement, Failure> {
    let records = [&change.before, &change.after].map(|event| event.as_ref().map(record).transpose());
    let [before, after] = records;
    let (before, after) = (before?, after?);
    let record = after.as_ref().or(before.as_ref()).ok_or("a change of nothing")?;
    let ids = (RecordId::of(record, 0), Identity::of(record));
    let costs = (before.as_ref().map(|record| record.costs), after.as_ref().map(|record| record.costs));
    Ok(Restatement::stored(record.at, Timestamp::from_millis(change.seen_ms)?, ids, costs))
}

/// An event as a cost record, with the fields that a reconciliation looks at.
fn record(event: &TrueEvent) -> Result<CostRecord, Failure> {
    let money = |units: Option<i128>| units.map(Money::from_units);
    let mut costs = Costs::absent();
    costs.billed = money(event.billed());
    costs.effective = money(event.effective());
    let at = Timestamp::from_millis(event.timestamp_ms)?;
    let mut record = CostRecord::new(at, "cursor", Currency::USD, costs);
    record.edit(|set| set.subcategory = Some(event.kind.as_str().into()));
    record.edit(|set| set.service_id = Some(event.model.as_str().into()));
    record.edit(|set| set.resource = event.email.as_deref().map(Into::into));
    record.stated.fee = money(event.token_fee);
    if let Some(tokens) = &event.tokens {
        record.tokens = TokenCounts {
            input: Tokens::new(tokens.input),
            output: Tokens::new(tokens.output),
            cache_write: Tokens::new(tokens.cache_write),
            cache_read: Tokens::new(tokens.cache_read),
        };
    }
    record.edit(|set| set.tags.insert("cursor:max_mode", if event.max_mode { "true" } else { "false" }));
    Ok(record)
}

/// The categories that no made-up dispute has: a label moves no money, some are only candidates, and the simulator's biller
/// makes no such lines.
#[cfg(test)]
const NOT_MADE_UP: [Category; 10] = [
    Category::BilledBasis,
    Category::Relabelled,
    Category::BilledTwice,
    Category::OtherCurrency,
    Category::Ambiguous,
    Category::Commitment,
    Category::Surcharge,
    Category::Allowance,
    Category::Drawdown,
    Category::UnrecognisedLine,
];

#[cfg(test)]
mod tests {
    use reconcile::causes::CauseSpec;

    use super::*;

    #[test]
    fn every_cause_is_made_up_or_known_not_to_be() {
        for cause in CauseSpec::all() {
            let is_made_up = entry_of(cause.category).is_some();
            assert_ne!(is_made_up, NOT_MADE_UP.contains(&cause.category), "{:?}", cause.category);
        }
    }
}
