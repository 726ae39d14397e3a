//! A process that is killed while it writes.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use cost_model::record::{ReadNumber, Run};
use cost_model::store::{Scope, WindowReplacement};
use cost_model::{CostRecord, CostStore, Costs, Currency, Money, Window};
use cost_model_sqlite::SqliteStore;

use crate::support::{Folder, connection, millis, put, wait, window};

const KILLS: u64 = 60;
const WINDOWS: i64 = 4;
const RECORDS: i64 = 400;

fn span(number: i64) -> Window {
    window(number * 1000, number * 1000 + 1000)
}

/// A window of which every record tells the generation, and some stay from one to the next.
fn generation(number: i64, generation: i64) -> WindowReplacement {
    let record = |place| {
        // Differences far above rounding noise, so that every change is a restatement.
        let amount = if place % 3 == 0 { 1 } else { generation + 1 };
        let costs = Costs::flat(Money::from_units(i128::from(amount) * 10_i128.pow(20)));
        let mut record = CostRecord::new(millis(number * 1000 + place), "cursor", Currency::USD, costs);
        record.edit(|set| {
            set.resource = Some(format!("{}", if place % 3 == 0 { 0 } else { generation }).into());
        });
        record
    };
    // Each generation has a size of its own.
    let count = RECORDS - 3 * (generation % 7);
    let records = (0..count).map(record).collect();
    let run = Run::at(millis(generation));
    let mut read = WindowReplacement::new(span(number), records, ReadNumber::default(), run);
    read.closed = vec![span(number)];
    read
}

/// Fails unless a window is of one generation; tells which.
fn generation_of(number: i64, records: &[CostRecord]) -> Option<i64> {
    let marked = records.get(1)?;
    let generation: i64 = marked.dimensions.resource.as_deref().unwrap().parse().unwrap();
    let expected = self::generation(number, generation).records;
    assert!(records == expected, "window {number} is not wholly of generation {generation}");
    Some(generation)
}

fn check(path: &std::path::Path) -> Vec<Option<i64>> {
    let store = SqliteStore::open(path).unwrap();
    let generations = (0..WINDOWS).map(|number| {
        let mut records: Vec<CostRecord> = Vec::new();
        wait(store.scan(&Scope::all().window(span(number)), &mut records)).unwrap();
        generation_of(number, &records)
    });
    let generations: Vec<_> = generations.collect();
    // What goes with a window is there if the window is.
    let restated = wait(store.restatements(&connection())).unwrap();
    for (number, generation) in (0..).zip(&generations) {
        let last = restated.iter().filter(|each| span(number).contains(each.at)).map(|each| each.seen).max();
        assert_eq!(
            last.map(cost_model::Timestamp::millis),
            *generation,
            "the restatements of window {number}"
        );
    }
    let covered = wait(store.coverage(&connection())).unwrap();
    for (number, generation) in (0..).zip(&generations) {
        let found = covered.spans().iter().find(|each| each.window.contains(span(number).start()));
        let read_at = found.and_then(|each| each.read_at).map(cost_model::Timestamp::millis);
        assert_eq!(read_at, *generation, "when window {number} was read");
    }
    generations
}

fn spawn(path: &std::path::Path, from: i64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::child_that_writes", "--nocapture"])
        .env("STORE_TO_WRITE", path)
        .env("FROM_GENERATION", from.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Does something only in the process that the test below starts and kills.
#[test]
fn child_that_writes() {
    let Some(path) = std::env::var_os("STORE_TO_WRITE") else { return };
    let from: i64 = std::env::var("FROM_GENERATION").unwrap().parse().unwrap();
    let store = SqliteStore::open(path).unwrap();
    println!("\nopen");
    for generation in from.. {
        for number in 0..WINDOWS {
            put(&store, &connection(), self::generation(number, generation)).unwrap();
            println!("stored");
        }
    }
}

#[test]
fn every_window_is_whole_after_every_kill() {
    let folder = Folder::new();
    let (mut newest, mut advanced) = (0, 0);
    for kill in 0..KILLS {
        let mut child = spawn(&folder.store(), newest + 1);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap() == "open"), "the child did not open the store");
        // After so many writes, and then somewhere in the next few, no two the same.
        for _ in 0..kill % 5 {
            assert!(lines.any(|line| line.unwrap() == "stored"), "the child stored nothing");
        }
        thread::sleep(Duration::from_micros(kill * 1_307 % 10_000));
        child.kill().unwrap();
        child.wait().unwrap();
        let generations = check(&folder.store());
        let reached = generations.iter().flatten().copied().max().unwrap_or_default();
        advanced += u64::from(reached > newest);
        newest = newest.max(reached);
    }
    assert!(advanced >= KILLS / 5 * 4, "{advanced} kills came after something was written");
}
