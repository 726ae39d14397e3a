//! Any bytes are a directory of people, or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use virtual_tags::Directory;

fuzz_target!(|csv: &[u8]| {
    match Directory::from_csv(csv, "directory.csv") {
        Ok(directory) => assert!(directory.facts().iter().all(|fact| !fact.is_empty())),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
