//! Lines that only the invoice knows of, as cost records.

use cost_model::{Ledger, Money};
use proptest::prelude::*;
use reconcile::Invoice;
use reconcile::invoice::LineKind;

use crate::support::{CENT, invoice, period, usage};

fn kinds() -> impl Strategy<Value = LineKind> {
    prop::sample::select(vec![
        usage(None, None),
        usage(Some("a"), Some(true)),
        LineKind::TokenFee,
        LineKind::OwnKeyFees,
        LineKind::Seats,
        LineKind::Proration,
        LineKind::AddOn,
        LineKind::Discount,
        LineKind::Credit,
        LineKind::Refund,
        LineKind::Netting,
        LineKind::Tax,
        LineKind::Unrecognised,
    ])
}

fn usage_stands_behind(kind: &LineKind) -> bool {
    matches!(kind, LineKind::Usage(_) | LineKind::TokenFee | LineKind::OwnKeyFees)
}

#[test]
fn a_record_says_what_its_line_is() {
    let mut invoice = invoice(period(), [(usage(None, None), 5 * CENT), (LineKind::Refund, -3 * CENT)]);
    let refund = invoice.lines.pop().unwrap();
    invoice.lines.push(refund.with_quantity(Some(2.into())));
    let records = invoice.to_records("cursor", "Acme");
    let [record] = &records[..] else { panic!("one line is none of usage") };
    assert_eq!(
        (&*record.dimensions.provider, record.dimensions.account.as_deref()),
        ("cursor", Some("Acme"))
    );
    assert_eq!((record.at, record.end), (period().start(), Some(period().end())));
    assert_eq!(
        (record.dimensions.category.as_deref(), record.dimensions.subcategory.as_deref()),
        (Some("invoice"), Some("Refund"))
    );
    assert_eq!(record.dimensions.charge_type.as_deref(), Some("Adjustment"));
    assert_eq!((record.costs.billed, record.costs.effective), (Some(refund_amount()), Some(refund_amount())));
    assert_eq!((record.costs.list, record.costs.contracted), (None, None));
    let tags: Vec<_> = record.dimensions.tags.iter().map(|(key, value)| (&**key, &**value)).collect();
    assert_eq!(tags, [("invoice:line", "2"), ("invoice:number", "INV-0007")]);
    let attributes: Vec<_> =
        record.dimensions.attributes.iter().map(|(key, value)| (&**key, &**value)).collect();
    assert_eq!(attributes, [("invoice:description", "line 2"), ("invoice:quantity", "2")]);
}

fn refund_amount() -> Money {
    Money::from_units(-3 * CENT)
}

fn sum(amounts: impl IntoIterator<Item = Option<Money>>) -> i128 {
    amounts.into_iter().map(|amount| amount.unwrap().units()).sum()
}

proptest! {
    #[test]
    fn records_add_up_to_their_lines(
        lines in prop::collection::vec((kinds(), -(10_i128.pow(36))..10_i128.pow(36)), 0..20)
    ) {
        let invoice: Invoice = invoice(period(), lines);
        let records = invoice.to_records("cursor", "Acme");
        let (feed, only): (Vec<_>, Vec<_>) =
            invoice.lines.iter().partition(|line| usage_stands_behind(line.kind()));
        prop_assert!(feed.iter().all(|line| !line.kind().is_invoice_only()));
        prop_assert_eq!(records.len(), only.len());
        let expected: i128 = only.iter().map(|line| line.amount.units()).sum();
        prop_assert_eq!(sum(records.iter().map(|record| record.costs.billed)), expected);
        prop_assert_eq!(sum(records.iter().map(|record| record.costs.effective)), expected);
        let usage: i128 = feed.iter().map(|line| line.amount.units()).sum();
        prop_assert_eq!(expected + usage, invoice.total().unwrap().units());
        let mut ledger = Ledger::builder(invoice.currency);
        for record in &records {
            ledger.push(record).unwrap();
        }
        prop_assert_eq!(ledger.build().len(), records.len());
    }
}
