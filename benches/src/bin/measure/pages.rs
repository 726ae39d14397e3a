//! Reading usage events through the client: the time of pages, and the memory of all of them.

use std::hint::black_box;
use std::time::Duration;

use benches::{AllPages, Failure, Pages};

use crate::timing::{self, Timing};
use crate::{Size, allocated};

const ROUNDS: usize = 21;
/// Pages in memory, all different.
const PAGES: usize = 100;
/// What the stream may take at most.
const PEAK_MAX: usize = 64 << 20;

pub fn measure(size: &Size) -> Result<(), Failure> {
    let simulator = size.set.simulator(size.events)?.build();
    let pages = Pages::newest(&simulator, PAGES)?;
    let mut timings = [
        Timing::new("pages in memory to typed events", "floor: plain serde_json"),
        Timing::new("", "UsageEventsPage::from_json"),
        Timing::new("", "UsageEventsPage::map_json"),
    ];
    for _ in 0..ROUNDS {
        let [plain, client, borrowed] = &mut timings;
        plain.time(|| pages.by_plain_serde(&mut |page| drop(black_box(page))))?;
        client.time(|| pages.by_client(&mut |page| drop(black_box(page))))?;
        borrowed.time(|| pages.by_client_borrowed())?;
    }
    println!("{} pages of {} bytes together", pages.count(), pages.bytes());
    println!("{ROUNDS} interleaved rounds, processor time in milliseconds");
    timing::print(&mut timings, Duration::from_millis(1));

    let (held, all) = (simulator.snapshot().len(), AllPages::new(&simulator)?);
    let (stream, allocated) = allocated::count(|| all.stream());
    let (requests, events) = stream?;
    println!(
        "\npages() over {events} events: {requests} requests, {} bytes allocated at the most",
        allocated.peak
    );
    if events != held || allocated.peak > PEAK_MAX {
        return Err("the stream loses events or takes more memory than it may".into());
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
