//! `CostSource` over another provider's cost report, beside Cursor in one ledger. The report is a file in the shape of
//! Anthropic's cost report: charges per day, amounts as text in cents, and no ids.

use async_trait::async_trait;
use cost_ingest::Ingest;
use cost_model::report::{Column, Query};
use cost_model::source::{Origin, SourceBatch};
use cost_model::store::{ConnectionId, Scope};
use cost_model::tagger::NoTags;
use cost_model::{
    CostRecord, CostSource, Costs, Currency, Dimension, Error, ErrorKind, Ledger, MemoryStore, Money, Result,
    Timestamp, Window,
};
use cursor_admin_client::Client;
use cursor_cost_source::CursorCostSource;
use cursor_simulator::{Server, Simulator};
use serde::Deserialize;

/// A cost report that was saved to a file.
#[derive(Debug)]
struct SavedReport(&'static str);

#[derive(Deserialize)]
struct File {
    data: Vec<Day>,
}

#[derive(Deserialize)]
struct Day {
    starting_at: Timestamp,
    ending_at: Timestamp,
    results: Vec<Charge>,
}

#[derive(Deserialize)]
struct Charge {
    currency: String,
    amount: String,
    cost_type: String,
    model: Option<String>,
    token_type: Option<String>,
}

#[async_trait]
impl CostSource for SavedReport {
    async fn read(&self, window: Window) -> Result<SourceBatch> {
        let file: File = serde_json::from_str(self.0)
            .map_err(|error| Error::new(ErrorKind::Source, "no cost report").with_source(Box::new(error)))?;
        let days = file.data.iter().filter(|day| window.contains(day.starting_at));
        let charges = days.flat_map(|day| day.results.iter().map(move |charge| record(day, charge)));
        let mut batch = SourceBatch::new(window, charges.collect::<Result<_>>()?);
        // Made up, as the demo company beside it is: a store takes no such charges among real ones.
        batch.origin = Origin::Demo;
        Ok(batch)
    }
}

fn record(day: &Day, charge: &Charge) -> Result<CostRecord> {
    let cents: Money = charge.amount.parse()?;
    let inexact = || Error::new(ErrorKind::Value, "an amount is finer than 10^-22 cent");
    let dollars =
        cents.units().checked_div_euclid(100).filter(|_| cents.units() % 100 == 0).ok_or_else(inexact)?;
    let costs = Costs::flat(Money::from_units(dollars));
    let mut record = CostRecord::new(day.starting_at, "anthropic", charge.currency.parse()?, costs);
    record.end = Some(day.ending_at);
    record.edit(|set| {
        set.service = Some(charge.model.as_deref().unwrap_or(&charge.cost_type).into());
        set.service_id.clone_from(&set.service);
        set.category = Some(charge.cost_type.as_str().into());
        if let Some(token_type) = &charge.token_type {
            set.tags.insert("anthropic:token_type", token_type.as_str());
        }
    });
    Ok(record)
}

#[tokio::main]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let september = Window::days("2026-09-01".parse()?, "2026-10-01".parse()?)?;
    let store = MemoryStore::new();
    let report = SavedReport(include_str!("data/cost_report.json"));
    Ingest::new(&report, &store, ConnectionId::new("anthropic")).run(september, september.end()).await?;

    let server = Server::start(Simulator::demo()).await?;
    let client =
        Client::builder().base_url(server.base_url()).api_key(server.simulator().api_key()).build()?;
    let cursor = CursorCostSource::new(client, "Acme");
    Ingest::new(&cursor, &store, ConnectionId::new("cursor")).run(september, september.end()).await?;

    let ledger = Ledger::from_store(&store, &Scope::all(), Currency::USD).await?;
    let by = |query: Query| query.run(&ledger, &NoTags)?.to_text_within(&Column::COSTS, 80);
    let both = Query::all_resources().group_by(Dimension::Provider).group_by(Dimension::Category);
    println!("September 2026 by provider and category (USD)\n{}", by(both)?);
    let second = Query::all_resources().filter("costs.provider = 'anthropic'".parse()?);
    let second = second.group_by(Dimension::Service).group_by("tags['anthropic:token_type']".parse()?);
    println!("The second provider by service and type of token (USD)\n{}", by(second)?);
    Ok(())
}
