//! The report of a run, for people.

use cost_ingest::RunReport;
use cost_ingest::connections::Connection;
use cost_model::output::for_terminal;
use cost_model::store::Restatement;
use cost_model::{Metric, Money};
use examples::{grouped, outln, print_run_remarks};

pub fn print(connection: &Connection, report: &RunReport, restatements: &[Restatement]) {
    let change = &report.change;
    outln!("{}: {}", connection.account_name, connection.status.api_word(false));
    line("windows", &[("read", report.windows.len() as u64), ("counted", report.audited.len() as u64)]);
    line("rows", &[("announced", report.announced), ("stored", report.records)]);
    line(
        "",
        &[
            ("added", change.added),
            ("removed", change.removed),
            ("changed", change.changed),
            ("re-priced", change.repriced),
            ("unchanged", change.unchanged),
        ],
    );
    line("requests", &[("sent", report.requests), ("of these repeated", report.retries)]);
    outln!("  {:<10}{:.1} s", "waited", report.waited.as_secs_f32());
    line(
        "anomalies",
        &[
            ("unknown kinds", report.unknown_kinds),
            ("people kept", change.persons_kept),
            ("unconfirmed", change.unconfirmed),
            ("below 10^-6 cent", change.negligible),
        ],
    );
    print_run_remarks(report);
    if let Some(cause) = &report.unobserved {
        outln!("  unobserved {}", for_terminal(cause));
    }
    let deltas = restatements.iter().filter_map(|each| each.delta(Metric::Billed).ok());
    let total = Money::sum(deltas).map_or_else(|_| "beyond range".to_owned(), |total| total.to_string());
    outln!("  {:<10}{}, {total} USD billed", "restated", grouped(restatements.len() as u64));
}

fn line(name: &str, figures: &[(&str, u64)]) {
    let figures: Vec<_> = figures.iter().map(|(name, count)| format!("{} {name}", grouped(*count))).collect();
    outln!("  {name:<10}{}", figures.join(", "));
}
