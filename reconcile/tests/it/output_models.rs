//! The usage of each model against what the invoice asks for it.

use cost_model::Money;
use proptest::prelude::*;
use reconcile::bridge::ChargeStatus;
use reconcile::invoice::LineKind;
use reconcile::output::ModelUsage;
use reconcile::{Case, Explained, Invoice};

use crate::strategies::inputs;
use crate::support::{CENT, Charge, invoice, ledger, period, rules, usage};

fn by_model(charges: &[Charge], invoice: &Invoice) -> (Explained, Vec<ModelUsage>) {
    let (ledger, rules) = (ledger(charges), rules());
    let explained = Case::new(&ledger, invoice, &rules).explain().unwrap();
    let models = explained.by_model(&ledger, invoice, &rules).unwrap();
    (explained, models)
}

#[test]
fn each_model_stands_beside_what_is_asked_for_it() {
    let charges = [
        Charge::on_demand("a", false, 100 * CENT),
        Charge::on_demand("a", true, 200 * CENT),
        Charge::on_demand("b", false, 55 * CENT / 2),
        Charge::on_demand("c", false, 40 * CENT),
        Charge::on_demand("a", true, 70 * CENT).at("2026-09-02T00:00:00Z"),
    ];
    let lines = [
        (usage(Some("a"), Some(true)), 150 * CENT),
        (usage(Some("a"), Some(true)), 50 * CENT),
        (usage(Some("a"), None), 100 * CENT),
        (usage(Some("b"), None), 28 * CENT),
        (usage(Some("nobody"), None), 7 * CENT),
        (LineKind::Tax, 10 * CENT),
    ];
    assert_eq!(
        ModelUsage::to_csv(&by_model(&charges, &invoice(period(), lines)).1),
        "\
model,charges,billed,unclaimed,lines,asked,difference
a,2,3,0,1 3,3,0
b,1,0.275,0,4,0.28,0.005
c,1,0.4,1,,0,-0.4
nobody,0,0,0,5,0.07,0.07
"
    );
}

#[test]
fn a_line_for_several_models_says_nothing_of_each() {
    let charges = [Charge::on_demand("a", false, 100 * CENT), Charge::on_demand("b", false, 200 * CENT)];
    let (_, models) = by_model(&charges, &invoice(period(), [(usage(None, None), 300 * CENT)]));
    assert!(models.iter().all(|model| (model.lines.as_slice(), model.asked) == (&[1], None)));
    assert_eq!(models.len(), 2);
}

proptest! {
    #[test]
    fn what_is_asked_comes_to_the_usage_lines((charges, invoice) in inputs()) {
        let (explained, models) = by_model(&charges, &invoice);
        if models.iter().all(|model| model.asked.is_some()) {
            let usage = invoice.lines.iter().filter(|line| matches!(line.kind(), LineKind::Usage(_)));
            let lines = Money::sum(usage.map(|line| line.amount)).unwrap();
            prop_assert_eq!(Money::sum(models.iter().filter_map(|model| model.asked)).unwrap(), lines);
        }
        let on_invoice = |status: &&ChargeStatus| matches!(status, ChargeStatus::Line(_) | ChargeStatus::Unclaimed);
        let charges: u64 = models.iter().map(|model| model.charges).sum();
        prop_assert_eq!(charges, explained.charges.iter().filter(on_invoice).map(|_| 1).sum::<u64>());
        prop_assert_eq!(ModelUsage::to_csv(&models).lines().count(), models.len() + 1);
    }
}
