//! How many bytes a computation leaves allocated.
#![expect(unsafe_code, reason = "the interface of allocators is unsafe; every call goes on to the system's")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

struct Counting;

/// Off outside of [`count`], so that programs that allocate much are not timed with it.
static ON: AtomicBool = AtomicBool::new(false);
static BYTES: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What `compute` gives, and the bytes it asked for and has not given back: without what the system's allocator spends
/// on its own order.
pub fn count<T>(compute: impl FnOnce() -> T) -> (T, usize) {
    BYTES.store(0, Ordering::Relaxed);
    ON.store(true, Ordering::Relaxed);
    let computed = compute();
    ON.store(false, Ordering::Relaxed);
    (computed, BYTES.load(Ordering::Relaxed))
}

fn add(bytes: usize) {
    if ON.load(Ordering::Relaxed) {
        BYTES.fetch_add(bytes, Ordering::Relaxed);
    }
}

fn subtract(bytes: usize) {
    if ON.load(Ordering::Relaxed) {
        BYTES.fetch_sub(bytes, Ordering::Relaxed);
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
