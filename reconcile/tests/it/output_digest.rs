//! The digest of what an invoice was explained from.

use cost_model::money::{TokenType, Tokens};
use cost_model::store::RecordSink;
use cost_model::{CostRecord, Costs, Currency, Ledger};
use proptest::prelude::*;
use reconcile::{Case, InputDigest, Invoice, InvoiceLine, LineKind, Materiality, Remark, SinceIssue};

use crate::strategies::inputs;
use crate::support::{CENT, Charge, at, invoice, ledger, money, period, record, rules, usage, window};

fn digest(ledger: &Ledger, invoice: &Invoice) -> InputDigest {
    Case::new(ledger, invoice, &rules()).digest()
}

fn bill() -> Invoice {
    invoice(period(), [(usage(Some("a"), None), 120 * CENT), (LineKind::Tax, 10 * CENT)])
}

fn charge() -> CostRecord {
    let mut record =
        CostRecord::new(at("2026-09-20T12:00:00Z"), "cursor", Currency::USD, Costs::flat(money("1.2")));
    record.edit(|set| set.resource = Some("iris@example.com".into()));
    record.edit(|set| set.subcategory = Some("Usage-based".into()));
    record
}

fn held(records: &[CostRecord]) -> Ledger {
    let mut builder = Ledger::builder(Currency::USD);
    for record in records {
        builder.push(record).unwrap();
    }
    builder.build()
}

#[test]
fn digests_are_fixed_for_ever() {
    // A change here voids what people have signed: it needs a new version.
    let digest = digest(&held(&[charge()]), &bill());
    assert_eq!(digest.to_string(), "e5147ffc12fcdf3c6407278ee25d4615f452b157a2a96b189c89144fc40959d7");
    let json = serde_json::to_string(&digest).unwrap();
    assert_eq!(json, format!("\"{digest}\""));
    assert_eq!(serde_json::from_str::<InputDigest>(&json).unwrap(), digest);
    for wrong in ["", "00", &"0".repeat(63), &"0".repeat(65), &"g".repeat(64), &"A".repeat(64)] {
        let error = serde_json::from_str::<InputDigest>(&format!("\"{wrong}\"")).unwrap_err();
        assert!(error.to_string().starts_with("a digest has 64 hexadecimal digits"), "{error}");
    }
}

#[test]
fn every_fact_of_a_charge_counts() {
    let base = digest(&held(&[charge()]), &bill());
    let changes: [fn(&mut CostRecord); 9] = [
        |record| record.at = at("2026-09-20T12:00:00.001Z"),
        |record| record.edit(|set| set.resource = None),
        |record| record.edit(|set| set.subcategory = Some("Included".into())),
        |record| record.edit(|set| set.service_id = Some("a".into())),
        |record| record.costs.billed = Some(money("1.200000000000000000000001")),
        |record| record.costs.effective = None,
        |record| record.stated.fee = Some(money("0")),
        |record| record.tokens.set(TokenType::Output, Tokens::new(1)),
        |record| record.edit(|set| set.tags.insert("max_mode", "false")),
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut record = charge();
        change(&mut record);
        assert_ne!(digest(&held(&[record]), &bill()), base, "change {number}");
    }
    assert_ne!(digest(&held(&[charge(), charge()]), &bill()), base, "a twin is another charge");
    let mut far = charge();
    far.at = at("2027-03-01T00:00:00Z");
    assert_eq!(digest(&held(&[charge(), far]), &bill()), base, "a charge of another year");
}

#[test]
fn every_word_of_an_invoice_counts() {
    let ledger = held(&[charge()]);
    let base = digest(&ledger, &bill());
    let changes: [fn(&mut Invoice); 12] = [
        |invoice| invoice.number.push('8'),
        |invoice| invoice.period = window("2026-09-14T09:30:00Z", "2026-10-14T09:30:00.001Z"),
        |invoice| invoice.issued = Some(at("2026-10-15T00:00:00Z")),
        |invoice| invoice.stated_total = Some(money("1.3")),
        |invoice| invoice.remarks.push(Remark::new(1, "text")),
        |invoice| drop(invoice.lines.pop()),
        |invoice| invoice.lines.swap(0, 1),
        |invoice| invoice.lines[0].description.push('.'),
        |invoice| invoice.lines[0].amount = money("1.21"),
        |invoice| invoice.lines[0].quantity = Some(1.into()),
        |invoice| invoice.lines[1].wording = LineKind::Credit.into(),
        |invoice| invoice.lines[0].wording = usage(Some("a"), Some(true)).into(),
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut invoice = bill();
        change(&mut invoice);
        assert_ne!(digest(&ledger, &invoice), base, "change {number}");
    }
    let mut same = bill();
    let price = |line: &InvoiceLine, text: &str| line.clone().with_unit_price(Some(money(text)));
    same.lines[0] = price(&same.lines[0], "1.20");
    let mut again = bill();
    again.lines[0] = price(&again.lines[0], "1.2");
    assert_eq!(digest(&ledger, &same), digest(&ledger, &again));
}

#[test]
fn whatever_else_is_known_counts() {
    let (ledger, invoice, rules) = (held(&[charge()]), bill(), rules());
    let case = || Case::new(&ledger, &invoice, &rules);
    let mut others = vec![case().digest()];
    let mut other_rules = rules.clone();
    other_rules.line_decimals = 3;
    others.push(Case::new(&ledger, &invoice, &other_rules).digest());
    let mut other_rules = rules.clone();
    other_rules.mode = None;
    others.push(Case::new(&ledger, &invoice, &other_rules).digest());
    for offsets in [0, 1] {
        let mut other_rules = rules.clone();
        other_rules.likely_offsets.truncate(offsets);
        others.push(Case::new(&ledger, &invoice, &other_rules).digest());
    }
    others.push(case().earlier(std::slice::from_ref(&invoice)).digest());
    others.push(case().announced(period(), 1).digest());
    others.push(case().announced(period(), 2).digest());
    others.push(case().materiality(Materiality::new(money("1"), 100)).digest());
    let nothing_since = SinceIssue::new(at("2026-10-15T00:00:00Z"));
    others.push(case().since_issue(&nothing_since).digest());
    let mut late = nothing_since.clone();
    for (seen, charged) in
        [("2026-10-01T00:00:00Z", "2026-09-30T00:00:00Z"), ("2026-11-01T00:00:00Z", "2026-09-20T00:00:00Z")]
    {
        late.record(&record(&Charge::on_demand("a", false, CENT).at(charged), at(seen))).unwrap();
    }
    others.push(case().since_issue(&late).digest());
    let mut builder = Ledger::builder(Currency::USD);
    builder.push(&charge()).unwrap();
    builder.cover(cost_model::store::ConnectionId::new("team"), vec![period()]);
    let covered = builder.build();
    others.push(Case::new(&covered, &invoice, &rules).digest());
    let all = others.len();
    others.sort_unstable();
    others.dedup();
    assert_eq!(others.len(), all);
}

proptest! {
    #[test]
    fn the_order_of_charges_does_not_count(
        ((charges, invoice), shuffled) in inputs().prop_flat_map(|(charges, invoice)| {
            (Just((charges.clone(), invoice)), Just(charges).prop_shuffle())
        })
    ) {
        prop_assert_eq!(digest(&ledger(&charges), &invoice), digest(&ledger(&shuffled), &invoice));
    }
}
