//! Explains a case: the stages of a reconciliation, in their fixed order.
//!
//! The stages: gather and classify the charges, measure what is missing, group the lines, search for the hypothesis
//! that explains them, match lines to charges, add a step for each cause, and judge the result. Each stage reads only
//! what those before it produced. The bridge is checked in the end, so that a sum that does not hold is an error and
//! not a report.

mod assess;
mod clues;

use crate::model::billing_rules::BillingRules;
use cost_model::Ledger;
use cost_model::Money;

use crate::causes::bridge_builder::BridgeBuilder;
use crate::causes::context::CauseContext;
use crate::causes::equal_lines;
use crate::causes::list::add_steps;
use crate::error::Result;
use crate::explain::assess::AssessmentInput;
use crate::explain::clues::ClueSearch;
use crate::fault::Fault;
use crate::input::case::Case;
use crate::input::completeness::Completeness;
use crate::input::last_digit::LastDigit;
use crate::input::line_groups::LineGroups;
use crate::input::usage::Tally;
use crate::input::usage::Usage;
use crate::matching::billed_period::billed_period;
use crate::matching::fee_lines::FeeLines;
use crate::matching::usage_lines::UsageLines;
use crate::model::amounts::sum_of_magnitudes;
use crate::model::bridge::{
    ChargeStatus, Explained, LineOutcome, LineStatus, Reconciliation, Step, SubtotalName,
};
use crate::model::category::Category;
use crate::model::evidence::Confidence;
use crate::model::invoice::{Invoice, InvoiceLine, LineKind};
use crate::model::windows::REACH;
use crate::search::best::Search;
use crate::search::hypothesis::Hypothesis;
use crate::search::selection::ChargeHistory;

/// Explains why an invoice's total differs from the usage in a ledger, step by step. Where more is known, such as earlier
/// invoices or late charges, use a [`Case`].
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
/// let bridge = reconcile::reconcile(&ledger, &invoice, &rules)?;
/// assert!(bridge.unexplained.is_zero());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`Case::explain`].
pub fn reconcile(ledger: &Ledger, invoice: &Invoice, rules: &BillingRules) -> Result<Reconciliation> {
    Ok(Case::new(ledger, invoice, rules).explain()?.reconciliation)
}

impl Case<'_> {
    /// Explains the invoice.
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
    /// let explained = Case::new(&ledger, &invoice, &rules).explain()?;
    /// assert_eq!(explained.reconciliation.lines.len(), invoice.lines.len());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Currency`](crate::ErrorKind::Currency) when invoice and ledger are in different currencies;
    /// [`ErrorKind::Overflow`](crate::ErrorKind::Overflow) when a sum leaves the
    /// range of [`Money`](cost_model::Money).
    pub fn explain(&self) -> Result<Explained> {
        let (asked, held) = (self.invoice.currency, self.ledger.currency());
        if asked != held {
            return Err(Fault::Currencies { invoice: asked, usage: held }.into());
        }
        explain(self)
    }
}

/// Runs every stage and puts the bridge together.
///
/// Each stage reads what the ones before it decided, and none changes an earlier decision.
pub(crate) fn explain(case: &Case<'_>) -> Result<Explained> {
    let (invoice, decimals) = (case.invoice, case.rules.line_decimals);
    let digit = LastDigit::with_decimals(decimals);
    let usage = Usage::gather(case.ledger, invoice, case.rules)?;
    let completeness = Completeness::measure(case);
    let complete = !completeness.is_short();
    let line_groups = LineGroups::group_lines(invoice, &usage.groups)?.interpret_by(
        invoice,
        &usage.charges,
        digit,
        complete,
    )?;
    let charges = ChargeHistory::new(&usage.charges, &line_groups, digit, case.since_issue);
    let search = Search {
        charges: &charges,
        line_groups: &line_groups.all,
        completeness: &completeness,
        stated: invoice.period,
        reach: reach(case),
        digit,
        likely_offsets: &case.rules.likely_offsets,
    };
    let found = search.best_hypothesis()?;
    // Only the chosen hypothesis is matched line by line; the search compares hypotheses by how many lines fit.
    let lines = UsageLines::match_charges(&line_groups, &found, &completeness, invoice)?;

    let cut_off = billed_period(&charges, &line_groups.all, invoice.period, &found, search.reach);
    let policies = (found.fit.policies.as_slice(), decimals);
    let token_fees = FeeLines::match_charges(invoice, &LineKind::TokenFee, token_fees(&found)?, policies)?;
    let own_keys =
        FeeLines::match_charges(invoice, &LineKind::OwnKeyFees, usage.own_key_in_period, policies)?;
    let checks = invoice.checks()?;
    let context = CauseContext {
        case,
        usage: &usage,
        completeness: &completeness,
        charges: &charges,
        found: &found,
        lines: &lines,
        cut_off: cut_off.as_ref(),
        token_fee_lines: token_fees.as_ref(),
        own_key_lines: own_keys.as_ref(),
        checks: &checks,
    };
    let mut bridge = BridgeBuilder::new(usage.ingested.amount);
    add_steps(&context, &mut bridge)?;

    let outcomes = Outcomes { lines: &lines, fees: &[token_fees, own_keys], case }.all();
    let statuses = charge_statuses(&usage, &charges, &found, &lines);
    let billed_twice = equal_lines(invoice);
    let scene =
        ClueSearch { charges: &charges, line_groups: &line_groups, found: &found, lines: &lines, digit };
    let assessment = AssessmentInput {
        steps: &bridge.steps,
        checks: &checks,
        suspected: billed_twice.clone(),
        missing: completeness.missing(case, cut_off.map_or(invoice.period, |cut| cut.period)),
        unknown_wording: unknown_wording(invoice),
        unexplained: bridge.unexplained_size,
        certain: bridge.steps.iter().all(is_certain),
        charges: found.records(),
        lines: rounded_lines(&outcomes),
        digit,
        on_demand_charges: usage.on_demand_in_period()?,
        on_demand_usage: bridge.subtotal(SubtotalName::OnDemandUsage),
    }
    .assess(case.materiality)?;
    let reconciliation = Reconciliation {
        invoice: invoice.number.clone(),
        period: invoice.period,
        months: invoice.period.whole_months(),
        currency: invoice.currency,
        ingested: usage.ingested.amount,
        unexplained: bridge.unexplained,
        unexplained_usage: bridge.unexplained_usage,
        invoice_total: invoice.total()?,
        lines: outcomes,
        records_without_amount: usage.without_amount,
        cut_off,
        terms: found.fit.terms,
        rounding: lines.policies(),
        assessment,
        clues: scene.clues(&billed_twice)?,
        steps: bridge.steps,
        subtotals: bridge.subtotals,
    };
    // The sums are checked again in the finished bridge, so that a mistake here is an error and no wrong report.
    Ok(Explained { reconciliation: reconciliation.checked()?, charges: statuses })
}

