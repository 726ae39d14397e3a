//! An invoice of 200 lines over a million charges, and the sort that it is measured against.

use std::collections::BTreeMap;

use cost_model::{
    CostRecord, Costs, Currency, Dimension, Filter, Ledger, Money, Rounding, Timestamp, Window,
};
use reconcile::invoice::{InvoiceLine, LineKind, UsageLine};
use reconcile::{BillingRules, Case, Invoice, Reconciliation};

use crate::Failure;

const MODELS: u64 = 100;
const DAY: i64 = 24 * 60 * 60 * 1000;

/// Charges of a month and the invoice for it, which was really cut five hours before its stated end.
pub struct Reconciling {
    ledger: Ledger,
    invoice: Invoice,
    rules: BillingRules,
    rows: Vec<Row>,
}

/// What a reconciliation looks at: model and mode, instant, amount.
pub type Row = (u64, i64, i128);

impl Reconciling {
    pub fn new(count: usize) -> Result<Self, Failure> {
        let period = Window::days("2026-09-01".parse()?, "2026-10-01".parse()?)?;
        let rows = rows(count, period);
        let mut ledger = Ledger::builder(Currency::USD);
        for row in &rows {
            ledger.push(&record(row)?)?;
        }
        let mut rules = BillingRules::new(
            Filter::parse("costs.subcategory = 'Usage-based'")?,
            Filter::parse("costs.subcategory = 'User API Key'")?,
        );
        rules.mode = Some(Dimension::Tag("max_mode".into()));
        Ok(Self { ledger: ledger.build(), invoice: invoice(&rows, period)?, rules, rows })
    }

    /// Every stage: the cut is found from the calls of the lines.
    pub fn explain(&self) -> Result<Reconciliation, Failure> {
        Ok(Case::new(&self.ledger, &self.invoice, &self.rules).explain()?.reconciliation)
    }

    /// The rows in no order, to be sorted.
    pub fn rows(&self) -> Vec<Row> {
        self.rows.clone()
    }
}

/// Sorts the rows by line and instant: what any matching of rows with lines takes at least.
pub fn sort(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort_unstable();
    rows
}

fn rows(count: usize, period: Window) -> Vec<Row> {
    let span = u64::try_from(period.end().millis() - period.start().millis()).unwrap_or(1);
    let mut state = 20_261_101_u64;
    let mut next = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 16
    };
    let row = |_| {
        let at = period.start().millis() + i64::try_from(next() % span).unwrap_or(0);
        // Up to two dollars, in 10^-6 cents.
        (next() % (2 * MODELS), at, i128::from(1 + next() % 200_000_000) * 10_i128.pow(16))
    };
    (0..count).map(row).collect()
}

fn record(&(line, at, amount): &Row) -> Result<CostRecord, Failure> {
    let costs = Costs::flat(Money::from_units(amount));
    let mut record = CostRecord::new(Timestamp::from_millis(at)?, "cursor", Currency::USD, costs);
    record.edit(|set| set.subcategory = Some("Usage-based".into()));
    record.edit(|set| set.service_id = Some(model(line).into()));
    record.edit(|set| set.tags.insert("max_mode", if line % 2 == 1 { "true" } else { "false" }));
    Ok(record)
}

fn model(line: u64) -> String {
    format!("model-{:03}", line / 2)
}

/// A line for each model and mode, rounded half up.
fn invoice(rows: &[Row], period: Window) -> Result<Invoice, Failure> {
    let cut = period.end().millis() - 5 * DAY / 24;
    let mut sums = BTreeMap::<u64, (u64, i128)>::new();
    for (line, _, amount) in rows.iter().filter(|row| row.1 < cut) {
        let (calls, sum) = sums.entry(*line).or_default();
        *calls += 1;
        *sum += amount;
    }
    let mut invoice = Invoice::new("INV-0001", period, Currency::USD);
    for (number, (line, (calls, sum))) in (1..).zip(sums) {
        let mut about = UsageLine::of_model(model(line));
        about.mode = Some(line % 2 == 1);
        about.calls = Some(calls);
        let amount = Money::from_units(sum).rounded(2, Rounding::HalfUp)?;
        invoice.lines.push(InvoiceLine::new(number, "usage", amount, LineKind::Usage(about)));
    }
    Ok(invoice)
}
