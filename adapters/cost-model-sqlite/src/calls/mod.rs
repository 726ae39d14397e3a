//! What the store is asked to do, one file for each concept of the seam `CostStore`.
//!
//! Each call is a function over a connection to the file, inside a transaction that its caller has begun
//! where it writes. `cost-model` decides what a replacement or an import changes; these files read what it needs and
//! write the outcome.

pub(crate) mod coverage;
pub(crate) mod imports;
pub(crate) mod journal;
pub(crate) mod observed;
pub(crate) mod people;
pub(crate) mod reads;
pub(crate) mod restated;
pub(crate) mod scan;
mod statements;
pub(crate) mod windows;
