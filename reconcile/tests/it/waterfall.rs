//! The bridge as text and as JSON.

use cost_model::Money;
use proptest::prelude::*;
use reconcile::{LineKind, Reconciliation};
use serde_json::json;

use crate::strategies::inputs;
use crate::support::{CENT, Charge, INCLUDED, OWN_KEY, explain, invoice, period, usage};

/// A little of everything.
fn example() -> Reconciliation {
    let charges = [
        Charge::on_demand("a", false, CENT * 12_345 / 10),
        Charge::on_demand("b", true, 500 * CENT).at("2026-09-14T09:30:00Z"),
        Charge::on_demand("b", true, 30 * CENT).at("2026-09-02T00:00:00Z"),
        Charge::on_demand("b", true, 70 * CENT).at("2026-10-31T23:59:59.999Z"),
        Charge::of_kind(INCLUDED, Some(0), Some(CENT * 20_001 / 10)),
        Charge::of_kind(OWN_KEY, Some(25 * CENT), Some(25 * CENT)),
    ];
    let lines = [
        (usage(Some("a"), None), 1_235 * CENT),
        (usage(Some("b"), None), 503 * CENT),
        (LineKind::OwnKeyFees, 25 * CENT),
        (LineKind::Seats, 800_000 * CENT),
        (LineKind::Credit, -4_000 * CENT),
        (LineKind::Tax, 65_520 * CENT),
    ];
    explain(&charges, &invoice(period(), lines))
}

#[test]
fn the_waterfall_shows_every_step_and_waypoint() {
    assert_eq!(
        example().to_string(),
        "\
ingested, all kinds, 2026-09-01 to 2026-11-01                  38.5960
  usage that is not billed                                    -20.0010
  fees on users' own keys                                      -0.2500
= Usage-based total of the months                              18.3450
  usage before the period                                      -0.3000
  usage after the period                                       -0.7000
  rounding of lines                                             0.0050
  unexplained usage                                             0.0300
= On-Demand Usage on the invoice                               17.3800
  fees on users' own keys                                       0.2500
  seats                                                      8000.0000
  credits and refunds                                         -40.0000
  tax                                                         655.2000
  unexplained                                                   0.0000
= total of INV-0007                                          8632.8300
"
    );
}

#[test]
fn the_json_says_the_same_in_exact_decimals() {
    let json = serde_json::to_value(example()).unwrap();
    let step = |category: &str, amount: &str, records: u64, lines: &[u64], rule: &str| {
        let evidence = json!({ "records": records, "lines": lines, "rule": rule });
        json!({ "category": category, "amount": amount, "evidence": evidence })
    };
    let line = |line: u64, amount: &str, computed: Option<&str>, records: Option<u64>, status: &str| {
        let description = format!("line {line}");
        json!({
            "line": line, "description": description, "amount": amount, "computed": computed, "records": records,
            "status": status,
        })
    };
    let expected = json!({
        "invoice": "INV-0007",
        "period": { "start": "2026-09-14T09:30:00Z", "end": "2026-10-14T09:30:00Z" },
        "months": { "start": "2026-09-01T00:00:00Z", "end": "2026-11-01T00:00:00Z" },
        "currency": "USD",
        "ingested": "38.596",
        "steps": [
            step("non_billed_usage", "-20.001", 1, &[], "billed cost is zero"),
            step("own_key_fees", "-0.25", 1, &[], "own-key fees of the months"),
            step("before_period", "-0.3", 1, &[], "before the period's first instant"),
            step("after_period", "-0.7", 1, &[], "at or after the period's end"),
            step("rounding", "0.005", 1, &[1], "each line rounded half-up or ceil to 2 decimals"),
            step("own_key_fees", "0.25", 1, &[3], "billed in the period"),
            step("seats", "8000", 0, &[4], "seats are not in the usage feed"),
            step("credit", "-40", 0, &[5], "credits are not in the usage feed"),
            step("tax", "655.2", 0, &[6], "tax is not in the usage feed"),
        ],
        "waypoints": { "usage_based_total": "18.345", "on_demand_usage": "17.38" },
        "unexplained": "0.03",
        "unexplained_usage": "0.03",
        "invoice_total": "8632.83",
        "lines": [
            line(1, "12.35", Some("12.345"), Some(1), "matched"),
            line(2, "5.03", Some("5"), Some(1), "unmatched"),
            line(3, "0.25", Some("0.25"), Some(1), "matched"),
            line(4, "8000", None, None, "invoice_only"),
            line(5, "-40", None, None, "invoice_only"),
            line(6, "655.2", None, None, "invoice_only"),
        ],
        "records_without_amount": 0,
    });
    assert_eq!(json, expected);
}

/// The amount at the end of a line of the waterfall, in ten-thousandths.
fn shown(line: &str) -> i128 {
    line.rsplit(' ').next().unwrap().replace('.', "").parse().unwrap()
}

proptest! {
    #[test]
    fn the_printed_lines_add_up((charges, invoice) in inputs()) {
        let bridge = explain(&charges, &invoice);
        let text = bridge.to_string();
        let mut lines = text.lines();
        let mut reached = shown(lines.next().unwrap());
        let mut sums = 0;
        for line in lines {
            if line.starts_with("= ") {
                prop_assert_eq!(shown(line), reached, "{}", &text);
                sums += 1;
            } else {
                reached += shown(line);
            }
        }
        prop_assert_eq!(sums, 3);
        let total = bridge.invoice_total.to_fixed(4, cost_model::Rounding::HalfUp).unwrap();
        prop_assert_eq!(shown(text.trim_end()), shown(&total));
        prop_assert_eq!(text.contains("unexplained usage"), bridge.unexplained_usage != Money::ZERO);
    }
}
