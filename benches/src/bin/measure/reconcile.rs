//! Explaining an invoice of 200 lines, beside a sort of the same charges.

use std::time::Duration;

use benches::{Failure, Reconciling, sort};
use reconcile::Category;

use crate::allocated;
use crate::timing::{self, Timing};

const ROUNDS: usize = 11;

pub fn measure(count: usize) -> Result<(), Failure> {
    let case = Reconciling::new(count)?;
    let (found, allocated) = allocated::count(|| case.explain());
    let found = found?;
    let cut = found.steps.iter().any(|step| step.category == Category::CutOffEnd);
    if !cut || !found.unexplained.is_zero() {
        return Err("the invoice is not explained by its cut".into());
    }
    println!("{count} charges, {} lines, {} bytes allocated at the most", found.lines.len(), allocated.peak);
    let mut timings =
        [Timing::new("explain an invoice", "floor: sort of the charges"), Timing::new("", "Case::explain")];
    for _ in 0..ROUNDS {
        let [floor, explain] = &mut timings;
        let rows = case.rows();
        floor.time(|| Ok(sort(rows)))?;
        explain.time(|| case.explain())?;
    }
    println!("{ROUNDS} interleaved rounds, processor time in milliseconds");
    timing::print(&mut timings, Duration::from_millis(1));
    Ok(())
}
