//! What it costs to keep records in a file.

use std::collections::HashMap;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Duration;

use benches::{Company, Failure, processor_time};
use cost_model::record::Run;
use cost_model::source::Origin;
use cost_model::store::{ConnectionId, RecordSink, ReplaceStats, Scope, WindowReplacement};
use cost_model::{CostStore, Currency, Dimension, Dimensions, Ledger, StoredRecord, Timestamp, Window};
use cost_model_sqlite::SqliteStore;
use tokio::runtime::Runtime;

use crate::Size;
use crate::timing::{self, Timing, tenths};

/// A store in a folder that goes with it.
struct File {
    folder: PathBuf,
    path: PathBuf,
}

impl File {
    fn new() -> Result<Self, Failure> {
        let folder = std::env::temp_dir().join(format!("measure-sqlite-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let path = folder.join("costs.db");
        Ok(Self { folder, path })
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.folder);
    }
}

/// Processor time of the whole process, the store's thread included.
#[derive(Clone, Copy, Default)]
struct Spent(Duration);

impl Spent {
    fn on<T>(&mut self, job: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
        let start = processor_time();
        let answer = job()?;
        self.0 += processor_time().saturating_sub(start);
        Ok(answer)
    }

    fn print(self, job: &str) {
        println!("{job:<44}{:>8} ms", self.0.as_millis());
    }
}

pub fn measure(size: &Size) -> Result<(), Failure> {
    let (file, company) = (File::new()?, Company::load(&size.set, size.events)?);
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let mut records = 0;
    company.for_each(&mut |_| {
        records += 1;
        Ok(())
    })?;
    println!("{records} records, a window for each day or hour; processor time");
    for run in 0..2 {
        let store = SqliteStore::open(&file.path)?;
        let (spent, change) = replace_all(&runtime, &store, &company, run)?;
        spent.print(if run == 0 { "records into a new file" } else { "the same again, unchanged" });
        let expected = if run == 0 { change.added } else { change.unchanged };
        if expected != records {
            return Err(format!("{change:?} is not what was read").into());
        }
    }
    // Closed, so that nothing is left in its log.
    let bytes = fs::metadata(&file.path)?.len();
    println!("{bytes} bytes, {} for each record", tenths(bytes.into(), records.into()));
    let store = SqliteStore::open(&file.path)?;
    load(&runtime, &store, &file.path, size)?;
    remove(&runtime, &store)?;
    Ok(())
}

fn connection() -> ConnectionId {
    ConnectionId::new("acme")
}

/// Only the time that the store takes is counted.
fn replace_all(
    runtime: &Runtime,
    store: &SqliteStore,
    company: &Company,
    run: i64,
) -> Result<(Spent, ReplaceStats), Failure> {
    let (mut spent, mut change) = (Spent::default(), ReplaceStats::default());
    let run = Run::at(Timestamp::from_millis(run)?);
    company.for_each_window(&mut |window, records| {
        change.add(spent.on(|| {
            let read = runtime.block_on(store.begin_read(&connection(), Origin::Demo))?;
            let new = WindowReplacement::new(window, records, read, run.clone());
            Ok(runtime.block_on(store.replace_window(&connection(), new))?)
        })?);
        Ok(())
    })?;
    Ok((spent, change))
}

/// Counts, and throws away.
#[derive(Default)]
struct Count(usize);

impl RecordSink for Count {
    fn record(&mut self, StoredRecord { record, .. }: &StoredRecord) -> cost_model::Result<()> {
        black_box(record);
        self.0 += 1;
        Ok(())
    }
}

fn load(runtime: &Runtime, store: &SqliteStore, path: &Path, size: &Size) -> Result<(), Failure> {
    let rounds = if size.is_huge() { 3 } else { 7 };
    println!("\n{rounds} interleaved rounds, processor time in milliseconds");
    let mut timings = [
        Timing::new("read everything", "floor: the same columns, raw"),
        Timing::new("", "scan"),
        Timing::new("", "scan into a Ledger"),
        Timing::new("read a day", "floor: the same columns, raw"),
        Timing::new("", "scan"),
    ];
    let sql = "SELECT (min(at) + max(at)) / 2 FROM record";
    let middle: i64 = rusqlite::Connection::open(path)?.query_row(sql, (), |row| row.get(0))?;
    let day = Window::new(Timestamp::from_millis(middle)?, Timestamp::from_millis(middle + 86_400_000)?)?;
    let (all, of_day) = (raw(path, None)?, raw(path, Some(day))?);
    for _ in 0..rounds {
        let [floor, scan, ledger, floor_of_day, scan_of_day] = &mut timings;
        floor.time(|| same(raw(path, None)?, all))?;
        scan.time(|| same(counted(runtime, store, &Scope::all())?, all))?;
        ledger.time(|| {
            let ledger = runtime.block_on(Ledger::from_store(store, &Scope::all(), Currency::USD))?;
            same(ledger.len(), all)
        })?;
        floor_of_day.time(|| same(raw(path, Some(day))?, of_day))?;
        scan_of_day.time(|| same(counted(runtime, store, &Scope::all().window(day))?, of_day))?;
    }
    timing::print(&mut timings, Duration::from_millis(1));
    println!();
    Ok(())
}

/// Fails unless all contestants read as many.
fn same(found: usize, expected: usize) -> Result<(), Failure> {
    if found == expected { Ok(()) } else { Err(format!("{found} records were read, not {expected}").into()) }
}

fn counted(runtime: &Runtime, store: &SqliteStore, scope: &Scope) -> Result<usize, Failure> {
    let mut count = Count::default();
    runtime.block_on(store.scan(scope, &mut count))?;
    Ok(count.0)
}

/// Reads every column of every record, texts of dimensions apart, and makes nothing of it.
fn raw(path: &Path, window: Option<Window>) -> Result<usize, Failure> {
    let connection = rusqlite::Connection::open(path)?;
    let sql = "SELECT * FROM record WHERE connection = 1 AND at BETWEEN ? AND ? ORDER BY at, id";
    let mut statement = connection.prepare(sql)?;
    let columns = statement.column_count();
    let (first, last) =
        window.map_or((i64::MIN, i64::MAX), |window| (window.start().millis(), window.end().millis() - 1));
    let mut rows = statement.query((first, last))?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        for column in 0..columns {
            black_box(row.get_ref(column)?);
        }
        count += 1;
    }
    Ok(count)
}

fn remove(runtime: &Runtime, store: &SqliteStore) -> Result<(), Failure> {
    let mut busiest = Busiest::default();
    runtime.block_on(store.scan(&Scope::all(), &mut busiest))?;
    let person = busiest.0.into_iter().max_by_key(|(_, count)| *count).ok_or("the records name nobody")?.0;
    let mut spent = Spent::default();
    let changed = spent.on(|| Ok(runtime.block_on(store.pseudonymise(&person, "person 1"))?))?;
    spent.print(&format!("pseudonym for one person, {changed} records"));
    let mut spent = Spent::default();
    let removed = spent.on(|| Ok(runtime.block_on(store.purge(&connection()))?))?;
    spent.print(&format!("purge, {removed} records"));
    Ok(())
}

/// How many records name each person.
#[derive(Default)]
struct Busiest(HashMap<String, usize>);

impl RecordSink for Busiest {
    fn record(&mut self, StoredRecord { record, .. }: &StoredRecord) -> cost_model::Result<()> {
        if let Some(person) = record.get(&Dimension::Resource).filter(|resource| resource.contains('@')) {
            *self.0.entry(person.into_owned()).or_default() += 1;
        }
        Ok(())
    }
}
