//! What the store is asked to do, one file for each concept of the seam `CostStore`.

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
