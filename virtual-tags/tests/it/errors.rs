//! What compiling refuses, in words that name the place and the remedy.

use std::error::Error as _;

use virtual_tags::{Assign, Directory, ErrorKind, Rule, RuleSet, TagDefinition};

const TEAM: &str = "[[tag]]\nkey = \"Team\"\n";

fn directory(csv: &str) -> Directory {
    Directory::from_csv(csv.as_bytes(), "directory.csv").unwrap()
}

#[track_caller]
fn refuses(toml: &str, csv: &str, message: &str) {
    let rules = RuleSet::from_toml(toml, "rules.toml").unwrap();
    let error =
        rules.compile(if csv.is_empty() { Directory::default() } else { directory(csv) }).unwrap_err();
    assert_eq!(error.to_string(), message);
    assert_eq!(error.kind(), ErrorKind::Rules);
    assert!(error.source().is_none());
}

#[test]
fn a_key_twice_names_both_lines() {
    refuses(
        &format!("{TEAM}\n[[tag]]\nkey = \"Own\"\n\n{TEAM}"),
        "",
        "rules.toml:8:7: the key `Team` is already defined on line 2; each key has one list of rules",
    );
    let mut written = RuleSet::default();
    written.tags = vec![TagDefinition::new("Team"), TagDefinition::new("Team")];
    assert_eq!(
        written.compile(Directory::default()).unwrap_err().to_string(),
        "the key `Team` is defined twice"
    );
}

#[test]
fn an_unknown_column_lists_the_known_ones() {
    let rule = "  [[tag.rule]]\n  from_directory = \"squad\"\n";
    refuses(
        &format!("{TEAM}{rule}"),
        "from,email,team,department\n",
        "rules.toml:3:3: the directory has no column `squad`; it has: team, department",
    );
    refuses(
        &format!("{TEAM}{rule}"),
        "",
        "rules.toml:3:3: `from_directory = \"squad\"` needs a directory, and none is given",
    );
}

#[test]
fn a_condition_on_a_key_that_there_is_not_is_refused() {
    for (condition, message) in [
        (
            "vtag.Teem = 'A'",
            "5:11: the condition reads `vtag.Teem`, but no `[[tag]]` has that key; did you mean `vtag.Team`?",
        ),
        (
            "costs.service = 'Auto' AND NOT vtag['cost center'] = NULL",
            "5:42: the condition reads `vtag['cost center']`, but no `[[tag]]` has that key; there are: Team",
        ),
    ] {
        refuses(
            &format!("{TEAM}  [[tag.rule]]\n  value = \"A\"\n  when = \"{condition}\"\n"),
            "",
            &format!("rules.toml:{message}"),
        );
    }
}

#[test]
fn keys_that_read_each_other_in_a_circle_are_refused_with_the_way_round() {
    let tag = |key: &str, reads: &str| {
        format!("[[tag]]\nkey = \"{key}\"\n  [[tag.rule]]\n  from_field = \"vtag.{reads}\"\n")
    };
    refuses(
        &[tag("Own", "Team"), tag("Team", "Site"), tag("Site", "Area"), tag("Area", "Team")].concat(),
        "",
        "rules.toml:6:7: the keys read each other in a circle: Team -> Site -> Area -> Team; let one of them read only \
         fields",
    );
    refuses(
        &tag("Team", "Team"),
        "",
        "rules.toml:2:7: the keys read each other in a circle: Team -> Team; let one of them read only fields",
    );
}

#[test]
fn splits_must_add_up() {
    let split = |split: &str| format!("{TEAM}  [[tag.rule]]\n  {split}\n");
    for (written, message) in [
        (
            "split = [{ value = \"A\", percent = 60 }, { value = \"B\", percent = 39.5 }]",
            "the percentages sum to 99.5, not to 100; to give the rest to the tag's default, write `remainder = \
             \"default\"`",
        ),
        (
            "split = [{ value = \"A\", percent = 60 }]\n  remainder = \"default\"",
            "`remainder = \"default\"` needs the tag to have a `default`",
        ),
        ("split = [{ value = \"A\", percent = 160 }]", "the percentages must be 0 or more and sum to 100"),
        (
            "split = [{ value = \"A\", weight = 0 }, { value = \"B\", weight = 0 }]",
            "a split needs a value whose weight is not zero",
        ),
        ("split = []", "a split needs a value whose weight is not zero"),
        ("split = [\"A\", \"B\", \"A\"]", "value 3 of the split occurs twice"),
        ("split = [\"A\", \" \"]", "value 2 of the split is empty"),
        ("split = { headcount = \"team\" }", "`headcount = \"team\"` needs a directory, and none is given"),
    ] {
        refuses(&split(written), "", &format!("rules.toml:3:3: {message}"));
    }
}

