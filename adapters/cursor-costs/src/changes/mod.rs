//! What changes the store, one at a time: syncs, imports, removals, and the journal's note of each.

mod accounts;
pub(crate) mod forget;
mod imports;
pub(crate) mod journal;
mod people;
pub mod sync;

pub use accounts::AccountCheck;
pub use forget::Forgotten;
pub use imports::Imported;
pub use people::PeopleImport;
