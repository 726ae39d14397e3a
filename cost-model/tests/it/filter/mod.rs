//! The filter language.

mod cases;
mod charge;
mod corpus;
mod laws;
mod regular;
mod sentence;

use cost_model::Filter;

fn parse(sentence: &str) -> Filter {
    Filter::parse(sentence).unwrap_or_else(|error| panic!("{sentence}: {error}"))
}
