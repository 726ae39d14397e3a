//! Filter and group the demo company's costs from the command line.
//!
//! `cargo run --release --example report` shows one team by model and token category;
//! `cargo run --release --example report -- --help` tells what else it can show.

use std::process::ExitCode;

use chrono::NaiveDate;
use cost_ingest::Ingest;
use cost_model::money::TokenType;
use cost_model::report::{Bin, Column, Interval, Measure, Query, Report, Weekday};
use cost_model::store::{ConnectionId, Scope};
use cost_model::{Currency, Dimension, Filter, Ledger, MemoryStore, Metric, Pseudonyms, Window};
use cursor_cost_source::{list_prices, places_of_people};
use cursor_simulator::Simulator;
use examples::printer::{self, table_width};
use examples::{Failure, Team, errln, out, pseudonyms, whole_number};
use lexopt::{Arg, Parser, ValueExt};
use virtual_tags::{Directory, ResolvedRules, RuleSet};

const HELP: &str = "\
Filter and group the demo company's costs.

Usage: report [OPTIONS]

Without options it shows Team = 'Platform' by model and token category.

Options:
      --filter SENTENCE    Which charges, for example \"vtag.Team = 'Web' AND costs.effective > 1\"
      --group-by DIMENSION A row for each value; may be given again: service, subcategory, resource_id,
                           vtag.Team, tags['cursor:max_mode'], tagged, usage_unit, token_type, ...
      --interval NAME      this_month, last_month, last_7_days, last_3_months, ... before 2026-11-01
      --bin STEP           hour, day, week, month or quarter
      --cumulative         Each step holds everything up to its end
      --measure NAME       effective, billed, list, contracted, usage, tokens or records
      --top COUNT          Only the largest groups, and all others as one
      --compare            Beside the previous period
      --format NAME        text, csv or json
      --strict             A value that the filter names and no charge has is an error, not a remark
      --pseudonyms-env NAME  Give people other names, by the secret in that environment variable
  -h, --help               Print this help
";

/// What to ask, and how to show it.
struct Request {
    query: Query,
    interval: Option<Interval>,
    format: Format,
    pseudonyms: Option<Pseudonyms>,
}

enum Format {
    Text,
    Csv,
    Json,
}

#[tokio::main]
async fn main() -> ExitCode {
    examples::main(request(), HELP, run).await
}

fn request() -> Result<Option<Request>, Failure> {
    let mut request =
        Request { query: Query::all_resources(), interval: None, format: Format::Text, pseudonyms: None };
    let mut parser = Parser::from_env();
    let mut asked = false;
    while let Some(argument) = parser.next()? {
        asked = true;
        let query = &mut request.query;
        match argument {
            Arg::Long("filter") => query.filter = Some(Filter::parse(&parser.value()?.string()?)?),
            Arg::Long("group-by") => query.group_by.push(parser.value()?.string()?.parse()?),
            Arg::Long("interval") => request.interval = Some(parser.value()?.string()?.parse()?),
            Arg::Long("bin") => query.bin = Some(bin(&parser.value()?.string()?)?),
            Arg::Long("cumulative") => query.cumulative = true,
            Arg::Long("measure") => query.measure = measure(&parser.value()?.string()?)?,
            Arg::Long("top") => query.top = Some(whole_number("--top", &mut parser)?),
            Arg::Long("compare") => query.compare = true,
            Arg::Long("strict") => query.strict = true,
            Arg::Long("format") => request.format = format(&parser.value()?.string()?)?,
            Arg::Long("pseudonyms-env") => request.pseudonyms = Some(pseudonyms(&parser.value()?.string()?)?),
            Arg::Short('h') | Arg::Long("help") => return Ok(None),
            other => return Err(format!("{}; --help lists the options", other.unexpected()).into()),
        }
    }
    if !asked {
        request.query = Query::all_resources()
            .filter(Filter::parse("vtag.Team = 'Platform'")?)
            .group_by(Dimension::Service)
            .group_by(Dimension::TokenType);
    }
    Ok(Some(request))
}

