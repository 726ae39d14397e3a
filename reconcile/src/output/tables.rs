//! The bridge and its lines as tables.

use std::collections::BTreeMap;

use cost_model::{Money, Rounding};

use crate::model::bridge::{LineOutcome, Reconciliation};
use crate::model::evidence::FalsePositiveRate;
use crate::model::invoice::{Invoice, InvoiceLine, LineKind};
use crate::output::csv::{cell, list, name, table};
use crate::output::rows::{Row, RowKind, rows};

impl Reconciliation {
    /// Returns the bridge as CSV, one row for each sum, each step and what is unexplained, in order.
    ///
    /// `kind` is `ingested`, `step`, `subtotal`, `unexplained` or `total`. Amounts are exact: `ingested`, the steps and
    /// the rows of `unexplained` add up to `total`. `percent` is the share of the total, each
    /// rounded to two decimals on its own; it is empty where the total is nothing. `candidates` are the categories that fit as well,
    /// `false_positives` the hits that chance would have given a search.
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
    /// let bridge = Case::new(&ledger, &invoice, &rules).explain()?.reconciliation;
    /// assert!(bridge.to_csv().contains("step,tax,Tax,0.05,"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_csv(&self) -> String {
        let headings = [
            "kind",
            "category",
            "label",
            "amount",
            "percent",
            "confidence",
            "charges",
            "lines",
            "rule",
            "false_positives",
            "candidates",
        ];
        table(headings, rows(self).iter().map(bridge_row))
    }

    /// Returns the lines of the `invoice` that was explained as CSV, one row for each.
    ///
    /// `stated_calls` are those that the line counts, `held_calls` the charges behind it, `computed` their exact sum and
    /// `difference` the amount less that sum. Lines about the same charges share one sum: it is on the first of
    /// them, and its difference is that of all their amounts together, so that both columns add up. `unit_price` is the
    /// printed price, else the amount of the line for each call, and `computed_price` the sum for each charge; both
    /// averages have six decimals.
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
    /// let bridge = Case::new(&ledger, &invoice, &rules).explain()?.reconciliation;
    /// let lines = bridge.lines_to_csv(&invoice);
    /// assert!(lines.starts_with("line,description,") && lines.contains("1,Usage of model-a,,1,0.62,0.6175,"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn lines_to_csv(&self, invoice: &Invoice) -> String {
        let headings = [
            "line",
            "description",
            "stated_calls",
            "held_calls",
            "amount",
            "computed",
            "difference",
            "status",
            "unit_price",
            "computed_price",
        ];
        let asked = invoiced_together(&invoice.lines);
        let lines = self.lines.iter().enumerate();
        table(
            headings,
            lines.map(|(place, line)| line_row(line, invoice.lines.get(place), asked.get(&place))),
        )
    }
}

/// Returns a row of the bridge as cells, in the order of the headings.
fn bridge_row(row: &Row<'_>) -> [String; 11] {
    let kind = match row.kind {
        RowKind::Ingested => "ingested",
        RowKind::Step(_) => "step",
        RowKind::Subtotal(_) => "waypoint",
        RowKind::UnexplainedUsage | RowKind::Unexplained => "unexplained",
        RowKind::Total => "total",
    };
    let step = if let RowKind::Step(step) = row.kind { Some(step) } else { None };
    let evidence = step.map(|step| &step.evidence);
    let category = match row.kind {
        RowKind::Step(step) => name(step.category),
        RowKind::Subtotal(subtotal) => name(subtotal),
        _ => String::new(),
    };
    [
        kind.to_owned(),
        category,
        row.label.clone(),
        row.amount.to_string(),
        cell(row.share),
        cell(step.map(|step| name(step.confidence))),
        cell(evidence.map(|evidence| evidence.records)),
        cell(evidence.map(|evidence| list(&evidence.lines, ToString::to_string))),
        cell(evidence.map(|evidence| &evidence.rule)),
        cell(evidence.and_then(|evidence| evidence.false_positives).map(decimal)),
        cell(step.map(|step| list(&step.candidates, |candidate| name(candidate)))),
    ]
}

/// Returns a rate with its six decimals, without an exponent.
fn decimal(false_positives: FalsePositiveRate) -> String {
    let millionths = false_positives.millionths();
    format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000)
}

/// The subject of lines that charges are behind.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Subject<'a> {
    Usage(Option<&'a str>, Option<bool>),
    TokenFee,
    OwnKeyFees,
}

impl<'a> Subject<'a> {
    /// Returns the subject of a kind of line; `None` for kinds that no charges are behind.
    fn from_kind(kind: &'a LineKind) -> Option<Self> {
        match kind {
            LineKind::Usage(about) => Some(Self::Usage(about.model.as_deref(), about.mode)),
            LineKind::TokenFee => Some(Self::TokenFee),
            LineKind::OwnKeyFees => Some(Self::OwnKeyFees),
            _ => None,
        }
    }
}

/// Returns for the first of the lines about the same charges, by its place: what all of them bill, if that is in range.
pub(super) fn invoiced_together(lines: &[InvoiceLine]) -> BTreeMap<usize, Option<Money>> {
    let mut groups: BTreeMap<Subject<'_>, (usize, Vec<Money>)> = BTreeMap::new();
    for (place, line) in lines.iter().enumerate() {
        if let Some(subject) = Subject::from_kind(line.kind()) {
            groups.entry(subject).or_insert((place, Vec::new())).1.push(line.amount);
        }
    }
    groups.into_values().map(|(first, amounts)| (first, Money::sum(amounts).ok())).collect()
}

/// Returns what lines about the same charges share is on the one that knows what they bill together.
fn line_row(
    outcome: &LineOutcome,
    line: Option<&InvoiceLine>,
    asked: Option<&Option<Money>>,
) -> [String; 10] {
    let computed = outcome.computed.filter(|_| asked.is_some());
    let records = outcome.records.filter(|_| asked.is_some());
    let difference =
        asked.copied().flatten().zip(computed).and_then(|(asked, computed)| asked.checked_sub(computed).ok());
    let stated = outcome.calls.and_then(|calls| price(outcome.amount, calls));
    [
        outcome.line.to_string(),
        outcome.description.clone(),
        cell(outcome.calls),
        cell(records),
        outcome.amount.to_string(),
        cell(computed),
        cell(difference),
        name(outcome.status),
        cell(line.and_then(|line| line.wording.unit_price.or(line.unit_price)).or(stated)),
        cell(outcome.computed.zip(outcome.records).and_then(|(sum, records)| price(sum, records))),
    ]
}

/// Returns the average of one of `count`, to six decimals.
fn price(amount: Money, count: u64) -> Option<Money> {
    let average = amount.units().checked_div(i128::from(count))?;
    Money::from_units(average).rounded(6, Rounding::HalfUp).ok()
}
