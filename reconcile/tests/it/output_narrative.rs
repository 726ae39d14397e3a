//! The bridge in plain words.

use cost_model::Money;
use proptest::prelude::*;
use reconcile::bridge::{ClueKind, FalsePositiveRate};
use reconcile::{Category, Reconciliation};

use crate::strategies::inputs;
use crate::support::{CENT, Charge, UNKNOWN, a_little_of_everything, explain, invoice, period, usage};

/// A little of everything, and a charge that states no amount.
fn example() -> Reconciliation {
    let (mut charges, invoice) = a_little_of_everything();
    charges.push(Charge::of_kind(UNKNOWN, None, None));
    explain(&charges, &invoice)
}

#[test]
fn a_bridge_is_told_in_its_order() {
    insta::assert_snapshot!(example().narrative());
}

#[test]
fn an_exact_bridge_takes_five_sentences() {
    let charges = [Charge::on_demand("a", false, 1_234 * CENT)];
    let bridge = explain(&charges, &invoice(period(), [(usage(Some("a"), None), 1_234 * CENT)]));
    assert_eq!(bridge.narrative().lines().count(), 5);
    insta::assert_snapshot!(bridge.narrative());
}

/// The example with one step of each category, in place of its own.
fn with_steps(categories: &[Category]) -> Reconciliation {
    let mut bridge = example();
    let step = bridge.steps[0].clone();
    let of = |category: &Category| {
        let mut step = step.clone();
        step.category = *category;
        step.evidence.rule = String::from("as it is");
        step
    };
    bridge.steps = categories.iter().map(of).collect();
    bridge.subtotals.clear();
    bridge
}

fn sentence(bridge: &Reconciliation, start: &str) -> String {
    bridge.narrative().lines().find(|line| line.starts_with(start)).unwrap_or_default().to_owned()
}

#[test]
fn causes_that_fit_as_well_are_all_named() {
    let mut bridge = with_steps(&[Category::Price, Category::Ambiguous]);
    bridge.steps[1].candidates = vec![Category::Price, Category::Discount];
    bridge.steps[1].evidence.lines = (1..=6).collect();
    bridge.steps[0].evidence.records = 0;
    bridge.unexplained = Money::ZERO;
    bridge.assessment.unexplained = Money::ZERO;
    insta::assert_snapshot!([sentence(&bridge, "Prices"), sentence(&bridge, "Verdict")].join("\n"));
}

#[test]
fn every_timing_step_tells_its_share_and_what_to_do() {
    let bridge = with_steps(&[Category::MissingUsage, Category::LateUsage, Category::DuplicatedUsage]);
    insta::assert_snapshot!(sentence(&bridge, "Timing"));
}

#[test]
fn each_clue_is_a_sentence_that_says_what_to_do() {
    let nobody_asks = explain(&[Charge::on_demand("a", false, CENT)], &invoice(period(), []));
    let told = |kind: ClueKind, lines: &[u64], false_positives: Option<FalsePositiveRate>| {
        let mut clue = nobody_asks.clues[0].clone();
        clue.kind = kind;
        clue.lines = lines.to_vec();
        clue.false_positives = false_positives;
        clue.to_string()
    };
    let day = period().start();
    let many: Vec<u64> = (1..=22).collect();
    for (clue, expected) in [
        (
            told(ClueKind::MoreCalls { calls: 41 }, &many, None),
            "22 lines count 41 calls more than are held: run an audit",
        ),
        (
            told(ClueKind::FewerCalls { calls: 1 }, &[4], None),
            "line 4 counts 1 call fewer than are held: ingest these days again, and look for them on the next invoice",
        ),
        (
            told(ClueKind::SameCalls, &[2, 3], None),
            "lines 2, 3 count the calls that are held for another amount: ask for the price",
        ),
        (
            told(ClueKind::UnclaimedUsage { records: 1 }, &[], None),
            "1 charge on no line: look for them on another invoice",
        ),
        (
            told(ClueKind::Day(day), &[2], Some(FalsePositiveRate::expected(1, 1_000))),
            "the charges of 2026-09-14 are what line 2 differs by: ingest that day again (a false positive in at most 1 of 100)",
        ),
        (
            told(ClueKind::AnotherInvoice { fit: 1 }, &many, None),
            "hardly any line fits (1 of 22): this is probably the invoice of another connection or period, look for the \
             right one",
        ),
        (
            told(ClueKind::Percentage("19 % more".into()), &[2], None),
            "line 2 is 19 % more than was charged: look for a tax, a discount or a currency",
        ),
        (
            told(ClueKind::OneModel { model: "b".into(), percentage: "25 % more".into() }, &[2], None),
            "line 2 is right if b costs 25 % more: compare its price",
        ),
        (
            told(ClueKind::EqualLines, &[7], None),
            "line 7 equals another line: ask whether it was billed twice",
        ),
    ] {
        assert_eq!(clue, expected);
    }
}

/// The amounts in a text: figures with decimals.
fn amounts(text: &str) -> Vec<Money> {
    let words = text.split([' ', '\n']).map(|word| word.trim_end_matches([',', ';', '.', ':', ')']));
    words.filter(|word| word.contains('.')).filter_map(|word| word.replace(',', "").parse().ok()).collect()
}

proptest! {
    #[test]
    fn no_amount_is_told_that_is_not_shown((charges, invoice) in inputs()) {
        let bridge = explain(&charges, &invoice);
        let told = bridge.narrative();
        prop_assert!((5..=17).contains(&told.lines().count()), "{}", told);
        prop_assert!(told.lines().all(|line| line.ends_with('.')));
        for step in &bridge.steps {
            prop_assert!(told.to_lowercase().contains(&step.category.label().to_lowercase()));
        }
        let shown = amounts(&bridge.to_string());
        for sentence in told.lines().filter(|line| !["Where to look", "To dispute", "Verdict"].iter().any(|start| line.starts_with(start))) {
            // The percentage of a discount is no amount.
            let sentence = sentence.split("every line is").next().unwrap();
            let parts = sentence.split(" or ").filter(|part| !part.contains(" % of the total"));
            for amount in parts.flat_map(amounts) {
                prop_assert!(shown.contains(&amount), "{} in {}", amount, &told);
            }
        }
        prop_assert_eq!(told.contains("Where to look"), !bridge.clues.is_empty());
    }
}
