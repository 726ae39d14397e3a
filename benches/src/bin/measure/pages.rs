//! Reading usage events through the client: the time of a page, and the memory of a million events.

use std::time::Duration;

use benches::{Failure, PAGE, Pages};

use crate::allocated;
use crate::timing::{self, Timing};

const ROUNDS: usize = 401;
const EVENTS: u64 = 1_000_000;
/// What the stream may take at most.
const PEAK_MAX: usize = 64 << 20;

pub fn measure() -> Result<(), Failure> {
    let one = Pages::new(PAGE)?;
    let mut timings =
        [Timing::new("page of 1000 events", "floor: plain serde_json"), Timing::new("", "UsageEvents::page")];
    for _ in 0..ROUNDS {
        let [plain, client] = &mut timings;
        plain.time(|| one.by_plain_serde())?;
        client.time(|| one.by_client())?;
    }
    println!("{} bytes, {ROUNDS} interleaved rounds on one thread, wall time in microseconds", one.bytes());
    timing::print(&mut timings, Duration::from_micros(1));

    let all = Pages::new(EVENTS)?;
    let (stream, allocated) = allocated::count(|| all.stream());
    let (pages, events) = stream?;
    println!(
        "\npages() over {events} events: {pages} requests, {} bytes allocated at the most",
        allocated.peak
    );
    if (pages, events) != (EVENTS / PAGE, EVENTS) || allocated.peak > PEAK_MAX {
        return Err("the stream takes more requests or memory than it may".into());
    }
    let (snapshot, allocated) = allocated::count(|| all.snapshot());
    let snapshot = snapshot?;
    println!(
        "snapshot() of {} events: {} requests, {} bytes kept, {} allocated at the most",
        snapshot.events.len(),
        snapshot.requests,
        allocated.kept,
        allocated.peak
    );
    Ok(())
}
