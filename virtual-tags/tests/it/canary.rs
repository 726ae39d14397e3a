//! An email address that goes in never comes out in a `Debug` or an error.

use cost_model::conformance::{shown_in_debug, shown_in_error};
use cost_model::tagger::NoTags;
use cost_model::{CostRecord, Costs, Currency, Dimension, Ledger, Metric, Money, Timestamp, Window};
use virtual_tags::directory::Membership;
use virtual_tags::evaluate::CostSum;
use virtual_tags::insight::Diff;
use virtual_tags::rules::RuleTest;
use virtual_tags::{Answer, Directory, RuleSet};

const EMAIL: &str = "canary.bird@acme.test";

fn rules() -> RuleSet {
    let toml = format!(
        "[[tag]]\nkey = \"Owner\"\ndefault = \"{EMAIL}\"\n[[tag.rule]]\nvalue = \"{EMAIL}\"\n\
         when = \"costs.resource_id = '{EMAIL}'\"\n[[tag.rule]]\nfrom_directory = \"owner\"\n"
    );
    RuleSet::from_toml(&toml, "rules.toml").unwrap()
}

#[test]
fn rules_and_directories_show_no_email() {
    let csv = format!("email,owner\n{EMAIL},{EMAIL}\n");
    let directory = Directory::from_csv(csv.as_bytes(), "directory.csv").unwrap();
    assert_eq!(shown_in_debug(&directory, "canary"), None);
    let written = rules();
    assert_eq!(shown_in_debug(&written, "canary"), None);
    assert_eq!(shown_in_debug(&written.tags[0], "canary"), None);
    assert_eq!(shown_in_debug(&written.tags[0].rules, "canary"), None);
    assert_eq!(shown_in_debug(&written.tags[0].rules[0].assign, "canary"), None);
    let rules = written.compile(directory).unwrap().tagger().unwrap();
    assert_eq!(shown_in_debug(&rules, "canary"), None);
    let at = Timestamp::midnight("2026-01-01".parse().unwrap());
    let mut record = CostRecord::new(at, "cursor", Currency::USD, Costs::absent());
    record.edit(|set| set.resource = Some(EMAIL.into()));
    assert_eq!(shown_in_debug(&rules.answer("Owner", &record, at), "canary"), None);
}

#[test]
fn directory_errors_show_no_email() {
    for csv in [
        format!("{EMAIL},Payments\n"),
        format!("email,{EMAIL},{EMAIL}\n"),
        format!("email,team\n{EMAIL}\n"),
        format!("email,team\n{EMAIL},A,B\n"),
        format!("from,email\n{EMAIL},2026-01-01\n"),
        format!("email,to\n{EMAIL},{EMAIL} or so\n"),
        format!("email,from,to\n{EMAIL},2026-02-01,2026-01-01\n"),
        format!("email,team\n{EMAIL},A\n{EMAIL},B\n"),
        format!("email,team\n\"{EMAIL},A\n"),
    ] {
        assert_eq!(
            shown_in_error(&Directory::from_csv(csv.as_bytes(), "directory.csv").unwrap_err(), "canary"),
            None
        );
    }
    let bytes = [format!("email,team\n{EMAIL},").as_bytes(), b"\xff\n"].concat();
    assert_eq!(shown_in_error(&Directory::from_csv(&bytes, "directory.csv").unwrap_err(), "canary"), None);
}

