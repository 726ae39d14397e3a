//! The files of `--out`. All money is exact decimal text in US dollars unless its name says otherwise.

use std::path::Path;
use std::sync::Arc;

use cost_ingest::RunReport;
use cost_model::output::CsvWriter;
use cost_model::report::{Query, Row, Totals};
use cost_model::{CostRecord, Currency, Dimension, Ledger, Money, Pseudonyms, Tagger, Timestamp, Window};
use reconcile::Reconciliation;
use serde::Serialize;
use serde_json::{Map, Value};
use virtual_tags::ResolvedRules;

use crate::sections::{charged, without_user};
use examples::{Failure, NewFiles};

pub struct Export<'a> {
    pub range: Window,
    pub run: &'a RunReport,
    pub records: &'a [CostRecord],
    pub ledger: &'a Ledger,
    pub rules: &'a ResolvedRules,
    pub bridges: &'a [Reconciliation],
    pub pseudonyms: Option<&'a Pseudonyms>,
}

impl Export<'_> {
    /// Makes every file before the first is put in its place.
    pub fn write(&self, folder: &Path) -> Result<(), Failure> {
        let mut files = NewFiles::in_folder(folder)?;
        files.write("sync.json", &pretty(&self.sync()?)?)?;
        files.write("records.csv", &self.records()?)?;
        files.write("report.json", &pretty(&self.report()?)?)?;
        files.write("reconciliation.json", &pretty(&self.bridges)?)?;
        files.finish()
    }

    fn sync(&self) -> Result<SyncFile, Failure> {
        Ok(SyncFile {
            from: self.range.start(),
            to: self.range.end(),
            events: self.records.len(),
            charged_cents: cents(charged(self.records)?)?,
            announced: self.run.announced,
            requests: self.run.requests,
            retries: self.run.retries,
            without_user: without_user(self.records),
            unknown_kinds: self.run.unknown_kinds,
            windows: self.run.windows.len(),
        })
    }

    fn records(&self) -> Result<Vec<u8>, Failure> {
        let keys = self.rules.keys().iter().map(|key| &**key);
        let mut writer = CsvWriter::new(Vec::new(), RECORD_COLUMNS.into_iter().chain(keys))?;
        for record in self.records {
            let parts = self.rules.parts(self.rules.keys(), record, record.at);
            let rename = |value: &Arc<str>| match self.pseudonyms {
                Some(pseudonyms) => pseudonyms.rename_value(value).into_owned(),
                None => value.to_string(),
            };
            let values: Vec<String> = match parts.as_slice() {
                [whole] => {
                    whole.values.iter().map(|value| value.as_ref().map(rename).unwrap_or_default()).collect()
                }
                _ => vec![String::new(); self.rules.keys().len()],
            };
            let mut shown = record.clone();
            if let Some(pseudonyms) = self.pseudonyms {
                pseudonyms.rename_in(&mut shown);
            }
            writer.row(record_cells(&shown).into_iter().chain(values))?;
        }
        Ok(writer.finish()?)
    }

    fn report(&self) -> Result<ReportFile, Failure> {
        let query = ["Team", "Department"].into_iter().fold(
            Query::all_resources().window(self.range),
            |query, name| {
                let key = self.rules.keys().iter().find(|key| key.eq_ignore_ascii_case(name));
                query.group_by(key.map_or(ABSENT, |key| Dimension::VirtualTag(key.clone())))
            },
        );
        let mut report = query.run(self.ledger, self.rules)?;
        if let Some(pseudonyms) = self.pseudonyms {
            pseudonyms.rename_in_report(&mut report);
        }
        let row = |row: Row| {
            let mut keys = row.keys.into_iter();
            let (team, department) = (keys.next().flatten(), keys.next().flatten());
            OwnerRow {
                team: text(team.as_ref()),
                department: text(department.as_ref()),
                amounts: Amounts::of(&row.totals),
            }
        };
        Ok(ReportFile {
            from: self.range.start(),
            to: self.range.end(),
            currency: self.ledger.currency(),
            totals: Amounts::of(&report.total),
            rows: report.rows.into_iter().map(row).collect(),
        })
    }
}

#[derive(Serialize)]
struct SyncFile {
    from: Timestamp,
    to: Timestamp,
    events: usize,
    /// The exact sum of `chargedCents` as sent, over all records.
    charged_cents: String,
    announced: u64,
    requests: u64,
    retries: u64,
    without_user: usize,
    unknown_kinds: u64,
    windows: usize,
}

#[derive(Serialize)]
struct ReportFile {
    from: Timestamp,
    to: Timestamp,
    currency: Currency,
    rows: Vec<OwnerRow>,
    totals: Amounts,
}

#[derive(Serialize)]
struct OwnerRow {
    team: Option<String>,
    department: Option<String>,
    #[serde(flatten)]
    amounts: Amounts,
}

#[derive(Serialize)]
struct Amounts {
    billed: Money,
    effective: Money,
    list: Money,
    events: u64,
    /// How many events state no such amount.
    missing: Missing,
}

#[derive(Serialize)]
struct Missing {
    billed: u64,
    effective: u64,
    list: u64,
}

impl Amounts {
    fn of(totals: &Totals) -> Self {
        let Totals { billed, effective, list, .. } = totals;
        Self {
            billed: billed.amount,
            effective: effective.amount,
            list: list.amount,
            events: totals.records,
            missing: Missing { billed: billed.missing, effective: effective.missing, list: list.missing },
        }
    }
}

/// A dimension that no Cursor record has, for a tag key without rules.
const ABSENT: Dimension = Dimension::Region;

const RECORD_COLUMNS: [&str; 18] = [
    "time",
    "account",
    "service",
    "model",
    "category",
    "subcategory",
    "resource",
    "charge_type",
    "billed",
    "effective",
    "list",
    "contracted",
    "input_tokens",
    "output_tokens",
    "cache_write_tokens",
    "cache_read_tokens",
    "request_units",
    "tags",
];

fn record_cells(record: &CostRecord) -> [String; RECORD_COLUMNS.len()] {
    let cell = |value: &Option<Arc<str>>| text(value.as_ref()).unwrap_or_default();
    let money = |amount: Option<Money>| amount.map(|amount| amount.to_string()).unwrap_or_default();
    let tags: Map<String, Value> =
        record.tags.iter().map(|(key, value)| (key.to_string(), Value::from(&**value))).collect();
    [
        record.at.to_string(),
        cell(&record.account),
        cell(&record.service),
        cell(&record.service_id),
        cell(&record.category),
        cell(&record.subcategory),
        cell(&record.resource),
        cell(&record.charge_type),
        money(record.costs.billed),
        money(record.costs.effective),
        money(record.costs.list),
        money(record.costs.contracted),
        record.tokens.input.to_string(),
        record.tokens.output.to_string(),
        record.tokens.cache_write.to_string(),
        record.tokens.cache_read.to_string(),
        record.requests.map(|requests| requests.to_string()).unwrap_or_default(),
        Value::Object(tags).to_string(),
    ]
}

fn text(value: Option<&Arc<str>>) -> Option<String> {
    value.map(ToString::to_string)
}

fn cents(dollars: Money) -> Result<String, Failure> {
    let units = dollars.units().checked_mul(100).ok_or("the sum of charged cents is out of range")?;
    Ok(Money::from_units(units).to_string())
}

fn pretty(value: &impl Serialize) -> Result<Vec<u8>, Failure> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}
