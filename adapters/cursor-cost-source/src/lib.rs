#![doc = include_str!("../README.md")]

mod charges;
mod list_prices;
mod mapping;
mod observations;
mod service_name;
mod source;

pub use list_prices::list_prices;
pub use mapping::{Mapping, NO_KIND, NO_MODEL, NO_USER, USER_TAG, places_of_people};
pub use service_name::service_name;
pub use source::{CursorCostSource, EVENTS_MAX};
