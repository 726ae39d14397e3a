//! The crates embedded in someone's service: a team's Cursor costs by department, on request.
//!
//! `cargo run --example embed_in_service` runs it once against the built-in simulator.

#![expect(clippy::print_stdout, reason = "it shows what a service would answer")]

use std::error::Error;

use cost_ingest::Ingest;
use cost_model::report::{Query, Report};
use cost_model::store::{ConnectionId, Scope};
use cost_model::{CostStore, Currency, Dimension, Filter, Ledger, MemoryStore, Window};
use cursor_admin_client::Client;
use cursor_cost_source::{CursorCostSource, places_of_people};
use virtual_tags::{Directory, ResolvedRules, RuleSet};

/// What the service keeps: where costs come from, where they are kept, and who owns them.
struct CursorCosts<S> {
    source: CursorCostSource,
    store: S,
    rules: ResolvedRules,
}

impl<S: CostStore> CursorCosts<S> {
    /// Called by the service's scheduler. Safe to repeat: a window is replaced, never added to.
    async fn refresh(&self, range: Window) -> Result<u64, Box<dyn Error>> {
        let connection = ConnectionId::new("cursor-main");
        Ok(Ingest::new(&self.source, &self.store, connection).run(range, range.end()).await?.records)
    }

    /// Called by the service's request handler.
    async fn on_demand_by_department(&self, range: Window) -> Result<Report, Box<dyn Error>> {
        let ledger = Ledger::from_store(&self.store, &Scope::all().window(range), Currency::USD).await?;
        let query = Query::all_resources()
            .filter(Filter::parse("costs.subcategory = 'Usage-based'")?)
            .group_by(Dimension::VirtualTag("Department".into()));
        Ok(query.run(&ledger, &self.rules)?)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = cursor_simulator::Server::start(cursor_simulator::Simulator::demo()).await?;
    let client =
        Client::builder().base_url(server.base_url()).api_key(server.simulator().api_key()).build()?;
    let directory = Directory::from_csv(server.simulator().directory_csv().as_bytes(), "directory.csv")?;
    let rules = RuleSet::default().with_default_person(places_of_people());
    let rules = rules.with_directory_facts(&directory, ["department"], "Unallocated")?;
    let rules = rules.compile(directory)?.tagger()?;
    let costs =
        CursorCosts { source: CursorCostSource::new(client, "Main"), store: MemoryStore::new(), rules };

    let october = Window::days("2026-10-01".parse()?, "2026-11-01".parse()?)?;
    println!("{} events", costs.refresh(october).await?);
    for row in costs.on_demand_by_department(october).await?.rows {
        let department = row.keys.first().and_then(Option::as_deref).unwrap_or("(none)");
        println!("{department:<12} {} USD", row.totals.billed.amount);
    }
    Ok(())
}
