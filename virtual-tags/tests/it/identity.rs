//! Which names are one person, and who is nobody.

use cost_model::{CostRecord, Costs, Currency, Ledger, Tagger, Timestamp};
use virtual_tags::directory::MatchKind;
use virtual_tags::{Answer, Directory, ResolvedRules, RuleSet};

fn at(day: &str) -> Timestamp {
    Timestamp::midnight(day.parse().unwrap())
}

fn record(resource: &str, day: &str) -> CostRecord {
    let mut record = CostRecord::new(at(day), "cursor", Currency::USD, Costs::flat("1".parse().unwrap()));
    record.edit(|set| set.resource = Some(resource.into()));
    record
}

fn compile(rules: &str, csv: &str) -> ResolvedRules {
    let directory = Directory::from_csv(csv.as_bytes(), "directory.csv").unwrap();
    let toml = format!("[[tag]]\nkey = \"Team\"\ndefault = \"-\"\n{rules}");
    RuleSet::from_toml(&toml, "rules.toml").unwrap().compile(directory).unwrap().tagger().unwrap()
}

#[track_caller]
fn gives(rules: &ResolvedRules, resource: &str, team: &str) {
    let record = record(resource, "2026-09-15");
    assert_eq!(rules.answer("Team", &record, record.at), Answer::Value(team.into()), "{resource}");
}

const JOINED: &str = "jos\u{e9}@acme.test";
const APART: &str = "jose\u{301}@acme.test";
const LETTERS: &str = "ana@m\u{fc}ller.test";
const ENCODED: &str = "ana@xn--mller-kva.test";

#[test]
fn accents_and_domains_are_the_same_however_they_are_encoded() {
    for (in_file, sent) in
        [(JOINED, APART), (APART, JOINED), (LETTERS, ENCODED), (ENCODED, "ana@M\u{dc}LLER.test")]
    {
        let rules =
            compile("[[tag.rule]]\nfrom_directory = \"team\"\n", &format!("email,team\n{in_file},Web\n"));
        gives(&rules, sent, "Web");
        let directory =
            Directory::from_csv(format!("email,team\n{in_file},Web\n").as_bytes(), "x.csv").unwrap();
        assert_eq!(directory.match_kind(sent, at("2026-09-15")), Some(MatchKind::Exact));
        assert_eq!(directory.match_kind("jose@acme.test", at("2026-09-15")), None);
    }
}

#[test]
fn conditions_on_people_know_the_same_forms() {
    for condition in [
        format!("email.is = \"{ENCODED}\""),
        "email.domain = \"xn--mller-kva.test\"".to_owned(),
        "email.under = \"M\u{fc}ller.test\"".to_owned(),
        "email.glob = \"*@m\u{fc}ll*\"".to_owned(),
    ] {
        let rules = compile(&format!("[[tag.rule]]\nvalue = \"Web\"\n{condition}\n"), "email\n");
        gives(&rules, LETTERS, "Web");
        gives(&rules, ENCODED, "Web");
        gives(&rules, "ana@muller.test", "-");
    }
    let rules = compile("[[tag.rule]]\nvalue = \"Web\"\nemail.local = \"jose\u{301}\"\n", "email\n");
    gives(&rules, JOINED, "Web");
}

#[test]
fn a_domain_that_is_none_stays_as_it_is() {
    let rules = compile("[[tag.rule]]\nfrom_directory = \"team\"\n", "email,team\nana@xn--\u{e9}\u{0},Web\n");
    gives(&rules, "ana@XN--\u{e9}\u{0}", "Web");
    gives(&rules, "ana@\u{e9}\u{0}", "-");
}

#[test]
fn removed_people_and_nobody_are_addressed_by_name() {
    let rules = compile(
        "[[tag.rule]]\nvalue = \"former\"\nwho = \"removed\"\n[[tag.rule]]\nvalue = \"nobody\"\nwho = \"nobody\"\n",
        "email,from,to\nana@acme.test,,2026-09-01\nbo@acme.test,2026-10-01,\ncy@acme.test,,\n\
         di@acme.test,,2026-09-01\ndi@acme.test,2026-10-01,\n",
    );
    gives(&rules, "Ana@acme.test", "former");
    gives(&rules, "bo@acme.test", "-");
    gives(&rules, "cy@acme.test", "-");
    gives(&rules, "di@acme.test", "-");
    gives(&rules, "stranger@acme.test", "-");
    gives(&rules, "bot-7", "-");
    gives(&rules, "(no user)", "nobody");
    let early = record("ana@acme.test", "2026-08-31");
    assert_eq!(rules.answer("Team", &early, early.at), Answer::Value("-".into()));
    assert_eq!(rules.boundaries_of(&early).as_ref(), [at("2026-09-01")]);
}

#[test]
fn every_folded_match_is_listed() {
    let csv = "email,team\nana@acme.test,Web\nBo@acme.test,Web\nbo@acme.test,Data\ncy@acme.test,Web\n";
    let directory = Directory::from_csv(csv.as_bytes(), "directory.csv").unwrap().ignore_plus(["acme.test"]);
    let rules = RuleSet::default().compile(directory).unwrap().tagger().unwrap();
    let mut ledger = Ledger::builder(Currency::USD);
    for sent in [
        "ana@acme.test",
        "Ana@acme.test",
        "Ana@acme.test",
        "BO@acme.test",
        "cy+x@acme.test",
        "di@acme.test",
        "bo@acme.test",
    ] {
        ledger.push(&record(sent, "2026-09-15")).unwrap();
    }
    let told: Vec<_> = rules.rules().spellings(&ledger.build()).iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "Ana@acme.test is found as ana@acme.test, ignoring letter case, in 2 charges",
            "BO@acme.test matches two people, who differ in letter case alone, and finds neither, in 1 charge",
            "cy+x@acme.test is found as cy@acme.test, ignoring its +tag, in 1 charge",
        ]
    );
}
