//! Any bytes are an answer of `POST /teams/daily-usage-data`, or an error.
#![no_main]

use chrono::{DateTime, TimeDelta};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let (start, end) = (DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH + TimeDelta::days(30));
    cost_fuzz::read(body, async |client| client.daily_usage(start, end).await);
    cost_fuzz::read(body, async |client| client.daily_usage_of_everyone(start, end).await);
});
