#![doc = include_str!("../README.md")]

mod coverage;
mod database;
mod dictionary;
mod dimensions;
mod failure;
mod imports;
mod migration;
mod number;
mod observed;
mod options;
mod people;
mod provider_id;
mod reads;
mod record;
mod resolver;
mod restated;
mod scan;
mod schema;
mod store;
mod windows;
mod worker;

pub use options::Options;
pub use store::SqliteStore;
