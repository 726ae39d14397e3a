//! The two files that the documentation shows.

use cost_model::{CostRecord, Costs, Currency, Tagger, Timestamp};
use virtual_tags::{Answer, Assign, Directory, ResolvedRules, RuleSet};

const RULES: &str = r#"[[tag]]
key = "Team"
default = "Unallocated"
  [[tag.rule]]
  value = "Data Platform"
  when = "costs.resource_id LIKE '%@data.acme.test'"
  [[tag.rule]]
  from_directory = "team"
"#;

const DIRECTORY: &str = "email,team,department,from,to
ana@acme.test,Payments,Engineering,2026-01-01,2026-09-15
ana@acme.test,Data Platform,Engineering,2026-09-15,
";

fn team(rules: &ResolvedRules, email: &str, at: &str) -> String {
    let at = Timestamp::from(at.parse::<chrono::DateTime<chrono::Utc>>().unwrap());
    let mut record = CostRecord::new(at, "cursor", Currency::USD, Costs::absent());
    record.edit(|set| set.resource = Some(email.into()));
    match rules.answer("Team", &record, at) {
        Answer::Value(value) => value.as_ref().to_owned(),
        Answer::Shares(_) | Answer::Unset => String::new(),
    }
}

#[test]
fn the_files_say_what_they_say() {
    let written = RuleSet::from_toml(RULES, "rules.toml").unwrap();
    assert_eq!(written.tags.len(), 1);
    assert_eq!(&*written.tags[0].key, "Team");
    assert_eq!(written.tags[0].default.as_deref(), Some("Unallocated"));
    assert_eq!(written.tags[0].rules[0].assign, Assign::Value("Data Platform".into()));
    let when = written.tags[0].rules[0].when.as_ref().map(ToString::to_string);
    assert_eq!(when.as_deref(), Some("costs.resource_id LIKE '%@data.acme.test'"));
    assert_eq!(
        written.tags[0].rules[1].assign,
        Assign::FromDirectory(virtual_tags::rules::FromDirectory::new("team"))
    );
    assert_eq!(written.tags[0].rules[1].when, None);
    assert_eq!(written.tags[0].rules[1].place.as_ref().unwrap().to_string(), "rules.toml:7:3");

    let directory = Directory::from_csv(DIRECTORY.as_bytes(), "directory.csv").unwrap();
    assert_eq!(directory.people(), 1);
    let rules = written.compile(directory).unwrap().tagger().unwrap();
    for (email, at, expected) in [
        ("ana@acme.test", "2025-12-31T23:59:59.999Z", "Unallocated"),
        ("ana@acme.test", "2026-01-01T00:00:00Z", "Payments"),
        ("Ana@Acme.test", "2026-09-14T23:59:59.999Z", "Payments"),
        ("ana@acme.test", "2026-09-15T00:00:00Z", "Data Platform"),
        ("ana@acme.test", "2030-01-01T00:00:00Z", "Data Platform"),
        ("bo@data.acme.test", "2020-01-01T00:00:00Z", "Data Platform"),
        ("bo@acme.test", "2026-09-15T00:00:00Z", "Unallocated"),
        ("(no user)", "2026-09-15T00:00:00Z", "Unallocated"),
    ] {
        assert_eq!(team(&rules, email, at), expected, "{email} at {at}");
    }
    let boundaries: Vec<_> = rules.boundaries().iter().map(ToString::to_string).collect();
    assert_eq!(boundaries, ["2026-01-01T00:00:00Z", "2026-09-15T00:00:00Z"]);
}
