//! Configurations of Vantage's API, there and back.

use std::error::Error as _;

use virtual_tags::{ErrorKind, RuleSet, TagDefinition};

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
    let (tag, rest) = TagDefinition::from_vantage(CONFIG, "team.json").unwrap();
    let paths: Vec<_> = rest.iter().map(|each| each.path.as_str()).collect();
    assert_eq!(paths, ["backfill_until", "collapsed_tag_keys", "token", "values[0].token", "values[2]"]);
    assert!(rest[4].what.contains("\"aggregation\":{\"tag\":\"Team\"}"));
    assert!(!format!("{rest:?}").contains("aggregation"));
    let (json, rest) = tag.to_vantage();
    assert_eq!(rest, []);
    assert!(json.contains("\"end_date\": \"2026-06-30\"") && json.contains("\"pct\": 62.5"), "{json}");
    let (again, rest) = TagDefinition::from_vantage(&json, "team.json").unwrap();
    assert_eq!(rest, []);
    assert_eq!(again.to_vantage(), (json, Vec::new()));
    let assigns = |tag: &TagDefinition| tag.rules.iter().map(|rule| rule.assign.clone()).collect::<Vec<_>>();
    assert_eq!(assigns(&again), assigns(&tag));
    let mut written = RuleSet::default();
    written.tags.push(tag);
    assert!(written.compile(virtual_tags::Directory::default()).is_ok());
}

#[test]
fn what_vantage_has_no_words_for_is_listed_by_rule() {
    let toml = "[[tag]]\nkey = \"Team\"\ndefault = \"None\"\n[[tag.rule]]\nvalue = \"A\"\nemail.domain = \"a.test\"\n\
                [[tag.rule]]\nfrom_directory = \"team\"\n\
                [[tag.rule]]\nvalue = \"B\"\nwhen = \"costs.provider = 'cursor' AND costs.region =~ 'e.'\"\n\
                [[tag.rule]]\nvalue = \"C\"\nwhen = \"costs.provider = 'cursor'\"\n";
    let written = RuleSet::from_toml(toml, "rules.toml").unwrap();
    let (json, rest) = written.tags[0].to_vantage();
    let paths: Vec<_> = rest.iter().map(|each| each.path.as_str()).collect();
    assert_eq!(paths, ["default", "rule 1", "rule 2", "rule 3"]);
    assert!(json.contains("\"name\": \"C\"") && !json.contains("\"name\": \"B\""));
}

#[test]
fn errors_name_the_path() {
    let fails = |json: &str, kind: ErrorKind, message: &str| {
        let error = TagDefinition::from_vantage(json, "team.json").unwrap_err();
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
