//! The guide shows what the programs print, and an invoice is explained from files as from the demo.

use std::process::{Command, Output};

use cursor_simulator::Simulator;
use cursor_simulator::biller::Bill;
use cursor_simulator::dispute::Discrepancy;
use examples::Trial;

use crate::program::{Folder, program, run};

const GUIDE: &str = include_str!("../../../docs/why-does-my-cursor-invoice-not-match.md");
const PICTURE: &str = include_str!("../../../docs/waterfall.svg");

/// The cases of the guide: their causes, their seeds, and the bridges printed.
fn cases() -> Vec<(Vec<Discrepancy>, u64, &'static str)> {
    let case = |rest: &'static str| {
        let (options, rest) = rest.split_once("`:\n\n```text\n")?;
        let words: Vec<&str> = options.split_whitespace().filter(|word| !word.starts_with("--")).collect();
        let (seed, causes) = words.split_last()?;
        let cause = |name: &&str| Discrepancy::ALL.iter().find(|cause| cause.name() == *name).copied();
        let causes = causes.iter().map(cause).collect::<Option<_>>()?;
        Some((causes, seed.parse().ok()?, rest.split("```").next()?))
    };
    GUIDE.split("\n`--case").skip(1).map(|rest| case(rest).unwrap()).collect()
}

#[test]
fn every_case_of_the_guide_is_a_real_run() {
    let cases = cases();
    for (causes, seed, shown) in &cases {
        let found = Trial::new(*seed, causes).unwrap().found;
        assert_eq!(found.to_string(), *shown, "{causes:?} {seed}");
    }
    for cause in Discrepancy::ALL {
        assert!(cases.iter().any(|(causes, ..)| causes.contains(cause)), "the guide has no {}", cause.name());
    }
}

fn reconcile(arguments: &[&str]) -> Output {
    Command::new(program("reconcile_invoice")).args(arguments).output().unwrap()
}

fn text(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn the_guide_ends_with_what_the_program_prints() {
    let folder = Folder::new("guide");
    let out = folder.path().join("explained");
    let printed = text(&reconcile(&["--out", out.to_str().unwrap()]));
    let shown = GUIDE.rsplit("```text\n").next().and_then(|rest| rest.split("```").next()).unwrap();
    assert!(printed.contains(shown), "the program prints:\n{printed}");
    assert_eq!(std::fs::read_to_string(out.join("waterfall.svg")).unwrap(), PICTURE);
    let charges = std::fs::read_to_string(out.join("charges.csv")).unwrap();
    assert_eq!(charges.lines().filter(|line| line.contains(",line,")).count(), 6_899);
    for name in ["reconciliation.json", "bridge.csv", "lines.csv"] {
        assert!(out.join(name).metadata().unwrap().len() > 1_000, "{name}");
    }
}

#[test]
fn the_same_invoice_is_explained_from_files() {
    let folder = Folder::new("reconcile");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let db = path("costs.db");
    assert!(run(&["--demo", "--db", &db], None).status.success());
    let invoice = Simulator::demo().invoices().remove(1);
    std::fs::write(path("INV-0007.csv"), &invoice.csv).unwrap();
    let from_files = text(&reconcile(&["--db", &db, "--invoice", &path("INV-0007.csv")]));
    let demo = text(&reconcile(&[]));
    assert_eq!(from_files, demo);

    // The same from our JSON.
    let reader = reconcile::readers::CsvInvoiceReader::new(cursor_invoice::CursorWordings::new());
    let read =
        reconcile::InvoiceReader::read_invoice(&reader, invoice.csv.as_bytes(), "INV-0007.csv").unwrap();
    std::fs::write(path("INV-0007.json"), serde_json::to_string(&read).unwrap()).unwrap();
    let from_json = text(&reconcile(&["--db", &db, "--invoice", &path("INV-0007.json")]));
    assert_eq!(from_json, demo);
}

#[test]
fn text_pasted_from_a_pdf_is_explained_as_well() {
    let folder = Folder::new("pdf");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let db = path("costs.db");
    assert!(run(&["--demo", "--db", &db], None).status.success());
    std::fs::write(path("INV-0007.txt"), pdf().pdf_text()).unwrap();
    let output = reconcile(&["--db", &db, "--invoice", &path("INV-0007.txt")]);
    // A call with an own key lies between the days that are printed and the real cut: its fee has no cause.
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.contains("Invoice INV-0007"), "{printed}");
    // A PDF states days: nine and a half hours at each end are the bridge's to find.
    assert!(printed.contains("Start cut-off not as stated"), "{printed}");
}

/// The demo company's last invoice, as its biller would print it.
fn pdf() -> Bill {
    let simulator = Simulator::demo();
    let invoice = simulator.invoices().remove(1);
    let mut terms = cursor_simulator::biller::BillingTerms::default();
    let period = (invoice.period_start.timestamp_millis(), invoice.period_end.timestamp_millis());
    terms.period = cursor_simulator::biller::Period::new(period.0, period.1);
    terms.first_number = 7;
    terms.bill(simulator.events().iter()).bill
}

#[test]
fn what_is_missing_or_wrong_is_said() {
    let folder = Folder::new("reconcile-errors");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let fails = |arguments: &[&str], message: &str| {
        let output = reconcile(arguments);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && error.contains(message), "{error}");
    };
    fails(&["--db", "x.db"], "--db needs an --invoice to explain");
    fails(&["--invoice", "x.csv"], "--invoice needs the charges: name the SQLite file with --db");
    std::fs::write(path("i.csv"), "description,amount\nTax,1\n").unwrap();
    fails(&["--db", &path("no.db"), "--invoice", &path("i.csv")], "there is no line like `# period");
    fails(&["--db", &path("no.db"), "--invoice", &path("i.pdf")], "i.pdf");
    std::fs::write(path("good.csv"), Simulator::demo().invoices()[0].csv.as_str()).unwrap();
    fails(&["--db", &path("no.db"), "--invoice", &path("good.csv")], "there is no such file");
}
