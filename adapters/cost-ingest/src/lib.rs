#![doc = include_str!("../README.md")]

mod error;
mod ingest;
mod observer;
mod plan;
mod report;
mod run;
mod spans;

pub use error::{Error, Result};
pub use ingest::Ingest;
pub use observer::{Observer, Progress};
pub use plan::{DAYS_MAX, plan};
pub use report::{Audited, RunReport};
