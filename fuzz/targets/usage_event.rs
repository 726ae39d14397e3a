//! Any text is a usage event, or an error.
#![no_main]

use cursor_admin_client::UsageEvent;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|json: &str| {
    match UsageEvent::from_json(json) {
        Ok(event) => {
            let _ = (event.event_kind(), format!("{event:?}"));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
