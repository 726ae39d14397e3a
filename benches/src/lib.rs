//! The contestants: what the work of this workspace costs, and what it could cost at best.

mod accuracy;
mod columns;
mod company;
mod figures;
mod pages;
mod processor;
mod random;
mod reconciling;
mod reports;
mod rules;
mod whole_way;
mod written_rules;

use std::error::Error;

pub use accuracy::{Shape, ShapeTrial, Trial, Verdict};
pub use columns::Columns;
pub use company::{Company, DataSet, InProcess, client_of, people_of};
pub use figures::Figures;
pub use pages::{AllPages, PAGE, Pages, PlainEvent, PlainPage, PlainPagination, PlainTokens};
pub use processor::processor_time;
pub use reconciling::{Reconciling, sort};
pub use reports::{Contestants, Totals, by_day_model_team, by_service, by_service_filtered, totals_of};
pub use rules::{ManyRules, RulesOfMany, directory_of, hash_all, tag_all, tag_each};
pub use whole_way::{Outcome, parse_alone, whole_way};
pub use written_rules::{RuleCounts, WrittenRule};

pub type Failure = Box<dyn Error + Send + Sync>;
