//! The demo's invoices, explained.

use cost_model::Money;
use cursor_invoice::{CursorWordings, billing_rules};
use cursor_simulator::biller::DemoInvoice;
use cursor_simulator::{Simulator, TrueEvent};
use reconcile::{
    Category, CsvInvoiceReader, InvoiceReader, LineStatus, Reconciliation, WaypointName, reconcile,
};

use crate::sync;

const TEN_DAYS: i64 = 10 * 24 * 60 * 60 * 1000;

fn explain(invoice: &DemoInvoice, ledger: &cost_model::Ledger) -> Reconciliation {
    let reader = CsvInvoiceReader::new(CursorWordings::new());
    let read = reader.read(invoice.csv.as_bytes(), "invoice.csv").unwrap();
    reconcile(ledger, &read, &billing_rules().unwrap()).unwrap()
}

#[tokio::test]
async fn each_closed_cycle_is_explained_to_the_last_digit() {
    let simulator = Simulator::demo();
    let ledger = sync(&simulator).await.ledger;
    let invoices = simulator.invoices();
    assert_eq!(invoices.len(), 2);
    for invoice in invoices {
        let bridge = explain(&invoice, &ledger);
        assert_eq!(bridge.unexplained, Money::ZERO);
        assert!(bridge.steps.iter().filter(|step| !step.amount.is_zero()).count() >= 4);
        assert_eq!(bridge.invoice_total.units(), invoice.total);
        assert_eq!(bridge.waypoint(WaypointName::OnDemandUsage).unwrap().units(), invoice.on_demand);
        assert!(
            bridge
                .lines
                .iter()
                .all(|line| matches!(line.status, LineStatus::Matched | LineStatus::InvoiceOnly))
        );

        // The same figures, straight from the truth.
        let millis = |at: chrono::DateTime<chrono::Utc>| at.timestamp_millis();
        let months = bridge.months;
        let events = simulator.events();
        let in_months = |event: &&TrueEvent| {
            (months.start().millis()..months.end().millis()).contains(&event.timestamp_ms)
        };
        let in_cycle = |event: &&TrueEvent| {
            (millis(invoice.period_start)..millis(invoice.period_end)).contains(&event.timestamp_ms)
        };
        let usage_based = |event: &&TrueEvent| event.kind == TrueEvent::USAGE_BASED;
        let sum = |events: Vec<&TrueEvent>| events.iter().filter_map(|event| event.effective()).sum::<i128>();
        assert_eq!(bridge.ingested.units(), sum(events.iter().filter(in_months).collect()));
        let on_demand: Vec<_> = events.iter().filter(in_months).filter(usage_based).collect();
        assert_eq!(bridge.waypoint(WaypointName::UsageBasedTotal).unwrap().units(), sum(on_demand.clone()));
        let outside: Vec<_> = on_demand.into_iter().filter(|event| !in_cycle(event)).collect();
        let step = |category| -> i128 {
            bridge.steps.iter().filter(|step| step.category == category).map(|step| step.amount.units()).sum()
        };
        assert_eq!(step(Category::BeforePeriod) + step(Category::AfterPeriod), -sum(outside));
        assert_eq!(step(Category::Tax), invoice.tax);
        assert_eq!(step(Category::Seats) + step(Category::Proration), invoice.seats);
        assert_eq!(step(Category::Credit) + step(Category::Refund), invoice.credits);
    }
}

#[tokio::test]
async fn an_event_after_the_cut_is_unexplained_by_exactly_its_charge() {
    let simulator = Simulator::demo();
    let invoice = simulator.invoices().remove(0);
    let mut late =
        TrueEvent::new(invoice.period_start.timestamp_millis() + TEN_DAYS, "gpt-5.4", TrueEvent::USAGE_BASED);
    late.charged = Some(cursor_simulator::DOLLAR * 3);
    simulator.insert_event(late);
    let bridge = explain(&invoice, &sync(&simulator).await.ledger);
    // The line of its model no longer follows from its events, so its rounding is unexplained as well.
    let line = bridge.lines.iter().find(|line| line.status == LineStatus::Unmatched).unwrap();
    assert_eq!(bridge.unexplained, line.amount.checked_sub(line.computed.unwrap()).unwrap());
    assert_eq!(bridge.lines.iter().filter(|line| line.status == LineStatus::Unmatched).count(), 1);
    assert_eq!(bridge.invoice_total.units(), invoice.total);
}
