//! The cost record: its dimensions, its figures, and where it comes from.

mod cost_record;
mod dimension_fields;
mod dimension_set;
mod ids;
mod interner;
mod provenance;
mod set_digests;
mod tags;

pub use cost_record::{CostRecord, Figures, ProviderAmounts};
pub use dimension_fields::DimensionFields;
pub use dimension_set::DimensionSet;
pub use ids::{Identity, RecordId};
pub use interner::{Code, DimensionInterner, SharedTexts};
pub use provenance::{Person, Provenance, ReadNumber, Run, StoredRecord};
pub use tags::Tags;

pub(crate) use ids::record_ids;
