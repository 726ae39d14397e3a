//! Criterion's view of the contestants, at a million records.

use std::hint::black_box;

use benches::{Contestants, Demo, Failure};
use criterion::Criterion;

const RECORDS: usize = 1_000_000;

fn main() -> Result<(), Failure> {
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let demo = Demo::load()?;
    let contestants = Contestants::new(&demo, RECORDS, true)?;
    let filter = Contestants::filter()?;
    let kept = contestants.kept(&filter);

    let mut group = criterion.benchmark_group("group by day, service, team");
    group.bench_function("floor", |bencher| bencher.iter(|| black_box(contestants.group_in_dense_table())));
    group.bench_function("one amount", |bencher| bencher.iter(|| black_box(contestants.group_one_amount())));
    group.bench_function("query", |bencher| bencher.iter(|| black_box(contestants.group_by_query())));
    group.bench_function("text keys", |bencher| bencher.iter(|| black_box(contestants.group_by_text())));
    group.finish();

    let mut group = criterion.benchmark_group("filter");
    group.bench_function("floor", |bencher| {
        bencher.iter(|| black_box(contestants.filter_in_dense_loop(&kept)));
    });
    group.bench_function("one amount", |bencher| {
        bencher.iter(|| black_box(contestants.filter_one_amount(&kept)));
    });
    group.bench_function("query", |bencher| {
        bencher.iter(|| black_box(contestants.filter_by_query(&filter)));
    });
    group.finish();
    criterion.final_summary();
    Ok(())
}
