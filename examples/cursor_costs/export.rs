//! The files of `--out`. All money is exact decimal text in US dollars unless its name says otherwise.

use std::fs;
use std::path::Path;

use cost_ingest::RunReport;
use cost_model::report::{Query, Totals};
use cost_model::{Assignment, CostRecord, Dimension, Ledger, Money, Tagger, Window};
use reconcile::Reconciliation;
use serde_json::{Map, Value, json};
use virtual_tags::Rules;

use crate::Failure;
use crate::sections::{charged, without_user};

pub struct Export<'a> {
    pub range: Window,
    pub run: &'a RunReport,
    pub records: &'a [CostRecord],
    pub ledger: &'a Ledger,
    pub rules: &'a Rules,
    pub bridges: &'a [Reconciliation],
}

impl Export<'_> {
    /// Makes every file before it writes the first, and puts each in its place whole.
    pub fn write(&self, folder: &Path) -> Result<(), Failure> {
        let files = [
            ("sync.json", pretty(&self.sync()?)?),
            ("records.csv", self.records()?),
            ("report.json", pretty(&self.report()?)?),
            ("reconciliation.json", pretty(&serde_json::to_value(self.bridges)?)?),
        ];
        let place = |path: &Path, action: &dyn Fn() -> std::io::Result<()>| {
            action().map_err(|error| Failure::from(format!("{}: {error}", path.display())))
        };
        place(folder, &|| fs::create_dir_all(folder))?;
        let part = |name: &str| folder.join(format!("{name}.part"));
        for (name, bytes) in &files {
            let outcome = place(&part(name), &|| fs::write(part(name), bytes));
            if outcome.is_err() {
                for (name, _) in &files {
                    // Whatever was not written cannot be removed, and need not be.
                    drop(fs::remove_file(part(name)));
                }
                return outcome;
            }
        }
        for (name, _) in &files {
            place(&folder.join(name), &|| fs::rename(part(name), folder.join(name)))?;
        }
        Ok(())
    }

    fn sync(&self) -> Result<Value, Failure> {
        Ok(json!({
            "from": self.range.start().to_string(),
            "to": self.range.end().to_string(),
            "events": self.records.len(),
            "charged_cents": cents(charged(self.records)?)?,
            "announced": self.run.announced,
            "requests": self.run.requests,
            "retries": self.run.retries,
            "without_user": without_user(self.records),
            "unknown_kinds": self.run.unknown_kinds,
            "windows": self.run.windows.len(),
        }))
    }

    fn records(&self) -> Result<Vec<u8>, Failure> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let keys = self.rules.keys().iter().map(|key| &**key);
        writer.write_record(RECORD_COLUMNS.into_iter().chain(keys))?;
        for record in self.records {
            let values =
                self.rules.keys().iter().map(|key| match self.rules.assign(key, record, record.at) {
                    Assignment::Value(value) => value.into_owned(),
                    Assignment::Shares(_) | Assignment::Unset => String::new(),
                });
            writer.write_record(record_cells(record).into_iter().chain(values))?;
        }
        Ok(writer.into_inner()?)
    }

    fn report(&self) -> Result<Value, Failure> {
        let query = ["Team", "Department"].into_iter().fold(
            Query::all_resources().window(self.range),
            |query, name| {
                let key = self.rules.keys().iter().find(|key| key.eq_ignore_ascii_case(name));
                query.group_by(key.map_or(ABSENT, |key| Dimension::VirtualTag(key.clone())))
            },
        );
        let report = query.run(self.ledger, self.rules)?;
        let rows = report.rows.iter().map(|row| {
            let mut cells = Map::new();
            for (name, key) in ["team", "department"].into_iter().zip(&row.keys) {
                cells.insert(name.to_owned(), json!(key.as_deref()));
            }
            cells.extend(amounts(&row.totals));
            Value::Object(cells)
        });
        Ok(json!({
            "from": self.range.start().to_string(),
            "to": self.range.end().to_string(),
            "currency": self.ledger.currency().code(),
            "rows": rows.collect::<Vec<_>>(),
            "totals": amounts(&report.total),
        }))
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
    let text = |value: &Option<std::sync::Arc<str>>| value.as_deref().unwrap_or_default().to_owned();
    let money = |amount: Option<Money>| amount.map(|amount| amount.to_string()).unwrap_or_default();
    let tags: Map<String, Value> =
        record.tags.iter().map(|(key, value)| (key.to_string(), Value::from(&**value))).collect();
    [
        record.at.to_string(),
        text(&record.account),
        text(&record.service),
        text(&record.service_id),
        text(&record.category),
        text(&record.subcategory),
        text(&record.resource),
        text(&record.charge_type),
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

/// The figures of a report row; `missing` counts the events that state no such amount.
fn amounts(totals: &Totals) -> Map<String, Value> {
    let mut cells = Map::new();
    cells.insert("billed".to_owned(), json!(totals.billed.amount));
    cells.insert("effective".to_owned(), json!(totals.effective.amount));
    cells.insert("list".to_owned(), json!(totals.list.amount));
    cells.insert("events".to_owned(), json!(totals.records));
    let missing = json!({
        "billed": totals.billed.missing, "effective": totals.effective.missing, "list": totals.list.missing
    });
    cells.insert("missing".to_owned(), missing);
    cells
}

fn cents(dollars: Money) -> Result<String, Failure> {
    let units = dollars.units().checked_mul(100).ok_or("the sum of charged cents is out of range")?;
    Ok(Money::from_units(units).to_string())
}

fn pretty(value: &Value) -> Result<Vec<u8>, Failure> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}
