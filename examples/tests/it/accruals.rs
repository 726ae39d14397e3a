//! What was forecast of a cycle, beside the invoice that came, and what the provider stated, beside the charges.

use cost_model::{CostSource, Money, Timestamp};
use cursor_admin_client::{Client, ManualClock};
use cursor_cost_source::CursorCostSource;
use cursor_invoice::{CursorWordings, billing_rules};
use cursor_simulator::{Server, Simulator};
use reconcile::InvoiceReader;
use reconcile::forecast::Forecast;
use reconcile::invoice::LineKind;
use reconcile::readers::CsvInvoiceReader;
use reconcile::tie_out::{Reading, TieOut};

use crate::sync;

const DAY: i64 = 24 * 60 * 60 * 1000;

#[tokio::test]
async fn the_invoice_that_comes_is_near_the_forecast() {
    let simulator = Simulator::demo();
    let ledger = sync(&simulator).await.ledger;
    let read = |csv: &str| {
        CsvInvoiceReader::new(CursorWordings::new()).read_invoice(csv.as_bytes(), "invoice.csv").unwrap()
    };
    let invoices: Vec<_> = simulator.invoices().iter().map(|invoice| read(&invoice.csv)).collect();
    let (before, came) = (&invoices[0], &invoices[1]);
    let rules = billing_rules().unwrap();
    let usage = came.lines.iter().filter(|line| matches!(line.kind(), LineKind::Usage(_)));
    let usage = Money::sum(usage.map(|line| line.amount)).unwrap();
    let (mut inside, mut worst, mut worst_late) = (0, 0, 0);
    for day in 1..30 {
        let as_of = Timestamp::from_millis(came.period.start().millis() + day * DAY).unwrap();
        let accrual = Forecast::for_cycle(&ledger, came.period, as_of, &rules, Some(before)).unwrap();
        let off = accrual.on_demand.likely.checked_sub(usage).unwrap().units().abs() * 1_000 / usage.units();
        worst = worst.max(off);
        if day >= 15 {
            worst_late = worst_late.max(off);
            inside += i32::from(accrual.on_demand.contains(usage));
        }
        assert!(
            accrual.on_demand.low <= accrual.on_demand.likely && accrual.total.likely <= accrual.total.high
        );
    }
    println!("{worst} per mille off at worst, {worst_late} in the second half; {inside} of 15 days inside");
    assert!(worst < 200 && worst_late < 50 && inside >= 14, "{worst}, {worst_late}, {inside}");
}

#[tokio::test]
async fn stated_spend_ties_out_person_by_person() {
    let simulator = Simulator::demo();
    let synced = sync(&simulator).await;
    let server = Server::start(simulator.clone()).await.unwrap();
    let client = Client::builder()
        .api_key(simulator.api_key())
        .base_url(server.base_url())
        .clock(std::sync::Arc::new(ManualClock::new(simulator.now())))
        .build()
        .unwrap();
    let observed = CursorCostSource::new(client, "Acme").observe(simulator.now().into()).await.unwrap();
    let tie_out = TieOut::compare(&synced.ledger, &observed, &billing_rules().unwrap()).unwrap().unwrap();
    assert_eq!(tie_out.reading, Reading::OnDemand);
    assert!(tie_out.people.len() > 150);
    let differing: Vec<_> = tie_out.differing().collect();
    // The provider states nothing of service accounts; of everybody else it states the charges to the last digit.
    assert_eq!(differing.len(), 3);
    assert!(differing.iter().all(|person| person.if_on_demand.is_none()));
}
