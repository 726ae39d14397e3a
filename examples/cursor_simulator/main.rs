//! A Cursor Admin API on a port, to test a tool of your own against.
//!
//! `cargo run --release --example cursor_simulator -- --port 8080 --seed 7 --events 100000`. It prints how to ask it, and
//! what the answers must add up to.

mod arguments;

use std::process::ExitCode;

use arguments::{Arguments, Company, HELP};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use cursor_simulator::{DOLLAR, Server, Simulator};
use examples::{Failure, outln};

const CENT: i128 = DOLLAR / 100;

#[tokio::main]
async fn main() -> ExitCode {
    examples::main(Arguments::parse(), HELP, serve).await
}

async fn serve(arguments: Arguments) -> Result<(), Failure> {
    let port = arguments.port;
    let simulator = company(arguments)?;
    let server = Server::start_on(simulator, port)
        .await
        .map_err(|error| format!("port {port} of 127.0.0.1 cannot be used: {error}"))?;
    describe(&server);
    // Rate limits count by the minute of a clock that runs.
    server.simulator().run_clock();
    std::future::pending().await
}

fn company(arguments: Arguments) -> Result<Simulator, Failure> {
    let end = arguments.until;
    let (builder, days) = match arguments.company {
        Company::Demo => (Simulator::builder(), 92),
        Company::Large => (Simulator::large_company(), 60),
        Company::Wide => (Simulator::wide_company(), 60),
    };
    let start = end.checked_sub_signed(TimeDelta::days(days)).ok_or("--until: the date is too early")?;
    let builder = builder
        .seed(arguments.seed)
        .developers(arguments.developers)
        .range(start, end)
        .events(arguments.events)
        .bugbot_events_per_day(arguments.bugbot)
        .behaviour(arguments.behaviour);
    Ok(match arguments.key {
        Some(key) => builder.api_key(key).build(),
        None => builder.build(),
    })
}

fn describe(server: &Server) {
    let (simulator, base_url) = (server.simulator(), server.base_url());
    let (start, end) = simulator.range();
    let (snapshot, truth) = (simulator.snapshot(), simulator.truth());
    let (last, key) = (end - TimeDelta::milliseconds(1), simulator.api_key());
    outln!("base URL  {base_url}");
    outln!("key       {key}");
    outln!("range     {} to {}", instant(start), instant(end));
    outln!("dates     {} to {}, both inclusive", start.timestamp_millis(), last.timestamp_millis());
    outln!("events    {}", snapshot.len());
    outln!();
    outln!("What all events add up to:");
    outln!("  {:<24}{:>10}{:>18}{:>18}", "kind", "events", "chargedCents, $", "billed, $");
    for (kind, sums) in &truth.by_kind {
        outln!("  {kind:<24}{:>10}{:>18}{:>18}", sums.events, dollars(sums.charged), dollars(sums.billed));
    }
    let total = truth.total;
    outln!("  {:<24}{:>10}{:>18}{:>18}", "all", total.events, dollars(total.charged), dollars(total.billed));
    outln!();
    outln!("Ask it, for instance:");
    outln!("  curl -s -u {key}: {base_url}/teams/filtered-usage-events -d '{{\"pageSize\":1}}'");
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Rounded to the cent, halves away from zero.
fn dollars(amount: i128) -> String {
    let cents = (amount.abs() + CENT / 2) / CENT;
    let sign = if amount < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents / 100, cents % 100)
}
