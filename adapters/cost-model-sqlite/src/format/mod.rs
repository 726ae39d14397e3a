//! How records are kept in the file: its tables, its versions, and the columns of each value.
//!
//! Everything that knows the layout of a row is here. A change of the layout is a step in `schema`, and a
//! reader of what earlier versions wrote where a row cannot be brought over by SQL.

pub(crate) mod dictionary;
pub(crate) mod dimensions;
mod migration;
pub(crate) mod number;
mod provider_id;
pub(crate) mod record;
pub(crate) mod resolver;
pub(crate) mod schema;
