//! Exports as spreadsheets, other countries and drift of the layout leave them: the true numbers, or a refusal with a place.

use cost_model::Metric;
use cost_model::input::DecimalMark;
use cursor_csv_source::{CsvExport, Error, ExportReader};

const HEADER: &str = "Date,User,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,Total Tokens,Cost\n";

fn case(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/it/cases/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn read(csv: impl AsRef<[u8]>) -> Result<CsvExport, Error> {
    CsvExport::read(csv.as_ref(), "usage.csv", "Acme")
}

/// The costs as stated, added up.
fn cost(export: &CsvExport) -> String {
    cost_model::Money::sum(export.rows().filter_map(|row| row.cost)).unwrap().to_string()
}

fn sum_of(metric: Metric, export: &CsvExport) -> String {
    let costs = export.records().iter().filter_map(|record| record.costs.get(metric));
    cost_model::Money::sum(costs).unwrap().to_string()
}

#[track_caller]
fn refused(csv: impl AsRef<[u8]>, place: &str, word: &str) {
    let error = read(csv).unwrap_err().to_string();
    assert!(error.starts_with(place), "{error}");
    assert!(error.contains(word), "{error}");
}

fn row(cost: &str) -> String {
    format!("2026-07-31T10:00:00.417Z,iris@example.com,On-Demand,gpt-5.4,No,0,10,0,5,15,{cost}\n")
}

#[test]
fn a_decimal_comma_is_refused_with_its_place_and_read_where_it_is_stated() {
    let csv = case("decimal-comma-export/export.csv");
    refused(&csv, "usage.csv:2: column `Cost`: `0,08`", "decimal commas");
    let reader = ExportReader::new("Acme").decimal_mark(DecimalMark::Comma);
    assert_eq!(cost(&reader.read(&csv, "usage.csv").unwrap()), "1236.14");
    let tokens = HEADER.to_owned() + &row("0.08").replace(",10,", ",\"1,5\",");
    refused(tokens, "usage.csv:2: column `Input (w/o Cache Write)`: `1,5`", "decimal commas");
}

#[test]
fn a_cost_that_can_be_read_in_two_ways_needs_another_number_to_prove_it() {
    refused(
        HEADER.to_owned() + &row("5") + &row("\"1,234\""),
        "usage.csv:3: column `Cost`: `1,234`",
        "thousands",
    );
    let proven = read(HEADER.to_owned() + &row("0.08") + &row("\"1,234\"")).unwrap();
    assert_eq!(cost(&proven), "1234.08");
    let semicolons = (HEADER.to_owned() + &row("1.234")).replace(',', ";");
    refused(semicolons, "usage.csv:2: column `Cost`: `1.234`", "thousands");
}

#[test]
fn a_column_that_changed_its_name_is_refused() {
    refused(
        case("columns-that-changed/cost-renamed.csv"),
        "usage.csv:1: ",
        "the column `Cost (USD)` looks like an amount",
    );
    refused(
        case("columns-that-changed/user-renamed.csv"),
        "usage.csv:1: ",
        "the column `User Email` looks like a person",
    );
    refused(case("columns-that-changed/cost-twice.csv"), "usage.csv:1: ", "the column `Cost` occurs twice");
    let without =
        HEADER.replace(",Cost", "") + "2026-07-31T10:00:00.417Z,a@x.test,On-Demand,auto,No,0,1,0,0,1\n";
    refused(without, "usage.csv:1: ", "no column states amounts");
    let without = HEADER.replace(",User", "") + "2026-07-31T10:00:00.417Z,On-Demand,auto,No,0,1,0,0,1,1\n";
    refused(&without, "usage.csv:1: ", "no column names users");
    let both = HEADER.replace("Cost", "Cost,Cost ($)") + &row("0.08").replace("0.08", "0.08,0.09");
    refused(both, "usage.csv:1: ", "say the same");
}

#[test]
fn columns_that_are_not_read_are_listed_and_passed_over_only_by_name() {
    let csv = HEADER.replace("Cost", "Cost,Region,List Price") + &row("0.08").replace("0.08", "0.08,eu,9");
    refused(&csv, "usage.csv:1: ", "`List Price` looks like an amount");
    let export = ExportReader::new("Acme").pass_over("list price").read(csv.as_bytes(), "usage.csv").unwrap();
    assert_eq!(
        (export.columns_passed_over(), cost(&export).as_str()),
        (["Region", "List Price"].map(str::to_owned).as_slice(), "0.08")
    );
    assert_eq!((export.columns_missing(), export.columns_read().len()), ([].as_slice(), 11));
}

#[test]
fn own_key_rows_cost_what_the_file_charges() {
    let export = read(case("own-key-fee-in-an-export/export.csv")).unwrap();
    assert_eq!(
        (sum_of(Metric::Billed, &export).as_str(), sum_of(Metric::Effective, &export).as_str()),
        ("0.36", "0.36")
    );
}

#[test]
fn semicolons_are_read_and_their_decimal_commas_named() {
    let csv = case("semicolons/export.csv");
    refused(&csv, "usage.csv:2: column `Cost`: `0,08`", "decimal commas");
    let reader = ExportReader::new("Acme").decimal_mark(DecimalMark::Comma);
    assert_eq!(cost(&reader.read(&csv, "usage.csv").unwrap()), "0.08");
    let text = HEADER.to_owned() + &row("0.08");
    for (separator, start) in [(";", "sep=;\n"), ("\t", ""), ("|", ""), (";", "")] {
        assert_eq!(
            cost(&read(start.to_owned() + &text.replace(',', separator)).unwrap()),
            "0.08",
            "{separator}"
        );
    }
}

#[test]
fn unknown_kinds_and_amounts_that_count_nothing_are_told() {
    let reader = ExportReader::new("Acme").person("iris@example.com");
    let export = reader.read(&case("kinds-that-an-export-brings/export.csv"), "usage.csv").unwrap();
    let told = |kinds: Vec<cursor_csv_source::KindSum>| {
        kinds.iter().map(|kind| format!("{} {} {}", kind.kind, kind.rows, kind.cost)).collect::<Vec<_>>()
    };
    assert_eq!(told(export.unknown_kinds().unwrap()), ["Bonus 1 0.24", "express 1 0.42"]);
    assert_eq!(told(export.uncounted_kinds().unwrap()), ["free 1 0.09"]);
}

#[test]
fn sums_among_the_rows_are_checked_and_never_usage() {
    let rows = row("0.08") + &row("0.20");
    let total = |cells: &str| HEADER.to_owned() + &rows + cells;
    for cells in [
        "Total,,,,,0,20,0,10,30,0.28\n",
        "2026-07-31T23:59:59.000Z,,,All models,,0,20,0,10,30,0.28\n",
        "2026-07-31,All users,,,,,,,,,$0.28\n",
        ",,,,,,,,,30,0.28\n",
        "2026-07-31T00:00:00Z,iris@example.com,,Total,,,,,,,0.28\n",
    ] {
        let export = read(total(cells)).unwrap();
        assert_eq!(
            (cost(&export).as_str(), export.sums().len(), export.sums()[0].line),
            ("0.28", 1, 4),
            "{cells}"
        );
        let above = read(HEADER.to_owned() + cells + &rows).unwrap();
        assert_eq!((cost(&above).as_str(), above.sums()[0].line), ("0.28", 2), "{cells}");
    }
    refused(total("Total,,,,,0,20,0,10,30,0.29\n"), "usage.csv:4: ", "it states 0.29, they total 0.28");
    refused(
        total("2026-07-31T23:59:59.000Z,,,Alle Kosten\u{a0}zusammen,,0,20,0,10,30,0.28\n"),
        "usage.csv:4: ",
        "sum of all others",
    );
}

#[test]
fn a_file_that_was_cut_off_or_is_no_text_is_refused() {
    let text = HEADER.to_owned() + &row("0.08") + &row("\"0.0");
    refused(text.trim_end(), "usage.csv:3: ", "ends inside a quoted cell");
    refused(HEADER.to_owned() + &row("0.08").replace(",15,0.08", ""), "usage.csv:2: ", "9 fields");
    refused(
        HEADER.to_owned() + &row("0.08").replace("iris", "ir\"is").replace("ir\"is@example.com", "\"iris\"x"),
        "usage.csv:2: ",
        "closing quote",
    );
    refused(b"PK\x03\x04more".as_slice(), "usage.csv: ", "spreadsheet");
    let utf16: Vec<u8> =
        format!("\u{feff}{HEADER}{}", row("0.08")).encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(cost(&read(utf16).unwrap()), "0.08");
}

#[test]
fn invisible_characters_make_no_other_names() {
    let csv =
        HEADER.replace("User", "\u{a0}USER\u{200b}") + &row("0.08").replace("iris@", "\u{200b}iris\u{200d}@");
    let csv = format!("\u{feff}{csv}");
    assert_eq!(read(csv).unwrap().records()[0].dimensions.resource.as_deref(), Some("iris@example.com"));
}

#[test]
fn an_amount_in_another_currency_is_refused() {
    refused(HEADER.to_owned() + &row("0.08 EUR"), "usage.csv:2: column `Cost`", "US dollars");
    for cost_cell in ["US$0.08", "$0.08", "0.08 USD", "\"0.08\u{a0}$US\""] {
        assert_eq!(cost(&read(HEADER.to_owned() + &row(cost_cell)).unwrap()), "0.08", "{cost_cell}");
    }
}

#[test]
fn a_personal_export_is_of_one_person() {
    let reader = ExportReader::new("Acme").person("IRIS@example.com");
    let export = reader.read((HEADER.to_owned() + &row("0.08")).as_bytes(), "usage.csv").unwrap();
    assert_eq!((export.names_users(), export.person()), (true, Some("IRIS@example.com")));
    let other = HEADER.to_owned() + &row("0.08") + &row("0.08").replace("iris", "bo");
    let error = reader.read(other.as_bytes(), "usage.csv").unwrap_err();
    assert_eq!((error.line(), error.column()), (Some(3), Some("User")));
    assert!(!error.to_string().contains("bo@"), "{error}");
}

#[test]
fn the_span_of_a_file_is_that_of_its_rows() {
    let csv = HEADER.to_owned() + &row("0.08") + &row("0.08").replace("10:00:00.417", "09:00:00.000");
    let export = read(csv).unwrap();
    let span = export.span().unwrap();
    assert_eq!(span.start().to_string(), "2026-07-31T09:00:00Z");
    assert_eq!(span.end().to_string(), "2026-07-31T10:00:00.418Z");
    assert_eq!(
        (export.decimals(), export.rows().map(|row| row.line).collect::<Vec<_>>()),
        (Some(2), vec![2, 3])
    );
}
