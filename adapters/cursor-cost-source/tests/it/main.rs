//! Integration tests of `cursor-cost-source`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod charges;
mod dimensions;
mod shared_sets;
mod source;

use cost_model::CostRecord;
use cursor_admin_client::UsageEvent;
use cursor_cost_source::Mapping;

/// The record of an event with these fields besides `timestamp` and `model`.
fn record(fields: &str) -> CostRecord {
    let json = format!(r#"{{"timestamp":"1785492000417","model":"claude-4.5-sonnet",{fields}}}"#);
    Mapping::new("Acme").record(&UsageEvent::from_json(&json).unwrap())
}
