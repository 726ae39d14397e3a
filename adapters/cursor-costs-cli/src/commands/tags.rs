//! `tags`: the rules that say who owns a charge.

use std::path::Path;

use cost_model::output::{TextTable, amount, counted, grouped, percent};
use cost_model::report::Interval;
use cost_model::store::Gap;
use cost_vantage::NotExpressed;
use cursor_costs::documents::{ExplainedOwnerDocument, RulesDiffDocument};
use cursor_costs::request::DayRange;
use cursor_costs::tags::WithoutOwner;
use cursor_costs::{CursorCosts, Error, ErrorKind, Result};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use virtual_tags::RuleSet;
use virtual_tags::insight::Coverage;

use crate::arguments::{Global, Range, Tags};
use crate::commands::{open, open_existing};
use crate::outcome::Outcome;
use crate::output::{Output, Text};

/// How many people without an owner are listed.
const SHOWN: usize = 20;

pub(crate) async fn run(global: &Global, command: Tags, output: &Output) -> Result<Outcome> {
    output.no_csv()?;
    match command {
        Tags::Check(range) => check(&open_existing(global)?, range, true, output).await,
        Tags::Test(range) => check(&open_existing(global)?, range, false, output).await,
        Tags::Explain { who, at, range } => {
            let range = match at.and_then(|day| Some((day, day.succ_opt()?))) {
                Some((from, to)) => DayRange::Days { from, to },
                None => range.stated()?.unwrap_or(DayRange::Interval(Interval::LastMonths(1))),
            };
            explain(&open_existing(global)?, &who, range, output).await
        }
        Tags::Diff { file, guard, range } => diff(&open_existing(global)?, &file, guard, range, output).await,
        Tags::Coverage(range) => coverage(&open_existing(global)?, range, output).await,
        Tags::Suggest { reach, range } => suggest(&open_existing(global)?, reach, range, output).await,
        Tags::ImportVantage { file } => import_vantage(&file, output),
        Tags::ExportVantage { key } => export_vantage(&open(global)?, &key, output).await,
    }
}

async fn check(costs: &CursorCosts, range: Range, with_findings: bool, output: &Output) -> Result<Outcome> {
    let mut found = costs.check_rules(range.days()?).await?;
    if !with_findings {
        found.findings.clear();
    }
    let outcome = Outcome { needs_action: !found.is_clean(), ..Outcome::DONE };
    let findings: Vec<String> = found.findings.iter().map(ToString::to_string).collect();
    if output.is_json() {
        let schema = if with_findings { "tags-check/1" } else { "tags-test/1" };
        output.json(&json!({
            "schema": schema, "findings": findings, "tests": found.tests, "failures": found.failures,
        }))?;
        return Ok(outcome);
    }
    let mut text = Text::default();
    for line in findings.iter().chain(&found.failures) {
        text.line(line);
    }
    text.add(format_args!("{}, {} failed", count(found.tests, "test"), found.failures.len()));
    if with_findings {
        text.add(format_args!("; {}", count(findings.len(), "finding")));
    }
    output.text(format_args!("{text}\n"))?;
    Ok(outcome)
}

async fn explain(costs: &CursorCosts, who: &str, range: DayRange, output: &Output) -> Result<Outcome> {
    let explained = costs.explain_owner(who, range).await?;
    let texts: Vec<String> = explained.iter().map(ToString::to_string).collect();
    if output.is_json() {
        output.json(&ExplainedOwnerDocument::new(who, &explained))?;
    } else {
        output.text(texts.concat())?;
    }
    Ok(Outcome::DONE)
}

