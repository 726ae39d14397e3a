//! Prints what a ledger and its reports cost, beside what they could cost at best.
//!
//! `cargo run --release -p benches --bin measure -- 1000000`; with `pages` in place of the number, what it costs to read
//! usage events through the client; with `sqlite 1000000`, what it costs to keep records in a file;
//! with `ingest 1000000`, the whole way from answers to a file; with `reconcile 1000000`, what it costs to explain an
//! invoice; with `rules 10000000`, what rules cost.

mod allocated;
mod ingest;
mod pages;
mod reconcile;
mod rules;
mod sqlite;
mod timing;

use std::time::{Duration, Instant};

use benches::{Contestants, Demo, Failure};

use crate::timing::{Timing, tenths};

fn main() -> Result<(), Failure> {
    let count = match std::env::args().nth(1) {
        Some(what) if what == "pages" => return pages::measure(),
        Some(what) if what == "ingest" => return ingest::measure(number(std::env::args().nth(2))?),
        Some(what) if what == "reconcile" => return reconcile::measure(number(std::env::args().nth(2))?),
        Some(what) if what == "rules" => return rules::measure(number(std::env::args().nth(2))?),
        Some(what) if what == "sqlite" => return sqlite::measure(number(std::env::args().nth(2))?),
        count => number(count)?,
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
    timing::print(&mut timings, Duration::from_millis(1));
    Ok(())
}

/// A million if not said otherwise.
fn number(text: Option<String>) -> Result<usize, Failure> {
    let Some(text) = text else { return Ok(1_000_000) };
    Ok(text.replace('_', "").parse().map_err(|_| format!("`{text}` is not a number"))?)
}

/// What the allocator has given out for a ledger once everything else is gone, the records it was built from included.
fn kept_bytes(count: usize) -> Result<(), Failure> {
    let start = Instant::now();
    let (ledger, allocated) = allocated::count(|| Demo::load()?.ledger(count));
    let (ledger, took) = (ledger?, start.elapsed());
    println!(
        "{} records, {} distinct tuples, made and built in {took:.1?}",
        ledger.len(),
        ledger.set_count()
    );
    let bytes = allocated.kept;
    let per_record = tenths(u128::try_from(bytes)?, u128::try_from(count)?);
    println!("{bytes} bytes kept, {per_record} bytes per record");
    Ok(())
}
