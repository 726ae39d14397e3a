#![doc = include_str!("../README.md")]

mod account;
mod accounts;
pub mod config;
mod costs;
mod dimensions;
pub mod documents;
mod error;
mod export;
pub mod files;
mod imports;
mod invoices;
mod journal;
mod names;
mod overview;
mod ownership;
pub mod report;
mod setup;
mod spans;
mod status;
pub mod sync;
pub mod tags;

pub use account::{Account, Connect};
pub use accounts::AccountCheck;
pub use costs::CursorCosts;
pub use error::{Error, ErrorKind, Result};
pub use imports::Imported;
pub use invoices::{ExplainedInvoice, read_invoice};
pub use setup::{Setup, Store};
pub use status::{AccountState, AccountStatus, Status};
