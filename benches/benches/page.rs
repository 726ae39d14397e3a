//! Criterion's view of a page of a thousand events, beside its floor.

use std::hint::black_box;

use benches::{Failure, PAGE, Pages};
use criterion::{Criterion, Throughput};

fn main() -> Result<(), Failure> {
    let mut criterion = Criterion::default().configure_from_args();
    let pages = Pages::new(PAGE)?;
    let mut group = criterion.benchmark_group("page of 1000 events");
    group.throughput(Throughput::Bytes(u64::try_from(pages.bytes())?));
    group.bench_function("floor: plain serde_json", |bencher| {
        bencher.iter(|| black_box(pages.by_plain_serde()));
    });
    group.bench_function("client", |bencher| bencher.iter(|| black_box(pages.by_client())));
    group.finish();
    criterion.final_summary();
    Ok(())
}
