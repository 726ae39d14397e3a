//! The contestants: what a report costs in this workspace, in a bare loop, and in a straightforward program.

mod contestants;
mod demo;
mod figures;
mod filtering;
mod grouping;
mod pages;
mod reconciling;
mod rules;

use std::error::Error;

pub use contestants::Contestants;
pub use demo::Demo;
pub use figures::Figures;
pub use pages::{PAGE, Pages, PlainEvent, PlainPage, PlainPagination, PlainTokens};
pub use reconciling::{Reconciling, sort};
pub use rules::{ManyRules, directory_of, hash_all, tag_all, tag_each};

pub type Failure = Box<dyn Error + Send + Sync>;
