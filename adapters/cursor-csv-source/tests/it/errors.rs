//! Files that are no exports, and rows that are no events: what is wrong, and where.

use cursor_csv_source::CsvExport;

const HEADER: &str = "Date,User,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,Total Tokens,Cost\n";

#[track_caller]
fn refused(csv: &[u8], message: &str) {
    let error = CsvExport::read(csv, "usage.csv", "Acme").unwrap_err();
    assert_eq!(error.to_string(), message);
}

#[track_caller]
fn row_refused(row: &str, message: &str) {
    let good = "2026-07-31T10:00:00.417Z,a@x.test,On-Demand,auto,No,0,1,0,0,1,0.10\n";
    refused(format!("{HEADER}{good}{row}\n").as_bytes(), message);
}

#[test]
fn unknown_layouts() {
    refused(
        b"Model,Request Count,Total Tokens,Cost ($)\nauto,3,5,0.1\n",
        "usage.csv:1: the export is summed up by model and has no dates; export the usage events instead",
    );
    refused(b"When,Model\n", "usage.csv:1: there is no column `Date`; the columns are: When, Model");
    refused(
        b"Date,Model,Cost\n",
        "usage.csv:1: there is no column `Input (w/ Cache Write)`; the columns are: Date, Model, Cost",
    );
    refused(b"", "usage.csv:1: the file is empty: there is no column `Date`");
    refused(
        b"Date,Model\n\xff\n",
        "usage.csv:2: the text is not UTF-8; it may be Windows-1252, as spreadsheets save plain CSV: save it as \"CSV \
         UTF-8\"",
    );
}

#[test]
fn cells_that_are_none() {
    row_refused(
        "yesterday,a@x.test,On-Demand,auto,No,0,1,0,0,1,0.10",
        "usage.csv:3: column `Date`: `yesterday` is not an instant like 2026-07-31T10:00:00.417Z",
    );
    row_refused(
        "a@x.test,2026-07-31T10:00:00.417Z,On-Demand,auto,No,0,1,0,0,1,0.10",
        "usage.csv:3: column `Date`: `***` is not an instant like 2026-07-31T10:00:00.417Z",
    );
    row_refused(
        "2026-07-31T10:00:00.417Z,a@x.test,On-Demand,auto,Maybe,0,1,0,0,1,0.10",
        "usage.csv:3: column `Max Mode`: `Maybe` is neither Yes nor No",
    );
    row_refused(
        "2026-07-31T10:00:00.417Z,a@x.test,On-Demand,auto,No,0,-1,0,0,1,0.10",
        "usage.csv:3: column `Input (w/o Cache Write)`: `-1` is not a whole number: it is negative or too large",
    );
    row_refused(
        "2026-07-31T10:00:00.417Z,a@x.test,On-Demand,auto,No,0,1,0,0,1,ten",
        "usage.csv:3: column `Cost`: `ten` is not an amount like 96.10",
    );
    row_refused("2026-07-31T10:00:00.417Z,a@x.test", "usage.csv:3: the row has 2 fields, and the header 11");
}

#[test]
fn debug_shows_no_person() {
    let csv = format!("{HEADER}2026-07-31T10:00:00.417Z,a@x.test,On-Demand,auto,No,0,1,0,0,1,0.10\n");
    let export = CsvExport::read(csv.as_bytes(), "usage.csv", "Acme").unwrap();
    assert!(!format!("{export:?}").contains("a@x"));
}
