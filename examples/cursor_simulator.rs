//! A Cursor Admin API on a port, to test a tool of your own against. It prints how to ask it, and what the answers must add
//! up to, and serves until it is ended, with Ctrl-C for instance.

use std::error::Error;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use cost_model::Money;
use cost_model::output::amount;
use cursor_simulator::behaviour::{KindWords, RateLimits};
use cursor_simulator::{Behaviour, Server, Simulator};

const USAGE: &str = "usage: cursor_simulator [OPTION VALUE]...
  --port PORT      of 127.0.0.1; 0 is a free one [default: 8080]
  --company KIND   demo: three months of twelve models; large: sixty days of thirty models, every kind and flag, people by
                   Zipf's law; wide: the same, and everybody uses every model [default: demo]
  --seed NUMBER    another seed is another company [default: 7]
  --events COUNT   usage events in all, about [default: 40000; large and wide: 1000000]
  --developers N   people in teams, from 1 to 10000 [default: 200; large and wide: 5000]
  --bugbot COUNT   Bugbot's reviews per weekday, beside the other events [default: 0]
  --until DATE     the server's today, in UTC; the events end where it begins [default: 2026-11-01]
  --key KEY        the API key it accepts: printable ASCII without a colon [default: crsr_demodemo...]
  --kinds WORDS    labels (Usage-based) or enum (USAGE_EVENT_KIND_USAGE_BASED) [default: labels]
  --limits WHICH   none, or documented: refuse requests beyond the limits per minute [default: none]";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (simulator, port) = company(std::env::args().skip(1))?;
    let server = Server::start_on(simulator, port).await;
    let server = server.map_err(|error| format!("port {port} of 127.0.0.1 cannot be used: {error}"))?;
    describe(&server);
    // Rate limits count by the minute of a clock that runs.
    server.simulator().run_clock();
    std::future::pending().await
}

/// Reads the command line.
fn company(mut arguments: impl Iterator<Item = String>) -> Result<(Simulator, u16), Box<dyn Error>> {
    let (mut port, mut seed, mut kind, mut bugbot) = (8080, 7, "demo".to_owned(), 0);
    let (mut events, mut developers, mut key) = (None, None, None);
    let (mut until, mut behaviour) = ("2026-11-01".parse::<NaiveDate>()?, Behaviour::default());
    while let Some(option) = arguments.next() {
        let value = arguments.next().ok_or(USAGE)?;
        let wrong = |error: &dyn Error| format!("{option} {value}: {error}\n{USAGE}");
        match option.as_str() {
            "--port" => port = value.parse().map_err(|error| wrong(&error))?,
            "--company" => kind = value,
            "--seed" => seed = value.parse().map_err(|error| wrong(&error))?,
            "--events" => events = Some(value.parse().map_err(|error| wrong(&error))?),
            "--developers" => developers = Some(value.parse().map_err(|error| wrong(&error))?),
            "--bugbot" => bugbot = value.parse().map_err(|error| wrong(&error))?,
            "--until" => until = value.parse().map_err(|error| wrong(&error))?,
            "--key" => key = Some(value),
            "--kinds" if value == "enum" => behaviour.kinds = KindWords::EnumNames,
            "--limits" if value == "documented" => behaviour.rate_limits = Some(RateLimits::documented()),
            "--kinds" if value == "labels" => {}
            "--limits" if value == "none" => {}
            _ => return Err(format!("{option} {value}\n{USAGE}").into()),
        }
    }
    let (builder, days, of_usual) = match kind.as_str() {
        "demo" => (Simulator::builder(), 92, (200, 40_000)),
        "large" => (Simulator::large_company(), 60, (5000, 1_000_000)),
        "wide" => (Simulator::wide_company(), 60, (5000, 1_000_000)),
        _ => return Err(format!("--company {kind}\n{USAGE}").into()),
    };
    let end = until.and_time(NaiveTime::MIN).and_utc();
    let start = end.checked_sub_signed(TimeDelta::days(days)).ok_or("--until: the date is too early")?;
    let developers: u32 = developers.unwrap_or(of_usual.0);
    if !(1..=10_000).contains(&developers) {
        return Err(format!("--developers {developers}: write a number from 1 to 10000").into());
    }
    let builder = builder.seed(seed).developers(developers).range(start, end).behaviour(behaviour);
    let builder = builder.events(events.unwrap_or(of_usual.1)).bugbot_events_per_day(bugbot);
    let is_usable = |key: &str| key.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
    match key {
        Some(key) if key.is_empty() || !is_usable(&key) => Err(format!("--key\n{USAGE}").into()),
        Some(key) => Ok((builder.api_key(key).build(), port)),
        None => Ok((builder.build(), port)),
    }
}

fn describe(server: &Server) {
    let (simulator, base_url) = (server.simulator(), server.base_url());
    let ((start, end), key) = (simulator.range(), simulator.api_key());
    let day = |at: DateTime<Utc>| at.format("%Y-%m-%dT%H:%M:%SZ");
    let last = end.timestamp_millis() - 1;
    println!("base URL  {base_url}\nkey       {key}\nrange     {} to {}", day(start), day(end));
    println!("dates     {} to {last}, both inclusive", start.timestamp_millis());
    println!("events    {}\n\nWhat all events add up to:", simulator.snapshot().len());
    println!("  {:<24}{:>10}{:>18}{:>18}", "kind", "events", "chargedCents, $", "billed, $");
    let truth = simulator.truth();
    for (kind, sums) in
        truth.by_kind.iter().map(|(kind, sums)| (kind.as_str(), sums)).chain([("all", &truth.total)])
    {
        let [charged, billed] = [sums.charged, sums.billed].map(|sum| amount(Money::from_units(sum)));
        println!("  {kind:<24}{:>10}{charged:>18}{billed:>18}", sums.events);
    }
    println!("\nAsk it, for instance:");
    println!("  curl -s -u {key}: {base_url}/teams/filtered-usage-events -d '{{\"pageSize\":1}}'");
}
