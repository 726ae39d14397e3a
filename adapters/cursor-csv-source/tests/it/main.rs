//! Exports in every layout, and what is wrong with others.

mod errors;
mod layouts;
