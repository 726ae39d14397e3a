//! Interleaved rounds of processor time, and how they are shown.

use std::hint::black_box;
use std::time::Duration;

use benches::{Failure, processor_time};

pub struct Timing {
    job: &'static str,
    contestant: &'static str,
    rounds: Vec<Duration>,
}

impl Timing {
    pub fn new(job: &'static str, contestant: &'static str) -> Self {
        Self { job, contestant, rounds: Vec::new() }
    }

    pub fn time<T>(&mut self, run: impl FnOnce() -> Result<T, Failure>) -> Result<(), Failure> {
        settle_allocator();
        let start = processor_time();
        let answer = black_box(run()?);
        self.push(processor_time().saturating_sub(start));
        drop(answer);
        Ok(())
    }

    /// Adds a round that was timed elsewhere.
    pub fn push(&mut self, round: Duration) {
        self.rounds.push(round);
    }

    fn median(&mut self) -> Duration {
        self.rounds.sort_unstable();
        self.rounds.get(self.rounds.len() / 2).copied().unwrap_or_default()
    }

    fn print(&mut self, floor: Duration, unit: Duration) {
        let median = self.median();
        let least = self.rounds.first().copied().unwrap_or_default();
        println!(
            "{:<33}{:<29}{:>9}{:>9}{:>10}",
            self.job,
            self.contestant,
            tenths(least.as_nanos(), unit.as_nanos()),
            tenths(median.as_nanos(), unit.as_nanos()),
            hundredths(median.as_nanos(), floor.as_nanos()),
        );
    }
}

/// Lets the allocator put together what the contestant before has given back: it does so when a large piece is requested,
/// and the next one should not pay for it.
fn settle_allocator() {
    const LARGE: usize = 1 << 17;
    drop(black_box(Vec::<u8>::with_capacity(LARGE)));
}

/// A table of contestants in such units of time. The floor of each stands before it.
pub fn print(timings: &mut [Timing], unit: Duration) {
    println!("{:<33}{:<29}{:>9}{:>9}{:>10}", "", "", "least", "median", "x floor");
    let mut floor = Duration::ZERO;
    for timing in timings {
        if timing.contestant.starts_with("floor") {
            floor = timing.median();
        }
        timing.print(floor, unit);
    }
}

/// A quotient with one decimal.
pub fn tenths(dividend: u128, divisor: u128) -> String {
    let tenths = (dividend * 10 + divisor / 2).checked_div(divisor).unwrap_or_default();
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn hundredths(dividend: u128, divisor: u128) -> String {
    let hundredths = (dividend * 100 + divisor / 2).checked_div(divisor).unwrap_or_default();
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
