//! The whole way beside a slow and obvious one, which compares every email with every rule.

use std::collections::HashSet;
use std::fs;

use benches::{
    Company, Contestants, DataSet, PAGE, Pages, RuleCounts, WrittenRule, by_day_model_team, parse_alone,
    totals_of, whole_way,
};
use cost_model::{CostRecord, Costs, Currency, Timestamp};
use cursor_simulator::Simulator;
use regex_lite::Regex;
use serde_json::Value;
use virtual_tags::Answer;

/// The team of the first rule that matches.
fn team(rules: &[Value], email: &str) -> String {
    let matches = |rule: &&Value| {
        let pattern = rule["pattern"].as_str().unwrap();
        match rule["kind"].as_str().unwrap() {
            "exact" => email == pattern,
            "suffix" | "domain" => email.ends_with(pattern),
            "glob" => {
                let pattern = regex_lite::escape(pattern).replace("\\*", ".*").replace("\\?", ".");
                Regex::new(&format!("^{pattern}$")).unwrap().is_match(email)
            }
            "regex" => Regex::new(pattern).unwrap().is_match(email),
            kind => panic!("{kind}"),
        }
    };
    rules.iter().find(matches).map_or("none", |rule| rule["team"].as_str().unwrap()).to_owned()
}

/// In lower case: the slow search does not know that case means nothing.
fn people(simulator: &Simulator) -> Vec<String> {
    let events = simulator.events();
    let emails: HashSet<_> = events.iter().filter_map(|event| event.email.as_deref()).collect();
    let mut emails: Vec<_> = emails.into_iter().map(str::to_ascii_lowercase).collect();
    emails.sort_unstable();
    emails
}

fn as_values(rules: &[WrittenRule]) -> Vec<Value> {
    rules.iter().map(|rule| serde_json::to_value(rule).unwrap()).collect()
}

#[test]
fn rules_of_every_kind_find_people_as_a_slow_search_does() {
    let simulator = DataSet::Company.simulator(Some(5_000)).unwrap().developers(400).build();
    let people = people(&simulator);
    let counts = RuleCounts { exact: 40, suffix: 30, glob: 60, regex: 200 };
    let written = WrittenRule::for_people(&people, counts);
    assert!(written.len() > 330 + 20, "{} rules", written.len());
    let (slow, compiled) = (as_values(&written), WrittenRule::compile(&written).unwrap());
    let mut record =
        CostRecord::new(Timestamp::from_millis(0).unwrap(), "cursor", Currency::USD, Costs::default());
    let mut teams = HashSet::new();
    for email in &people {
        record.edit(|set| set.resource = Some(email.as_str().into()));
        let Answer::Value(found) = compiled.answer("Team", &record, record.at) else { panic!("{email}") };
        assert_eq!(*found, team(&slow, email), "{email}");
        teams.insert(found);
    }
    assert!(teams.len() > 30, "{teams:?}");
    let kinds: HashSet<_> = slow.iter().filter_map(|rule| rule["kind"].as_str()).collect();
    assert_eq!(kinds.len(), 5);
}

#[test]
fn the_whole_way_gives_what_a_slow_one_gives() {
    let simulator = DataSet::Wide.simulator(Some(3_000)).unwrap().developers(100).build();
    let folder = std::env::temp_dir().join(format!("whole-way-test-{}", std::process::id()));
    fs::create_dir_all(folder.join("pages")).unwrap();
    let pages = Pages::newest(&simulator, usize::MAX).unwrap();
    for (number, body) in pages.bodies().iter().enumerate() {
        fs::write(folder.join("pages").join(format!("page-{number:06}.json")), body).unwrap();
    }
    let written = WrittenRule::for_people(&people(&simulator), RuleCounts::LARGE);
    fs::write(folder.join("rules.json"), serde_json::to_vec(&written).unwrap()).unwrap();
    let rules = WrittenRule::read_all(&folder.join("rules.json")).unwrap();
    assert_eq!(rules, written);

    let outcome = whole_way(&folder, &rules).unwrap();
    let events = simulator.events();
    let on_disk = Contestants::new(&Company::load(&DataSet::Folder(folder.clone()), None).unwrap()).unwrap();
    let totals = totals_of(&by_day_model_team().run(&on_disk.ledger, &on_disk.rules).unwrap());
    assert_eq!((on_disk.ledger.len(), totals.len()), (events.len(), outcome.groups));
    assert_eq!((outcome.events, parse_alone(&folder).unwrap()), (events.len() as u64, events.len() as u64));
    fs::remove_dir_all(&folder).unwrap();
    assert!(pages.count() == events.len().div_ceil(PAGE) && pages.count() > 2);
    // A dollar is 10^24 of the simulator's units, and 10^2 cents of 10^22 units.
    assert_eq!(outcome.cents, events.iter().filter_map(|event| event.charged).sum::<i128>());
    let tokens = events.iter().filter_map(|event| event.tokens).map(|tokens| tokens.total()).sum::<u64>();
    assert_eq!(outcome.tokens, tokens);
    let slow = as_values(&rules);
    let group = |event: &cursor_simulator::TrueEvent| {
        let email = event.email.as_deref().unwrap_or_default().to_lowercase();
        (event.timestamp_ms.div_euclid(86_400_000), event.model.clone(), team(&slow, &email))
    };
    let groups: HashSet<_> = events.iter().map(group).collect();
    assert_eq!(outcome.groups, groups.len());
    let printed = outcome.to_string();
    assert!(printed.starts_with(&format!("groups {}  cents ", groups.len())), "{printed}");
    assert!(printed.ends_with(&format!("  tokens {tokens}  events {}", events.len())), "{printed}");
}
