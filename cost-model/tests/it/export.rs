//! Records on their way out: every digit, split charges as rows of their own, and nothing lost on the way.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use cost_model::export::{CsvRecords, Receipt, RecordExport};
use cost_model::money::TokenType;
use cost_model::record::{Provenance, RecordId};
use cost_model::report::Query;
use cost_model::store::RecordSink;
use cost_model::tagger::NoTags;
use cost_model::{CostRecord, Dimension, ErrorKind, Metric, Money, Pseudonyms, StoredRecord, Tagger};
use proptest::prelude::*;

use crate::support::{cases, connection, ledger, millis, record, records};
use crate::tagged::tables;

/// As a store hands them out.
fn stored(records: &[CostRecord]) -> Vec<StoredRecord> {
    let stored = |(ordinal, record): (u64, &CostRecord)| {
        let id = RecordId::of(record, ordinal);
        let provenance = Provenance::stored(connection(1), "run".into(), millis(7), id);
        StoredRecord { record: record.clone(), provenance }
    };
    (0..).zip(records).map(stored).collect()
}

/// The rows of the file, by column, and the receipt.
fn export(
    records: &[CostRecord],
    tagger: &dyn Tagger,
    pseudonyms: Option<&Pseudonyms>,
) -> (Vec<BTreeMap<String, String>>, Receipt) {
    let mut file = Vec::new();
    let mut writer = CsvRecords::new(&mut file, tagger).unwrap();
    let mut export = RecordExport::new(tagger, &mut writer).pseudonyms(pseudonyms);
    for record in &stored(records) {
        export.record(record).unwrap();
    }
    let receipt = export.finish().unwrap();
    drop(writer);
    (csv::Reader::from_reader(file.as_slice()).deserialize().map(Result::unwrap).collect(), receipt)
}

/// Sums by the values of some columns: the four costs and the request units in their finest units, and the tokens.
type Pivot = BTreeMap<Vec<String>, Vec<i128>>;

const FIGURES: [&str; 9] = [
    "effective",
    "billed",
    "list",
    "contracted",
    "request_units",
    "input_tokens",
    "output_tokens",
    "cache_write_tokens",
    "cache_read_tokens",
];

fn add(pivot: &mut Pivot, keys: Vec<String>, figures: impl IntoIterator<Item = i128>) {
    let sums = pivot.entry(keys).or_insert_with(|| vec![0; FIGURES.len()]);
    sums.iter_mut().zip(figures).for_each(|(sum, figure)| *sum += figure);
}

fn units(text: &str) -> i128 {
    if text.is_empty() { 0 } else { text.parse::<Money>().unwrap().units() }
}

fn pivot_of_rows(rows: &[BTreeMap<String, String>], columns: &[&str]) -> Pivot {
    let mut pivot = Pivot::new();
    for row in rows {
        let keys = columns.iter().map(|column| row[*column].clone()).collect();
        let figure = |name: &&str| {
            let units = units(&row[*name]);
            if name.ends_with("_tokens") { units / 10_i128.pow(24) } else { units }
        };
        add(&mut pivot, keys, FIGURES.iter().map(figure));
    }
    pivot
}

