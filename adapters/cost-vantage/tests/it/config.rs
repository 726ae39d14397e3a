//! Configurations of Vantage's API, there and back.

use std::error::Error as _;

use cost_model::{CostRecord, Costs, Currency, Dimension, Timestamp};
use cost_vantage::{tag_from_config, tag_to_config};
use proptest::prelude::*;
use virtual_tags::{Directory, ErrorKind, RuleSet, TagDefinition};

use crate::cases;

/// Where charges of these tests name people there.
pub(super) fn user_tag() -> Dimension {
    Dimension::Tag("cursor:user".into())
}

const CONFIG: &str = r#"{
  "token": "vtag_1", "key": "Team", "overridable": false, "backfill_until": "2026-01-01",
  "collapsed_tag_keys": [{ "key": "env", "providers": ["cursor"] }],
  "values": [
    { "token": "v1", "name": "Engineering", "filter": "(costs.provider = 'cursor' AND tags.name = 'cursor:user' AND tags.value IN ('ana@x.test', 'bo@x.test'))",
      "date_ranges": [{ "start_date": "2026-01-01", "end_date": "2026-06-30" }, { "start_date": "2026-09-01", "end_date": null }] },
    { "filter": "(costs.provider = 'cursor' AND costs.region = 'eu')",
      "percentages": [{ "value": "Engineering", "pct": 62.5 }, { "value": "Data", "pct": 37.5 }] },
    { "filter": "(costs.provider = 'cursor')", "cost_metric": { "filter": "x", "aggregation": { "tag": "Team" } } }
  ]
}"#;

#[test]
fn what_can_be_said_goes_there_and_back_and_the_rest_is_listed() {
    let (tag, rest) = tag_from_config(CONFIG, "team.json").unwrap();
    let paths: Vec<_> = rest.iter().map(|each| each.path.as_str()).collect();
    assert_eq!(paths, ["backfill_until", "collapsed_tag_keys", "token", "values[0].token", "values[2]"]);
    assert!(rest[4].detail.contains("\"aggregation\":{\"tag\":\"Team\"}"));
    assert!(!format!("{rest:?}").contains("aggregation"));
    let (json, rest) = tag_to_config(&tag, &Directory::default(), "cursor", &user_tag()).unwrap();
    assert_eq!(rest, []);
    assert!(json.contains("\"end_date\": \"2026-06-30\"") && json.contains("\"pct\": 62.5"), "{json}");
    let (again, rest) = tag_from_config(&json, "team.json").unwrap();
    assert_eq!(rest, []);
    assert_eq!(
        tag_to_config(&again, &Directory::default(), "cursor", &user_tag()).unwrap(),
        (json, Vec::new())
    );
    let assigns = |tag: &TagDefinition| tag.rules.iter().map(|rule| rule.assign.clone()).collect::<Vec<_>>();
    assert_eq!(assigns(&again), assigns(&tag));
    let mut written = RuleSet::default();
    written.tags.push(tag);
    assert!(written.compile(Directory::default()).is_ok());
}

#[test]
fn what_vantage_has_no_words_for_is_listed_by_rule() {
    let toml = "[[tag]]\nkey = \"Team\"\ndefault = \"None\"\n[[tag.rule]]\nvalue = \"A\"\nwho = \"removed\"\n\
                [[tag.rule]]\nfrom_field = \"costs.account\"\n\
                [[tag.rule]]\nvalue = \"B\"\nwhen = \"costs.provider = 'cursor' AND costs.region =~ 'e.'\"\n\
                [[tag.rule]]\nvalue = \"C\"\nwhen = \"costs.provider = 'cursor'\"\n";
    let written = RuleSet::from_toml(toml, "rules.toml").unwrap();
    let (json, rest) = tag_to_config(&written.tags[0], &Directory::default(), "cursor", &user_tag()).unwrap();
    let paths: Vec<_> = rest.iter().map(|each| each.path.as_str()).collect();
    assert_eq!(paths, ["default", "rule 1", "rule 2", "rule 3"]);
    assert!(json.contains("\"name\": \"C\"") && !json.contains("\"name\": \"B\""));
}

#[test]
fn errors_name_the_path() {
    let fails = |json: &str, kind: ErrorKind, message: &str| {
        let error = tag_from_config(json, "team.json").unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (kind, message));
        assert!(!format!("{error:?}").contains("ana"));
        error
    };
    fails("[]", ErrorKind::Rules, "team.json:1:0: this is not a JSON object");
    fails("{}", ErrorKind::Rules, "team.json: `key` is not a text");
    fails(r#"{"key":"T","values":[{}]}"#, ErrorKind::Rules, "team.json: `values[0].filter` is not a text");
    let bad = r#"{"key":"T","values":[{"name":"A","filter":"costs.servise = 'ana@x.test'"}]}"#;
    let error = fails(bad, ErrorKind::Condition, "team.json: `values[0].filter` is not a filter");
    assert!(error.source().unwrap().to_string().contains("did you mean `costs.service`?"));
}

