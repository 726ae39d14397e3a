#![doc = include_str!("../README.md")]

mod answer;
mod assembly;
mod batches;
mod conversation;
mod coverage;
mod database;
mod dictionary;
mod failure;
mod imports;
mod number;
mod observed;
mod options;
mod people;
mod reads;
mod restated;
mod row;
mod scan;
mod schema;
mod store;
mod tuple;
mod windows;
mod worker;

pub use options::Options;
pub use store::SqliteStore;
