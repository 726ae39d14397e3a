#![doc = include_str!("../README.md")]

mod calls;
mod database;
mod failure;
mod format;
mod store;
mod worker;

pub use store::{Options, SqliteStore};
