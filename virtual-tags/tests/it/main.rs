//! The laws of this crate, checked on random rules and directories against a naive interpreter.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::format_push_string,
    clippy::format_collect,
    clippy::print_stdout,
    reason = "a test fails by panicking, also in its helpers, writes its files piece by piece, and tells what came up"
)]

mod canary;
mod chained;
mod changes;
mod check;
mod conservation;
mod corpus;
mod cost_splits;
mod directory;
mod errors;
mod example;
mod explain;
mod failures_of_others;
mod first_match;
mod garbage;
mod identity;
mod laws;
mod locks;
mod naive;
mod people_checks;
mod printed;
mod untidy_directories;
mod values;
mod whose;
mod written;

/// Where the charges of these tests name people: the resource, then a tag of the provider.
fn places_of_people() -> [cost_model::Dimension; 2] {
    [cost_model::Dimension::Resource, cost_model::Dimension::Tag("cursor:user".into())]
}
