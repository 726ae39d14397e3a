//! An email address that goes in never comes out in a `Debug` or an error.

use cost_model::Filter;
use cost_model::conformance::{shown_in_debug, shown_in_error};
use cost_vantage::{filter_to_vql, tag_from_config, tag_to_config};
use virtual_tags::{Directory, RuleSet};

use crate::config::user_tag;

const CANARY: &str = "canary.bird@acme.test";

#[test]
fn reasons_show_no_email() {
    let tests = ["=", "!=", "LIKE", "ILIKE", "~*", "=~"]
        .map(|operator| format!("costs.resource_id {operator} '{CANARY}'"));
    let filter = format!(
        "{} AND tags.name IN ('{CANARY}') AND tags.value = 'x' AND (tags.name, tags.value) IN (('{CANARY}', '{CANARY}'))",
        tests.join(" AND ")
    );
    for reason in filter_to_vql(&Filter::parse(&filter).unwrap()).unwrap_err() {
        assert_eq!(shown_in_debug(&reason, "canary"), None);
        assert!(!reason.to_string().contains("canary"), "{reason}");
    }
}

#[test]
fn configurations_and_their_errors_show_no_email() {
    let filter = "costs.provider = 'cursor'";
    let value = |fields: &str| format!(r#"{{"key":"T","values":[{{"filter":"{filter}",{fields}}}]}}"#);
    let (tag, rest) =
        tag_from_config(&value(&format!(r#""name":"{CANARY}","token":"{CANARY}""#)), "t.json").unwrap();
    assert_eq!(shown_in_debug(&tag, "canary"), None);
    assert_eq!(shown_in_debug(&rest, "canary"), None);
    for json in [
        CANARY.to_owned(),
        format!(r#"{{"key":"T","values":"{CANARY}"}}"#),
        format!(r#"{{"key":"T","values":[{{"filter":"costs.resource_id = {CANARY}"}}]}}"#),
        value(&format!(r#""name":"A","date_ranges":"{CANARY}""#)),
        value(&format!(r#""percentages":"{CANARY}""#)),
    ] {
        assert_eq!(shown_in_error(&tag_from_config(&json, "t.json").unwrap_err(), "canary"), None);
    }
    let toml = format!("[[tag]]\nkey = \"{CANARY}\"\n[[tag.rule]]\nfrom_directory = \"{CANARY}\"\n");
    let rules = RuleSet::from_toml(&toml, "rules.toml").unwrap();
    assert_eq!(
        shown_in_error(
            &tag_to_config(&rules.tags[0], &Directory::default(), "cursor", &user_tag()).unwrap_err(),
            "canary"
        ),
        None
    );
}
