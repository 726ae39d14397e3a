//! Reports of a ledger, beside loops over plain columns, and the bytes that a ledger keeps.

use std::time::Duration;

use benches::{Company, Contestants, Failure, by_day_model_team, by_service, by_service_filtered, totals_of};

use crate::timing::{self, Timing, tenths};
use crate::{Size, allocated};

pub fn measure(size: &Size) -> Result<(), Failure> {
    let company = Company::load(&size.set, size.events)?;
    kept_bytes(&company)?;
    let contestants = Contestants::new(&company)?;
    let Contestants { rules, ledger, columns } = &contestants;
    let (by_all, by_service, filtered) = (by_day_model_team(), by_service(), by_service_filtered()?);

    let totals = totals_of(&by_all.run(ledger, rules)?);
    println!("{} rows by (day, model, team)", totals.len());
    let services = totals_of(&by_service.run(ledger, rules)?);
    let kept = totals_of(&filtered.run(ledger, rules)?);
    if totals != columns.totals_by_day_model_team(&columns.group_by_day_model_team()?)
        || services != columns.totals_by_service(&columns.group_by_service()?)
        || kept != columns.totals_by_service(&columns.filter_by_service()?)
    {
        return Err("a report differs from its floor".into());
    }

    let tags = by_all.tags(ledger, rules)?;
    let mut timings = [
        Timing::new("by (day, model, team)", "floor: dense loop"),
        Timing::new("", "Query::run_with, again"),
        Timing::new("", "Query::run, first"),
        Timing::new("by service", "floor: dense loop"),
        Timing::new("", "Query::run"),
        Timing::new("by service, filtered", "floor: dense loop"),
        Timing::new("", "Query::run"),
    ];
    let (rounds, first_rounds) = if size.is_huge() { (3, 1) } else { (11, 3) };
    for _ in 0..rounds {
        let [all_floor, all, _, service_floor, service, filtered_floor, filter] = &mut timings;
        all_floor.time(|| columns.group_by_day_model_team())?;
        all.time(|| Ok(by_all.run_with(ledger, &tags)?))?;
        service_floor.time(|| columns.group_by_service())?;
        service.time(|| Ok(by_service.run(ledger, rules)?))?;
        filtered_floor.time(|| columns.filter_by_service())?;
        filter.time(|| Ok(filtered.run(ledger, rules)?))?;
    }
    drop(contestants);
    for _ in 0..first_rounds {
        // Nothing may be left of a report before: another ledger, and other rules.
        let (ledger, rules) = (company.ledger()?, company.rules()?);
        let [_, _, first, ..] = &mut timings;
        first.time(|| Ok(by_all.run(&ledger, &rules)?))?;
    }
    println!(
        "\n{rounds} interleaved rounds, of the first report {first_rounds}; processor time in milliseconds"
    );
    timing::print(&mut timings, Duration::from_millis(1));
    Ok(())
}

/// What the allocator gets back when a ledger is dropped: whatever it was built from is gone by then.
fn kept_bytes(company: &Company) -> Result<(), Failure> {
    let ledger = company.ledger()?;
    let (records, sets) = (ledger.len(), ledger.set_count());
    let bytes = allocated::count(|| drop(ledger)).1.freed;
    let per_record = tenths(u128::try_from(bytes)?, u128::try_from(records)?);
    println!("{records} records, {sets} distinct combinations of dimensions");
    println!("{bytes} bytes kept by the ledger, {per_record} for each record");
    Ok(())
}
