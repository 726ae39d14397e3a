#![doc = include_str!("../README.md")]

mod changes;
pub mod closing;
pub mod config;
mod costs;
pub mod documents;
mod error;
pub mod files;
mod questions;
pub mod request;
mod setup;
mod spans;

pub use changes::{AccountCheck, Forgotten, Imported, PeopleImport, sync};
pub use costs::CursorCosts;
pub use error::{Error, ErrorKind, Result};
pub use questions::{
    AccountState, AccountStatus, ExplainedInvoice, SeatRow, Seats, SeatsRequest, Status, read_invoice, tags,
};
pub use setup::{Account, Connect, Setup, Store};
