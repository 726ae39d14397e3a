//! An email address that goes in never comes out in a `Debug` or an error.

use std::error::Error as _;
use std::fmt::Debug;

use cost_model::Filter;
use cost_vantage::{filter_to_vql, tag_from_config, tag_to_config};
use virtual_tags::{Directory, RuleSet};

use crate::config::user_tag;

const CANARY: &str = "canary.bird@acme.test";

#[track_caller]
fn silent(shown: &impl Debug) {
    for text in [format!("{shown:?}"), format!("{shown:#?}")] {
        assert!(!text.contains("canary"), "{text}");
    }
}

#[track_caller]
fn silent_error(error: &virtual_tags::Error) {
    silent(error);
    assert!(!error.to_string().contains("canary"), "{error}");
    if let Some(source) = error.source() {
        assert!(!source.to_string().contains("canary"), "{source}");
    }
}

#[test]
fn reasons_show_no_email() {
    let tests = ["=", "!=", "LIKE", "ILIKE", "~*", "=~"]
        .map(|operator| format!("costs.resource_id {operator} '{CANARY}'"));
    let filter = format!(
        "{} AND tags.name IN ('{CANARY}') AND tags.value = 'x' AND (tags.name, tags.value) IN (('{CANARY}', '{CANARY}'))",
        tests.join(" AND ")
    );
    for reason in filter_to_vql(&Filter::parse(&filter).unwrap()).unwrap_err() {
        silent(&reason);
        assert!(!reason.to_string().contains("canary"), "{reason}");
    }
}

#[test]
fn configurations_and_their_errors_show_no_email() {
    let filter = "costs.provider = 'cursor'";
    let value = |fields: &str| format!(r#"{{"key":"T","values":[{{"filter":"{filter}",{fields}}}]}}"#);
    let (tag, rest) =
        tag_from_config(&value(&format!(r#""name":"{CANARY}","token":"{CANARY}""#)), "t.json").unwrap();
    silent(&tag);
    silent(&rest);
    for json in [
        CANARY.to_owned(),
        format!(r#"{{"key":"T","values":"{CANARY}"}}"#),
        format!(r#"{{"key":"T","values":[{{"filter":"costs.resource_id = {CANARY}"}}]}}"#),
        value(&format!(r#""name":"A","date_ranges":"{CANARY}""#)),
        value(&format!(r#""percentages":"{CANARY}""#)),
    ] {
        silent_error(&tag_from_config(&json, "t.json").unwrap_err());
    }
    let toml = format!("[[tag]]\nkey = \"{CANARY}\"\n[[tag.rule]]\nfrom_directory = \"{CANARY}\"\n");
    let rules = RuleSet::from_toml(&toml, "rules.toml").unwrap();
    silent_error(&tag_to_config(&rules.tags[0], &Directory::default(), "cursor", &user_tag()).unwrap_err());
}