/// Returns the reach of the search for a cut-off: one of several invoices of a cycle may be cut off anywhere in it.
fn reach(case: &Case<'_>) -> i64 {
    let period = case.invoice.period;
    let mid_cycle = case.invoice.issued.is_some_and(|issued| issued < period.end());
    if mid_cycle || !case.earlier.is_empty() {
        return period.end().millis().saturating_sub(period.start().millis());
    }
    REACH
}

/// Returns the fees of the charges behind the usage lines.
fn token_fees(found: &Hypothesis) -> Result<Tally> {
    let with_fees = found.group_sums.iter().filter(|charged| !charged.fee.is_zero());
    Ok(Tally {
        records: with_fees.map(|charged| charged.records).sum(),
        amount: Money::sum(found.group_sums.iter().map(|charged| charged.fee))?,
    })
}

/// Returns how many lines have charges behind them: only their amounts are rounded from sums of charges.
fn rounded_lines(lines: &[LineOutcome]) -> u64 {
    lines.iter().filter(|line| line.computed.is_some()).map(|_| 1).sum()
}

/// Returns the amounts of lines in words that are not known, without their signs.
fn unknown_wording(invoice: &Invoice) -> Money {
    let unknown = invoice.lines.iter().filter(|line| *line.kind() == LineKind::Unrecognised);
    sum_of_magnitudes(unknown.map(|line| line.amount))
}

/// Returns whether a step is neither ambiguous nor of low confidence.
fn is_certain(step: &Step) -> bool {
    step.category != Category::Ambiguous && step.confidence > Confidence::Low
}

/// The outcomes of the invoice's lines.
///
/// It holds where each kind of line finds the charges behind it: usage lines in `lines`, fees in `fees`.
struct Outcomes<'a> {
    lines: &'a UsageLines<'a>,
    fees: &'a [Option<FeeLines>],
    case: &'a Case<'a>,
}

impl Outcomes<'_> {
    /// Returns the outcome of each line, in the order of the invoice.
    fn all(&self) -> Vec<LineOutcome> {
        self.case
            .invoice
            .lines
            .iter()
            .enumerate()
            .map(|(number, line)| self.line_outcome(number, line))
            .collect()
    }

    /// Returns the outcome of a line: usage and fees have charges behind them, other lines are on the invoice only.
    fn line_outcome(&self, number: usize, line: &InvoiceLine) -> LineOutcome {
        let behind = self
            .lines
            .behind(number)
            .or_else(|| self.fees.iter().flatten().find_map(|line_group| line_group.behind(number)));
        let status = match (behind, line.kind()) {
            (Some((_, _, status)), _) => status,
            (None, LineKind::Unrecognised) => LineStatus::Unrecognised,
            (None, _) => LineStatus::InvoiceOnly,
        };
        let calls = match line.kind() {
            LineKind::Usage(about) => about.calls,
            _ => None,
        };
        LineOutcome {
            line: line.line,
            description: line.description.clone(),
            amount: line.amount,
            computed: behind.map(|(computed, _, _)| computed),
            records: behind.map(|(_, records, _)| records),
            calls,
            status,
        }
    }
}

/// Returns the final status of every charge: scope decided most, the chosen hypothesis decides the rest.
fn charge_statuses(
    usage: &Usage,
    charges: &ChargeHistory<'_>,
    found: &Hypothesis,
    lines: &UsageLines<'_>,
) -> Vec<ChargeStatus> {
    let (mut statuses, line_of_groups) = (usage.statuses.clone(), lines.line_of_groups());
    let span = charges.span(found.selection.window);
    for (place, charge) in usage.charges.iter().enumerate() {
        let Some(status) = statuses.get_mut(charge.row) else { continue };
        let in_months = *status != ChargeStatus::OutsideMonths;
        // The order decides: a charge outside the billed period is that first, whatever else is known of it.
        *status = if place < span.start && in_months {
            ChargeStatus::BeforePeriod
        } else if place >= span.end && in_months {
            ChargeStatus::AfterPeriod
        } else if !span.contains(&place) {
            ChargeStatus::OutsideMonths
        } else if charges.is_absent_in(&found.selection, place) {
            ChargeStatus::Late
        } else if found.selection.copies.binary_search(&place).is_ok() {
            ChargeStatus::Duplicate
        } else {
            let line = line_of_groups.get(charge.usage_group).copied().flatten();
            line.map_or(ChargeStatus::Unclaimed, ChargeStatus::Line)
        };
    }
    statuses
}
