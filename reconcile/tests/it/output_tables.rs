//! The bridge and its lines as CSV.

use std::collections::BTreeMap;

use cost_model::Money;
use proptest::prelude::*;
use reconcile::bridge::FalsePositiveRate;
use reconcile::invoice::{InvoiceLine, LineKind};
use reconcile::{Category, Invoice, Reconciliation};

use crate::strategies::inputs;
use crate::support::{CENT, Charge, INCLUDED, counting_calls, explain, invoice, money, period, usage};

/// The rows of a table, each by the names of its columns.
fn read(csv: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    reader.deserialize().map(|row| row.unwrap()).collect()
}

fn case() -> (Vec<Charge>, Invoice) {
    let charges = vec![
        Charge::on_demand("a", false, CENT * 12_345 / 10),
        Charge::on_demand("a", true, 500 * CENT),
        Charge::on_demand("b", true, 30 * CENT).at("2026-09-02T00:00:00Z"),
        Charge::of_kind(INCLUDED, Some(0), Some(2_000 * CENT)),
    ];
    let mut invoice = invoice(
        period(),
        [
            (usage(Some("a"), Some(false)), 1_000 * CENT),
            (usage(Some("a"), Some(false)), 235 * CENT),
            (usage(Some("a"), Some(true)), 503 * CENT),
            (LineKind::Tax, 62 * CENT),
        ],
    );
    invoice.lines[0].description = String::from("8 calls, \"a\"\nin all");
    invoice.lines[2] = invoice.lines[2].clone().with_unit_price(Some(money("5.03")));
    (charges, invoice)
}

#[test]
fn the_bridge_is_a_table_with_evidence() {
    let (charges, invoice) = case();
    assert_eq!(
        explain(&charges, &invoice).to_csv(),
        "\
kind,category,label,amount,percent,confidence,charges,lines,rule,false_positives,candidates
ingested,,\"Ingested usage of all kinds, 2026-09-01 to 2026-11-01\",37.645,209.14,,,,,,
step,non_billed_usage,Not billed (included in plan),-20,-111.11,exact,1,,billed cost is zero,,
waypoint,usage_based_total,Usage-based total of the months,17.645,98.03,,,,,,
step,before_period,Usage before the billing period,-0.3,-1.67,exact,1,,before the period's first instant,,
step,rounding,Rounding,0.005,0.03,exact,1,1 2,\"rounded to 2 decimals, each line half-up or each line \
         ceil or each charge half-up or each charge ceil\",,
unexplained,,Unexplained usage,0.03,0.17,,,,,,
waypoint,on_demand_usage,On-demand usage on the invoice,17.38,96.56,,,,,,
step,tax,Tax,0.62,3.44,exact,0,4,tax is not in the usage feed,,
unexplained,,Unexplained beside usage,0,0.00,,,,,,
total,,Total of INV-0007,18,100.00,,,,,,
"
    );
}

#[test]
fn a_search_and_its_rivals_stand_in_the_table() {
    let (charges, invoice) = case();
    let mut bridge = explain(&charges, &invoice);
    let step = &mut bridge.steps[1];
    step.category = Category::Ambiguous;
    step.candidates = vec![Category::CutOffStart, Category::CutOffEnd];
    step.evidence.false_positives = Some(FalsePositiveRate::expected(3, 1_000));
    bridge.invoice_total = Money::ZERO;
    let rows = read(&bridge.to_csv());
    assert_eq!(rows[3]["false_positives"], "0.003000");
    assert_eq!(rows[3]["candidates"], "cut_off_start cut_off_end");
    assert!(rows.iter().all(|row| row["percent"].is_empty()));
}

#[test]
fn lines_about_the_same_charges_share_one_sum() {
    let (charges, invoice) = case();
    assert_eq!(
        explain(&charges, &invoice).lines_to_csv(&invoice),
        "\
line,description,stated_calls,held_calls,amount,computed,difference,status,unit_price,computed_price
1,\"8 calls, \"\"a\"\"\nin all\",,1,10,12.345,0.005,matched,,12.345
2,line 2,,,2.35,,,matched,,12.345
3,line 3,,1,5.03,5,0.03,unmatched,5.03,5
4,line 4,,,0.62,,,invoice_only,,
"
    );
}

#[test]
fn a_price_that_is_not_printed_is_the_average_of_the_calls() {
    let (charges, mut invoice) = case();
    let seven = InvoiceLine::new(1, "seven", money("10"), counting_calls()).with_quantity(Some(7.into()));
    invoice.lines = vec![seven];
    let LineKind::Usage(about) = &mut invoice.lines[0].wording.kind else { panic!("a line about usage") };
    about.model = Some("a".to_owned());
    let rows = read(&explain(&charges, &invoice).lines_to_csv(&invoice));
    assert_eq!((rows[0]["stated_calls"].as_str(), rows[0]["held_calls"].as_str()), ("7", "2"));
    assert_eq!((rows[0]["unit_price"].as_str(), rows[0]["computed_price"].as_str()), ("1.428571", "8.6725"));
}

fn sum(rows: &[BTreeMap<String, String>], column: &str, kinds: &[&str]) -> i128 {
    let wanted = rows.iter().filter(|row| row.get("kind").is_none_or(|kind| kinds.contains(&kind.as_str())));
    let amounts = wanted.map(|row| row[column].parse::<Money>().unwrap_or_default());
    Money::sum(amounts).unwrap().units()
}

fn check_bridge(bridge: &Reconciliation) -> Result<(), TestCaseError> {
    let rows = read(&bridge.to_csv());
    let between = ["ingested", "step", "unexplained"];
    prop_assert_eq!(sum(&rows, "amount", &between), sum(&rows, "amount", &["total"]));
    if rows.iter().all(|row| !row["percent"].is_empty()) {
        let shown = rows.iter().filter(|row| between.contains(&row["kind"].as_str()));
        let percent: i128 = shown.map(|row| row["percent"].replace('.', "").parse::<i128>().unwrap()).sum();
        // Each is rounded on its own, so that each may be half a hundredth off.
        prop_assert!((percent - 10_000).abs() <= i128::try_from(rows.len()).unwrap());
    }
    Ok(())
}

proptest! {
    #[test]
    fn what_stands_in_the_tables_adds_up((charges, invoice) in inputs()) {
        let bridge = explain(&charges, &invoice);
        check_bridge(&bridge)?;
        let rows = read(&bridge.lines_to_csv(&invoice));
        let asked = invoice.lines.iter().zip(&bridge.lines).filter(|(_, outcome)| outcome.computed.is_some());
        let asked: i128 = asked.map(|(line, _)| line.amount.units()).sum();
        prop_assert_eq!(sum(&rows, "difference", &[]), asked - sum(&rows, "computed", &[]));
        prop_assert_eq!(rows.len(), invoice.lines.len());
    }
}
