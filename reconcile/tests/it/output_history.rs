//! What was found out about invoices, and what changed.

use cost_model::{Money, Timestamp};
use proptest::prelude::*;
use reconcile::bridge::LineStatus;
use reconcile::history::{AmountOf, Changes, Event, History, InputDigest, Role, SignOff, Signature};
use reconcile::invoice::LineKind;
use reconcile::{Case, Category, Invoice, Reconciliation};
use serde_json::json;

use crate::strategies::inputs;
use crate::support::{CENT, Charge, INCLUDED, at, explain, invoice, ledger, period, rules, usage};

fn run(charges: &[Charge], invoice: &Invoice) -> (Reconciliation, InputDigest) {
    let (ledger, rules) = (ledger(charges), rules());
    let case = Case::new(&ledger, invoice, &rules);
    (case.explain().unwrap().reconciliation, case.digest())
}

fn day(number: u32) -> Timestamp {
    at(&format!("2026-11-{number:02}T00:00:00Z"))
}

/// A charge of 12.34 and one that is not billed.
fn charges() -> Vec<Charge> {
    vec![Charge::on_demand("a", false, 1_234 * CENT), Charge::of_kind(INCLUDED, Some(0), Some(300 * CENT))]
}

fn bill() -> Invoice {
    invoice(period(), [(usage(Some("a"), None), 1_240 * CENT), (LineKind::Tax, 100 * CENT)])
}

/// The same once a late charge of 6 cents has come in that was lacking, and one before the period.
fn later() -> Vec<Charge> {
    let more = [
        Charge::on_demand("a", false, 6 * CENT),
        Charge::on_demand("a", false, 40 * CENT).at("2026-09-02T00:00:00Z"),
    ];
    charges().into_iter().chain(more).collect()
}

fn sign(bridge: &Reconciliation, inputs: InputDigest) -> SignOff {
    SignOff::prepared(bridge, inputs, Signature::new("Iris", Role::Engineering, day(2)))
        .reviewed(Signature::new("Omar", Role::Finance, day(3)))
}

#[test]
fn a_run_says_what_it_changed() {
    let mut history = History::new();
    let (first, inputs) = run(&charges(), &bill());
    let signed = sign(&first, inputs);
    assert_eq!(history.push(first, inputs, day(1)), 0);
    history.sign(signed.clone(), day(3));
    assert_eq!(history.signed("INV-0007"), [&signed]);
    let (second, inputs) = run(&later(), &bill());
    let number = history.push(second, inputs, day(4));
    assert_eq!(history.signed("INV-0007"), Vec::<&SignOff>::new());

    let changes = history.changes(number).unwrap().unwrap();
    assert_eq!(
        changes.to_string(),
        "\
invoice INV-0007: other inputs
  Ingested usage: 15.34, now 15.8, a difference of 0.46
  Usage before the billing period: no such step, now -0.4
  Unexplained: 0.06, now 0, a difference of -0.06
  line 1, line 1: unmatched, now matched
  what Iris prepared for engineering no longer holds
"
    );
    let json = serde_json::to_value(&changes).unwrap();
    assert_eq!(
        json["amounts"][1],
        json!({ "of": { "step": "before_period" }, "before": null, "after": "-0.4", "difference": "-0.4" })
    );
    assert_eq!(
        json["lines"],
        json!([{ "line": 1, "description": "line 1", "before": "unmatched", "after": "matched" }])
    );
    assert_eq!(changes.lost, [signed]);
    history.verify().unwrap();
}

#[test]
fn a_run_of_the_same_says_that_nothing_changed() {
    let mut history = History::new();
    let (bridge, inputs) = run(&charges(), &bill());
    let signed = sign(&bridge, inputs);
    history.push(bridge.clone(), inputs, day(1));
    history.sign(signed, day(3));
    let number = history.push(bridge, inputs, day(4));
    let changes = history.changes(number).unwrap().unwrap();
    assert!(changes.is_empty());
    assert_eq!(changes.to_string(), "invoice INV-0007: nothing changed\n");
    assert_eq!(history.signed("INV-0007").len(), 1, "what was signed still holds");
    assert_eq!(history.entries().len(), 3);
}

#[test]
fn other_inputs_with_the_same_outcome_void_a_sign_off() {
    let mut history = History::new();
    let (bridge, inputs) = run(&charges(), &bill());
    history.push(bridge.clone(), inputs, day(1));
    history.sign(sign(&bridge, inputs), day(3));
    let mut moved = charges();
    moved[0].at = at("2026-09-21T12:00:00Z");
    let (again, others) = run(&moved, &bill());
    let number = history.push(again, others, day(4));
    let text = history.changes(number).unwrap().unwrap().to_string();
    assert_eq!(
        text,
        "invoice INV-0007: other inputs, the same outcome\n  what Iris prepared for engineering no longer holds\n"
    );
}

#[test]
fn each_invoice_is_compared_with_itself() {
    let mut history = History::new();
    let (bridge, inputs) = run(&charges(), &bill());
    let mut other = bridge.clone();
    other.invoice = "INV-0008".to_owned();
    history.push(bridge.clone(), inputs, day(1));
    assert_eq!(history.changes(0).unwrap(), None, "the first one");
    let number = history.push(other, inputs, day(2));
    assert_eq!(history.changes(number).unwrap(), None, "the first one of another invoice");
    let number = history.push(bridge, inputs, day(3));
    assert!(history.changes(number).unwrap().unwrap().is_empty());
    assert_eq!(history.changes(99).unwrap(), None);
}

