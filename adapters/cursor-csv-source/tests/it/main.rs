//! Exports in every layout, and what is wrong with others.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod errors;
mod layouts;
mod untidy;
