//! The files of `--out`. All money is exact decimal text in US dollars unless its name says otherwise.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use cost_ingest::RunReport;
use cost_model::export::{CsvRecords, RecordExport};
use cost_model::report::{Query, Row, Totals};
use cost_model::store::Scope;
use cost_model::{CostStore, Currency, Dimension, Ledger, Money, Pseudonyms, Tagger, Timestamp, Window};
use reconcile::Reconciliation;
use serde::Serialize;
use virtual_tags::ResolvedRules;

use crate::counts::Counts;
use examples::{Failure, NewFiles, counted};

pub struct Export<'a> {
    pub range: Window,
    pub run: &'a RunReport,
    pub counts: &'a Counts,
    pub store: &'a dyn CostStore,
    /// What of the store the files are about.
    pub scope: &'a Scope,
    pub ledger: &'a Ledger,
    pub rules: &'a ResolvedRules,
    pub bridges: &'a [Reconciliation],
    pub pseudonyms: Option<&'a Pseudonyms>,
}

impl Export<'_> {
    /// Makes every file before the first is put in its place.
    pub async fn write(&self, folder: &Path) -> Result<(), Failure> {
        let mut files = NewFiles::in_folder(folder)?;
        files.write("sync.json", &pretty(&self.sync()?)?)?;
        self.records(files.create("records.csv")?).await?;
        files.write("report.json", &pretty(&self.report()?)?)?;
        files.write("reconciliation.json", &pretty(&self.bridges)?)?;
        files.finish()
    }

    fn sync(&self) -> Result<SyncFile, Failure> {
        Ok(SyncFile {
            from: self.range.start(),
            to: self.range.end(),
            events: self.counts.events,
            charged_cents: cents(self.counts.charged)?,
            announced: self.run.announced,
            requests: self.run.requests,
            retries: self.run.retries,
            without_user: self.counts.without_user,
            unknown_kinds: self.run.unknown_kinds,
            windows: self.run.windows.len(),
        })
    }

    /// Writes every charge out of the store, one at a time.
    async fn records(&self, file: &mut (impl Write + Send)) -> Result<(), Failure> {
        let mut writer = CsvRecords::new(file, self.rules)?;
        let mut export = RecordExport::new(self.rules, &mut writer).pseudonyms(self.pseudonyms);
        self.store.scan(self.scope, &mut export).await?;
        let (written, held) = (export.finish()?.totals, self.total()?);
        let sums = |totals: &Totals| {
            (totals.records, totals.billed, totals.effective, totals.list, totals.contracted)
        };
        if sums(&written) != sums(&held) {
            // Another process has read a window in between.
            let (before, now) = (counted(held.records, "charge"), counted(written.records, "charge"));
            return Err(format!("the store has changed since its charges were added up, from {before} to {now}; run this again").into());
        }
        Ok(())
    }

    fn total(&self) -> Result<Totals, Failure> {
        Ok(Query::all_resources().window(self.range).run(self.ledger, self.rules)?.total)
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
    events: u64,
    /// The exact sum of `chargedCents` as sent, over all records.
    charged_cents: String,
    announced: u64,
    requests: u64,
    retries: u64,
    without_user: u64,
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
