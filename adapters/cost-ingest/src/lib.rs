#![doc = include_str!("../README.md")]

mod error;
mod plan;
mod run;

pub use error::{Error, Result};
pub use plan::{DAYS_MAX, plan};
pub use run::{Ingest, Observer, Progress, RunReport};
