//! The filter language.

mod corpus;
mod laws;
