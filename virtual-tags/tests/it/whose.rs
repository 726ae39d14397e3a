//! Where charges name people is data: any provider may say it.

use cost_model::{CostRecord, Costs, Currency, Dimension, Ledger, Metric, Tagger as _, Timestamp, Window};
use virtual_tags::{Directory, ErrorKind, PeriodLock, RuleSet};

const RULES: &str = "[[tag]]\nkey = \"Team\"\ndefault = \"None\"\n[[tag.rule]]\nfrom_directory = \"team\"\n\
                     [[tag.rule]]\nvalue = \"Guests\"\nemail.domain = \"guest.test\"\n\
                     [[tag.rule]]\nvalue = \"Robots\"\nwho = \"service_account\"\n";

fn read(person: &str) -> RuleSet {
    RuleSet::from_toml(&format!("{person}{RULES}"), "rules.toml").unwrap()
}

fn people() -> Directory {
    Directory::from_csv(b"email,team\nana@acme.test,Web\nmachine-7,Lab\n", "people.csv").unwrap()
}

/// A charge of a machine, on which the provider names who was logged in.
fn charge(resource: &str, login: &str) -> CostRecord {
    let at = Timestamp::midnight("2026-09-15".parse().unwrap());
    let mut record = CostRecord::new(at, "acme", Currency::USD, Costs::flat("2".parse().unwrap()));
    record.edit(|set| set.resource = Some(resource.into()));
    record.edit(|set| set.tags.insert("acme:login", login));
    record
}

fn teams(rules: &RuleSet) -> Vec<String> {
    let rules = rules.clone().compile(people()).unwrap().tagger().unwrap();
    let charges = [
        charge("vm-1", "ana@acme.test"),
        charge("vm-1", "x@guest.test"),
        charge("vm-1", "robot"),
        charge("vm-1", "(nobody)"),
        charge("machine-7", "ana@acme.test"),
    ];
    charges.iter().map(|charge| rules.answer("Team", charge, charge.at).to_string()).collect()
}

#[test]
fn a_provider_names_its_own_people_tag() {
    let stated = read("person = [\"tags['acme:login']\"]\n");
    assert_eq!(teams(&stated), ["`Web`", "`Guests`", "`Robots`", "`None`", "`Web`"]);
    let login = Dimension::Tag("acme:login".into());
    assert_eq!(teams(&read("").with_default_person([login.clone()])), teams(&stated));

    let both = read("").with_default_person([Dimension::Resource, login]);
    assert_eq!(teams(&both), ["`Web`", "`Guests`", "`Robots`", "`Robots`", "`Lab`"]);

    let silent = read("");
    assert_eq!(teams(&silent), ["`Robots`", "`Robots`", "`Robots`", "`Robots`", "`Lab`"]);
    let reads = |rules: RuleSet| rules.compile(people()).unwrap().tagger().unwrap().reads().to_vec();
    assert_eq!(reads(silent), [Dimension::Resource]);
    assert_eq!(reads(stated), [Dimension::Tag("acme:login".into())]);
}

#[test]
fn the_places_count_in_the_digest_unless_they_are_the_resource_alone() {
    let digest = |person: &str| read(person).digest();
    assert_eq!(digest("person = [\"costs.resource_id\"]\n"), digest(""));
    let other = digest("person = [\"costs.resource_id\", \"tags['acme:login']\"]\n");
    assert_ne!(other, digest(""));
    assert_ne!(other, digest("person = [\"tags['acme:login']\", \"costs.resource_id\"]\n"));
    assert_eq!(other, digest("person = [\"resource\", \"tag:acme:login\"]\n"), "the same in other words");
}

#[test]
fn a_lock_keeps_the_places_it_was_closed_with() {
    let rules = read("person = [\"tags['acme:login']\"]\n");
    let mut ledger = Ledger::builder(Currency::USD);
    ledger.push(&charge("vm-1", "ana@acme.test")).unwrap();
    let ledger = ledger.build();
    let september = Window::days("2026-09-01".parse().unwrap(), "2026-10-01".parse().unwrap()).unwrap();
    let lock = PeriodLock::close((&rules, &people()), &ledger, september, september.end(), Metric::Effective)
        .unwrap();
    let json = serde_json::to_string(&lock).unwrap();
    let again: PeriodLock = serde_json::from_str(&json).unwrap();
    assert_eq!(again, lock);
    assert_eq!(again.restated(&again.open().unwrap(), &ledger).unwrap(), []);
    assert_eq!(again.reopen(&read(""), &people(), &ledger).unwrap_err().kind(), ErrorKind::Locked);
    // Whom a lock without places meant cannot be known, so it is not read as if it had none.
    let without = json.replace(",\"person\":[\"tags['acme:login']\"]", "");
    assert_ne!(without, json);
    let error = serde_json::from_str::<PeriodLock>(&without).unwrap_err().to_string();
    assert!(error.starts_with("missing field `person`"), "{error}");
}

#[test]
fn a_place_that_names_nobody_is_an_error_with_its_line() {
    for (person, message) in [
        (
            "person = []\n",
            "rules.toml:1:10: `person` is empty; give the fields in which charges name people, or leave it out",
        ),
        (
            "person = [\n \"vtag.Team\"]\n",
            "rules.toml:2:2: the value of a key names nobody; give a field of the charge",
        ),
        ("person = [\"tagged\"]\n", "rules.toml:1:11: a charge as a whole has no such field"),
        ("person = [\"usage.token_type\"]\n", "rules.toml:1:11: a charge as a whole has no such field"),
        (
            "person = [\"resource\",\n\"costs.resource_id\"]\n",
            "rules.toml:2:1: `costs.resource_id` is listed in `person` twice",
        ),
        (
            "person = [\"costs.resouce_id\"]\n",
            "rules.toml:1:11: this is not a field such as `costs.account` or `tags['team']`",
        ),
    ] {
        let error = RuleSet::from_toml(&format!("{person}{RULES}"), "rules.toml").unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Rules, message));
    }
    let built = RuleSet::default().with_default_person([Dimension::VirtualTag("Team".into())]);
    assert_eq!(built.compile(people()).unwrap_err().kind(), ErrorKind::Rules);
}
