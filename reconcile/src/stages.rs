//! The stages of a reconciliation, in their fixed order.

use cost_model::{Ledger, Money, Rounding};

use crate::matching::{Claim, match_own_key, match_usage, rounding_policies};
use crate::usage::{Tally, Usage};
use crate::{
    BillingRules, Category, Error, ErrorKind, Evidence, Invoice, InvoiceLine, LineKind, LineOutcome,
    LineStatus, Reconciliation, Result, Step, Waypoint, WaypointName,
};

/// Explains why an invoice's total differs from the usage in a ledger, step by step.
///
/// The ledger should hold the charges of one connection for every UTC month that the billing period touches. The
/// stages, always in this order: scope (usage that is not billed, unknown kinds, own-key fees) to the Usage-based
/// total; the billing window; rounding to the On-Demand Usage; own-key fees as billed; lines that no usage stands
/// behind. What is left is unexplained: there is no balancing entry.
///
/// # Errors
/// [`ErrorKind::Currency`] when invoice and ledger are in different currencies; [`ErrorKind::Overflow`].
pub fn reconcile(ledger: &Ledger, invoice: &Invoice, rules: &BillingRules) -> Result<Reconciliation> {
    if ledger.currency() != invoice.currency {
        let message = format!("the invoice is in {}, the usage in {}", invoice.currency, ledger.currency());
        return Err(Error::new(ErrorKind::Currency, message));
    }
    let months = invoice.period.whole_months();
    let usage = Usage::gather(ledger, months, invoice.period, rules)?;
    let (claims, unclaimed) = match_usage(invoice, &usage)?;
    let own_key = match_own_key(invoice, &usage)?;
    let all_claims: Vec<&Claim> = claims.iter().chain(&own_key).collect();
    let policies = rounding_policies(&all_claims, rules.line_decimals)?;

    let mut bridge = Bridge { steps: Vec::new(), waypoints: Vec::new(), reached: usage.ingested.amount };
    scope(&mut bridge, &usage)?;
    bridge.pass(WaypointName::UsageBasedTotal);
    window(&mut bridge, &usage)?;
    let unexplained_usage = rounding(&mut bridge, invoice, &claims, &policies, rules, Some(unclaimed))?;
    bridge.reached = bridge.reached.checked_add(unexplained_usage)?;
    bridge.pass(WaypointName::OnDemandUsage);
    let mut unexplained = unexplained_usage;
    if let Some(claim) = &own_key {
        bridge.step(
            Category::OwnKeyFees,
            claim.charges,
            false,
            numbers(invoice, &claim.lines),
            "billed in the period",
        )?;
        let rest = rounding(&mut bridge, invoice, std::slice::from_ref(claim), &policies, rules, None)?;
        bridge.reached = bridge.reached.checked_add(rest)?;
        unexplained = unexplained.checked_add(rest)?;
    }
    let invoice_total = invoice_only(&mut bridge, invoice)?;
    Ok(Reconciliation {
        invoice: invoice.number.clone(),
        period: invoice.period,
        months,
        currency: invoice.currency,
        ingested: usage.ingested.amount,
        steps: bridge.steps,
        waypoints: bridge.waypoints,
        unexplained,
        unexplained_usage,
        invoice_total,
        lines: outcomes(invoice, &all_claims, &policies, rules)?,
        records_without_amount: usage.without_amount,
    })
}

/// The bridge as far as it has been built.
struct Bridge {
    steps: Vec<Step>,
    waypoints: Vec<Waypoint>,
    reached: Money,
}

impl Bridge {
    /// Adds a step over `tally`, or takes it away; a step over nothing at all is left out.
    fn step(
        &mut self,
        category: Category,
        tally: Tally,
        away: bool,
        lines: Vec<u64>,
        rule: &str,
    ) -> Result<()> {
        if tally.records == 0 && lines.is_empty() {
            return Ok(());
        }
        let amount = if away { tally.amount.checked_neg()? } else { tally.amount };
        self.push(category, tally.records, amount, lines, rule)
    }

    fn push(
        &mut self,
        category: Category,
        records: u64,
        amount: Money,
        lines: Vec<u64>,
        rule: &str,
    ) -> Result<()> {
        self.reached = self.reached.checked_add(amount)?;
        let evidence = Evidence { records, lines, rule: rule.to_owned() };
        self.steps.push(Step { category, amount, evidence });
        Ok(())
    }

    fn pass(&mut self, name: WaypointName) {
        self.waypoints.push(Waypoint { name, amount: self.reached, after: self.steps.len() });
    }
}