async fn diff(
    costs: &CursorCosts,
    file: &Path,
    guard: Option<Decimal>,
    range: Range,
    output: &Output,
) -> Result<Outcome> {
    let diff = costs.diff(file, range.days()?).await?;
    let is_within = guard.map(|percent| diff.is_within(percent)).transpose()?.unwrap_or(true);
    let texts: Vec<String> = diff.keys.iter().map(ToString::to_string).collect();
    if output.is_json() {
        output.json(&RulesDiffDocument::new(&diff, guard, is_within))?;
    } else {
        let mut text = Text::default();
        text.add(texts.concat());
        for key in &diff.removed {
            text.line(format_args!("{key}: the other rules do not have this key"));
        }
        for key in &diff.added {
            text.line(format_args!("{key}: only the other rules have this key"));
        }
        if let (Some(percent), false) = (guard, is_within) {
            text.line(format_args!("more than {percent} % of the cost moves, or a key is gone"));
        }
        output.text(&text)?;
    }
    let (outcome, _) = missing(costs, range.days()?, output).await?;
    Ok(Outcome { needs_action: !is_within, ..outcome })
}

async fn coverage(costs: &CursorCosts, range: Range, output: &Output) -> Result<Outcome> {
    let coverage = costs.coverage(range.days()?).await?;
    let (outcome, missing) = missing(costs, range.days()?, output).await?;
    if output.is_json() {
        let months: Vec<Value> = coverage.months.iter().map(month_document).collect();
        let unallocated: Vec<Value> = coverage
            .unallocated
            .iter()
            .flat_map(|each| {
                let key = &each.key;
                each.who.iter().map(move |(name, cost)| json!({ "key": key, "who": name, "effective": cost }))
            })
            .collect();
        output.json(&json!({
            "schema": "tags-coverage/1",
            "months": months,
            "spellings": coverage.spellings,
            "unallocated": unallocated,
            "missing": missing.iter().map(gap_document).collect::<Vec<_>>(),
        }))?;
        return Ok(outcome);
    }
    let mut text = Text::default();
    text.line(costs.days_text(costs.window(range.days()?)?));
    let mut table = TextTable::new().within(output.width).text(["key", "month"]);
    table = table.figures(["owned USD", "of USD", "share", "people", "of"]);
    for month in &coverage.months {
        table.row([
            month.key.to_string(),
            month.month.format("%Y-%m").to_string(),
            amount(month.cost.tagged),
            amount(month.cost.total),
            percent(month.cost.tagged, month.cost.total, 1).unwrap_or_default(),
            grouped(month.people.tagged),
            grouped(month.people.total),
        ]);
    }
    text.add(&table);
    for spelling in &coverage.spellings {
        text.line(spelling);
    }
    for WithoutOwner { key, who, .. } in coverage.unallocated.iter().filter(|each| !each.who.is_empty()) {
        text.heading(format_args!("Without {key}"));
        let mut table = TextTable::new().within(output.width).text(["who"]).figures(["effective USD"]);
        for (name, cost) in who.iter().take(SHOWN) {
            table.row([name.to_string(), amount(*cost)]);
        }
        text.add(&table);
        if who.len() > SHOWN {
            text.line(format_args!("and {} more", who.len() - SHOWN));
        }
    }
    output.text(&text)?;
    Ok(outcome)
}

/// Tells what of a range was not read, on which figures say nothing.
async fn missing(costs: &CursorCosts, range: DayRange, output: &Output) -> Result<(Outcome, Vec<Gap>)> {
    let mut missing = costs.gaps(range).await?;
    missing.retain(|gap| costs.is_missing(gap));
    output.note_gaps(&missing);
    Ok((Outcome { cannot_be_said: !missing.is_empty(), ..Outcome::DONE }, missing))
}

fn gap_document(gap: &Gap) -> Value {
    let account = gap.connection.as_ref().map(ToString::to_string);
    json!({ "from": gap.window.start(), "to": gap.window.end(), "account": account })
}

fn month_document(month: &Coverage) -> Value {
    json!({
        "key": month.key,
        "month": month.month.format("%Y-%m").to_string(),
        "owned": month.cost.tagged,
        "effective": month.cost.total,
        "people_owned": month.people.tagged,
        "people": month.people.total,
    })
}

