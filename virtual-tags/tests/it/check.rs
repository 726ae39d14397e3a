//! Every class of defect, planted in a file of 300 rules.

use cost_model::{CostRecord, Costs, Currency, Ledger, Timestamp};
use virtual_tags::insight::FindingKind;
use virtual_tags::{Directory, RuleSet, Rules};

use crate::places_of_people;

fn clean() -> String {
    let mut toml = "[[tag]]\nkey = \"Team\"\ndefault = \"None\"\n".to_owned();
    for number in 0..100 {
        toml += &format!(
            "[[tag.rule]]\nvalue = \"T{number}\"\nwhen = \"costs.resource_id = 'p{number}@acme.test'\"\n\
             [[tag.rule]]\nvalue = \"D{number}\"\nemail.domain = \"d{number}.acme.test\"\n\
             [[tag.rule]]\nvalue = \"A{number}\"\nwhen = \"tags['app'] LIKE 'app{number}-%'\"\nto = \"2026-09-01\"\n"
        );
    }
    toml
}

fn compile(toml: &str) -> Rules {
    let csv = "email,team\nana@acme.test,Web\n";
    let directory = Directory::from_csv(csv.as_bytes(), "people.csv").unwrap();
    let rules = RuleSet::from_toml(toml, "rules.toml").unwrap().with_default_person(places_of_people());
    rules.compile(directory).unwrap()
}

#[test]
fn a_clean_file_has_no_finding() {
    assert_eq!(compile(&clean()).check(), []);
}

/// One more rule, as the last rule of the file.
#[track_caller]
fn finds(rule: &str, kinds: &[FindingKind], message: &str) {
    let toml = format!("{}[[tag.rule]]\nvalue = \"X\"\n{rule}\n", clean());
    let findings = compile(&toml).check();
    assert_eq!(findings.iter().map(|finding| finding.kind).collect::<Vec<_>>(), kinds, "{findings:?}");
    assert_eq!(findings.last().unwrap().to_string(), message);
}

#[test]
fn unreachable_rules_are_found_by_equality_list_domain_prefix_and_suffix() {
    use FindingKind::{DuplicatePerson, Unreachable};
    let line = clean().matches('\n').count() + 1;
    let by = |earlier: &str| {
        format!(
            "rules.toml:{line}:1: unreachable: {earlier} matches every charge that this rule matches; move this rule above it or remove it"
        )
    };
    let more = |earlier: &str| {
        format!(
            "rules.toml:{line}:1: unreachable: {earlier} match every charge that this rule matches; move this rule above them or remove it"
        )
    };
    finds("email.is = \"bo@d7.acme.test\"", &[Unreachable], &by("the rule on line 77"));
    finds("when = \"costs.resource_id = 'BO@D7.acme.test'\"", &[Unreachable], &by("the rule on line 77"));
    finds("when = \"costs.resource_id LIKE '%@d7.acme.test'\"", &[Unreachable], &by("the rule on line 77"));
    finds("email.glob = \"*-bot@d7.acme.test\"", &[Unreachable], &by("the rule on line 77"));
    finds(
        "email.domain = [\"d7.acme.test\", \"D9.acme.test\"]",
        &[Unreachable],
        &more("the rule on line 77 and 1 more"),
    );
    finds(
        "when = \"tags['app'] LIKE 'app7-web%' AND costs.region = 'eu'\"\nto = \"2026-08-01\"",
        &[Unreachable],
        &by("the rule on line 80"),
    );
    finds(
        "when = \"tags['app'] IN ('app1-a', 'app2-b') AND costs.service != 'x'\"\nto = \"2026-08-01\"",
        &[Unreachable],
        &more("the rule on line 20 and 1 more"),
    );
    let duplicate = format!(
        "rules.toml:{line}:1: a person of this rule already has another value: the rule on line 74 names the same email; \
         keep it in one of them, or give each its dates"
    );
    finds("when = \"costs.resource_id = 'p7@acme.test'\"", &[Unreachable, DuplicatePerson], &duplicate);
    finds(
        "when = \"costs.resource_id IN ('p7@acme.test', 'new@acme.test')\"",
        &[DuplicatePerson],
        &duplicate,
    );
}

#[test]
fn reachable_rules_are_not_reported() {
    for rule in [
        "when = \"tags['app'] LIKE 'app7-web%'\"",
        "when = \"tags['app'] LIKE 'app7%'\"\nto = \"2026-08-01\"",
        "when = \"tags['app'] != 'app7-web'\"",
        "email.under = \"d7.acme.test\"",
        "when = \"costs.resource_id LIKE '%7.acme.test'\"",
        "when = \"costs.resource_id LIKE 'x%@d7.acme.test' AND costs.region = 'eu'\"\nemail.domain = \"other.test\"",
        "when = \"tags['cursor:user'] = 'x@d7.acme.test'\"",
        "email.domain = [\"d7.acme.test\", \"other.test\"]",
    ] {
        let toml = format!("{}[[tag.rule]]\nvalue = \"X\"\n{rule}\n", clean());
        assert_eq!(compile(&toml).check(), [], "{rule}");
    }
}

