//! Criterion's view of the reports, at a million records of the wide company.

use std::hint::black_box;

use benches::{Company, Contestants, DataSet, Failure, by_day_model_team, by_service, by_service_filtered};
use criterion::Criterion;

fn main() -> Result<(), Failure> {
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let Contestants { rules, ledger, columns } = Contestants::new(&Company::load(&DataSet::Wide, None)?)?;

    let mut group = criterion.benchmark_group("by day, model, team");
    let query = by_day_model_team();
    group.bench_function("floor", |bencher| bencher.iter(|| black_box(columns.group_by_day_model_team())));
    group.bench_function("query", |bencher| bencher.iter(|| black_box(query.run(&ledger, &rules))));
    group.finish();

    let mut group = criterion.benchmark_group("by service");
    let query = by_service();
    group.bench_function("floor", |bencher| bencher.iter(|| black_box(columns.group_by_service())));
    group.bench_function("query", |bencher| bencher.iter(|| black_box(query.run(&ledger, &rules))));
    group.finish();

    let mut group = criterion.benchmark_group("by service, filtered");
    let query = by_service_filtered()?;
    group.bench_function("floor", |bencher| bencher.iter(|| black_box(columns.filter_by_service())));
    group.bench_function("query", |bencher| bencher.iter(|| black_box(query.run(&ledger, &rules))));
    group.finish();
    criterion.final_summary();
    Ok(())
}
