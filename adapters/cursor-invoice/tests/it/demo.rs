//! The simulator's invoices, line by line, and tied to its events.

use cost_model::{CostRecord, Costs, Currency, Ledger, Money, Timestamp};
use cursor_invoice::{CursorWordings, billing_rules};
use cursor_simulator::Simulator;
use cursor_simulator::biller::DemoInvoice;
use reconcile::{CsvInvoiceReader, Invoice, InvoiceReader, LineKind, LineStatus, WaypointName, reconcile};

use crate::usage;

fn read(csv: &str) -> Invoice {
    CsvInvoiceReader::new(CursorWordings::new()).read(csv.as_bytes(), "invoice.csv").unwrap()
}

fn sum(invoice: &Invoice, wanted: impl Fn(&LineKind) -> bool) -> i128 {
    let lines = invoice.lines.iter().filter(|line| wanted(line.kind()));
    lines.map(|line| line.amount.units()).sum()
}

fn check_lines(demo: &DemoInvoice) {
    let invoice = read(&demo.csv);
    assert_eq!(invoice.number, demo.number);
    assert_eq!(invoice.period.start().to_datetime(), demo.period_start);
    assert_eq!(invoice.period.end().to_datetime(), demo.period_end);
    assert_eq!(invoice.lines.len(), demo.lines.len());
    for (line, demo_line) in invoice.lines.iter().zip(&demo.lines) {
        assert_ne!(*line.kind(), LineKind::Unrecognised, "{}", line.description);
        assert_eq!((&line.description, line.amount.units()), (&demo_line.description, demo_line.amount));
    }
    for (line, about) in invoice.lines.iter().zip(&demo.usage_lines) {
        let plain_beside_max = about.label.starts_with("non-max-").then_some(false);
        let mut expected = usage(Some(&about.model), plain_beside_max, Some(about.calls));
        if let LineKind::Usage(about) = &mut expected {
            about.quantity_counts_calls = true;
        }
        assert_eq!(*line.kind(), expected);
    }
    assert_eq!(sum(&invoice, |kind| matches!(kind, LineKind::Usage(_))), demo.on_demand);
    assert_eq!(sum(&invoice, |kind| *kind == LineKind::OwnKeyFees), demo.own_key_fees);
    assert_eq!(sum(&invoice, |kind| matches!(kind, LineKind::Seats | LineKind::Proration)), demo.seats);
    assert_eq!(sum(&invoice, |kind| matches!(kind, LineKind::Credit | LineKind::Refund)), demo.credits);
    assert_eq!(sum(&invoice, |kind| *kind == LineKind::Tax), demo.tax);
    assert_eq!(sum(&invoice, |_| true), demo.total);
}

/// The events as records, with the fields that the billing rules look at.
fn ledger(simulator: &Simulator) -> Ledger {
    let mut builder = Ledger::builder(Currency::USD);
    for event in simulator.events().iter() {
        let mut costs = Costs::absent();
        costs.billed = event.billed().map(Money::from_units);
        costs.effective = event.effective().map(Money::from_units);
        let at = Timestamp::from_millis(event.timestamp_ms).unwrap();
        let mut record = CostRecord::new(at, "cursor", Currency::USD, costs);
        record.edit(|set| set.subcategory = Some(event.kind.as_str().into()));
        record.edit(|set| set.service_id = Some(event.model.as_str().into()));
        record.edit(|set| set.tags.insert("cursor:max_mode", if event.max_mode { "true" } else { "false" }));
        builder.push(&record).unwrap();
    }
    builder.build()
}

#[test]
fn every_line_is_understood_and_every_invoice_explained() {
    let simulator = Simulator::demo();
    let ledger = ledger(&simulator);
    let invoices = simulator.invoices();
    assert_eq!(invoices.len(), 2);
    for demo in &invoices {
        check_lines(demo);
        let bridge = reconcile(&ledger, &read(&demo.csv), &billing_rules().unwrap()).unwrap();
        assert_eq!(bridge.unexplained, Money::ZERO);
        assert_eq!(bridge.invoice_total.units(), demo.total);
        assert_eq!(bridge.waypoint(WaypointName::OnDemandUsage).unwrap().units(), demo.on_demand);
        for (outcome, about) in bridge.lines.iter().zip(&demo.usage_lines) {
            assert_eq!(outcome.status, LineStatus::Matched);
            assert_eq!(
                (outcome.computed.unwrap().units(), outcome.records),
                (about.exact, Some(about.calls))
            );
        }
        assert_eq!(bridge.rounding[0].label(), "each line half-up");
    }
}
