//! What `invoice explain` prints for people.

use cost_model::output::{TextTable, amount, counted, cut, for_terminal, grouped};
use cost_model::{Money, Rounding};
use cursor_costs::{Error, ErrorKind, ExplainedInvoice, Result};
use reconcile::Reconciliation;
use reconcile::assessment::Verdict;
use reconcile::bridge::{LineOutcome, LineStatus};
use reconcile::tie_out::{PersonTieOut, Reading, TieOut};

use crate::output::Text;

/// Lines shown one by one; the others are counted.
const MOST_LINES: usize = 12;
/// People shown one by one; the others are counted.
const MOST_PEOPLE: usize = 10;

/// Returns everything that shows that a bridge is right.
pub(crate) fn text(found: &ExplainedInvoice, width: usize) -> Result<Text> {
    let bridge = &found.explained.reconciliation;
    let mut text = Text::default();
    text.heading(format_args!(
        "Invoice {}, {} to {}",
        bridge.invoice,
        bridge.period.start(),
        bridge.period.end()
    ));
    text.line(bridge.narrative());
    text.heading(format_args!("From usage to invoice ({})", bridge.currency));
    text.indented(&bridge.to_string());
    usage_lines(&mut text, bridge, width)?;
    evidence(&mut text, bridge);
    if let Some(tie_out) = &found.tie_out {
        text.heading("Usage against what Cursor states of people");
        text.indented(&tie_out_text(tie_out, width.saturating_sub(2)));
    }
    verdicts(&mut text, bridge)?;
    doubts(&mut text, found)?;
    if !found.invoice.remarks.is_empty() {
        text.heading("Not read as lines");
        for remark in &found.invoice.remarks {
            text.line(format_args!("  {}: {}", remark.line, cut(&for_terminal(&remark.text), 200)));
        }
    }
    Ok(text)
}

/// Returns what charges and stated spend of people say of each other.
pub(crate) fn tie_out_text(tie_out: &TieOut, width: usize) -> String {
    let reading = match tie_out.reading {
        Reading::OnDemand => "on-demand spend alone",
        Reading::Total => "everything used, included usage too",
        _ => "undecided",
    };
    let mut text = Text::default();
    text.add(format_args!(
        "up to {}: charges {}, stated {}\nthe stated spend is {reading}; {} of {} people differ\n",
        tie_out.window.end(),
        amount(tie_out.charged),
        amount(tie_out.stated),
        tie_out.differing().count(),
        tie_out.people.len()
    ));
    let mut differing: Vec<&PersonTieOut> = tie_out.differing().collect();
    if differing.is_empty() {
        return text.to_string();
    }
    differing.sort_by_key(|person| {
        std::cmp::Reverse(difference(tie_out, person).map(|amount| amount.units().unsigned_abs()))
    });
    let mut table =
        TextTable::new().within(width).text(["person"]).figures(["charges", "stated less charges"]);
    for person in differing.iter().take(MOST_PEOPLE) {
        let name = if person.person.is_empty() { "(no user)" } else { &person.person };
        let stated = difference(tie_out, person).map_or_else(|| "nothing stated".to_owned(), amount);
        table.row([name.to_owned(), amount(person.charged), stated]);
    }
    text.add(table);
    if differing.len() > MOST_PEOPLE {
        text.line(format_args!("and {} more", differing.len() - MOST_PEOPLE));
    }
    text.to_string()
}

/// Returns by how much more is stated of a person than their charges are, by the reading that holds; `None` where nothing is
/// stated.
pub(crate) fn difference(tie_out: &TieOut, person: &PersonTieOut) -> Option<Money> {
    match tie_out.reading {
        Reading::Total => person.if_total,
        _ => person.if_on_demand,
    }
}

/// Returns a verdict for people.
pub(crate) fn verdict_text(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Done => "explained",
        Verdict::CannotBeSaid => "cannot be said: something is missing or may still change",
        _ => "needs action",
    }
}