fn at(day: &str) -> Timestamp {
    Timestamp::midnight(day.parse().unwrap())
}

fn charge(email: &str, day: &str) -> CostRecord {
    let mut charge = CostRecord::new(at(day), "cursor", Currency::USD, Costs::absent());
    charge.edit(|set| set.resource = Some(email.into()));
    charge.edit(|set| set.tags.insert("cursor:user", email));
    charge
}

#[test]
fn emails_directory_columns_and_dates_are_kept() {
    let toml = "[[tag]]\nkey = \"Team\"\n\
                [[tag.rule]]\nvalue = \"Labs\"\nemail.is = [\"eli@x.test\", \"o'hara@x.test\"]\nfrom = \"2026-03-01\"\n\
                [[tag.rule]]\nfrom_directory = \"team\"\n\
                [[tag.rule]]\nvalue = \"Vendors\"\nemail.under = \"vendor.test\"\nwhen = \"costs.provider = 'cursor'\"\n\
                [[tag.rule]]\nsplit = [{ value = \"A\", percent = 62.5 }, { value = \"B\", percent = 37.5 }]\nemail.base = \"bot@x.test\"\n";
    let people = "email,team,from,to\nana@x.test,Web,,2026-02-01\nana@x.test,Data,2026-02-01,2026-04-01\nbo@x.test,Web,,\n\
                  eli@x.test,Web,,\n";
    let people = Directory::from_csv(people.as_bytes(), "people.csv").unwrap();
    let written = RuleSet::from_toml(toml, "rules.toml").unwrap();
    let (json, rest) = tag_to_config(&written.tags[0], &people, "cursor", &user_tag()).unwrap();
    let rest: Vec<_> = rest.iter().map(|each| format!("{}: {}", each.path, each.detail)).collect();
    assert_eq!(rest, ["rule 1: emails with a quote cannot be expressed"]);
    let parsed: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        parsed["values"][0],
        serde_json::json!({
            "name": "Labs",
            "filter": "(costs.provider = 'cursor' AND tags.name = 'cursor:user' AND tags.value IN ('eli@x.test'))",
            "date_ranges": [{ "start_date": "2026-03-01" }],
        })
    );
    let (again, rest) = tag_from_config(&json, "team.json").unwrap();
    assert_eq!(rest, []);
    let mut exported = RuleSet::default();
    exported.tags.push(again);
    let theirs = exported.compile(Directory::default()).unwrap().tagger().unwrap();
    let ours = written.compile(people).unwrap().tagger().unwrap();
    let emails = [
        "ana@x.test",
        "bo@x.test",
        "eli@x.test",
        "ci@a.vendor.test",
        "ci@vendor.test",
        "bot+1@x.test",
        "who@x.test",
    ];
    for email in emails {
        for day in ["2026-01-01", "2026-01-31", "2026-02-01", "2026-03-01", "2026-03-31", "2026-04-01"] {
            let charge = charge(email, day);
            assert_eq!(
                theirs.answer("Team", &charge, charge.at),
                ours.answer("Team", &charge, charge.at),
                "{email} {day}"
            );
        }
    }
}

#[test]
fn a_configuration_without_values_is_refused() {
    for rules in [
        "",
        "default = \"Unallocated\"\n",
        "[[tag.rule]]\nfrom_directory = \"team\"\n",
        "[[tag.rule]]\nvalue = \"A\"\nwho = \"removed\"\n",
        "[[tag.rule]]\nfrom_field = \"costs.account\"\n",
        "[[tag.rule]]\nvalue = \"A\"\nemail.glob = \"a?@x.test\"\n",
    ] {
        let toml = format!("[[tag]]\nkey = \"Team\"\n{rules}");
        let written = RuleSet::from_toml(&toml, "rules.toml").unwrap();
        let nobody = Directory::from_csv(b"email,team\nbot,Web\n", "people.csv").unwrap();
        let error = tag_to_config(&written.tags[0], &nobody, "cursor", &user_tag()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Rules, "{rules}");
        assert!(
            error.to_string().starts_with(
                "rules.toml:2:7: nothing of the key `Team` can be expressed in a configuration of Vantage"
            ),
            "{error}"
        );
    }
}