#[test]
fn a_condition_on_more_than_dimensions_is_refused() {
    for (condition, message) in [
        (
            "costs.effective > 1",
            "the condition reads the time, an amount or usage, and the owner of a cost cannot depend on those",
        ),
        (
            "charged_at >= '2026-01-01'",
            "the condition reads the time, an amount or usage, and the owner of a cost cannot depend on those",
        ),
        ("costs.service = 'Auto' AND costs.allocation = 0.5", "`costs.allocation` has no meaning in a rule"),
    ] {
        refuses(
            &format!("{TEAM}  [[tag.rule]]\n  value = \"A\"\n  when = \"{condition}\"\n"),
            "",
            &format!("rules.toml:3:3: {message}"),
        );
    }
}

#[test]
fn a_bad_condition_names_its_own_line_and_column() {
    let toml = format!("{TEAM}  [[tag.rule]]\n  value = \"A\"\n  when = \"costs.region = 'x' costs\"\n");
    let error = RuleSet::from_toml(&toml, "rules.toml").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Condition);
    assert_eq!(error.to_string(), "rules.toml:5:30: the condition in `when` is not a filter");
    assert_eq!(error.source().unwrap().to_string(), "expected AND, OR or the end of the filter");
    assert_eq!(error.place().unwrap().line, Some(5));
}

/// ResolvedRules built in code have no place, and may give every charge one value.
#[test]
fn rules_built_in_code_compile_too() {
    let mut tag = TagDefinition::new("Team");
    tag.rules.push(Rule::new(Assign::Value("Everyone".into())));
    let mut written = RuleSet::default();
    written.tags.push(tag);
    let rules = written.compile(Directory::default()).unwrap().tagger().unwrap();
    assert_eq!(cost_model::Tagger::keys(&rules), ["Team".into()]);
    assert!(cost_model::Tagger::boundaries(&rules).is_empty());
}

/// Threads may share compiled rules, and clones cost nothing.
#[test]
fn rules_go_to_other_threads() {
    let written = RuleSet::from_toml(&format!("{TEAM}default = \"A\"\n"), "rules.toml").unwrap();
    let rules = written.compile(Directory::default()).unwrap().tagger().unwrap();
    let other = rules.clone();
    let keys = std::thread::spawn(move || cost_model::Tagger::keys(&other).len()).join().unwrap();
    assert_eq!(keys, cost_model::Tagger::keys(&rules).len());
}

#[test]
fn directory_errors_are_of_their_own_kind() {
    let error = Directory::from_csv(b"email,team\nana@acme.test,\xff\n", "directory.csv").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Directory);
    assert_eq!(
        error.to_string(),
        "directory.csv:2: the text is not UTF-8; it may be Windows-1252, as spreadsheets save plain CSV: save it as \"CSV \
         UTF-8\""
    );
}

/// Whoever writes rules sees all mistakes at once, each with its place.
#[test]
fn every_mistake_is_told_with_file_line_and_column() {
    let all = |error: virtual_tags::Error| -> Vec<String> {
        std::iter::once(&error).chain(error.others()).map(ToString::to_string).collect()
    };
    let unreadable = "[[tag]]\nkey = \"Team\"\n  [[tag.rule]]\n  value = \"\"\n  who = \"nobody\"\n  [[tag.rule]]\n  \
                      value = \"A\"\n  when = \"costs.servise = 'x'\"\n[[tag]]\nkey = \"\"\n[[test]]\nat = \"today\"\n\
                      record = {}\nexpect = {}\n";
    let lines = all(RuleSet::from_toml(unreadable, "rules.toml").unwrap_err());
    assert_eq!(
        lines.iter().map(|line| line.split(": ").next().unwrap()).collect::<Vec<_>>(),
        ["rules.toml:4:11", "rules.toml:8:11", "rules.toml:10:7", "rules.toml:12:6"],
        "{lines:?}"
    );
    let wrong = "[[tag]]\nkey = \"Team\"\n  [[tag.rule]]\n  from_directory = \"taem\"\n[[tag]]\nkey = \"Site\"\n  \
                 [[tag.rule]]\n  from_field = \"vtag.Tem\"\n  [[tag.rule]]\n  split = []\n";
    let rules = RuleSet::from_toml(wrong, "rules.toml").unwrap();
    let lines = all(rules.compile(directory("email,team\n")).unwrap_err());
    assert_eq!(
        lines,
        [
            "rules.toml:3:3: the directory has no column `taem`; it has: team",
            "rules.toml:7:3: `from_field` reads `vtag.Tem`, but no `[[tag]]` has that key; did you mean `vtag.Team`?",
            "rules.toml:9:3: a split needs a value whose weight is not zero",
        ]
    );
}
