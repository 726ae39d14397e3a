//! What programs print as JSON: documents with a `schema`, exact amounts as decimal text, and counts of what is absent.
//!
//! Fields may be added within a schema; readers should ignore those that they do not know. A schema whose fields change their
//! meaning gets another number.

mod closes;
mod tags;

use std::collections::BTreeMap;

use cost_model::money::TokenType;
use cost_model::report::{Report, RowKind, Totals};
use cost_model::store::{Gap, GapState};
use cost_model::{Money, Timestamp, Window};
use reconcile::Category;
use reconcile::assessment::{Disposition, Verdict};
use reconcile::bridge::{Confidence, Evidence};
use serde::Serialize;

use crate::changes::sync::{AccountSync, SyncOutcome};
use crate::costs::CursorCosts;
use crate::questions::{ExplainedInvoice, Status};

pub use closes::{CloseDocument, CloseListDocument, JournalCheckDocument};
pub use tags::{ExplainedOwnerDocument, RulesDiffDocument};

/// The document `sync/1`.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct SyncDocument {
    schema: &'static str,
    accounts: Vec<SyncedAccount>,
    /// The accounts that were not read to the end, or of which something is still missing.
    incomplete: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
struct SyncedAccount {
    name: String,
    /// Why the account was not read to the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    events: u64,
    charged: Money,
    without_user: u64,
    derived: u64,
    announced: u64,
    outside: u64,
    requests: u64,
    retries: u64,
    windows: usize,
    unknown_kinds: u64,
    added: u64,
    removed: u64,
    changed: u64,
    repriced: u64,
    unchanged: u64,
    restated: usize,
    provisional_since: Option<Timestamp>,
    incomplete: Vec<Span>,
}

/// A span of time; the end is the first instant that is no longer part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Span {
    from: Timestamp,
    to: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
}

impl Span {
    fn of(window: Window) -> Self {
        Self { from: window.start(), to: window.end(), account: None }
    }
}

impl SyncDocument {
    /// Makes the document of a sync.
    pub fn new(outcome: &SyncOutcome) -> Self {
        Self {
            schema: "sync/1",
            accounts: outcome.accounts.iter().map(SyncedAccount::new).collect(),
            incomplete: outcome
                .accounts
                .iter()
                .filter(|account| !account.is_complete())
                .map(|account| account.name.clone())
                .collect(),
        }
    }
}

impl SyncedAccount {
    fn new(account: &AccountSync) -> Self {
        let mut document = Self {
            name: account.name.clone(),
            error: None,
            events: 0,
            charged: Money::ZERO,
            without_user: 0,
            derived: 0,
            announced: 0,
            outside: 0,
            requests: 0,
            retries: 0,
            windows: 0,
            unknown_kinds: 0,
            added: 0,
            removed: 0,
            changed: 0,
            repriced: 0,
            unchanged: 0,
            restated: 0,
            provisional_since: None,
            incomplete: Vec::new(),
        };
        match &account.outcome {
            Err(error) => document.error = Some(error.in_one_line()),
            Ok(synced) => {
                for run in [Some(&synced.run), synced.audit.as_ref()].into_iter().flatten() {
                    document.events += run.records;
                    document.announced += run.announced;
                    document.outside += run.outside.iter().map(|outside| outside.rows).sum::<u64>();
                    document.requests += run.requests;
                    document.retries += run.retries;
                    document.windows += run.windows.len();
                    document.unknown_kinds += run.unknown_kinds;
                    document.added += run.change.added;
                    document.removed += run.change.removed;
                    document.changed += run.change.changed;
                    document.repriced += run.change.repriced;
                    document.unchanged += run.change.unchanged;
                }
                document.charged = synced.charged;
                document.without_user = synced.without_user;
                document.derived = synced.derived;
                document.restated = synced.restatements.len();
                document.provisional_since = synced.provisional_since;
                document.incomplete = synced.incomplete.iter().map(|window| Span::of(*window)).collect();
            }
        }
        document
    }
}

/// The document `report/1`.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ReportDocument {
    schema: &'static str,
    /// The view of cost: what was used, without seats and tax.
    view: &'static str,
    currency: String,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    filter: Option<String>,
    group_by: Vec<String>,
    rows: Vec<ReportRow>,
    total: Figures,
    /// How many charges state no such amount.
    absent: BTreeMap<&'static str, u64>,
    provisional: Vec<Span>,
    gaps: Vec<Span>,
    /// The first and the last step, where only a part of it is in the range.
    partial_steps: Vec<Span>,
    /// The days of the range that have not come.
    to_come: Option<Span>,
    /// Whether costs by token type are estimates.
    estimated: bool,
    unknown_values: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
struct ReportRow {
    keys: Vec<Option<String>>,
    bin: Option<Timestamp>,
    /// How many groups the row stands for, if it is the row of all others.
    #[serde(skip_serializing_if = "Option::is_none")]
    other_groups: Option<usize>,
    #[serde(flatten)]
    figures: Figures,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<Figures>,
}

#[derive(Clone, Debug, Serialize)]
struct Figures {
    events: u64,
    effective: Money,
    billed: Money,
    list: Money,
    contracted: Money,
    tokens: BTreeMap<&'static str, u64>,
    requests: String,
}

