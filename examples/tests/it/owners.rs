//! Costs by team and department, against people's true places.

use std::collections::BTreeMap;

use cost_model::report::Query;
use cost_model::{Dimension, Filter, Metric, Tagger};
use cursor_cost_source::places_of_people;
use cursor_simulator::Simulator;
use virtual_tags::{Directory, ResolvedRules, RuleSet};

use crate::{range, sync};

fn rules(simulator: &Simulator) -> ResolvedRules {
    let directory = Directory::from_csv(simulator.directory_csv().as_bytes(), "directory.csv").unwrap();
    let rules =
        RuleSet::from_toml(include_str!("../../../adapters/cursor-costs-cli/demo/rules.toml"), "rules.toml")
            .unwrap();
    let rules = rules.with_default_person(places_of_people());
    rules.compile(directory).unwrap().tagger().unwrap()
}

/// The day after which a row of the directory holds, and from which it no longer does, as plain text.
fn team_by_hand(csv: &str, email: &str, day: &str) -> Option<String> {
    let rows: Vec<Vec<&str>> = csv.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let holds =
        |row: &&Vec<&str>| (row[3].is_empty() || row[3] <= day) && (row[4].is_empty() || day < row[4]);
    let found = rows.iter().filter(|row| row[0].eq_ignore_ascii_case(email)).find(holds);
    found.map(|row| row[1].to_owned())
}

#[tokio::test]
async fn teams_get_what_their_people_used_while_they_were_there() {
    let simulator = Simulator::demo();
    let csv = simulator.directory_csv();
    let mut expected: BTreeMap<String, i128> = BTreeMap::new();
    for event in simulator.events().iter() {
        let day = event.timestamp_ms / 86_400_000;
        let day = (chrono::NaiveDate::default() + chrono::Days::new(u64::try_from(day).unwrap())).to_string();
        let by_directory = || event.email.as_deref().and_then(|email| team_by_hand(&csv, email, &day));
        let team = match event.service_account_name.as_deref() {
            Some("Nightly Review" | "Dependency Updates") => Some("Platform".to_owned()),
            _ => by_directory(),
        };
        *expected.entry(team.unwrap_or_else(|| "Unallocated".to_owned())).or_default() +=
            event.effective().unwrap();
    }
    let ledger = sync(&simulator).await.ledger;
    let report = Query::all_resources()
        .group_by(Dimension::VirtualTag("Team".into()))
        .run(&ledger, &rules(&simulator));
    let actual: BTreeMap<String, i128> = report
        .unwrap()
        .rows
        .iter()
        .map(|row| (row.keys[0].as_deref().unwrap().to_owned(), row.totals.effective.amount.units()))
        .collect();
    assert_eq!(actual, expected);
    assert_eq!(actual.len(), 9, "eight teams and those without one");
}

#[tokio::test]
async fn tags_conserve_every_metric_and_filters_agree_with_groups() {
    let simulator = Simulator::demo();
    let (ledger, rules) = (sync(&simulator).await.ledger, rules(&simulator));
    let whole = Query::all_resources().window(range(&simulator)).run(&ledger, &rules).unwrap().total;
    for key in rules.keys() {
        let report =
            Query::all_resources().group_by(Dimension::VirtualTag(key.clone())).run(&ledger, &rules).unwrap();
        assert_eq!(report.total, whole);
        for metric in Metric::ALL {
            let sum: i128 = report.rows.iter().map(|row| row.totals.get(metric).amount.units()).sum();
            assert_eq!(sum, whole.get(metric).amount.units());
        }
        for row in &report.rows {
            let value = row.keys[0].as_deref().unwrap();
            let filter =
                Filter::parse(&format!("{} = '{value}'", Dimension::VirtualTag(key.clone()))).unwrap();
            let filtered = Query::all_resources().filter(filter).run(&ledger, &rules).unwrap();
            assert_eq!(filtered.total, row.totals, "{value}");
        }
    }
}
