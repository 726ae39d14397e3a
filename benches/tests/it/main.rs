//! Contestants are only worth timing while they give the same answer; and the reconciliation is only as good as the cases it
//! is right about.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as tests do"
)]

mod agree;
mod disputes;
mod guide;
mod pages;
mod rules;
mod shapes;
mod whole_way;
