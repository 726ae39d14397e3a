//! What the store is asked to do, one file for each concept of the seam `CostStore`.
//!
//! Each call is a function over a connection to the file, inside a transaction that its caller has begun
//! where it writes. What a replacement or an import comes down to is decided by `cost-model`; these files
//! read what it needs and write what it says.

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