#[test]
fn dates_that_overlap_or_leave_a_gap_are_found() {
    let line = clean().matches('\n').count() + 1;
    let condition = "when = \"tags['app'] LIKE 'app7-%'\"";
    finds(
        &format!("{condition}\nfrom = \"2026-08-01\""),
        &[FindingKind::OverlappingDates],
        &format!(
            "rules.toml:{line}:1: the dates overlap those of the rule on line 80, which has the same condition; let one \
             end where the other starts"
        ),
    );
    finds(
        &format!("{condition}\nfrom = \"2026-09-02\""),
        &[FindingKind::Gap],
        &format!(
            "rules.toml:{line}:1: between 2026-09-01 and 2026-09-02 neither this rule nor the rule on line 80, which has \
             the same condition, holds; let one end where the other starts"
        ),
    );
}

#[test]
fn what_charges_say_of_rules_is_found() {
    let toml = "[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nfrom_directory = \"team\"\n\
                [[tag.rule]]\nvalue = \"A\"\nwhen = \"costs.region = 'ue'\"\n\
                [[tag.rule]]\nvalue = \"B\"\nwhen = \"costs.region = 'eu'\"\n";
    let at = Timestamp::midnight("2026-09-15".parse().unwrap());
    let mut builder = Ledger::builder(Currency::USD);
    for resource in ["ANA@acme.test", "bo@acme.test"] {
        let mut record = CostRecord::new(at, "cursor", Currency::USD, Costs::absent());
        record.edit(|set| set.resource = Some(resource.into()));
        record.edit(|set| set.region = Some("eu".into()));
        builder.push(&record).unwrap();
    }
    let findings = compile(toml).tagger().unwrap().check_against(&builder.build());
    let shown: Vec<_> = findings.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "rules.toml:3:1: the rule matches only people whose names are spelled in another way than the directory has \
             them; correct the spelling there",
            "rules.toml:7:24: no charge has `ue` as its `costs.region`",
            "rules.toml:5:1: the rule matches no charge; correct it or remove it",
        ]
    );
}

#[test]
fn tests_in_the_file_run() {
    let toml = "[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nvalue = \"A\"\nwhen = \"costs.region = 'eu'\"\n\
                [[tag.rule]]\nsplit = [{ value = \"A\", weight = 2 }, { value = \"B\", weight = 4 }]\n\
                when = \"tags['app'] = 'x'\"\n\
                [[test]]\nat = \"2026-09-15\"\nrecord = { \"costs.region\" = \"eu\" }\nexpect = { Team = \"A\" }\n\
                [[test]]\nat = \"2026-09-15T12:00:00Z\"\nrecord = { \"tags['app']\" = \"x\" }\n\
                expect = { Team = { B = 2, A = 1 } }\n\
                [[test]]\nat = \"2026-09-15\"\nrecord = { \"costs.region\" = \"us\" }\n\
                expect = { Team = \"ana@acme.test\", Taem = \"\", Region = \"\" }\n";
    let written = RuleSet::from_toml(toml, "rules.toml").unwrap();
    let failures = compile(toml).run_tests(&written.tests).unwrap();
    let shown: Vec<_> = failures.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "rules.toml:17:1: there is no key `Region`",
            "rules.toml:17:1: there is no key `Taem`",
            "rules.toml:17:1: `Team` is no value, expected `(email)`",
        ]
    );
    assert!(!format!("{failures:?}").contains("ana"));
}

/// Where somebody may go by another name, a resource does not tell who it is.
#[test]
fn a_resource_that_may_be_an_alias_is_no_email() {
    let toml = "[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nvalue = \"A\"\nemail.domain = \"acme.test\"\n[[tag.rule]]\nvalue = \
                \"B\"\nwhen = \"costs.resource_id = 'ana@acme.test'\"\n";
    let kinds = |directory: Directory| -> Vec<FindingKind> {
        let rules = RuleSet::from_toml(toml, "rules.toml").unwrap().compile(directory).unwrap();
        rules.check().iter().map(|finding| finding.kind).collect()
    };
    assert_eq!(kinds(Directory::default()), [FindingKind::Unreachable]);
    let aliases = b"alias,email\nana@acme.test,ana@other.test\n";
    assert_eq!(kinds(Directory::default().with_aliases(aliases, "aliases.csv").unwrap()), []);
}

/// A value is pointed at where it stands, also in a condition of several lines.
#[test]
fn findings_and_errors_point_into_conditions() {
    let places = |toml: &str| -> Vec<String> {
        let findings = compile(toml).tagger().unwrap().check_against(&Ledger::builder(Currency::USD).build());
        let unknown = findings.iter().filter(|finding| finding.kind == FindingKind::UnknownValue);
        unknown.map(|finding| finding.place.as_ref().unwrap().to_string()).collect()
    };
    let rule = "[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nvalue = \"A\"\n";
    assert_eq!(
        places(&format!("{rule}when = \"costs.region = '\u{e9}' AND costs.service IN ('b', 'c')\"\n")),
        ["rules.toml:5:24", "rules.toml:5:50", "rules.toml:5:55"]
    );
    assert_eq!(
        places(&format!("{rule}when = \"\"\"\ncosts.region = 'a'\n  OR costs.region = 'b'\"\"\"\n")),
        ["rules.toml:6:16", "rules.toml:7:21"]
    );
    // Also where the file writes it with escapes.
    assert_eq!(places(&format!("{rule}when = \"costs.region =\\u0020'a'\"\n")), ["rules.toml:5:29"]);
    let wrong = format!("{rule}when = \"costs.region = 'a' AND vtag.Taem = 'x'\"\n");
    let error = RuleSet::from_toml(&wrong, "rules.toml").unwrap().compile(Directory::default()).unwrap_err();
    assert_eq!(error.place().unwrap().to_string(), "rules.toml:5:32");
}
