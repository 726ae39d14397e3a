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
    assert_eq!(
        example().narrative(),
        "\
Invoice INV-0007 asks for 8632.83 USD; the usage ingested from 2026-09-01 up to 2026-11-01 comes to 38.596.
Charges that state no amount count as nothing: 1.
Outside on-demand usage: usage that is not billed, -20.001 (1 charge: billed cost is zero); charges of unknown kind, \
         0.00 (1 charge: neither on-demand nor own-key, and not billed at zero), find out what it is; fees on users' \
         own keys, -0.25 (1 charge: own-key fees of the months).
That leaves 18.345 of on-demand usage in these months.
Timing and completeness: usage before the period, -0.30 or 0.00 % of the total (1 charge: before the period's first \
         instant), hold it against the invoice before; usage after the period, -0.70 or -0.01 % of the total (1 \
         charge: at or after the period's end), look for it on the next invoice.
Rounding: rounding of lines, 0.005 (1 charge on line 1: rounded to 2 decimals, each line half-up or each line ceil or \
         each charge half-up or each charge ceil).
Of the usage, 0.03 is unexplained.
That is the 17.38 that the invoice asks for on-demand usage.
Beside usage, the invoice has: fees on users' own keys, 0.25 (1 charge on line 3: billed in the period); seats, \
         8000.00 (line 4: seats are not in the usage feed); credits, -40.00 (line 5: credits are not in the usage \
         feed); tax, 655.20 (line 6: tax is not in the usage feed).
Nothing else is unexplained.
Verdict: not exact, with 0.03 unexplained: more than rounding, and immaterial; usage is within FOCUS's tolerance of 1.00.
"
    );
}

#[test]
fn an_exact_bridge_takes_five_sentences() {
    let charges = [Charge::on_demand("a", false, 1_234 * CENT)];
    assert_eq!(
        explain(&charges, &invoice(period(), [(usage(Some("a"), None), 1_234 * CENT)])).narrative(),
        "\
Invoice INV-0007 asks for 12.34 USD; the usage ingested from 2026-09-01 up to 2026-11-01 comes to 12.34.
That leaves 12.34 of on-demand usage in these months.
That is the 12.34 that the invoice asks for on-demand usage.
Nothing is unexplained.
Verdict: exact; usage is within FOCUS's tolerance of 1.00.
"
    );
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
    assert_eq!(
        sentence(&bridge, "Prices"),
        "Prices and terms: another price, -20.001 (as it is); one of several causes, -20.001 (1 charge on 6 lines: as it \
         is), either another price or discount."
    );
    assert_eq!(
        sentence(&bridge, "Verdict"),
        "Verdict: not exact, since a step is ambiguous or rests on a search alone; usage is within FOCUS's tolerance of \
         1.00."
    );
}

#[test]
fn every_timing_step_tells_its_share_and_what_to_do() {
    let bridge = with_steps(&[Category::MissingUsage, Category::LateUsage, Category::DuplicatedUsage]);
    assert_eq!(
        sentence(&bridge, "Timing"),
        "Timing and completeness: usage that was not ingested, -20.001 or -0.23 % of the total (1 charge: as it is), \
         ingest it and explain the invoice again; usage that came in late, -20.001 or -0.23 % of the total (1 charge: as \
         it is), look for it on the next invoice; usage that is held twice, -20.001 (1 charge: as it is), ingest these \
         days again."
    );
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
            "22 lines count 41 calls more than you hold: run an audit",
        ),
        (
            told(ClueKind::FewerCalls { calls: 1 }, &[4], None),
            "line 4 counts 1 call fewer than you hold: read these days again, and look for them on the next invoice",
        ),
        (
            told(ClueKind::SameCalls, &[2, 3], None),
            "lines 2, 3 count the calls that you hold for another amount: ask for the price",
        ),
        (
            told(ClueKind::UnclaimedUsage { records: 1 }, &[], None),
            "1 charge on no line: look for them on another invoice",
        ),
        (
            told(ClueKind::Day(day), &[2], Some(FalsePositiveRate::expected(1, 1_000))),
            "the charges of 2026-09-14 come to what line 2 differs by: read that day again (by chance at most 1 in 100)",
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
    words.filter(|word| word.contains('.')).filter_map(|word| word.parse().ok()).collect()
}

proptest! {
    #[test]
    fn no_amount_is_told_that_is_not_shown((charges, invoice) in inputs()) {
        let bridge = explain(&charges, &invoice);
        let told = bridge.narrative();
        prop_assert!((5..=17).contains(&told.lines().count()), "{}", told);
        prop_assert!(told.lines().all(|line| line.ends_with('.')));
        for step in &bridge.steps {
            prop_assert!(told.contains(step.category.label()));
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
