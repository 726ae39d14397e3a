//! The store as its users meet it: the checks of every store, faults, kills, migrations, rights.
#![expect(clippy::unwrap_used, reason = "functions beside the tests fail as tests do")]

mod conformance;

mod faults;
mod killed;
mod migrations;
mod round_trip;
mod support;