/// Takes away what lies outside on-demand usage.
fn scope(bridge: &mut Bridge, usage: &Usage) -> Result<()> {
    let away =
        |bridge: &mut Bridge, category, tally, rule| bridge.step(category, tally, true, Vec::new(), rule);
    away(bridge, Category::NonBilledUsage, usage.non_billed, "billed cost is zero")?;
    away(
        bridge,
        Category::UnknownKind,
        usage.unknown_kind,
        "neither on-demand nor own-key, and not billed at zero",
    )?;
    away(bridge, Category::OwnKeyFees, usage.own_key, "own-key fees of the months")?;
    let basis = Tally {
        records: usage.on_demand_billed.records,
        amount: usage.on_demand_billed.amount.checked_sub(usage.on_demand_effective.amount)?,
    };
    if basis.amount.is_zero() {
        return Ok(());
    }
    bridge.step(
        Category::BilledBasis,
        basis,
        false,
        Vec::new(),
        "billed minus effective cost of on-demand charges",
    )
}

/// Takes away on-demand usage of the months that lies outside the billing period.
fn window(bridge: &mut Bridge, usage: &Usage) -> Result<()> {
    bridge.step(
        Category::BeforePeriod,
        usage.before,
        true,
        Vec::new(),
        "before the period's first instant",
    )?;
    bridge.step(Category::AfterPeriod, usage.after, true, Vec::new(), "at or after the period's end")
}

/// Steps from the exact sums behind `claims` to what their lines ask for, as far as rounding explains it, and tells
/// what is left: differences that it does not explain, and charges that no line asks for.
fn rounding(
    bridge: &mut Bridge,
    invoice: &Invoice,
    claims: &[Claim],
    policies: &[Rounding],
    rules: &BillingRules,
    unclaimed: Option<Tally>,
) -> Result<Money> {
    let mut unexplained = unclaimed.unwrap_or_default().amount.checked_neg()?;
    let mut effect = Tally::default();
    let mut lines = Vec::new();
    for claim in claims {
        let difference = claim.difference()?;
        if !explained(claim, policies, rules)? {
            unexplained = unexplained.checked_add(difference)?;
        } else if !difference.is_zero() {
            effect.amount = effect.amount.checked_add(difference)?;
            effect.records += claim.charges.records;
            lines.extend(numbers(invoice, &claim.lines));
        }
    }
    lines.sort_unstable();
    let names: Vec<_> = policies.iter().map(|policy| policy.name()).collect();
    let rule = format!("each line rounded {} to {} decimals", names.join(" or "), rules.line_decimals);
    bridge.step(Category::Rounding, effect, false, lines, &rule)?;
    Ok(unexplained)
}

fn explained(claim: &Claim, policies: &[Rounding], rules: &BillingRules) -> Result<bool> {
    let Some(policy) = policies.first() else { return Ok(false) };
    claim.follows(*policy, rules.line_decimals)
}

/// Adds the lines that no usage stands behind, and returns the grand total.
fn invoice_only(bridge: &mut Bridge, invoice: &Invoice) -> Result<Money> {
    for (category, kind, rule) in [
        (Category::Seats, LineKind::Seats, "seats are not in the usage feed"),
        (Category::Credit, LineKind::Credit, "credits are not in the usage feed"),
        (Category::Netting, LineKind::Netting, "paid by an earlier invoice of the cycle"),
        (Category::UnrecognisedLine, LineKind::Unrecognised, "the wording is not known; taken at its amount"),
        (Category::Tax, LineKind::Tax, "tax is not in the usage feed"),
    ] {
        let lines: Vec<&InvoiceLine> = invoice.lines.iter().filter(|line| line.kind == kind).collect();
        let tally = Tally { records: 0, amount: Money::sum(lines.iter().map(|line| line.amount))? };
        bridge.step(category, tally, false, lines.iter().map(|line| line.line).collect(), rule)?;
    }
    let sum = invoice.sum_of_lines()?;
    let total = invoice.stated_total.unwrap_or(sum);
    if total != sum {
        let lines = invoice.lines.iter().map(|line| line.line).collect();
        let rule = "stated total minus the sum of the lines";
        bridge.push(Category::InvoiceArithmetic, 0, total.checked_sub(sum)?, lines, rule)?;
    }
    Ok(total)
}

fn outcomes(
    invoice: &Invoice,
    claims: &[&Claim],
    policies: &[Rounding],
    rules: &BillingRules,
) -> Result<Vec<LineOutcome>> {
    let outcome = |(number, line): (usize, &InvoiceLine)| {
        let claim = claims.iter().find(|claim| claim.lines.contains(&number));
        let status = match (claim, &line.kind) {
            (Some(claim), _) if explained(claim, policies, rules)? => LineStatus::Matched,
            (Some(_), _) => LineStatus::Unmatched,
            (None, LineKind::Unrecognised) => LineStatus::Unrecognised,
            (None, _) => LineStatus::InvoiceOnly,
        };
        Ok(LineOutcome {
            line: line.line,
            description: line.description.clone(),
            amount: line.amount,
            computed: claim.map(|claim| claim.charges.amount),
            records: claim.map(|claim| claim.charges.records),
            status,
        })
    };
    invoice.lines.iter().enumerate().map(outcome).collect()
}

fn numbers(invoice: &Invoice, lines: &[usize]) -> Vec<u64> {
    lines.iter().filter_map(|number| invoice.lines.get(*number)).map(|line| line.line).collect()
}
