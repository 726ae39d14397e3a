//! An invoice charged back to teams, seats and tax shared out, to the last digit.

use cost_model::report::Query;
use cost_model::{CostRecord, Currency, Dimension, Ledger, Money};
use cursor_invoice::{CursorWordings, billing_rules};
use cursor_simulator::Simulator;
use reconcile::{Case, CsvInvoiceReader, InvoiceReader, TieOut};
use virtual_tags::{Directory, RuleSet};

use crate::sync;

const RULES: &str = r#"
[[tag]]
key = "Team"
default = "Unallocated"

  [[tag.rule]]
  when = "costs.category = 'invoice'"
  split = { headcount = "team" }

  [[tag.rule]]
  from_directory = "team"
"#;

#[tokio::test]
async fn billed_cost_by_team_is_the_grand_total() {
    let simulator = Simulator::demo();
    let synced = sync(&simulator).await;
    let billing = billing_rules().unwrap();
    let directory = Directory::from_csv(simulator.directory_csv().as_bytes(), "directory.csv").unwrap();
    let teams =
        RuleSet::from_toml(RULES, "rules.toml").unwrap().compile(directory).unwrap().tagger().unwrap();
    for demo in simulator.invoices() {
        let reader = CsvInvoiceReader::new(CursorWordings::new());
        let invoice = reader.read(demo.csv.as_bytes(), "invoice.csv").unwrap();
        let case = Case::new(&synced.ledger, &invoice, &billing);
        let found = case.explain().unwrap().reconciliation;
        let mut records: Vec<CostRecord> =
            synced.records.iter().filter(|record| invoice.period.contains(record.at)).cloned().collect();
        records.extend(invoice.to_records("cursor", "Acme"));
        records.extend(case.adjustments(&found, "cursor", "Acme").unwrap());
        let mut ledger = Ledger::builder(Currency::USD);
        for record in &records {
            ledger.push(record).unwrap();
        }
        let by_team = Query::all_resources().group_by(Dimension::VirtualTag("Team".into()));
        let report = by_team.run(&ledger.build(), &teams).unwrap();
        let billed = Money::sum(report.rows.iter().map(|row| row.totals.billed.amount)).unwrap();
        assert_eq!(billed, found.invoice_total);
        let seats = report.rows.iter().filter(|row| row.totals.billed.amount.units() > 0).count();
        assert!(seats >= 8, "every team bears seats");
    }
}

#[tokio::test]
async fn three_ways_meet_in_a_running_cycle() {
    let simulator = Simulator::demo();
    let ledger = sync(&simulator).await.ledger;
    let rules = billing_rules().unwrap();
    let reader = CsvInvoiceReader::new(CursorWordings::new());
    let invoice = reader.read(simulator.invoices()[1].csv.as_bytes(), "invoice.csv").unwrap();
    // What was stated at the end of the cycle: the charges themselves, person by person.
    let mut observed = cost_model::source::ProviderSnapshot::at(invoice.period.end());
    observed.cycle_start = Some(invoice.period.start());
    let empty = TieOut::of(&ledger, &observed, &rules).unwrap().unwrap();
    observed.spend = empty
        .people
        .iter()
        .map(|person| {
            let mut spend = cost_model::source::ObservedSpend::default();
            spend.person = person.person.as_str().into();
            spend.spend = Some(person.charged);
            spend
        })
        .collect();
    let tie_out = TieOut::of(&ledger, &observed, &rules).unwrap().unwrap();
    assert_eq!(tie_out.differing().count(), 0);
    let found = reconcile::reconcile(&ledger, &invoice, &rules).unwrap();
    let ways = tie_out.against(&found);
    assert!(ways.same_span);
    assert_eq!(ways.charged, ways.stated);
    // The invoice differs by the rounding of its lines alone, and Vantage's check is nearly met.
    let rounding = ways.invoiced.checked_sub(ways.charged).unwrap();
    assert_eq!(rounding, found.verdicts.usage_based_difference);
    assert!(rounding.units().unsigned_abs() < 10_u128.pow(23));
    assert_eq!(found.verdicts.usage_based_within_one_percent, reconcile::Answer::Yes);
}
