//! The charges behind the steps, one by one.

use cost_model::money::{TokenType, Tokens};
use cost_model::{CostRecord, Costs, Currency, Ledger, Money};
use proptest::prelude::*;
use reconcile::{Case, Category, ChargeStatus, EvidenceRow, LineKind};

use crate::strategies::inputs;
use crate::support::{CENT, INCLUDED, ON_DEMAND, at, explain, invoice, ledger, money, period, rules, usage};

fn charge(instant: &str, kind: &str, billed: &str, effective: &str) -> CostRecord {
    let mut costs = Costs::flat(money(effective));
    costs.billed = Some(money(billed));
    let mut record = CostRecord::new(at(instant), "cursor", Currency::USD, costs);
    record.edit(|set| set.resource = Some("iris@example.com".into()));
    record.edit(|set| set.service_id = Some("a".into()));
    record.edit(|set| set.subcategory = Some(kind.into()));
    record.tokens.set(TokenType::CacheRead, Tokens::new(7));
    record
}

fn two_charges() -> Ledger {
    let mut builder = Ledger::builder(Currency::USD);
    let mut first = charge("2026-09-20T12:00:00Z", ON_DEMAND, "1.20", "1.20");
    first.stated.fee = Some(money("0.05"));
    builder.push(&first).unwrap();
    builder.push(&charge("2026-09-21T12:00:00Z", INCLUDED, "0", "3")).unwrap();
    builder.build()
}

#[test]
fn charges_come_with_what_became_of_them() {
    let ledger = two_charges();
    let invoice = invoice(period(), [(LineKind::Tax, CENT), (usage(Some("a"), None), 120 * CENT)]);
    let explained = Case::new(&ledger, &invoice, &rules()).explain().unwrap();
    let mut csv = Vec::new();
    EvidenceRow::write_csv(explained.evidence(&ledger, |_| true), &mut csv).unwrap();
    assert_eq!(
        String::from_utf8(csv).unwrap(),
        "\
at,resource,model,kind,billed,effective,fee,input_tokens,output_tokens,cache_write_tokens,cache_read_tokens,status,line
2026-09-20T12:00:00Z,iris@example.com,a,Usage-based,1.2,1.2,0.05,0,0,0,7,line,2
2026-09-21T12:00:00Z,iris@example.com,a,Included in Business,0,3,,0,0,0,7,non_billed,
"
    );

    let free: Vec<_> = explained.evidence(&ledger, |status| status == ChargeStatus::NonBilled).collect();
    assert_eq!((free.len(), free[0].effective), (1, Some(money("3"))));
    assert!(!format!("{free:?}").contains("iris"));
}

#[test]
fn a_writer_that_fails_is_heard() {
    let ledger = two_charges();
    let invoice = invoice(period(), []);
    let explained = Case::new(&ledger, &invoice, &rules()).explain().unwrap();
    let mut room_for_little = [0_u8; 8];
    let written = EvidenceRow::write_csv(explained.evidence(&ledger, |_| true), &mut room_for_little[..]);
    assert_eq!(written.unwrap_err().kind(), std::io::ErrorKind::WriteZero);
}

proptest! {
    #[test]
    fn the_charges_of_a_status_come_to_their_step((charges, invoice) in inputs()) {
        let ledger = ledger(&charges);
        let explained = Case::new(&ledger, &invoice, &rules()).explain().unwrap();
        let sum = |wanted: ChargeStatus, amount: fn(&EvidenceRow) -> Option<Money>| -> i128 {
            let rows = explained.evidence(&ledger, move |status| status == wanted);
            rows.filter_map(|row| amount(&row)).map(Money::units).sum()
        };
        let bridge = explain(&charges, &invoice);
        for (status, category) in [
            (ChargeStatus::NonBilled, Category::NonBilledUsage),
            (ChargeStatus::UnknownKind, Category::UnknownKind),
        ] {
            prop_assert_eq!(-sum(status, |row| row.effective), bridge.sum(category).unwrap().units());
        }
        prop_assert_eq!(explained.evidence(&ledger, |_| true).count(), charges.len());
        for row in explained.evidence(&ledger, |status| matches!(status, ChargeStatus::Line(_))) {
            prop_assert!(invoice.lines.iter().any(|line| Some(line.line) == row.line));
        }
    }
}
