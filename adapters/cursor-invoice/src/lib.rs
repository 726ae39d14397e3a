#![doc = include_str!("../README.md")]

mod billing;
mod wordings;

pub use billing::billing_rules;
pub use wordings::CursorWordings;
