//! Charges, rules and lines in short form, and figures computed the naive way.

use chrono::FixedOffset;
use cost_model::ledger::LedgerBuilder;
use cost_model::record::{Identity, Provenance, RecordId};
use cost_model::store::ConnectionId;
use cost_model::{
    CostRecord, Costs, Currency, Dimension, Filter, Ledger, Money, StoredRecord, Timestamp, Window,
};
use reconcile::{
    BillingRules, Category, Invoice, InvoiceLine, LineKind, LineStatus, Reconciliation, UsageLine, reconcile,
};

pub(crate) const CENT: i128 = 10_i128.pow(22);
pub(crate) const ON_DEMAND: &str = "Usage-based";
pub(crate) const OWN_KEY: &str = "User API Key";
pub(crate) const INCLUDED: &str = "Included in Business";
pub(crate) const UNKNOWN: &str = "A kind of next year";

/// A charge, as much of it as reconciliation looks at.
#[derive(Clone, Debug)]
pub(crate) struct Charge {
    pub(crate) at: Timestamp,
    pub(crate) kind: &'static str,
    pub(crate) model: Option<&'static str>,
    pub(crate) max_mode: Option<bool>,
    pub(crate) billed: Option<i128>,
    pub(crate) effective: Option<i128>,
    pub(crate) fee: Option<i128>,
}

impl Charge {
    /// An on-demand charge of `amount` inside [`period`].
    pub(crate) fn on_demand(model: &'static str, max_mode: bool, amount: i128) -> Self {
        let (at, amount) = (at("2026-09-20T12:00:00Z"), Some(amount));
        Self {
            at,
            kind: ON_DEMAND,
            model: Some(model),
            max_mode: Some(max_mode),
            billed: amount,
            effective: amount,
            fee: None,
        }
    }

    pub(crate) fn of_kind(kind: &'static str, billed: Option<i128>, effective: Option<i128>) -> Self {
        Self { kind, billed, effective, ..Self::on_demand("a", false, 0) }
    }

    pub(crate) fn at(mut self, text: &str) -> Self {
        self.at = at(text);
        self
    }

    /// What a usage line can tell apart; a charge that does not say counts as not in max mode.
    pub(crate) fn cell(&self) -> (&'static str, bool) {
        (self.model.unwrap_or_default(), self.max_mode == Some(true))
    }
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse::<chrono::DateTime<chrono::Utc>>().unwrap().into()
}

pub(crate) fn window(start: &str, end: &str) -> Window {
    Window::new(at(start), at(end)).unwrap()
}

pub(crate) fn period() -> Window {
    window("2026-09-14T09:30:00Z", "2026-10-14T09:30:00Z")
}

pub(crate) fn money(text: &str) -> Money {
    text.parse().unwrap()
}

pub(crate) fn rules() -> BillingRules {
    let mut rules = BillingRules::new(
        Filter::parse("costs.subcategory = 'Usage-based'").unwrap(),
        Filter::parse("costs.subcategory = 'User API Key'").unwrap(),
    );
    rules.mode = Some(Dimension::Tag("max_mode".into()));
    rules.likely_offsets = [0, -8, -7].map(|hours| FixedOffset::east_opt(hours * 3_600).unwrap()).to_vec();
    rules
}

/// A ledger of a connection that has read everything for years around.
pub(crate) fn ledger(charges: &[Charge]) -> Ledger {
    covered(builder(charges)).build()
}

/// A ledger of which nobody said what it covers.
pub(crate) fn ledger_without_coverage(charges: &[Charge]) -> Ledger {
    builder(charges).build()
}

fn covered(mut builder: LedgerBuilder) -> LedgerBuilder {
    builder.cover(ConnectionId::new("team"), vec![window("2025-01-01T00:00:00Z", "2028-01-01T00:00:00Z")]);
    builder
}

/// A ledger of a connection that has read everything around the period but that span.
pub(crate) fn ledger_with_gap(charges: &[Charge], connection: &ConnectionId, gap: Window) -> Ledger {
    let mut builder = builder(charges);
    let months = period().whole_months();
    let window = |start, end| Window::new(start, end).unwrap();
    let read = vec![window(months.start(), gap.start()), window(gap.end(), months.end())];
    builder.cover(connection.clone(), read);
    builder.build()
}

fn builder(charges: &[Charge]) -> LedgerBuilder {
    builder_of(&charges.iter().map(plain_record).collect::<Vec<_>>())
}

pub(crate) fn ledger_of(records: &[CostRecord]) -> Ledger {
    covered(builder_of(records)).build()
}

fn builder_of(records: &[CostRecord]) -> LedgerBuilder {
    let mut builder = Ledger::builder(Currency::USD);
    for record in records {
        builder.push(record).unwrap();
    }
    builder
}

