//! Prints what a ledger and its reports cost, beside what they could cost at best.
//!
//! `cargo run --release -p benches --bin measure -- 1000000`

mod allocated;

use std::hint::black_box;
use std::time::{Duration, Instant};

use benches::{Contestants, Demo, Failure};

fn main() -> Result<(), Failure> {
    let count = match std::env::args().nth(1) {
        Some(count) => count.replace('_', "").parse().map_err(|_| format!("`{count}` is not a number"))?,
        None => 1_000_000_usize,
    };
    let rounds = if count > 2_000_000 { 5 } else { 21 };
    kept_bytes(count)?;

    let demo = Demo::load()?;
    let contestants = Contestants::new(&demo, count, true)?;
    let filter = Contestants::filter()?;
    let kept = contestants.kept(&filter);
    println!("\n{rounds} interleaved rounds on one thread, wall time in milliseconds");
    let mut timings = [
        Timing::new("group by (day, service, team)", "floor: dense table of codes"),
        Timing::new("", "single-amount floor"),
        Timing::new("", "Query::run"),
        Timing::new("", "rival: text keys, decimals"),
        Timing::new("filter", "floor: dense loop"),
        Timing::new("", "single-amount floor"),
        Timing::new("", "Query::run"),
    ];
    for _ in 0..rounds {
        let [dense, one, query, text, loop_, loop_of_one, filtered] = &mut timings;
        dense.time(|| contestants.group_in_dense_table())?;
        one.time(|| contestants.group_one_amount())?;
        query.time(|| contestants.group_by_query())?;
        text.time(|| Ok(contestants.group_by_text()))?;
        loop_.time(|| contestants.filter_in_dense_loop(&kept))?;
        loop_of_one.time(|| contestants.filter_one_amount(&kept))?;
        filtered.time(|| contestants.filter_by_query(&filter))?;
    }
    println!("{:<31}{:<29}{:>9}{:>9}{:>10}", "", "", "least", "median", "x floor");
    let mut floor = Duration::ZERO;
    for timing in &mut timings {
        if timing.contestant.starts_with("floor") {
            floor = timing.median();
        }
        timing.print(floor);
    }
    Ok(())
}

/// What the allocator has given out for a ledger once everything else is gone, the records it was built from included.
fn kept_bytes(count: usize) -> Result<(), Failure> {
    let start = Instant::now();
    let (ledger, bytes) = allocated::count(|| Demo::load()?.ledger(count));
    let (ledger, took) = (ledger?, start.elapsed());
    println!(
        "{} records, {} distinct tuples, made and built in {took:.1?}",
        ledger.len(),
        ledger.tuple_count()
    );
    let per_record = tenths(u128::try_from(bytes)?, u128::try_from(count)?);
    println!("{bytes} bytes kept, {per_record} bytes per record");
    Ok(())
}

struct Timing {
    job: &'static str,
    contestant: &'static str,
    rounds: Vec<Duration>,
}

impl Timing {
    fn new(job: &'static str, contestant: &'static str) -> Self {
        Self { job, contestant, rounds: Vec::new() }
    }

    fn time<T>(&mut self, run: impl FnOnce() -> Result<T, Failure>) -> Result<(), Failure> {
        let start = Instant::now();
        let answer = black_box(run()?);
        self.rounds.push(start.elapsed());
        drop(answer);
        Ok(())
    }

    fn median(&mut self) -> Duration {
        self.rounds.sort_unstable();
        self.rounds.get(self.rounds.len() / 2).copied().unwrap_or_default()
    }

    fn print(&mut self, floor: Duration) {
        let median = self.median();
        let least = self.rounds.first().copied().unwrap_or_default();
        println!(
            "{:<31}{:<29}{:>9}{:>9}{:>10}",
            self.job,
            self.contestant,
            tenths(least.as_micros(), 1000),
            tenths(median.as_micros(), 1000),
            tenths(median.as_nanos(), floor.as_nanos()),
        );
    }
}

/// A quotient with one decimal.
fn tenths(dividend: u128, divisor: u128) -> String {
    let tenths = (dividend * 10 + divisor / 2).checked_div(divisor).unwrap_or_default();
    format!("{}.{}", tenths / 10, tenths % 10)
}
