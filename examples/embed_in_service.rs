//! The facade in someone's service: a daily refresh, and what an endpoint answers with costs by team.
//!
//! `cargo run --example embed_in_service` runs both once against the built-in simulator.

#![expect(clippy::print_stdout, reason = "it shows what a service would answer")]

use std::error::Error;
use std::sync::Arc;

use cost_model::MemoryStore;
use cursor_admin_client::{Client, ManualClock};
use cursor_cost_source::CursorCostSource;
use cursor_costs::documents::ReportDocument;
use cursor_costs::request::ReportRequest;
use cursor_costs::sync::SyncRequest;
use cursor_costs::{Account, CursorCosts, Setup};
use virtual_tags::{Directory, RuleSet};

/// Called by the service's scheduler, once a day: reads what is missing, and what was not final when it was read.
async fn refresh(costs: &CursorCosts) -> cursor_costs::Result<bool> {
    Ok(costs.sync(&SyncRequest::default(), &()).await?.is_complete())
}

/// Called by the service's request handler: the last month by team, as JSON.
async fn by_team(costs: &CursorCosts) -> Result<String, Box<dyn Error>> {
    let request = ReportRequest { group_by: vec!["vtag.Team".parse()?], ..ReportRequest::default() };
    Ok(serde_json::to_string(&ReportDocument::new(costs, &costs.report(&request).await?, None))?)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = cursor_simulator::Server::start(cursor_simulator::Simulator::demo()).await?;
    let company = server.simulator();
    let client = Client::builder().base_url(server.base_url()).api_key(company.api_key()).build()?;
    let people = Directory::from_csv(company.directory_csv().as_bytes(), "people.csv")?;
    let costs = Setup::new(Arc::new(MemoryStore::new()))
        .account(Account::new("Main").with_source(CursorCostSource::new(client, "Main")))
        .owners(RuleSet::default(), people)
        .clock(Arc::new(ManualClock::new(company.now())))
        .build();

    println!("complete: {}", refresh(&costs).await?);
    println!("{}", by_team(&costs).await?);
    Ok(())
}