fn pivot_of_report(records: &[CostRecord], tagger: &dyn Tagger, keys: &[&str]) -> Pivot {
    let dimensions = keys.iter().map(|key| Dimension::VirtualTag((*key).into()));
    let query = dimensions.fold(Query::all_resources(), Query::group_by);
    let mut pivot = Pivot::new();
    for row in query.run(&ledger(records), tagger).unwrap().rows {
        // A file cannot tell an empty value from none.
        let keys = row.keys.iter().map(|key| key.as_deref().unwrap_or_default().to_owned()).collect();
        let costs = [Metric::Effective, Metric::Billed, Metric::List, Metric::Contracted];
        let costs = costs.map(|metric| row.totals.get(metric).amount.units());
        let tokens = [TokenType::Input, TokenType::Output, TokenType::CacheWrite, TokenType::CacheRead];
        let tokens = tokens.map(|each| i128::from(row.totals.tokens.get(each).count()));
        add(&mut pivot, keys, costs.into_iter().chain([row.totals.requests.units()]).chain(tokens));
    }
    pivot
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn a_pivot_by_the_tag_key_equals_the_report(records in records(0..12), tagger in tables(1)) {
        let (rows, _) = export(&records, &tagger, None);
        prop_assert_eq!(pivot_of_rows(&rows, &["Team"]), pivot_of_report(&records, &tagger, &["Team"]));
    }

    #[test]
    fn a_pivot_by_all_keys_equals_the_report_and_one_by_a_single_key_but_for_the_last_of_24_decimals(
        records in records(0..12), tagger in tables(2),
    ) {
        let (rows, _) = export(&records, &tagger, None);
        let keys = ["Team", "Own"];
        prop_assert_eq!(pivot_of_rows(&rows, &keys), pivot_of_report(&records, &tagger, &keys));
        for key in keys {
            let (of_rows, of_report) = (pivot_of_rows(&rows, &[key]), pivot_of_report(&records, &tagger, &[key]));
            prop_assert!(of_rows.keys().eq(of_report.keys()));
            for (value, sums) in of_rows {
                let most = i128::try_from(rows.len()).unwrap();
                let near = sums.iter().zip(&of_report[&value]).all(|(a, b)| (a - b).abs() <= most);
                prop_assert!(near, "{value:?}");
            }
        }
    }

    #[test]
    fn the_parts_of_a_charge_are_numbered_and_add_up_to_it(records in records(0..12), tagger in tables(2)) {
        let (rows, receipt) = export(&records, &tagger, None);
        let mut charges = BTreeMap::<&str, Vec<_>>::new();
        for row in &rows {
            charges.entry(&row["record_id"]).or_default().push(row);
        }
        prop_assert_eq!(charges.len(), records.len());
        for StoredRecord { record, provenance } in stored(&records) {
            let parts = &charges[&*provenance.record_id.to_string()];
            for (number, part) in (1..).zip(parts) {
                prop_assert_eq!(&part["part"], &number.to_string());
                prop_assert_eq!(&part["parts"], &parts.len().to_string());
            }
            for (name, amount) in [("billed", record.costs.billed), ("list", record.costs.list)] {
                let sum: i128 = parts.iter().map(|part| units(&part[name])).sum();
                prop_assert_eq!(sum, amount.map_or(0, Money::units));
                // Unknown is not zero.
                prop_assert!(parts.iter().all(|part| part[name].is_empty() == amount.is_none()));
            }
        }
        let report = Query::all_resources().run(&ledger(&records), &tagger).unwrap();
        prop_assert_eq!(receipt.rows, u64::try_from(rows.len()).unwrap());
        prop_assert_eq!(receipt.totals.effective, report.total.effective);
        prop_assert_eq!(receipt.totals.billed, report.total.billed);
        prop_assert_eq!(receipt.totals.tokens, report.total.tokens);
        prop_assert_eq!(receipt.totals.records, report.total.records);
    }
}

#[test]
fn no_row_names_a_person_who_was_renamed_nor_an_id_from_which_a_name_could_be_guessed() {
    let mut charge = record(0);
    charge.edit(|set| set.resource = Some("ana@acme.test".into()));
    charge.edit(|set| set.billing_account = Some("ana@acme.test".into()));
    charge.edit(|set| set.service = Some("ana@acme.test's model".into()));
    charge.edit(|set| set.tags.insert("cursor:user", "ana@acme.test"));
    let charges = [charge];
    let (named, _) = export(&charges, &NoTags, None);
    let pseudonyms = Pseudonyms::new(b"secret");
    let (unnamed, _) = export(&charges, &NoTags, Some(&pseudonyms));
    assert!(named[0].values().any(|cell| cell.contains("ana@")));
    assert!(!unnamed[0].values().any(|cell| cell.contains("ana@")));
    assert_eq!(unnamed[0]["resource"], *pseudonyms.of("ana@acme.test"));
    assert_ne!(unnamed[0]["record_id"], named[0]["record_id"]);
    assert_eq!(unnamed[0]["billed"], named[0]["billed"]);
}

/// A tagger whose keys have the names of other columns.
#[derive(Debug)]
struct Keys([Arc<str>; 2]);

impl Tagger for Keys {
    fn keys(&self) -> &[Arc<str>] {
        &self.0
    }

    fn reads(&self) -> &[Dimension] {
        &[]
    }

    fn boundaries(&self) -> &[cost_model::Timestamp] {
        &[]
    }

    fn parts(
        &self,
        keys: &[Arc<str>],
        _: &dyn cost_model::Dimensions,
        _: cost_model::Timestamp,
    ) -> Vec<cost_model::tagger::Part> {
        vec![cost_model::tagger::Part::whole(keys.iter().map(|_| Some("=1+1".into())).collect::<Vec<_>>())]
    }
}

#[test]
fn a_tag_key_with_the_name_of_another_column_has_a_column_of_its_own() {
    let (rows, _) = export(&[record(0)], &Keys(["Billed".into(), "Team".into()]), None);
    assert_eq!(rows[0]["billed"], "1");
    assert_eq!((&*rows[0]["vtag.Billed"], &*rows[0]["Team"]), ("'=1+1", "'=1+1"));
}

#[test]
fn a_file_that_takes_no_more_is_an_error_and_no_shorter_file() {
    struct Full;
    impl io::Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is full"))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut writer = CsvRecords::new(Full, &NoTags).unwrap();
    let mut export = RecordExport::new(&NoTags, &mut writer);
    let failed = stored(&[record(0)]).iter().try_for_each(|record| export.record(record));
    assert_eq!(failed.and_then(|()| export.finish().map(|_| ())).unwrap_err().kind(), ErrorKind::Output);
}
