//! Changes from one explanation of an invoice to the next.

use std::fmt;

use cost_model::Money;
use cost_model::output::{for_terminal, grouped};
use serde::Serialize;

use crate::error::Result;
use crate::model::bridge::{LineOutcome, LineStatus, Reconciliation, Step};
use crate::model::category::Category;
use crate::output::csv::name;
use crate::output::sign_off::SignOff;

/// The changes from one explanation of an invoice to the next.
///
/// `Display` is for people and serde for programs. Differences are exact, and those of
/// what was ingested, of the steps and of what is unexplained add up to that of the invoice's total.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Changes {
    /// The invoice's number.
    pub invoice: String,
    /// Whether it was explained from other inputs.
    pub inputs_changed: bool,
    /// Whether anything in the result differs: amounts, lines, evidence, assessment or clues.
    pub outcome_changed: bool,
    /// The amounts that changed, in the order of the bridge.
    pub amounts: Vec<AmountChange>,
    /// The lines whose status changed, in order.
    pub lines: Vec<LineChange>,
    /// The sign-offs that held for the last explanation and do not hold for this one.
    pub lost: Vec<SignOff>,
}

/// An amount that changed.
/// Amounts that are the same in every digit are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AmountChange {
    /// The amount that changed.
    pub of: AmountOf,
    /// The amount before; absent for a step that appeared.
    pub before: Option<Money>,
    /// The amount now; absent for a step that vanished.
    pub after: Option<Money>,
    /// The amount now minus the amount before; an absent amount counts as zero.
    pub difference: Money,
}

/// An amount of a bridge.
/// [`Ingested`](Self::Ingested), the steps and [`Unexplained`](Self::Unexplained) add up to
/// [`InvoiceTotal`](Self::InvoiceTotal), and so do their changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AmountOf {
    /// The ingested usage.
    Ingested,
    /// A step of that category.
    Step(Category),
    /// The unexplained amount.
    Unexplained,
    /// The invoice's grand total.
    InvoiceTotal,
}

/// A line whose status changed.
///
/// Lines are compared by their place; where the description at a place changed, one line vanished and another
/// appeared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LineChange {
    /// The line of the invoice file.
    pub line: u64,
    /// Its description, verbatim.
    pub description: String,
    /// Its status before; absent if the invoice had no such line.
    pub before: Option<LineStatus>,
    /// Its status now; absent if the invoice has no such line any more.
    pub after: Option<LineStatus>,
}

impl Changes {
    /// Returns the changes between two explanations of an invoice. Only a [`History`](crate::history::History) also knows the
    /// changes of inputs and sign-offs; here those fields are empty.
    ///
    /// A step is the same step if it is of the same category and about the same lines, or else the next of the category.
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
    /// use reconcile::history::Changes;
    ///
    /// let before = Case::new(&ledger, &invoice, &rules).explain()?.reconciliation;
    /// invoice.lines[1].amount = "0.06".parse()?;
    /// let after = Case::new(&ledger, &invoice, &rules).explain()?.reconciliation;
    /// let changes = Changes::between(&before, &after)?;
    /// assert!(changes.to_string().contains("Tax: 0.05, now 0.06, a difference of 0.01"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`](crate::ErrorKind::Overflow), for a difference out of range.
    pub fn between(before: &Reconciliation, after: &Reconciliation) -> Result<Self> {
        let mut pairs = vec![(AmountOf::Ingested, Some(before.ingested), Some(after.ingested))];
        pairs.extend(steps(&before.steps, &after.steps));
        pairs.push((AmountOf::Unexplained, Some(before.unexplained), Some(after.unexplained)));
        pairs.push((AmountOf::InvoiceTotal, Some(before.invoice_total), Some(after.invoice_total)));
        let changed = pairs.into_iter().filter(|(_, before, after)| before != after);
        Ok(Self {
            invoice: after.invoice.clone(),
            inputs_changed: false,
            outcome_changed: before != after,
            amounts: changed
                .map(|(of, before, after): Pair| {
                    let difference = after.unwrap_or_default().checked_sub(before.unwrap_or_default())?;
                    Ok(AmountChange { of, before, after, difference })
                })
                .collect::<Result<_>>()?,
            lines: lines(&before.lines, &after.lines),
            lost: Vec::new(),
        })
    }

    /// Returns whether the invoice was explained from the same inputs to the same outcome.
    /// A sign-off that no longer holds is a change as well.
    pub fn is_empty(&self) -> bool {
        !self.inputs_changed && !self.outcome_changed && self.lost.is_empty()
    }
}

/// An amount, what it was, and what it is.
type Pair = (AmountOf, Option<Money>, Option<Money>);