/// Header words may be written in any case, in the file and in the rules.
#[test]
fn a_rule_finds_its_column_in_any_case() {
    let people = Directory::from_csv(b"Email,TEAM\na@x.test,Web\n", "people.csv").unwrap();
    let toml = "[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nfrom_directory = \"team\"\n";
    let rules = RuleSet::from_toml(toml, "rules.toml").unwrap();
    let (json, _) = tag_to_config(&rules.tags[0], &people, "cursor", &user_tag()).unwrap();
    assert!(json.contains("\"name\": \"Web\""), "{json}");
}

#[test]
fn a_column_that_the_directory_lacks_is_listed() {
    let toml = "[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nfrom_directory = \"squad\"\n\
                [[tag.rule]]\nvalue = \"A\"\nwhen = \"costs.provider = 'cursor'\"\n";
    let rules = RuleSet::from_toml(toml, "rules.toml").unwrap();
    let people = Directory::from_csv(b"email,team\na@x.test,Web\n", "people.csv").unwrap();
    let (_, rest) = tag_to_config(&rules.tags[0], &people, "cursor", &user_tag()).unwrap();
    assert_eq!(rest[0].path, "rule 1");
    assert!(
        rest[0].detail.ends_with("the directory has no column `squad`; it has: team"),
        "{}",
        rest[0].detail
    );
}

fn read(json: &str) {
    if let Err(error) = tag_from_config(json, "team.json") {
        assert!(error.to_string().starts_with("team.json"), "{error}");
    }
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>(), bytes in any::<Vec<u8>>()) {
        read(&text);
        read(&String::from_utf8_lossy(&bytes));
    }

    /// A configuration in which one text stands in place of another that is in it.
    #[test]
    fn bent_configurations_are_read_or_refused(
        (from, len) in (0..CONFIG.len(), 0_usize..24), (other, more) in (0..CONFIG.len(), 0_usize..24),
    ) {
        let [start, text, rest] = [0..from, other..other + more, from + len..CONFIG.len()]
            .map(|range| CONFIG.get(range).unwrap_or_default());
        read(&format!("{start}{text}{rest}"));
    }
}

proptest! {
    #![proptest_config(cases(128))]

    /// Whatever a directory and a rule's dates say, day by day, the exported configuration says.
    #[test]
    fn an_exported_directory_says_what_it_said(
        rows in prop::collection::vec((0_usize..3, 0_u32..3, prop::option::of(0_u32..10), prop::option::of(0_u32..10)), 1..8),
        dates in prop::option::of((0_u32..10, 1_u32..6)),
        in_directory in any::<bool>(),
    ) {
        let day = |number: u32| format!("2026-01-{:02}", number + 1);
        let emails = ["ana@x.test", "bo@y.test", "cy@x.test"];
        let mut csv = "email,team,from,to\n".to_owned();
        for (person, team, from, to) in rows {
            let text = |each: Option<u32>| each.map(day).unwrap_or_default();
            let team = ["", "Web", "Data"][team as usize];
            let longer = format!("{csv}{},{team},{},{}\n", emails[person], text(from), text(to));
            if Directory::from_csv(longer.as_bytes(), "people.csv").is_ok() {
                csv = longer;
            }
        }
        let people = Directory::from_csv(csv.as_bytes(), "people.csv").unwrap();
        let dates = dates.map(|(from, days)| format!("from = \"{}\"\nto = \"{}\"\n", day(from), day(from + days)));
        let assign = if in_directory { "value = \"Known\"\nin_directory = true\n" } else { "from_directory = \"team\"\n" };
        let toml = format!("[[tag]]\nkey = \"Team\"\n[[tag.rule]]\n{assign}{}", dates.unwrap_or_default());
        let written = RuleSet::from_toml(&toml, "rules.toml").unwrap();
        let mut exported = RuleSet::default();
        match tag_to_config(&written.tags[0], &people, "cursor", &user_tag()) {
            Ok((json, rest)) => {
                prop_assert_eq!(rest, []);
                exported.tags.push(tag_from_config(&json, "team.json").unwrap().0);
            }
            Err(_) => exported.tags.push(TagDefinition::new("Team")),
        }
        let theirs = exported.compile(Directory::default()).unwrap().tagger().unwrap();
        let ours = written.compile(people).unwrap().tagger().unwrap();
        for email in emails {
            for number in 0..20 {
                let charge = charge(email, &day(number));
                prop_assert_eq!(
                    theirs.answer("Team", &charge, charge.at), ours.answer("Team", &charge, charge.at), "{} {} {}", csv, email, number
                );
            }
        }
    }
}
