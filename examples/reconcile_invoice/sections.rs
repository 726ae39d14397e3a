//! What the program prints and writes.

use std::path::Path;

use cost_model::output::for_terminal;
use cost_model::{Ledger, Money, Pseudonyms, Rounding};
use examples::printer::table_width;
use examples::{
    Failure, NewFiles, TextTable, counted, grouped, outln, print_indented, print_invoice_remarks,
};
use reconcile::bridge::{ChargeStatus, LineStatus};
use reconcile::output::EvidenceRow;
use reconcile::tie_out::{Reading, TieOut};
use reconcile::{Explained, Invoice, Reconciliation};

/// Lines shown one by one; the others are counted.
const MOST_LINES: usize = 12;

pub struct Sections<'a> {
    pub invoice: &'a Invoice,
    pub explained: &'a Explained,
    pub ledger: &'a Ledger,
    pub tie_out: Option<&'a TieOut>,
    /// Other names for the people in the files.
    pub pseudonyms: Option<&'a Pseudonyms>,
}

impl Sections<'_> {
    pub fn print(&self) -> Result<(), Failure> {
        let found = &self.explained.reconciliation;
        heading(&format!("Invoice {}, {} to {}", found.invoice, found.period.start(), found.period.end()));
        outln!("{}", found.narrative());
        heading("From usage to invoice (USD)");
        print_indented(&found.to_string());
        usage_lines(found)?;
        evidence(found);
        self.tie_out()?;
        verdicts(found)?;
        self.doubts(found)?;
        if !self.invoice.remarks.is_empty() {
            heading("Not read as lines");
            print_invoice_remarks(self.invoice);
        }
        Ok(())
    }

    fn tie_out(&self) -> Result<(), Failure> {
        let Some(tie_out) = self.tie_out else { return Ok(()) };
        heading("Usage against what the provider states of people");
        let reading = match tie_out.reading {
            Reading::OnDemand => "on-demand spend alone",
            Reading::Total => "everything used, included usage too",
            _ => "undecided",
        };
        outln!(
            "  up to {}: charges {}, stated {}",
            tie_out.window.end(),
            cents(tie_out.charged)?,
            cents(tie_out.stated)?
        );
        outln!(
            "  the stated spend is {reading}; {} of {} people differ",
            tie_out.differing().count(),
            tie_out.people.len()
        );
        Ok(())
    }

    /// What the invoice says against itself, what was no line, and where to look.
    fn doubts(&self, found: &Reconciliation) -> Result<(), Failure> {
        let checks = self.invoice.checks()?;
        if checks.is_empty() && found.clues.is_empty() {
            return Ok(());
        }
        heading("Where to look");
        for check in checks {
            let place = check.line.map_or_else(|| "the total".to_owned(), |line| format!("line {line}"));
            let (rule, expected) = (check.rule.label(), check.expected);
            outln!("  {place}: {rule} is {expected}, the invoice says {}", check.found);
        }
        for clue in &found.clues {
            outln!("  {}: {clue}", cents(clue.amount)?);
        }
        Ok(())
    }

    pub fn write(&self, folder: &Path) -> Result<(), Failure> {
        let found = &self.explained.reconciliation;
        let mut files = NewFiles::in_folder(folder)?;
        files.write("reconciliation.json", serde_json::to_string_pretty(found)?.as_bytes())?;
        files.write("bridge.csv", found.to_csv().as_bytes())?;
        files.write("lines.csv", found.lines_to_csv(self.invoice).as_bytes())?;
        EvidenceRow::write_csv(self.charges(), files.create("charges.csv")?)?;
        files.write("waterfall.svg", found.to_svg().as_bytes())?;
        files.finish()?;
        outln!(
            "\nWritten to {}: reconciliation.json, bridge.csv, lines.csv, charges.csv, waterfall.svg",
            folder.display()
        );
        Ok(())
    }

    /// The charges behind the invoice's lines and beside them.
    fn charges(&self) -> impl Iterator<Item = EvidenceRow> + '_ {
        let wanted = |status| status != ChargeStatus::OutsideMonths;
        self.explained.evidence(self.ledger, wanted).map(|mut charge| {
            if let Some(pseudonyms) = self.pseudonyms {
                charge.rename_people(pseudonyms);
            }
            charge
        })
    }
}

/// The lines that usage stands behind, those that differ first.
fn usage_lines(found: &Reconciliation) -> Result<(), Failure> {
    heading("Usage lines (USD)");
    let mut lines: Vec<_> = found.lines.iter().filter(|line| line.computed.is_some()).collect();
    lines.sort_by_key(|line| (line.status == LineStatus::Matched, line.line));
    let mut table = TextTable::new()
        .within(table_width())
        .text(["line", "status"])
        .figures(["calls stated", "held", "amount", "held, exact"])
        .text(["description"]);
    for line in lines.iter().take(MOST_LINES) {
        let computed = line.computed.unwrap_or_default();
        table.row([
            line.line.to_string(),
            format!("{:?}", line.status).to_lowercase(),
            line.calls.map(grouped).unwrap_or_default(),
            line.records.map(grouped).unwrap_or_default(),
            cents(line.amount)?,
            computed.to_fixed(6, Rounding::HalfUp)?,
            line.description.clone(),
        ]);
    }
    print_indented(&table.to_string());
    let more = lines.get(MOST_LINES..).unwrap_or_default();
    if !more.is_empty() {
        outln!("  and {} more, all {}", more.len(), all_of(more));
    }
    Ok(())
}

fn evidence(found: &Reconciliation) {
    heading("Evidence");
    for step in &found.steps {
        let records =
            if step.evidence.records > 0 { counted(step.evidence.records, "charge") } else { String::new() };
        let lines = match step.evidence.lines.as_slice() {
            [] => String::new(),
            [one] => format!("line {one}"),
            many => format!("{} lines", many.len()),
        };
        let behind: Vec<_> = [records, lines].into_iter().filter(|part| !part.is_empty()).collect();
        outln!(
            "  {}: {} ({:?}, {})",
            step.category.label(),
            step.evidence.rule,
            step.confidence,
            behind.join(", ")
        );
    }
    if let Some(cut) = &found.cut_off {
        outln!(
            "  cut: {} to {}; {} lines agree ({:?})",
            cut.period.start(),
            cut.period.end(),
            cut.lines,
            cut.confidence
        );
        outln!(
            "    the start may lie from {} to {}, the end from {} to {}",
            cut.start.0,
            cut.start.1,
            cut.end.0,
            cut.end.1
        );
    }
}

fn verdicts(found: &Reconciliation) -> Result<(), Failure> {
    heading("Verdicts");
    let verdicts = &found.assessment;
    outln!("  explained to the last digit   {}", verdicts.exact.label());
    outln!("  within rounding               {}", verdicts.within_rounding.label());
    outln!(
        "  within FOCUS's tolerance      {} ({})",
        verdicts.within_focus_tolerance.label(),
        cents(verdicts.focus_tolerance)?
    );
    outln!("  immaterial                    {}", verdicts.immaterial.label());
    for missing in &verdicts.missing {
        outln!("  missing: {missing}");
    }
    Ok(())
}

fn all_of(lines: &[&reconcile::bridge::LineOutcome]) -> &'static str {
    if lines.iter().all(|line| line.status == LineStatus::Matched) { "matched" } else { "of any status" }
}

fn cents(amount: Money) -> Result<String, Failure> {
    Ok(amount.to_fixed(2, Rounding::HalfUp)?)
}

fn heading(title: &str) {
    outln!("\n{}", for_terminal(title));
}