fn bin(name: &str) -> Result<Bin, Failure> {
    match name {
        "hour" => Ok(Bin::Hour),
        "day" => Ok(Bin::Day),
        "week" => Ok(Bin::Week(Weekday::Monday)),
        "month" => Ok(Bin::Month),
        "quarter" => Ok(Bin::Quarter),
        _ => Err(format!("--bin {name}: write hour, day, week, month or quarter").into()),
    }
}

fn measure(name: &str) -> Result<Measure, Failure> {
    let costs = Metric::ALL.into_iter().map(Measure::Cost);
    let known = costs.chain([Measure::Usage, Measure::Tokens, Measure::Records]);
    let found = known.clone().find(|measure| measure.to_string() == name);
    let names = || known.map(|measure| measure.to_string()).collect::<Vec<_>>().join(", ");
    found.ok_or_else(|| format!("--measure {name}: write one of {}", names()).into())
}

fn format(name: &str) -> Result<Format, Failure> {
    match name {
        "text" => Ok(Format::Text),
        "csv" => Ok(Format::Csv),
        "json" => Ok(Format::Json),
        _ => Err(format!("--format {name}: write text, csv or json").into()),
    }
}

async fn run(Request { query, interval, format, pseudonyms }: Request) -> Result<(), Failure> {
    let simulator = Simulator::demo();
    let (start, end) = simulator.range();
    let today: NaiveDate = simulator.now().date_naive();
    let query = query.window(Window::new(start, end)?).price_book(list_prices()?);
    let query = match interval {
        Some(interval) => query.interval(interval, today)?,
        None => query,
    };
    let (ledger, rules) = demo(simulator).await?;
    let mut report = query.run(&ledger, &rules)?;
    if let Some(pseudonyms) = pseudonyms {
        pseudonyms.rename_in_report(&mut report);
    }
    match format {
        Format::Text => out!("{}", report.to_text_within(&columns(&report), table_width() + 2)?),
        Format::Csv => {
            for unknown in &report.unknown_values {
                errln!("note: {unknown}");
            }
            printer::data(report.to_csv(&columns(&report))?.as_bytes());
        }
        Format::Json => printer::data(format!("{}\n", serde_json::to_string_pretty(&report)?).as_bytes()),
    }
    Ok(())
}

/// The demo company's charges and rules.
async fn demo(simulator: Simulator) -> Result<(Ledger, ResolvedRules), Failure> {
    let team = Team::simulated(simulator.clone()).await?;
    let (source, store) = (team.source("Acme")?, MemoryStore::new());
    let (start, end) = simulator.range();
    let range = Window::new(start, end)?;
    Ingest::new(&source, &store, ConnectionId::new("acme")).run(range, range.end()).await?;
    let directory = Directory::from_csv(simulator.directory_csv().as_bytes(), "the demo's directory")?;
    let rules = RuleSet::default().with_default_person(places_of_people());
    let rules = rules.with_directory_facts(&directory, ["team", "department"], "Unallocated")?;
    let rules = rules.compile(directory)?.tagger()?;
    Ok((Ledger::from_store(&store, &Scope::all(), Currency::USD).await?, rules))
}

/// Token counts where the report is about tokens, else costs; and the previous period where it compares.
fn columns(report: &Report) -> Vec<Column> {
    let mut columns = match report.measure {
        Measure::Usage => vec![Column::Records, Column::Usage],
        Measure::Tokens => {
            TokenType::ALL.into_iter().map(Column::Tokens).chain([Column::AllTokens]).collect()
        }
        _ if report.estimated => {
            vec![Column::AllTokens, Column::Cost(Metric::Effective), Column::Cost(Metric::Billed)]
        }
        _ => Column::COSTS.to_vec(),
    };
    if report.previous.is_some() {
        columns.push(Column::PreviousCost(Metric::Effective));
    }
    columns
}
