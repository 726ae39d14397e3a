#![doc = include_str!("../README.md")]

mod branch;
mod config_reader;
mod config_writer;
mod not_vql;
mod vql;

pub use config_reader::{NotExpressed, tag_from_config};
pub use config_writer::tag_to_config;
pub use not_vql::{NotVql, NotVqlReason};
pub use vql::filter_to_vql;
