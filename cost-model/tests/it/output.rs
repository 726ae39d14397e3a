//! What reports print of amounts and of names that others chose.

use cost_model::output::{amount, columns};
use cost_model::report::{Bin, Column, Query};
use cost_model::tagger::NoTags;
use cost_model::{
    CostRecord, Costs, Currency, Dimension, Ledger, Metric, Money, Rounding, Timestamp, Window,
};
use insta::assert_snapshot;
use proptest::prelude::*;

const EFFECTIVE: [Column; 1] = [Column::Cost(Metric::Effective)];

fn charge(day: i64, service: &str, amount: Money) -> CostRecord {
    let at = Timestamp::from_millis(day * 86_400_000).unwrap();
    let mut record = CostRecord::new(at, "cursor", Currency::USD, Costs::flat(amount));
    record.edit(|set| set.service = Some(service.into()));
    record
}

fn text(query: &Query, records: &[CostRecord], columns: &[Column]) -> String {
    let mut ledger = Ledger::builder(Currency::USD);
    for record in records {
        ledger.push(record).unwrap();
    }
    query.run(&ledger.build(), &NoTags).unwrap().to_text(columns).unwrap()
}

/// The last cell of the row that begins with a name.
fn figure(text: &str, name: &str) -> Option<String> {
    let row = text.lines().find(|line| line.split_whitespace().next() == Some(name))?;
    row.split_whitespace().last().map(|figure| figure.replace(',', ""))
}

proptest! {
    #[test]
    fn a_printed_amount_is_the_rounding_of_its_own_value_whatever_stands_beside_it(
        amounts in prop::collection::vec(-99_999_i64..99_999, 1..8),
    ) {
        let money = |thousandths: i64| Money::from_units(i128::from(thousandths) * 10_i128.pow(21));
        let charges: Vec<_> =
            amounts.iter().enumerate().map(|(name, amount)| charge(0, &format!("m{name}"), money(*amount))).collect();
        let query = Query::all_resources().group_by(Dimension::Service);
        let shown = text(&query, &charges, &EFFECTIVE);
        let mut sum = Money::ZERO;
        for (name, amount) in amounts.iter().enumerate() {
            let rounded = money(*amount).to_fixed(2, Rounding::HalfUp).unwrap();
            sum = sum.checked_add(rounded.parse().unwrap()).unwrap();
            prop_assert_eq!(figure(&shown, &format!("m{name}")), Some(rounded));
        }
        let total: Money = figure(&shown, "total").unwrap().parse().unwrap();
        let exact = money(amounts.iter().sum());
        prop_assert_eq!(total, exact.rounded(2, Rounding::HalfUp).unwrap());
        let difference = sum.checked_sub(total).unwrap();
        let remark = format!("they differ from the total by {} in effective", amount(difference));
        prop_assert_eq!(shown.contains(&remark), !difference.is_zero());
        prop_assert_eq!(shown.contains("rounded each on its own"), !difference.is_zero());
    }
}

#[test]
fn running_totals_are_not_said_to_miss_their_total() {
    let charges: Vec<_> = (0..3).map(|day| charge(day, "auto", "0.333".parse().unwrap())).collect();
    let query = Query::all_resources().bin(Bin::Day);
    assert!(text(&query, &charges, &EFFECTIVE).contains("differ from the total by -0.01"));
    assert!(!text(&query.cumulative(), &charges, &EFFECTIVE).contains("differ"));
}

#[test]
fn the_period_before_is_rounded_as_this_one_is() {
    let day = |first: i64| {
        Window::new(
            Timestamp::from_millis(first * 86_400_000).unwrap(),
            Timestamp::from_millis((first + 1) * 86_400_000).unwrap(),
        )
        .unwrap()
    };
    let charges = [charge(1, "new", "1.005".parse().unwrap()), charge(0, "gone", "2.3333".parse().unwrap())];
    let query = Query::all_resources().group_by(Dimension::Service).window(day(1)).compare();
    let shown = text(&query, &charges, &[Column::PreviousCost(Metric::Effective)]);
    assert_eq!(figure(&shown, "gone").as_deref(), Some("2.33"));
    assert_eq!(figure(&shown, "new").as_deref(), Some("0.00"));
}

#[test]
fn a_name_that_others_chose_neither_acts_in_a_table_nor_in_a_spreadsheet_nor_breaks_the_columns() {
    let names = [
        "=HYPERLINK(\"http://example.com\")",
        "\u{1b}[2J",
        "a\nb\rc",
        "\u{202e}abc",
        "東京都",
        &"x".repeat(65_536),
        "auto",
    ];
    let charges: Vec<_> = names.iter().map(|name| charge(0, name, "1".parse().unwrap())).collect();
    let query = Query::all_resources().group_by(Dimension::Service);
    let shown = text(&query, &charges, &EFFECTIVE);
    assert_eq!(shown.lines().count(), names.len() + 4);
    let widths: Vec<_> = shown.lines().map(columns).collect();
    assert!(widths.iter().all(|width| *width == widths[0]) && widths[0] < 150, "{shown}");
    assert!(shown.chars().all(|each| each == '\n' || !each.is_control()) && !shown.contains('\u{202e}'));

    let mut ledger = Ledger::builder(Currency::USD);
    for record in &charges {
        ledger.push(record).unwrap();
    }
    let csv = query.run(&ledger.build(), &NoTags).unwrap().to_csv(&EFFECTIVE).unwrap();
    assert!(csv.contains("\"'=HYPERLINK(") && csv.contains(&"x".repeat(65_536)));
}

#[test]
fn a_report_fits_the_terminal_and_its_figures_line_up_in_every_script() {
    let names = ["東京都庁の開発者の皆さん-claude-4.5-opus-high-thinking", "e\u{301}va", "gpt-5.1-codex"];
    let mut ledger = Ledger::builder(Currency::USD);
    for (name, amount) in names.iter().zip(["1234567.891", "-0.004", "20.555"]) {
        ledger.push(&charge(0, name, amount.parse().unwrap())).unwrap();
    }
    let query = Query::all_resources().group_by(Dimension::Service);
    let report = query.run(&ledger.build(), &NoTags).unwrap();
    assert_snapshot!(report.to_text_within(&Column::COSTS, 70).unwrap());
}
