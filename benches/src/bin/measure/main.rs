//! Prints what the work of this workspace costs, beside what it could cost at best: see the README for the figures.

mod allocated;
mod ingest;
mod memory;
mod pages;
mod questions;
mod reconcile;
mod report;
mod rules;
mod sqlite;
mod timing;
mod whole_way;

use benches::{DataSet, Failure};

const USAGE: &str = "\
usage: measure WHAT
  report [EVENTS] [SET]        reports of a ledger, and the bytes it keeps
  pages [SET]                  usage events from bytes to types
  sqlite [EVENTS] [SET]        records in a file
  ingest [EVENTS] [SET]        from pages into a file
  questions FOLDER [EVENTS] [SET]   `cursor-costs status` and `report` over a store, which FOLDER keeps
  rules                        what rules cost
  reconcile [CHARGES]          explaining an invoice
  whole-way FOLDER [COMMAND]   from pages on disk to totals; COMMAND FOLDER is another contestant
  memory FOLDER [EVENTS] [SET]      the memory that `cursor-costs` takes over such a store
SET is demo, company, wide (the usual one) or, for report and sqlite, a folder as of whole-way; EVENTS are usually a
million, for the demo its own, and of a folder all";

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    match what.as_str() {
        "report" => report::measure(&Size::parse(&rest)?),
        "pages" => pages::measure(&Size::parse(&rest)?),
        "sqlite" => sqlite::measure(&Size::parse(&rest)?),
        "ingest" => ingest::measure(&Size::parse(&rest)?),
        "questions" => questions::measure(&rest),
        "rules" => rules::measure(),
        "reconcile" => reconcile::measure(Size::parse(&rest)?.events.unwrap_or(1_000_000)),
        "whole-way" => whole_way::measure(&rest),
        "memory" => memory::measure(&rest),
        _ => Err(USAGE.into()),
    }
}

/// How many events of which company.
pub struct Size {
    set: DataSet,
    events: Option<usize>,
}

impl Size {
    fn parse(arguments: &[String]) -> Result<Self, Failure> {
        let mut size = Self { set: DataSet::Wide, events: None };
        for argument in arguments {
            match (DataSet::from_name(argument), argument.replace('_', "").parse()) {
                (Some(set), _) => size.set = set,
                (None, Ok(events)) => size.events = Some(events),
                (None, Err(_)) => return Err(format!("`{argument}` is no number and no set\n{USAGE}").into()),
            }
        }
        Ok(size)
    }

    fn is_huge(&self) -> bool {
        self.events.is_some_and(|events| events > 2_000_000)
    }
}
