//! The checks that every [`CostStore`] must pass, for the tests of stores. Behind the feature `conformance`.
//!
//! A store's test makes a [`StoreFactory`], runs a [`Suite`] on it, and expects no [`Violation`]. The suite spawns
//! nothing: whoever awaits it drives it, on whatever runtime the store needs. Its random choices come from a seed, so a
//! run can be repeated.
//!
//! ```
//! use async_trait::async_trait;
//! use cost_model::conformance::{StoreFactory, Suite};
//! use cost_model::{CostStore, MemoryStore, Result};
//!
//! #[derive(Debug)]
//! struct InMemory;
//!
//! #[async_trait]
//! impl StoreFactory for InMemory {
//!     async fn fresh(&self) -> Result<Box<dyn CostStore>> {
//!         Ok(Box::new(MemoryStore::new()))
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let violations = Suite::new().run(&InMemory).await;
//! assert!(violations.is_empty(), "{violations:#?}");
//! # }
//! ```
//!
//! [`shown_in_debug`] and [`shown_in_error`] are for the tests of any crate whose values may name people.
//!
//! What a suite cannot bring about from outside is left to the store's own tests: a kill in the middle of a write, a full
//! disk, files of earlier versions.

mod charges;
mod concurrent;
mod dropped;
mod imported;
mod journal;
mod model;
mod origins;
mod random;
mod removed;
mod replaced;
mod revised;
mod secrets;
mod seen;
mod steps;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use crate::error::{Error, Result};
use crate::store::CostStore;

pub use journal::check_journal;
pub use secrets::{shown_in_debug, shown_in_error};

/// Makes the stores that a [`Suite`] checks. One store is in use at a time.
///
/// An implementation for a file makes it in a directory of its own each time; one for a server empties its tables.
#[async_trait]
pub trait StoreFactory: fmt::Debug + Sync {
    /// Returns a store that holds nothing.
    ///
    /// # Errors
    /// Whatever keeps it from being made, which is a violation.
    async fn fresh(&self) -> Result<Box<dyn CostStore>>;

    /// Opens once more what the store made last kept; that store has been dropped. `None`, as by default, where nothing
    /// outlives a store.
    ///
    /// # Errors
    /// Whatever keeps it from being opened, which is a violation.
    async fn reopen(&self) -> Result<Option<Box<dyn CostStore>>> {
        Ok(None)
    }
}

/// A fault of a store: something that its contract rules out.
/// It is the first fault of its check, which stops there; later ones may follow from it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{check}: {what}")]
#[non_exhaustive]
pub struct Violation {
    /// The name of the check that found it.
    pub check: &'static str,
    /// What was expected and what came. It names no person.
    pub what: String,
}

/// Why a check stops.
#[derive(Debug)]
struct Broken(String);

type Checked = std::result::Result<(), Broken>;

impl From<Error> for Broken {
    fn from(error: Error) -> Self {
        Self(format!("a call failed that should not: {error}"))
    }
}

/// Fails a check unless two things are equal.
fn same<T: PartialEq + fmt::Debug>(what: &str, found: &T, expected: &T) -> Checked {
    if found == expected {
        return Ok(());
    }
    Err(Broken(format!("{what}: found {found:?}, expected {expected:?}")))
}

/// The checks, with how much of each.
#[derive(Clone, Debug)]
pub struct Suite {
    seed: u64,
    rounds: u32,
    records: u32,
    patience: Duration,
}

impl Default for Suite {
    fn default() -> Self {
        Self { seed: 1, rounds: 40, records: 10_000, patience: Duration::from_secs(10) }
    }
}

impl Suite {
    /// Makes a suite with the default seed, numbers of rounds and records, and patience.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the seed of the random choices, so that a run can be repeated or varied.
    /// A violation found once is found again with the same seed and numbers.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets the number of series of random steps, each on a store of its own; 40 by default.
    /// A fault of rare orders of calls takes more of them to show.
    pub fn rounds(mut self, rounds: u32) -> Self {
        self.rounds = rounds;
        self
    }

    /// Sets the number of records in the checks of large windows; 10,000 by default.
    pub fn records(mut self, records: u32) -> Self {
        self.records = records;
        self
    }

    /// Sets how long a call may take that nothing may hold up; ten seconds by default. Calls that deadlock are then
    /// reported as a violation, instead of stopping the suite.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Runs every check and returns the violations: at most one for each check, since a check stops at its first.
    pub async fn run(&self, factory: &dyn StoreFactory) -> Vec<Violation> {
        let checks = [
            ("behaves like a list", steps::like_a_list(factory, self.seed, self.rounds).await),
            ("a replacement that is refused changes nothing", replaced::refused(factory, self.seed).await),
            ("reading again changes nothing", replaced::again(factory, self.seed).await),
            ("keeps every field", replaced::every_field(factory, self.seed).await),
            ("opened again, it holds what it held", replaced::reopened(factory, self.seed).await),
            ("readers see the old or the new", concurrent::readers(factory, self.records).await),
            ("a scan sees one state", concurrent::snapshot(factory, self.records, self.patience).await),
            ("two writers do not disturb each other", concurrent::writers(factory, self.seed).await),
            ("a call may be dropped at any time", dropped::at_each_poll(factory, self.seed).await),
            ("what stops a sink stops the scan", concurrent::stopped(factory, self.records).await),
            ("a person is replaced and sums stay", removed::pseudonymised(factory, self.seed).await),
            ("a purge leaves nothing, and others alone", removed::purged(factory, self.records).await),
            ("files behave as in memory", imported::like_the_model(factory, self.seed, self.rounds).await),
            ("made-up charges stay apart", origins::kept_apart(factory, self.seed).await),
            ("numbers of reads ascend", origins::numbers(factory).await),
            ("every change makes another revision", revised::by_every_change(factory, self.seed).await),
            ("keeps many records", removed::many(factory, self.records).await),
        ];
        checks
            .into_iter()
            .filter_map(|(check, checked): (&'static str, Checked)| {
                checked.err().map(|Broken(what)| Violation { check, what })
            })
            .collect()
    }
}
