//! How records are kept in the file: its tables, its versions, and the columns of each value.

pub(crate) mod dictionary;
pub(crate) mod dimensions;
mod migration;
pub(crate) mod number;
mod provider_id;
pub(crate) mod record;
pub(crate) mod resolver;
pub(crate) mod schema;