/// Returns the steps of both bridges in pairs: those of the later one in order, then those that vanished.
fn steps(before: &[Step], after: &[Step]) -> Vec<Pair> {
    let mut left: Vec<&Step> = before.iter().collect();
    // Steps of the same lines are paired before the rest: a category may have several steps.
    let exact: Vec<Option<Money>> = after
        .iter()
        .map(|step| {
            take(&mut left, |old| old.category == step.category && old.evidence.lines == step.evidence.lines)
        })
        .collect();
    let mut pairs = Vec::new();
    for (step, old) in after.iter().zip(exact) {
        let old = old.or_else(|| take(&mut left, |old| old.category == step.category));
        pairs.push((AmountOf::Step(step.category), old, Some(step.amount)));
    }
    pairs.extend(left.into_iter().map(|old| (AmountOf::Step(old.category), Some(old.amount), None)));
    pairs
}

/// Takes the first wanted step out and returns its amount.
fn take(left: &mut Vec<&Step>, wanted: impl Fn(&Step) -> bool) -> Option<Money> {
    let found = left.iter().position(|step| wanted(step))?;
    Some(left.remove(found).amount)
}

/// Returns the lines whose status changed; a line is known by its place and its description.
fn lines(before: &[LineOutcome], after: &[LineOutcome]) -> Vec<LineChange> {
    let mut changes = Vec::new();
    for place in 0..before.len().max(after.len()) {
        match (before.get(place), after.get(place)) {
            (Some(old), Some(new)) if old.description == new.description => {
                if old.status != new.status {
                    changes.push(LineChange::new(new, Some(old.status), Some(new.status)));
                }
            }
            (old, new) => {
                changes.extend(old.map(|old| LineChange::new(old, Some(old.status), None)));
                changes.extend(new.map(|new| LineChange::new(new, None, Some(new.status))));
            }
        }
    }
    changes
}

impl fmt::Display for Changes {
    /// Writes a line for each change; amounts are exact.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return writeln!(f, "invoice {}: nothing changed", self.invoice);
        }
        writeln!(f, "invoice {}: {}", self.invoice, self.summary())?;
        for change in &self.amounts {
            writeln!(f, "  {change}")?;
        }
        for change in &self.lines {
            writeln!(f, "  {change}")?;
        }
        for sign_off in &self.lost {
            writeln!(
                f,
                "  what {} prepared for {} no longer holds",
                sign_off.prepared.who,
                sign_off.prepared.role.name()
            )?;
        }
        Ok(())
    }
}

impl Changes {
    /// Returns in a few words what changed.
    fn summary(&self) -> &'static str {
        match (self.inputs_changed, self.outcome_changed, self.amounts.is_empty() && self.lines.is_empty()) {
            (true, false, _) => "other inputs, the same outcome",
            (true, true, true) => "other inputs, and no amount changed",
            (true, true, false) => "other inputs",
            (false, true, true) => "the same inputs, and no amount changed",
            (false, true, false) => "the same inputs, another outcome",
            (false, false, _) => "the same inputs and the same outcome",
        }
    }
}

impl fmt::Display for AmountChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.of {
            AmountOf::Ingested => "Ingested usage",
            AmountOf::Step(category) => category.label(),
            AmountOf::Unexplained => "Unexplained",
            AmountOf::InvoiceTotal => "Total of the invoice",
        };
        match (self.before, self.after) {
            (Some(before), Some(after)) => {
                write!(
                    f,
                    "{what}: {}, now {}, a difference of {}",
                    grouped(before),
                    grouped(after),
                    grouped(self.difference)
                )
            }
            (Some(before), None) => write!(f, "{what}: {}, now no such step", grouped(before)),
            (None, Some(after)) => write!(f, "{what}: no such step, now {}", grouped(after)),
            (None, None) => write!(f, "{what}"),
        }
    }
}

impl fmt::Display for LineChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, description, before, after } = self;
        let description = for_terminal(description);
        write!(f, "line {line}, {description}: {}, now {}", status_text(*before), status_text(*after))
    }
}

impl LineChange {
    /// Makes the change of a line from its status before to that after; `None` where it is missing.
    fn new(line: &LineOutcome, before: Option<LineStatus>, after: Option<LineStatus>) -> Self {
        Self { line: line.line, description: line.description.clone(), before, after }
    }
}

/// Returns the status of a line in words; `no such line` where one of the two reconciliations lacks the line.
fn status_text(status: Option<LineStatus>) -> String {
    status.map_or_else(|| "no such line".to_owned(), |status| name(status).replace('_', " "))
}
