//! What it costs to keep records in a file.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use benches::{Demo, Failure};
use cost_model::{
    ConnectionId, CostRecord, CostStore, Currency, Ledger, Origin, RecordSink, ReplaceStats, Run, Scope,
    StoredRecord, Timestamp, Window, WindowReplacement,
};
use cost_model_sqlite::SqliteStore;
use tokio::runtime::Runtime;

use crate::timing::{self, Timing, tenths};

/// A window is replaced as soon as it has so many records.
const IN_WINDOW: usize = 10_000;
/// The records, without the keys of their texts: what a ledger needs, and what the store reads.
const COLUMNS: &str = "at, id, tuple, identity, first_seen, run, until, input, output, cache_write, cache_read, requests, \
     quantity, effective, billed, list, contracted, derived, charged, model_cost, fee, rounded, conversation, person, \
     unconfirmed";

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

/// Wall time, and the processor's time of the whole process.
#[derive(Clone, Copy, Default)]
struct Spent {
    wall: Duration,
    processor: Duration,
}

impl Spent {
    fn on<T>(&mut self, job: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
        let (start, before) = (Instant::now(), processor_time()?);
        let answer = job()?;
        self.wall += start.elapsed();
        self.processor += processor_time()?.saturating_sub(before);
        Ok(answer)
    }

    fn print(self, job: &str) {
        let seconds = |time: Duration| tenths(time.as_millis(), 1000);
        println!("{job:<44}{:>8} s wall{:>8} s of processor", seconds(self.wall), seconds(self.processor));
    }
}

/// In hundredths of a second, as Linux counts.
fn processor_time() -> Result<Duration, Failure> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The name of the program, in parentheses, may hold anything.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 =
        fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Ok(Duration::from_millis(ticks * 10))
}

pub fn measure(count: usize) -> Result<(), Failure> {
    let (file, demo) = (File::new()?, Demo::load()?);
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    println!("{count} records, in windows of {IN_WINDOW}, mostly");
    for run in 0..2 {
        let store = SqliteStore::open(&file.path)?;
        let (spent, change) = ingest(&runtime, &store, &demo, count, run)?;
        spent.print(if run == 0 { "ingest" } else { "ingest of the same" });
        let expected = if run == 0 { change.added } else { change.unchanged };
        if usize::try_from(expected)? != count {
            return Err(format!("{change:?} is not what was ingested").into());
        }
    }
    // Closed, so that nothing is left in its log.
    let bytes = fs::metadata(&file.path)?.len();
    println!("{bytes} bytes, {} per record", tenths(bytes.into(), u128::try_from(count)?));
    let store = SqliteStore::open(&file.path)?;
    load(&runtime, &store, &file.path, count)?;
    remove(&runtime, &store, &demo)?;
    Ok(())
}

fn connection() -> ConnectionId {
    ConnectionId::new("acme")
}

/// Only the time that the store takes is counted.
fn ingest(
    runtime: &Runtime,
    store: &SqliteStore,
    demo: &Demo,
    count: usize,
    run: i64,
) -> Result<(Spent, ReplaceStats), Failure> {
    let (mut spent, mut change) = (Spent::default(), ReplaceStats::default());
    let mut records: Vec<CostRecord> = Vec::new();
    let mut replace = |records: &mut Vec<CostRecord>, end: Timestamp| -> Result<(), Failure> {
        let Some(first) = records.first() else { return Ok(()) };
        let window = Window::new(first.at, end)?;
        let run = Run::at(Timestamp::from_millis(run)?);
        let records = std::mem::take(records);
        change.add(spent.on(|| {
            let read = runtime.block_on(store.begin_read(&connection(), Origin::Demo))?;
            let new = WindowReplacement::new(window, records, read, run);
            Ok(runtime.block_on(store.replace_window(&connection(), new))?)
        })?);
        Ok(())
    };
    let mut last = Timestamp::from_millis(0)?;
    demo.for_each(count, &mut |record| {
        if records.len() >= IN_WINDOW && record.at > last {
            replace(&mut records, record.at)?;
        }
        last = record.at;
        records.push(record.clone());
        Ok(())
    })?;
    replace(&mut records, Timestamp::from_millis(last.millis() + 1)?)?;
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

fn load(runtime: &Runtime, store: &SqliteStore, path: &Path, count: usize) -> Result<(), Failure> {
    let rounds = if count > 2_000_000 { 3 } else { 7 };
    println!("\n{rounds} interleaved rounds, wall time in milliseconds");
    let mut timings = [
        Timing::new("read everything", "floor: the same columns, raw"),
        Timing::new("", "scan"),
        Timing::new("", "scan into a Ledger"),
        Timing::new("read a day", "floor: the same columns, raw"),
        Timing::new("", "scan"),
    ];
    let middle: i64 = rusqlite::Connection::open(path)?.query_row(
        "SELECT (min(at) + max(at)) / 2 FROM record",
        (),
        |row| row.get(0),
    )?;
    let day = Window::new(Timestamp::from_millis(middle)?, Timestamp::from_millis(middle + 86_400_000)?)?;
    for _ in 0..rounds {
        let [floor, scan, ledger, floor_of_day, scan_of_day] = &mut timings;
        floor.time(|| same(raw(path, i64::MIN, i64::MAX)?, count))?;
        scan.time(|| same(counted(runtime, store, &Scope::all())?, count))?;
        ledger.time(|| {
            let ledger = runtime.block_on(Ledger::from_store(store, &Scope::all(), Currency::USD))?;
            same(ledger.len(), count)
        })?;
        let mut in_day = 0;
        floor_of_day.time(|| {
            in_day = raw(path, day.start().millis(), day.end().millis() - 1)?;
            Ok(())
        })?;
        scan_of_day.time(|| same(counted(runtime, store, &Scope::all().window(day))?, in_day))?;
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

/// Reads every column of every record, and makes nothing of it.
fn raw(path: &Path, first: i64, last: i64) -> Result<usize, Failure> {
    let connection = rusqlite::Connection::open(path)?;
    let sql =
        format!("SELECT {COLUMNS} FROM record WHERE connection = 1 AND at BETWEEN ? AND ? ORDER BY at, id");
    let mut statement = connection.prepare(&sql)?;
    let columns = statement.column_count();
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

fn remove(runtime: &Runtime, store: &SqliteStore, demo: &Demo) -> Result<(), Failure> {
    let mut person = None;
    demo.for_each(1, &mut |record| {
        person.clone_from(&record.dimensions.resource);
        Ok(())
    })?;
    let person = person.ok_or("the demo's first record names nobody")?;
    let mut spent = Spent::default();
    let changed = spent.on(|| Ok(runtime.block_on(store.pseudonymise(&person, "person 1"))?))?;
    spent.print(&format!("pseudonym for one person, {changed} records"));
    let mut spent = Spent::default();
    let removed = spent.on(|| Ok(runtime.block_on(store.purge(&connection()))?))?;
    spent.print(&format!("purge, {removed} records"));
    Ok(())
}
