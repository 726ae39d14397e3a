//! The simulator from outside, through `handle` and over sockets.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests fail as tests do")]

mod api;
mod bills;
mod daily;
mod data;
mod disputes;
mod faults;
mod groups;
mod invoices;
mod large;
mod pages;
mod server;
mod shape;
mod size;
mod support;
mod switches;
