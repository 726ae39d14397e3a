//! The bridge as text and as JSON.

use cost_model::Money;
use proptest::prelude::*;
use reconcile::Reconciliation;
use serde_json::json;

use crate::strategies::inputs;
use crate::support::{a_little_of_everything, explain};

fn example() -> Reconciliation {
    let (charges, invoice) = a_little_of_everything();
    explain(&charges, &invoice)
}

#[test]
fn the_waterfall_shows_every_step_and_waypoint() {
    insta::assert_snapshot!(example().to_string());
}

#[test]
fn labels_of_any_script_keep_the_amounts_in_their_column() {
    let mut bridge = example();
    for number in ["INV-1", "東京-7", "e\u{301}-1", "ａｂｃ", "🙂"] {
        bridge.invoice = number.to_owned();
        for line in bridge.to_string().lines().filter(|line| !line.starts_with("Rows are")) {
            assert_eq!(cost_model::output::columns(line), 78, "{line}");
        }
    }
    bridge.invoice = "9".repeat(200);
    assert!(bridge.to_string().lines().all(|line| cost_model::output::columns(line) <= 80));
}

#[test]
fn the_json_says_the_same_in_exact_decimals() {
    let bridge = example();
    let json = serde_json::to_value(&bridge).unwrap();
    assert_eq!(json["period"], json!({ "start": "2026-09-14T09:30:00Z", "end": "2026-10-14T09:30:00Z" }));
    assert_eq!((&json["ingested"], &json["currency"]), (&json!("38.596"), &json!("USD")));
    assert_eq!(
        json["steps"][4],
        json!({
            "category": "rounding", "amount": "0.005", "confidence": "exact",
            "evidence": {
                "records": 1, "lines": [1],
                "rule": "rounded to 2 decimals, each line half-up or each line ceil or each charge half-up or each \
                         charge ceil",
            },
        })
    );
    assert_eq!(json["rounding"][1], json!({ "unit": "line", "rounding": "ceil" }));
    assert_eq!(json["subtotals"][0], json!({ "name": "usage_based_total", "amount": "18.345", "after": 2 }));
    assert_eq!((&json["unexplained"], &json["unexplained_usage"]), (&json!("0.03"), &json!("0.03")));
    assert_eq!(
        json["lines"][1],
        json!({
            "line": 2, "description": "line 2", "amount": "5.03", "computed": "5", "records": 1, "calls": null,
            "status": "unmatched",
        })
    );
    assert_eq!(serde_json::from_value::<Reconciliation>(json).unwrap(), bridge);
}

/// The amount at the end of a line of the waterfall.
fn shown(line: &str) -> i128 {
    line.rsplit(' ').next().unwrap().replace(',', "").parse::<Money>().unwrap().units()
}

/// The amount as it is to be shown: with two decimals, or as many more as it takes to show that it is not zero.
fn expected(amount: Money) -> i128 {
    let rounded = (2..=24).map(|decimals| amount.rounded(decimals, cost_model::Rounding::HalfUp).unwrap());
    rounded.map(Money::units).find(|units| *units != 0).unwrap_or(0)
}

proptest! {
    #[test]
    fn the_printed_lines_add_up_or_say_by_how_much_they_do_not((charges, invoice) in inputs()) {
        let bridge = explain(&charges, &invoice);
        let text = bridge.to_string();
        let mut lines = text.lines().filter(|line| !line.starts_with("Rows are rounded"));
        let mut reached = shown(lines.next().unwrap());
        let (mut sums, mut missed) = (0, Vec::new());
        for line in lines {
            if line.starts_with("= ") {
                missed.extend((reached != shown(line)).then(|| reached - shown(line)));
                reached = shown(line);
                sums += 1;
            } else {
                reached += shown(line);
            }
        }
        prop_assert_eq!(sums, 3);
        prop_assert_eq!(reached, expected(bridge.invoice_total));
        let remark = text.lines().find(|line| line.starts_with("Rows are rounded"));
        let told = remark.and_then(|remark| remark.split_once(" below them by ")).map(|(_, told)| told);
        let told: Vec<i128> = told.into_iter().flat_map(|told| told.split(", ")).map(shown).collect();
        prop_assert_eq!(told, missed, "{}", &text);
        // Each is the rounding of its own value.
        for step in &bridge.steps {
            let label = format!("  {} ", step.category.label());
            let is_its_own = |line: &str| line.starts_with(&label) && shown(line) == expected(step.amount);
            prop_assert!(text.lines().any(is_its_own), "{} in {}", step.amount, &text);
        }
        prop_assert_eq!(text.contains("Unexplained usage"), bridge.unexplained_usage != Money::ZERO);
    }
}