#[test]
fn steps_are_known_again_by_category_and_lines() {
    let charges = [Charge::of_kind(crate::support::OWN_KEY, Some(CENT), Some(CENT))];
    let bill = |asked| {
        explain(&charges, &invoice(period(), [(LineKind::OwnKeyFees, asked), (LineKind::Seats, CENT)]))
    };
    let changes = Changes::between(&bill(CENT), &bill(3 * CENT)).unwrap();
    let amounts: Vec<_> = changes.amounts.iter().map(|each| (each.of, each.difference.units())).collect();
    assert_eq!(amounts, [(AmountOf::Unexplained, 2 * CENT), (AmountOf::InvoiceTotal, 2 * CENT)]);
    assert_eq!(changes.lines.len(), 1);

    let mut fewer = bill(CENT);
    fewer.steps.retain(|step| step.category != Category::Seats);
    fewer.lines[1].description = "another line".to_owned();
    let changes = Changes::between(&bill(CENT), &fewer).unwrap();
    assert_eq!(
        changes.to_string(),
        "\
invoice INV-0007: the same inputs, another outcome
  Seats: 0.01, now no such step
  line 2, line 2: invoice only, now no such line
  line 2, another line: no such line, now invoice only
"
    );
    assert_eq!(changes.lines[0].before, Some(LineStatus::InvoiceOnly));
}

#[test]
fn of_two_steps_of_a_category_the_one_that_is_left_is_known_by_its_lines() {
    let (bridge, _) = run(&charges(), &bill());
    let price = |amount: i128, lines: &[u64]| {
        let mut step = bridge.steps[0].clone();
        step.category = Category::Price;
        step.amount = Money::from_units(amount);
        step.evidence.lines = lines.to_vec();
        step
    };
    let with = |steps| {
        let mut bridge = bridge.clone();
        bridge.steps = steps;
        bridge
    };
    let both = with(vec![price(1, &[1]), price(2, &[2])]);
    let text = |after: &Reconciliation| Changes::between(&both, after).unwrap().to_string();
    let left = text(&with(vec![price(2, &[2])]));
    assert!(left.ends_with("Price difference: 0.000000000000000000000001, now no such step\n"), "{left}");
    assert_eq!(left.lines().count(), 2);
    let moved = text(&with(vec![price(1, &[1]), price(5, &[2, 3])]));
    assert!(
        moved
            .contains("Price difference: 0.000000000000000000000002, now 0.000000000000000000000005, a diff")
    );
}

#[test]
fn no_entry_can_be_changed_dropped_or_moved() {
    let mut history = History::new();
    let (bridge, inputs) = run(&charges(), &bill());
    history.push(bridge.clone(), inputs, day(1));
    history.sign(sign(&bridge, inputs), day(2));
    history.push(bridge, inputs, day(3));
    let json = serde_json::to_value(&history).unwrap();
    let read: History = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(read, history);
    read.verify().unwrap();
    assert!(matches!(read.entries()[1].event, Event::Signed(_)));

    let broken = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut json = json.clone();
        change(&mut json);
        serde_json::from_value::<History>(json).unwrap().verify().unwrap_err()
    };
    let rewritten = broken(&|json| json[0]["event"]["explained"]["reconciliation"]["ingested"] = json!("1"));
    assert_eq!(rewritten.entry, 0);
    assert_eq!(rewritten.to_string(), "entry 0 of the history is not what was added, or not in its place");
    assert_eq!(broken(&|json| json[1]["event"]["signed"]["reviewed"]["who"] = json!("Ada")).entry, 1);
    assert_eq!(broken(&|json| json[2]["at"] = json!("2026-11-04T00:00:00Z")).entry, 2);
    assert_eq!(broken(&|json| drop(json.as_array_mut().unwrap().remove(1))).entry, 1);
    assert_eq!(broken(&|json| drop(json.as_array_mut().unwrap().remove(0))).entry, 0);
    assert_eq!(broken(&|json| json.as_array_mut().unwrap().swap(1, 2)).entry, 1);

    let mut cut = json.clone();
    cut.as_array_mut().unwrap().pop();
    let cut: History = serde_json::from_value(cut).unwrap();
    cut.verify().unwrap();
    assert_ne!(cut.head(), history.head(), "a cut shows in the head alone");
}

proptest! {
    #[test]
    fn changes_come_to_the_change_of_the_total((charges, invoice) in inputs(), (others, other) in inputs()) {
        let (before, after) = (explain(&charges, &invoice), explain(&others, &other));
        let changes = Changes::between(&before, &after).unwrap();
        let sum = |of_total: bool| {
            let wanted = changes.amounts.iter().filter(|each| (each.of == AmountOf::InvoiceTotal) == of_total);
            Money::sum(wanted.map(|each| each.difference)).unwrap()
        };
        prop_assert_eq!(sum(false), sum(true));
        let same = Changes::between(&before, &before).unwrap();
        prop_assert!(same.is_empty() && same.amounts.is_empty() && same.lines.is_empty());
        prop_assert_eq!(changes.to_string().lines().next().is_some(), true);
    }

    #[test]
    fn every_history_comes_back_from_json((charges, invoice) in inputs()) {
        let mut history = History::new();
        let (bridge, inputs) = run(&charges, &invoice);
        history.push(bridge, inputs, day(1));
        let json = serde_json::to_string(&history).unwrap();
        let read: History = serde_json::from_str(&json).unwrap();
        read.verify().unwrap();
        prop_assert_eq!(read, history);
    }
}