impl ReportDocument {
    /// Makes the document of a report that `costs` answered; `filter` is the sentence that chose its charges.
    pub fn new(costs: &CursorCosts, report: &Report, filter: Option<String>) -> Self {
        let total = &report.total;
        let sums = [
            ("billed", total.billed),
            ("effective", total.effective),
            ("list", total.list),
            ("contracted", total.contracted),
        ];
        Self {
            schema: "report/1",
            view: "showback",
            currency: report.currency.to_string(),
            from: report.window.map(|window| window.start()),
            to: report.window.map(|window| window.end()),
            filter,
            group_by: report.group_by.iter().map(ToString::to_string).collect(),
            rows: report
                .rows
                .iter()
                .map(|row| ReportRow {
                    keys: row.keys.iter().map(|key| key.as_deref().map(str::to_owned)).collect(),
                    bin: row.bin,
                    other_groups: match row.kind {
                        RowKind::Other(groups) => Some(groups),
                        _ => None,
                    },
                    figures: Figures::new(&row.totals),
                    previous: row.previous.as_deref().map(Figures::new),
                })
                .collect(),
            total: Figures::new(total),
            absent: sums
                .into_iter()
                .filter(|(_, sum)| sum.missing > 0)
                .map(|(name, sum)| (name, sum.missing))
                .collect(),
            provisional: spans(&report.gaps, |state| state == GapState::Provisional),
            gaps: spans(&report.gaps, |state| state != GapState::Provisional),
            partial_steps: costs.partial_steps(report).into_iter().map(Span::of).collect(),
            to_come: costs.days_to_come(report).map(Span::of),
            estimated: report.estimated,
            unknown_values: report.unknown_values.iter().map(ToString::to_string).collect(),
        }
    }
}

impl Figures {
    fn new(totals: &Totals) -> Self {
        let names = [
            (TokenType::Input, "input"),
            (TokenType::Output, "output"),
            (TokenType::CacheWrite, "cache_write"),
            (TokenType::CacheRead, "cache_read"),
        ];
        Self {
            events: totals.records,
            effective: totals.effective.amount,
            billed: totals.billed.amount,
            list: totals.list.amount,
            contracted: totals.contracted.amount,
            tokens: names
                .into_iter()
                .map(|(token_type, name)| (name, totals.tokens.get(token_type).count()))
                .collect(),
            requests: totals.requests.to_string(),
        }
    }
}

fn spans(gaps: &[Gap], wanted: impl Fn(GapState) -> bool) -> Vec<Span> {
    let gaps = gaps.iter().filter(|gap| wanted(gap.state));
    gaps.map(|gap| Span {
        from: gap.window.start(),
        to: gap.window.end(),
        account: gap.connection.as_ref().map(|connection| connection.as_str().to_owned()),
    })
    .collect()
}

/// The document `reconciliation/1`.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ReconciliationDocument {
    schema: &'static str,
    number: String,
    period: Span,
    currency: String,
    ingested: Money,
    steps: Vec<BridgeStep>,
    unexplained: Money,
    invoice_total: Money,
    /// What of the total rests on lines of the invoice alone, such as seats and tax; `None` where it cannot be added up.
    taken_as_stated: Option<Money>,
    verdict: Verdict,
    /// What is missing for an answer.
    missing: Vec<String>,
    clues: Vec<StatedClue>,
    /// What the file says that is no line and no field.
    not_read: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
struct BridgeStep {
    category: Category,
    amount: Money,
    disposition: Disposition,
    confidence: Confidence,
    evidence: Evidence,
}

#[derive(Clone, Debug, Serialize)]
struct StatedClue {
    amount: Money,
    text: String,
}

impl ReconciliationDocument {
    /// Makes the document of an explained invoice.
    pub fn new(found: &ExplainedInvoice) -> Self {
        let bridge = &found.explained.reconciliation;
        Self {
            schema: "reconciliation/1",
            number: bridge.invoice.clone(),
            period: Span::of(bridge.period),
            currency: bridge.currency.to_string(),
            ingested: bridge.ingested,
            steps: bridge
                .steps
                .iter()
                .map(|step| BridgeStep {
                    category: step.category,
                    amount: step.amount,
                    disposition: step.category.spec().disposition,
                    confidence: step.confidence,
                    evidence: step.evidence.clone(),
                })
                .collect(),
            unexplained: bridge.unexplained,
            invoice_total: bridge.invoice_total,
            taken_as_stated: bridge.taken_as_stated().ok(),
            verdict: bridge.verdict(),
            missing: bridge.assessment.missing.iter().map(ToString::to_string).collect(),
            clues: bridge
                .clues
                .iter()
                .map(|clue| StatedClue { amount: clue.amount, text: clue.to_string() })
                .collect(),
            not_read: found
                .invoice
                .remarks
                .iter()
                .map(|remark| format!("{}: {}", remark.line, remark.text))
                .collect(),
        }
    }
}

/// The document `status/1`.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct StatusDocument<'a> {
    schema: &'static str,
    #[serde(flatten)]
    status: &'a Status,
}

impl<'a> StatusDocument<'a> {
    /// Makes the document of a state.
    pub fn new(status: &'a Status) -> Self {
        Self { schema: "status/1", status }
    }
}
