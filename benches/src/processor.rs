//! The processor's time of this process, of all its threads.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Since the process began.
pub fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or_default(),
        u32::try_from(time.tv_nsec).unwrap_or_default(),
    )
}
