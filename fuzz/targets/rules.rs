//! Any text is a set of rules, which compiles or says why not, or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use virtual_tags::{Directory, RuleSet};

fuzz_target!(|toml: &str| {
    let compiled =
        RuleSet::from_toml(toml, "rules.toml").and_then(|rules| rules.compile(Directory::default()));
    if let Err(error) = compiled {
        assert!(!error.to_string().is_empty());
    }
});