async fn suggest(costs: &CursorCosts, reach: u8, range: Range, output: &Output) -> Result<Outcome> {
    let suggestions = costs.suggest_rules(range.days()?, reach).await?;
    let (outcome, missing) = missing(costs, range.days()?, output).await?;
    if output.is_json() {
        let rules: Vec<Value> = suggestions
            .iter()
            .flat_map(|(key, rules)| {
                rules
                    .iter()
                    .map(move |rule| json!({ "key": key, "when": rule.when, "effective": rule.amount }))
            })
            .collect();
        let missing: Vec<Value> = missing.iter().map(gap_document).collect();
        output.json(
            &json!({ "schema": "tags-suggest/1", "reach": reach, "rules": rules, "missing": missing }),
        )?;
        return Ok(outcome);
    }
    let mut text = Text::default();
    for (key, rules) in &suggestions {
        if rules.is_empty() {
            text.line(format_args!("{key}: no rule is needed to reach {reach} %, or none would help"));
        }
        for rule in rules {
            text.line(format_args!("{key}: {rule}"));
        }
    }
    output.text(&text)?;
    Ok(outcome)
}

fn import_vantage(file: &Path, output: &Output) -> Result<Outcome> {
    let name = file.display().to_string();
    let unusable = |error| Error::new(ErrorKind::Rules, "the configuration cannot be used").because(error);
    let bytes = std::fs::read(file)
        .map_err(|error| Error::new(ErrorKind::File, format!("{name} cannot be read")).because(error))?;
    let json = cost_model::input::decode(&bytes)
        .map_err(|problem| Error::new(ErrorKind::Rules, format!("{name}: {}", problem.message())))?;
    let (tag, lost) = cost_vantage::tag_from_config(&json, &name).map_err(unusable)?;
    let mut rules = RuleSet::default();
    rules.tags.push(tag);
    let text = rules.to_toml().map_err(unusable)?;
    if output.is_json() {
        output.json(&json!({ "schema": "tags-import-vantage/1", "rules": text, "not_expressed": lost_document(&lost) }))?;
    } else {
        output.data(text.as_bytes())?;
    }
    Ok(report_lost(&lost, output))
}

/// Tells what the other format could not express; somebody has to look at it.
fn report_lost(lost: &[NotExpressed], output: &Output) -> Outcome {
    for part in lost {
        output.note(&format!("not expressed: {}: {}", part.path, part.detail));
    }
    Outcome { needs_action: !lost.is_empty(), ..Outcome::DONE }
}

async fn export_vantage(costs: &CursorCosts, key: &str, output: &Output) -> Result<Outcome> {
    let rules = costs.rule_set()?;
    let tag = rules.tags.iter().find(|tag| tag.key.eq_ignore_ascii_case(key)).ok_or_else(|| {
        let keys: Vec<&str> = rules.tags.iter().map(|tag| &*tag.key).collect();
        Error::new(
            ErrorKind::NotFound,
            format!("the rules have no key `{key}`; they have: {}", keys.join(", ")),
        )
    })?;
    let person = cost_model::Dimension::Tag("cursor:user".into());
    let unusable = |error| Error::new(ErrorKind::Rules, "the key cannot be expressed").because(error);
    let (json, lost) =
        cost_vantage::tag_to_config(tag, &costs.people().await?, "cursor", &person).map_err(unusable)?;
    if output.is_json() {
        let config: Value = serde_json::from_str(&json)
            .map_err(|error| Error::new(ErrorKind::Rules, "the configuration is not JSON").because(error))?;
        let document = json!({
            "schema": "tags-export-vantage/1",
            "key": tag.key,
            "configuration": config,
            "not_expressed": lost_document(&lost),
        });
        output.json(&document)?;
    } else {
        output.data(format!("{}\n", json.trim_end()).as_bytes())?;
    }
    Ok(report_lost(&lost, output))
}

fn lost_document(lost: &[NotExpressed]) -> Vec<Value> {
    lost.iter().map(|part| json!({ "path": part.path, "detail": part.detail })).collect()
}

fn count(number: usize, thing: &str) -> String {
    counted(u64::try_from(number).unwrap_or(u64::MAX), thing)
}
