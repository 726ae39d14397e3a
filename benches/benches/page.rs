//! Criterion's view of pages of a thousand events, beside their floor.

use std::hint::black_box;

use benches::{DataSet, Failure, Pages};
use criterion::{Criterion, Throughput};

fn main() -> Result<(), Failure> {
    let mut criterion = Criterion::default().configure_from_args();
    let pages = Pages::newest(&DataSet::Wide.simulator(Some(20_000))?.build(), 10)?;
    let mut group = criterion.benchmark_group("10 pages of 1000 events");
    group.throughput(Throughput::Bytes(u64::try_from(pages.bytes())?));
    group.bench_function("floor: plain serde_json", |bencher| {
        bencher.iter(|| pages.by_plain_serde(&mut |page| drop(black_box(page))));
    });
    group.bench_function("client", |bencher| {
        bencher.iter(|| pages.by_client(&mut |page| drop(black_box(page))));
    });
    group.finish();
    criterion.final_summary();
    Ok(())
}
