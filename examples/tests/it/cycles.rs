//! Several invoices of one cycle, cut whenever usage passes a threshold.

use cost_model::{Money, Timestamp};
use cursor_invoice::{CursorWordings, billing_rules};
use cursor_simulator::biller::{Bill, BillingTerms, Period, Threshold};
use cursor_simulator::{DOLLAR, Simulator, TrueEvent};
use reconcile::{Category, CsvInvoiceReader, Invoice, InvoiceReader, reconcile_cycle};

use crate::sync;

const HOUR: i64 = 60 * 60 * 1000;

fn read(bill: &Bill) -> Invoice {
    let reader = CsvInvoiceReader::new(CursorWordings::new());
    let mut invoice = reader.read(bill.csv().as_bytes(), "invoice.csv").unwrap();
    invoice.issued = Some(Timestamp::from_millis(bill.issued_ms).unwrap());
    invoice
}

fn bills(simulator: &Simulator, netting: bool) -> Vec<Bill> {
    let invoice = simulator.invoices().remove(1);
    let mut terms = BillingTerms::default();
    terms.period =
        Period::new(invoice.period_start.timestamp_millis(), invoice.period_end.timestamp_millis());
    terms.threshold = Some(Threshold::new(1_200 * DOLLAR, HOUR, netting));
    // Fees on own keys are on the last invoice alone, for the whole cycle: they would be another difference.
    let mut events: Vec<TrueEvent> = simulator.events().to_vec();
    events.retain(|event| event.kind != TrueEvent::OWN_KEY);
    events.sort_by_key(|event| event.timestamp_ms);
    let bills = terms.bill(&events);
    bills.earlier.into_iter().chain([bills.bill]).collect()
}

#[tokio::test]
async fn invoices_cut_at_thresholds_ask_for_every_charge_once() {
    let simulator = Simulator::demo();
    let ledger = sync(&simulator).await.ledger;
    let rules = billing_rules().unwrap();
    for netting in [true, false] {
        let bills = bills(&simulator, netting);
        assert!(bills.len() > 3, "{}", bills.len());
        let invoices: Vec<_> = bills.iter().map(read).collect();
        let cycle = reconcile_cycle(&ledger, &invoices, &rules).unwrap();
        for found in &cycle.invoices {
            assert_eq!(found.unexplained, Money::ZERO, "netting: {netting}\n{found}");
        }
        assert_eq!(cycle.total.units(), bills.iter().map(|bill| bill.total).sum::<i128>());
        assert_eq!((cycle.asked_twice.0, cycle.never_asked.0), (0, 0), "netting: {netting}");
        let last = cycle.invoices.last().unwrap();
        let taken_back = last.sum(Category::Netting).unwrap();
        assert_eq!(taken_back.is_zero(), !netting);
        if netting {
            let step = last.steps.iter().find(|step| step.category == Category::Netting).unwrap();
            let numbers: Vec<_> = bills[..bills.len() - 1].iter().map(|bill| bill.number.as_str()).collect();
            assert_eq!(step.evidence.rule, format!("paid by {}", numbers.join(", ")));
        }
    }
}

#[tokio::test]
async fn an_invoice_that_nobody_takes_back_is_asked_twice() {
    let simulator = Simulator::demo();
    let ledger = sync(&simulator).await.ledger;
    let mut invoices: Vec<_> = bills(&simulator, true).iter().map(read).collect();
    let last = invoices.last_mut().unwrap();
    last.lines.retain(|line| *line.kind() != reconcile::LineKind::Netting);
    let cycle = reconcile_cycle(&ledger, &invoices, &billing_rules().unwrap()).unwrap();
    assert!(cycle.asked_twice.0 > 1_000, "{:?}", cycle.asked_twice);
}