#[test]
fn rule_errors_show_no_email() {
    let tag = "[[tag]]\nkey = \"Team\"\n";
    let rule = format!("{tag}[[tag.rule]]\n");
    for toml in [
        format!("tag = \"{EMAIL}\"\n"),
        format!("\"{EMAIL}\" = 1\n"),
        format!("{tag}\"{EMAIL}\" = \"A\"\n"),
        format!("{tag}default = [\"{EMAIL}\"]\n"),
        format!("{tag}default = {EMAIL}\n"),
        format!("{tag}default = \"{EMAIL}\n"),
        format!("{tag}rule = \"{EMAIL}\"\n"),
        format!("{tag}rule = [\"{EMAIL}\"]\n"),
        format!("{tag}[\"{EMAIL}\"]\n[\"{EMAIL}\"]\n"),
        format!("{tag}\"{EMAIL}\" = 1\n\"{EMAIL}\" = 1\n"),
        format!("{rule}value = \"{EMAIL}\"\n"),
        format!("{rule}value = \"{EMAIL}\"\nfrom_directory = \"{EMAIL}\"\n"),
        format!("{rule}value = \"A\"\nwhen = \"costs.resource_id = '{EMAIL}\"\n"),
        format!("{rule}value = \"A\"\nwhen = \"{EMAIL} = 'x'\"\n"),
        format!("{rule}value = \"A\"\nwhen = \"costs.resource_id = {EMAIL}\"\n"),
    ] {
        assert_eq!(shown_in_error(&RuleSet::from_toml(&toml, "rules.toml").unwrap_err(), "canary"), None);
    }
    let fact = format!("{rule}from_directory = \"{EMAIL}\"\n");
    for (toml, csv) in [
        (fact.clone(), String::new()),
        (fact, "email,team\n".to_owned()),
        (format!("{rule}from_directory = \"squad\"\n"), format!("email,{EMAIL}\n")),
        (format!("[[tag]]\nkey = \"{EMAIL}\"\n[[tag]]\nkey = \"{EMAIL}\"\n"), String::new()),
        (format!("{rule}value = \"A\"\nwhen = \"vtag['{EMAIL}'] = 'x'\"\n"), String::new()),
    ] {
        let directory = match csv.as_str() {
            "" => Directory::default(),
            _ => Directory::from_csv(csv.as_bytes(), "directory.csv").unwrap(),
        };
        let written = RuleSet::from_toml(&toml, "rules.toml").unwrap();
        assert_eq!(shown_in_error(&written.compile(directory).unwrap_err(), "canary"), None);
    }
}

#[test]
fn other_sources_show_no_email() {
    let memberships = || [Membership::new(EMAIL, EMAIL), Membership::new(EMAIL, EMAIL)];
    assert_eq!(shown_in_debug(&memberships(), "canary"), None);
    assert_eq!(
        shown_in_error(&Directory::from_memberships("group", memberships(), "groups").unwrap_err(), "canary"),
        None
    );
    for json in [
        format!("[{{\"email\": \"{EMAIL}\"}}, {{\"email\": \"{EMAIL}\"}}]"),
        format!("[{{\"email\": \"{EMAIL}\", \"from\": \"{EMAIL}\"}}]"),
        format!("[\"{EMAIL}\"]"),
        format!("[{EMAIL}]"),
    ] {
        assert_eq!(shown_in_error(&Directory::from_json(&json, "people.json").unwrap_err(), "canary"), None);
    }
    let aliases = format!("alias,email\n{EMAIL},{EMAIL}\n{EMAIL},{EMAIL}\n");
    assert_eq!(
        shown_in_error(
            &Directory::default().with_aliases(aliases.as_bytes(), "aliases.csv").unwrap_err(),
            "canary"
        ),
        None
    );
    let toml = format!(
        "[[tag]]\nkey = \"T\"\n[[tag.rule]]\nvalue = \"A\"\nemail.is = \"{EMAIL}\"\n\
         [[tag.rule]]\nvalue = \"B\"\nemail.is = \"{EMAIL}\"\n"
    );
    let written = RuleSet::from_toml(&toml, "rules.toml").unwrap();
    assert_eq!(shown_in_debug(&written, "canary"), None);
    assert_eq!(shown_in_debug(&written.tags[0].rules[0].people, "canary"), None);
    let findings = written.compile(Directory::default()).unwrap().check();
    assert_eq!(findings.len(), 2);
    assert_eq!(shown_in_debug(&findings, "canary"), None);
}