/// The lines that usage stands behind, those that differ first.
fn usage_lines(text: &mut Text, bridge: &Reconciliation, width: usize) -> Result<()> {
    let mut lines: Vec<&LineOutcome> = bridge.lines.iter().filter(|line| line.computed.is_some()).collect();
    if lines.is_empty() {
        return Ok(());
    }
    lines.sort_by_key(|line| (line.status == LineStatus::Matched, line.line));
    let mut table = TextTable::new()
        .within(width.saturating_sub(2))
        .text(["line", "status"])
        .figures(["calls stated", "held", "amount", "held, exact"])
        .text(["description"]);
    for line in lines.iter().take(MOST_LINES) {
        table.row([
            line.line.to_string(),
            format!("{:?}", line.status).to_lowercase(),
            line.calls.map(grouped).unwrap_or_default(),
            line.records.map(grouped).unwrap_or_default(),
            amount(line.amount),
            exact(line.computed.unwrap_or_default())?,
            line.description.clone(),
        ]);
    }
    text.heading(format_args!("Usage lines ({})", bridge.currency));
    text.indented(&table.to_string());
    let more = lines.get(MOST_LINES..).unwrap_or_default();
    if !more.is_empty() {
        let are_matched = more.iter().all(|line| line.status == LineStatus::Matched);
        text.line(format_args!(
            "  and {} more, all {}",
            more.len(),
            if are_matched { "matched" } else { "of any status" }
        ));
    }
    Ok(())
}

fn evidence(text: &mut Text, bridge: &Reconciliation) {
    text.heading("Evidence");
    for step in &bridge.steps {
        let lines = match step.evidence.lines.as_slice() {
            [] => String::new(),
            [one] => format!("line {one}"),
            many => format!("{} lines", many.len()),
        };
        let charges = match step.evidence.records {
            0 => String::new(),
            records => counted(records, "charge"),
        };
        let behind: Vec<String> = [charges, lines].into_iter().filter(|part| !part.is_empty()).collect();
        text.line(format_args!(
            "  {}: {} ({:?}, {})",
            step.category.label(),
            step.evidence.rule,
            step.confidence,
            behind.join(", ")
        ));
    }
    if let Some(cut_off) = &bridge.cut_off {
        let (start, end) = (cut_off.period.start(), cut_off.period.end());
        text.line(format_args!(
            "  the lines bill {start} to {end}; {} lines agree ({:?})\n    the start may lie from {} to {}, the end from {} to {}",
            cut_off.lines, cut_off.confidence, cut_off.start.0, cut_off.start.1, cut_off.end.0, cut_off.end.1
        ));
    }
}

fn verdicts(text: &mut Text, bridge: &Reconciliation) -> Result<()> {
    let assessment = &bridge.assessment;
    text.heading("Verdicts");
    text.line(format_args!("  explained to the last digit   {}", assessment.exact.label()));
    text.line(format_args!("  within rounding               {}", assessment.within_rounding.label()));
    let tolerance = amount(assessment.focus_tolerance);
    text.line(format_args!(
        "  within FOCUS's tolerance      {} ({tolerance})",
        assessment.within_focus_tolerance.label()
    ));
    text.line(format_args!("  immaterial                    {}", assessment.immaterial.label()));
    for missing in &assessment.missing {
        text.line(format_args!("  missing: {missing}"));
    }
    let stated = bridge.taken_as_stated();
    let stated = stated
        .map_err(|error| Error::new(ErrorKind::Invoice, "the invoice cannot be checked").because(error))?;
    if !stated.is_zero() {
        let (stated, total) = (amount(stated), amount(bridge.invoice_total));
        text.line(format_args!("  taken as the invoice states  {stated} of {total}: no charge can prove it"));
    }
    Ok(())
}

/// What the invoice says against itself, and where to look.
fn doubts(text: &mut Text, found: &ExplainedInvoice) -> Result<()> {
    let checks = found.invoice.checks();
    let checks = checks
        .map_err(|error| Error::new(ErrorKind::Invoice, "the invoice cannot be checked").because(error))?;
    let clues = &found.explained.reconciliation.clues;
    if checks.is_empty() && clues.is_empty() {
        return Ok(());
    }
    text.heading("Where to look");
    for check in checks {
        let place = check.line.map_or_else(|| "the total".to_owned(), |line| format!("line {line}"));
        text.line(format_args!(
            "  {place}: {} is {}, the invoice says {}",
            check.rule.label(),
            check.expected,
            check.found
        ));
    }
    for clue in clues {
        text.line(format_args!("  {}: {clue}", amount(clue.amount)));
    }
    Ok(())
}

fn exact(amount: Money) -> Result<String> {
    let text = amount.to_fixed(6, Rounding::HalfUp);
    text.map_err(|error| Error::new(ErrorKind::Invoice, "an amount cannot be printed").because(error))
}
