#![doc = include_str!("../README.md")]

pub mod connections;
mod error;
mod imports;
mod ingest;
mod observer;
mod plan;
mod report;
mod run;

pub use error::{Error, ErrorKind, Result};
pub use imports::import_file;
pub use ingest::Ingest;
pub use observer::{Observer, Progress};
pub use plan::{DAYS_MAX, plan};
pub use report::{Audited, OutsideRows, RunReport};