#[test]
fn locks_and_spellings_show_no_email() {
    let csv = format!("email,owner\n{EMAIL},{EMAIL}\n");
    let directory = Directory::from_csv(csv.as_bytes(), "directory.csv").unwrap();
    let at = Timestamp::midnight("2026-01-01".parse().unwrap());
    let mut record = CostRecord::new(at, "cursor", Currency::USD, Costs::flat("1".parse().unwrap()));
    record.edit(|set| set.resource = Some(EMAIL.to_uppercase().into()));
    let mut ledger = cost_model::Ledger::builder(Currency::USD);
    ledger.push(&record).unwrap();
    let ledger = ledger.build();
    let period =
        cost_model::Window::days("2026-01-01".parse().unwrap(), "2026-02-01".parse().unwrap()).unwrap();
    let lock = virtual_tags::PeriodLock::close(
        (&rules(), &directory),
        &ledger,
        period,
        at,
        cost_model::Metric::Billed,
    )
    .unwrap();
    assert!(!lock.amounts.is_empty());
    assert_eq!(shown_in_debug(&lock, "canary"), None);
    assert_eq!(shown_in_debug(&lock.amounts, "canary"), None);
    let restated = lock.restated(&cost_model::tagger::NoTags, &ledger).unwrap();
    assert!(!restated.is_empty());
    assert_eq!(shown_in_debug(&restated, "canary"), None);
    assert_eq!(
        shown_in_error(&lock.reopen(&RuleSet::default(), &directory, &ledger).unwrap_err(), "canary"),
        None
    );
    let rules = rules().compile(directory).unwrap().tagger().unwrap();
    assert!(!rules.rules().spellings(&ledger).is_empty());
    assert_eq!(shown_in_debug(&rules.rules().spellings(&ledger), "canary"), None);
    assert_eq!(
        shown_in_debug(
            &cost_model::tagger::TagCache::new(&ledger, &rules, &["Owner".into()]).unwrap(),
            "canary"
        ),
        None
    );
    let shared = format!("[[tag]]\nkey = \"K\"\n[[tag.rule]]\nsplit = [\"{EMAIL}\", \"B\"]\n");
    let shared = RuleSet::from_toml(&shared, "rules.toml")
        .unwrap()
        .compile(Directory::default())
        .unwrap()
        .tagger()
        .unwrap();
    let parts = shared.allocations("K", &ledger).unwrap();
    assert_eq!(parts.len(), 2);
    assert_eq!(shown_in_debug(&parts, "canary"), None);
    assert_eq!(
        shown_in_debug(&virtual_tags::lock::LockedRules::new(shared, [(period, rules)]).unwrap(), "canary"),
        None
    );
}

#[test]
fn answers_about_charges_show_no_email() {
    let csv = format!("email,owner\n{EMAIL},{EMAIL}\n");
    let directory = Directory::from_csv(csv.as_bytes(), "directory.csv").unwrap();
    let [at, end] = ["2026-01-01", "2026-02-01"].map(|day| Timestamp::midnight(day.parse().unwrap()));
    let mut record = CostRecord::new(at, "cursor", Currency::USD, Costs::flat("1".parse().unwrap()));
    record.edit(|set| set.resource = Some(EMAIL.into()));
    let mut ledger = Ledger::builder(Currency::USD);
    ledger.push(&record).unwrap();
    let ledger = ledger.build();
    let rules = rules().compile(directory).unwrap().tagger().unwrap();
    assert_eq!(shown_in_debug(&rules.explain("Owner", &record, at).unwrap(), "canary"), None);
    let explained =
        rules.explain_charges(&ledger, EMAIL, Window::new(at, end).unwrap(), Metric::Billed).unwrap();
    assert_eq!(explained.len(), 1);
    assert_eq!(shown_in_debug(&explained, "canary"), None);
    let diff = Diff::between((&NoTags, &rules), &ledger, "Owner", Metric::Billed, None).unwrap();
    assert_eq!(diff.moves.len(), 1);
    assert_eq!(shown_in_debug(&diff, "canary"), None);

    let none = RuleSet::from_toml("[[tag]]\nkey = \"Owner\"\n", "rules.toml").unwrap();
    let none = none.compile(Directory::default()).unwrap().tagger().unwrap();
    let suggestions =
        none.suggest_rules(&ledger, "Owner", Metric::Billed, &[Dimension::Resource], 100).unwrap();
    assert_eq!(suggestions.len(), 1);
    assert_eq!(shown_in_debug(&suggestions, "canary"), None);
    let mut test = RuleTest::new(at);
    test.record.push((Dimension::Resource, EMAIL.into()));
    test.expect.push(("Owner".into(), Answer::Value(EMAIL.into())));
    assert_eq!(shown_in_debug(&test, "canary"), None);
    let failures = none.run_tests([&test]);
    assert_eq!(failures.len(), 1);
    assert_eq!(shown_in_debug(&failures, "canary"), None);
    let sum = CostSum { start: at, end, part: Some(EMAIL.into()), value: EMAIL.into(), amount: Money::ZERO };
    assert_eq!(shown_in_debug(&sum, "canary"), None);
}
