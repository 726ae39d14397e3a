//! Why a charge has its value.

use cost_model::{CostRecord, Costs, Currency, Timestamp};
use virtual_tags::{Directory, ResolvedRules, RuleSet};

const RULES: &str = "[[tag]]\nkey = \"Team\"\ndefault = \"None\"\n\
    [[tag.rule]]\nvalue = \"EU\"\nwhen = \"costs.region = 'eu' AND costs.service = 'Auto'\"\n\
    [[tag.rule]]\nfrom_directory = \"team\"\n\
    [[tag.rule]]\nvalue = \"Acme\"\nemail.domain = \"acme.test\"\n\
    [[tag]]\nkey = \"Site\"\ndefault = \"Remote\"\n\
    [[tag.rule]]\nvalue = \"Berlin\"\nwhen = \"vtag.Team = 'Web'\"\n";

fn rules() -> ResolvedRules {
    let directory = Directory::from_csv(b"email,team\nana@acme.test,Web\n", "people.csv").unwrap();
    RuleSet::from_toml(RULES, "rules.toml").unwrap().compile(directory).unwrap().tagger().unwrap()
}

fn explained(key: &str) -> String {
    let at = Timestamp::midnight("2026-09-15".parse().unwrap());
    let mut record = CostRecord::new(at, "cursor", Currency::USD, Costs::absent());
    record.resource = Some("Ana@acme.test".into());
    record.region = Some("eu".into());
    let explanation = rules().explain(key, &record, at).unwrap();
    assert!(!format!("{explanation:?}").contains("acme"));
    explanation.to_string()
}

#[test]
fn the_winner_later_matches_and_near_misses_are_told() {
    assert_eq!(
        explained("Team"),
        "Team at 2026-09-15T00:00:00Z\n\
         \x20 name    Ana@acme.test: in the directory, but for the case of letters\n\
         \x20 result  `Web`\n\
         \x20 by      rules.toml:7:1: `team` is in the directory\n\
         \x20 also    rules.toml:9:1: email.domain = 'acme.test'\n\
         \x20 nearly  rules.toml:4:1: costs.region = 'eu'; but not costs.service = 'Auto'\n"
    );
}

#[test]
fn what_a_key_reads_is_told() {
    assert_eq!(
        explained("Site"),
        "Site at 2026-09-15T00:00:00Z\n\
         \x20 name    Ana@acme.test: in the directory, but for the case of letters\n\
         \x20 reads   Team = Web\n\
         \x20 result  `Berlin`\n\
         \x20 by      rules.toml:15:1: vtag.Team = 'Web'\n"
    );
    let at = Timestamp::midnight("2026-09-15".parse().unwrap());
    let record = CostRecord::new(at, "cursor", Currency::USD, Costs::absent());
    assert!(rules().explain("No such key", &record, at).is_none());
}
