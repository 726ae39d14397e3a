//! `config`: the configuration in force, and whether what it names can be read.

use cost_model::output::{counted, for_terminal};
use cursor_costs::config::{Config, KeyPlace, Setting};
use cursor_costs::request::{DayRange, ReportRequest};
use cursor_costs::{Error, Result};
use serde_json::json;

use crate::arguments::{ConfigCommand, Global};
use crate::configuration::{environment, load};
use crate::outcome::Outcome;
use crate::output::{Output, Text};

pub(crate) fn run(global: &Global, command: &ConfigCommand, output: &Output) -> Result<Outcome> {
    output.no_csv()?;
    let config = load(global)?;
    match command {
        ConfigCommand::Show => show(&config, output).map(|()| Outcome::DONE),
        ConfigCommand::Check => check(&config, output),
    }
}

/// Reads what the configuration names as a sync or a report would. The store is neither opened nor made, and nobody is asked
/// whether a key works: `accounts check` does that.
fn check(config: &Config, output: &Output) -> Result<Outcome> {
    config.check_files()?;
    let environment = environment();
    let problems = config.problems(&*environment)?;
    let outcome = Outcome { needs_action: !problems.is_empty(), ..Outcome::DONE };
    if output.is_json() {
        let accounts: Vec<_> = config
            .accounts
            .iter()
            .map(|account| {
                json!({
                    "name": account.name,
                    "key": account.key.as_ref().map(ToString::to_string),
                    "has_key": account.key.as_ref().is_some_and(|key| key.is_there(&*environment)),
                })
            })
            .collect();
        let problems: Vec<String> = problems.iter().map(Error::in_one_line).collect();
        output.json(&json!({
            "schema": "config-check/1",
            "file": config.file.as_ref().map(|file| file.display().to_string()),
            "ok": problems.is_empty(),
            "accounts": accounts,
            "problems": problems,
        }))?;
        return Ok(outcome);
    }
    let file = config.file.as_ref().map_or_else(|| "no file".to_owned(), |file| file.display().to_string());
    let mut text = Text::default();
    match problems.len() {
        0 => text.line(format_args!("{file}: nothing is wrong")),
        number => text
            .line(format_args!("{file}: {}", counted(u64::try_from(number).unwrap_or(u64::MAX), "problem"))),
    }
    for problem in &problems {
        text.line(format_args!("  {}", problem.in_one_line()));
        if let Some(hint) = problem.hint() {
            text.line(format_args!("    {hint}"));
        }
    }
    if config.reporting_zone.value.local_minus_utc() != 0 {
        text.line(format_args!(
            "reports count days of {}; days in rules and people are those of UTC",
            config.reporting_zone.value
        ));
    }
    for account in &config.accounts {
        let has_key = account.key.as_ref().map(|key| key.is_there(&*environment));
        let key = match (has_key, &account.key) {
            (Some(true), Some(key)) => format!("its key is in {key}"),
            (Some(false), Some(key @ KeyPlace::File(_))) => format!("its key in {key} cannot be used"),
            (Some(false), Some(key)) => {
                format!("its key is not in {key}, so that it cannot be synced from here")
            }
            _ => "it has no key, so that only files can be imported".to_owned(),
        };
        text.line(format_args!("account {}: {key}", for_terminal(&account.name)));
    }
    output.text(&text)?;
    Ok(outcome)
}

fn show(config: &Config, output: &Output) -> Result<()> {
    let values = values(config);
    if output.is_json() {
        let values: Vec<_> = values
            .iter()
            .map(|(name, value, from)| json!({ "name": name, "value": value, "from": from }))
            .collect();
        return output.json(&json!({ "schema": "config/1", "file": config.file.as_ref().map(|file| file.display().to_string()), "values": values }));
    }
    let mut text = Text::default();
    match &config.file {
        Some(file) => text.line(format_args!("# {}", file.display())),
        None => text.line("# no configuration file"),
    }
    let width = values
        .iter()
        .map(|(name, value, _)| name.len() + value.chars().count())
        .max()
        .unwrap_or_default()
        .min(60);
    for (name, value, from) in values {
        let line = format!("{name} = {value}");
        text.line(format_args!("{line:<width$}  # {from}", width = width + 3));
    }
    output.text(&text)
}

/// Returns each value's name, text and where it came from.
fn values(config: &Config) -> Vec<(String, String, String)> {
    fn value<T>(name: &str, setting: &Setting<T>, text: impl Fn(&T) -> String) -> (String, String, String) {
        (name.to_owned(), text(&setting.value), setting.from.to_string())
    }
    let mut values = vec![
        value("data", &config.data, |path| path.display().to_string()),
        value("rules", &config.rules, |path| {
            path.as_ref().map_or("none".to_owned(), |path| path.display().to_string())
        }),
        value("people", &config.people, |files| {
            files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(", ")
        }),
        value("tags", &config.tags, |tags| tags.join(", ")),
        value("reporting_zone", &config.reporting_zone, ToString::to_string),
        value("pseudonyms_env", &config.pseudonyms_env, |name| {
            name.clone().unwrap_or_else(|| "none".to_owned())
        }),
        value("history_months", &config.history_months, ToString::to_string),
        value("today", &config.today, |day| day.map_or("the clock's".to_owned(), |day| day.to_string())),
    ];
    for account in &config.accounts {
        let name = |field: &str| format!("account.{}.{field}", account.name);
        let mut field = |field: &str, text: String| values.push((name(field), text, "file".to_owned()));
        field("id", account.id.clone());
        field("key", account.key.as_ref().map_or("none".to_owned(), ToString::to_string));
        field("base_url", account.base_url.clone().unwrap_or_else(|| "https://api.cursor.com".to_owned()));
        if let Some(invoices) = &account.invoices {
            field("invoices", invoices.display().to_string());
        }
    }
    for report in &config.reports {
        for (field, text) in report_fields(&report.request) {
            values.push((format!("report.{}.{field}", report.name), text, "file".to_owned()));
        }
    }
    values
}

/// Returns the fields of a saved report that say anything.
fn report_fields(request: &ReportRequest) -> Vec<(&'static str, String)> {
    let mut fields = Vec::new();
    if let Some(filter) = &request.filter {
        fields.push(("filter", filter.to_string()));
    }
    let groups: Vec<String> = request.group_by.iter().map(ToString::to_string).collect();
    fields.push(("group_by", groups.join(", ")));
    match request.range {
        DayRange::Days { from, to } => {
            fields.extend([("from", from.to_string()), ("to", to.to_string())]);
        }
        DayRange::Interval(interval) => fields.push(("interval", interval.to_string())),
        _ => {}
    }
    if let Some(bin) = request.bin {
        fields.push(("bin", bin.to_string()));
    }
    fields.push(("metric", request.measure.to_string()));
    if let Some(top) = request.top {
        fields.push(("top", top.to_string()));
    }
    let flags =
        [("compare", request.compare), ("cumulative", request.cumulative), ("strict", request.strict)];
    fields.extend(flags.into_iter().filter(|(_, is_set)| *is_set).map(|(name, _)| (name, "true".to_owned())));
    fields
}