fn plain_record(charge: &Charge) -> CostRecord {
    let mut costs = Costs::absent();
    costs.billed = charge.billed.map(Money::from_units);
    costs.effective = charge.effective.map(Money::from_units);
    let mut record = CostRecord::new(charge.at, "cursor", Currency::USD, costs);
    record.edit(|set| set.subcategory = Some(charge.kind.into()));
    record.edit(|set| set.service_id = charge.model.map(Into::into));
    record.stated.fee = charge.fee.map(Money::from_units);
    if let Some(max_mode) = charge.max_mode {
        record.edit(|set| set.tags.insert("max_mode", if max_mode { "true" } else { "false" }));
    }
    record
}

/// A charge as a store hands it out that saw it first at that instant.
pub(crate) fn record(charge: &Charge, first_seen: Timestamp) -> StoredRecord {
    let record = plain_record(charge);
    let id = RecordId::of(&record, 0);
    let provenance = Provenance::stored(ConnectionId::new("team"), "run".into(), first_seen, id);
    StoredRecord { record, provenance }
}

/// The identity of some charge.
pub(crate) fn identity() -> Identity {
    Identity::from_bytes([0; 16])
}

pub(crate) fn usage(model: Option<&str>, max_mode: Option<bool>) -> LineKind {
    let mut about = UsageLine::default();
    about.model = model.map(str::to_owned);
    about.mode = max_mode;
    LineKind::Usage(about)
}

/// Usage in words that say that the quantity counts calls.
pub(crate) fn counting_calls() -> LineKind {
    let mut about = UsageLine::default();
    about.quantity_counts_calls = true;
    LineKind::Usage(about)
}

/// An invoice of these lines, numbered from 1.
pub(crate) fn invoice(period: Window, lines: impl IntoIterator<Item = (LineKind, i128)>) -> Invoice {
    let mut invoice = Invoice::new("INV-0007", period, Currency::USD);
    let line = |(number, (kind, amount)): (u64, (LineKind, i128))| {
        InvoiceLine::new(number, format!("line {number}"), Money::from_units(amount), kind)
    };
    invoice.lines = (1..).zip(lines).map(line).collect();
    invoice
}

/// Charges and lines of every sort, nearly all of which match.
pub(crate) fn a_little_of_everything() -> (Vec<Charge>, Invoice) {
    let charges = [
        Charge::on_demand("a", false, CENT * 12_345 / 10),
        Charge::on_demand("b", true, 500 * CENT).at("2026-09-14T09:30:00Z"),
        Charge::on_demand("b", true, 30 * CENT).at("2026-09-02T00:00:00Z"),
        Charge::on_demand("b", true, 70 * CENT).at("2026-10-31T23:59:59.999Z"),
        Charge::of_kind(INCLUDED, Some(0), Some(CENT * 20_001 / 10)),
        Charge::of_kind(OWN_KEY, Some(25 * CENT), Some(25 * CENT)),
    ];
    let lines = [
        (usage(Some("a"), None), 1_235 * CENT),
        (usage(Some("b"), None), 503 * CENT),
        (LineKind::OwnKeyFees, 25 * CENT),
        (LineKind::Seats, 800_000 * CENT),
        (LineKind::Credit, -4_000 * CENT),
        (LineKind::Tax, 65_520 * CENT),
    ];
    (charges.to_vec(), invoice(period(), lines))
}

pub(crate) fn explain(charges: &[Charge], invoice: &Invoice) -> Reconciliation {
    reconcile(&ledger(charges), invoice, &rules()).unwrap()
}

/// The sum of a category's steps.
pub(crate) fn step(bridge: &Reconciliation, category: Category) -> i128 {
    bridge.steps.iter().filter(|step| step.category == category).map(|step| step.amount.units()).sum()
}

/// How many charges stand behind a category's steps.
pub(crate) fn records(bridge: &Reconciliation, category: Category) -> u64 {
    bridge.steps.iter().filter(|step| step.category == category).map(|step| step.evidence.records).sum()
}

pub(crate) fn statuses(bridge: &Reconciliation) -> Vec<LineStatus> {
    bridge.lines.iter().map(|line| line.status).collect()
}

pub(crate) fn count(charges: &[Charge], wanted: impl Fn(&Charge) -> bool) -> u64 {
    charges.iter().filter(|charge| wanted(charge)).map(|_| 1).sum()
}

pub(crate) fn billed(charges: &[Charge], wanted: impl Fn(&Charge) -> bool) -> i128 {
    charges.iter().filter(|charge| wanted(charge)).filter_map(|charge| charge.billed).sum()
}

pub(crate) fn effective(charges: &[Charge], wanted: impl Fn(&Charge) -> bool) -> i128 {
    charges.iter().filter(|charge| wanted(charge)).filter_map(|charge| charge.effective).sum()
}
