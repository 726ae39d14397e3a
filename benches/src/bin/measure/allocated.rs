//! How many bytes a computation allocates.
#![expect(unsafe_code, reason = "the interface of allocators is unsafe; every call goes on to the system's")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering};

struct Counting;

/// Off outside of [`count`], so that programs that allocate much are not timed with it.
static ON: AtomicBool = AtomicBool::new(false);
/// Below zero if what was there before is given back.
static BYTES: AtomicIsize = AtomicIsize::new(0);
static PEAK: AtomicIsize = AtomicIsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Bytes asked for, without what the system's allocator spends on its own order.
pub struct Allocated {
    /// Not given back at the end.
    pub kept: usize,
    /// Given back of what was there before, less what is kept.
    pub freed: usize,
    /// At the worst moment.
    pub peak: usize,
}

/// What `compute` gives, and what it allocated.
pub fn count<T>(compute: impl FnOnce() -> T) -> (T, Allocated) {
    BYTES.store(0, Ordering::Relaxed);
    PEAK.store(0, Ordering::Relaxed);
    ON.store(true, Ordering::Relaxed);
    let computed = compute();
    ON.store(false, Ordering::Relaxed);
    let (left, peak) = (BYTES.load(Ordering::Relaxed), PEAK.load(Ordering::Relaxed));
    let bytes = |count: isize| usize::try_from(count).unwrap_or_default();
    (computed, Allocated { kept: bytes(left), freed: bytes(left.wrapping_neg()), peak: bytes(peak) })
}

fn add(bytes: usize) {
    if ON.load(Ordering::Relaxed) {
        let bytes = isize::try_from(bytes).unwrap_or(isize::MAX);
        let now = BYTES.fetch_add(bytes, Ordering::Relaxed).wrapping_add(bytes);
        PEAK.fetch_max(now, Ordering::Relaxed);
    }
}

fn subtract(bytes: usize) {
    if ON.load(Ordering::Relaxed) {
        BYTES.fetch_sub(isize::try_from(bytes).unwrap_or(isize::MAX), Ordering::Relaxed);
    }
}

// SAFETY: every method hands its arguments on to the system's allocator, which keeps the contract.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        // SAFETY: the caller's promises are the ones needed here.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        // SAFETY: the caller's promises are the ones needed here.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        add(new_size);
        subtract(layout.size());
        // SAFETY: the caller's promises are the ones needed here.
        unsafe { System.realloc(block, layout, new_size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        subtract(layout.size());
        // SAFETY: the caller's promises are the ones needed here.
        unsafe { System.dealloc(block, layout) }
    }
}
